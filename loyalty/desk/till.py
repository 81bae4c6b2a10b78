"""The web till: what its page must know before somebody sells at it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from loyalty.clients.shifting import LASTS
from loyalty.desk import seeing
from loyalty.programmes.models import Category, Programme, Store, Tier, WalletPolicy
from members import consent_texts
from members.consent_texts import EMAIL, MARKETING

# What the script says.
_WORDS: Mapping[str, Promise] = {
    "online": _("Online"),
    "offline": _("Offline: sales are kept here and sent later"),
    "waiting_one": _("%(count)s sale waits to be sent"),
    "waiting_many": _("%(count)s sales wait to be sent"),
    "asking_one": _("%(count)s refused sale waits for you"),
    "asking_many": _("%(count)s refused sales wait for you"),
    "over": _("The shift is over. Open the till again: nothing is lost."),
    "closed": _("The till is closed."),
    "unknown": _("Nobody is known by that. Check it, or enrol them."),
    "unlooked": _("Not looked up while offline: the points are given once it is sent."),
    "blocked": _("This membership is blocked: nothing is spent with it."),
    "points_one": _("%(count)s point"),
    "points_many": _("%(count)s points"),
    "pending": pgettext_lazy("points", "wait"),
    "expires": _("%(points)s expire after %(day)s"),
    "to_next": _("%(missing)s to go to %(tier)s"),
    "remove": _("Remove"),
    "nothing": _("Nothing for this basket yet."),
    "would_give": _("This purchase would give"),
    "gives_nothing_to_nobody": _("Nobody showed a card: it would give nothing to nobody."),
    "empty_basket": _("Put something in the basket first."),
    "bad_price": _("Write a price such as 6,90."),
    "bad_quantity": _("Write a quantity above zero, such as 2 or 0,5."),
    "sold": _("Sold: %(amount)s"),
    "unanswered": _("Not answered yet: %(amount)s, %(who)s"),
    "locked": _("This sale is not answered yet: wait, try again, or go on to the next customer."),
    "left": _("The sale is in the list below. It is sent as soon as the network is back."),
    "kept": _("Kept here. It is sent as soon as the network is back."),
    "earned": _("Points earned: %(points)s"),
    "balance": _("Balance: %(points)s"),
    "voucher_won": _("Voucher: %(name)s"),
    "rule_gives": pgettext_lazy("what a rule gives", "%(rule)s: %(voucher)s"),
    "of_wallet": pgettext_lazy("a figure of a wallet", "%(wallet)s: %(count)s"),
    "sent": pgettext_lazy("sale", "Sent"),
    "waits": pgettext_lazy("sale", "Waits"),
    "refused": pgettext_lazy("sale", "Refused"),
    "asks": pgettext_lazy("sale", "To decide"),
    "decide": pgettext_lazy("sale", "Decide"),
    "settled": _("The sale is recorded."),
    "nobody": _("Nobody is known by that."),
    "return": _("Take back"),
    "anonymous": _("Without a card"),
    "returned": _("%(amount)s came back."),
    "return_title": _("Taken back: %(amount)s"),
    "a_return": pgettext_lazy("sale", "Return"),
    "all_of_it": pgettext_lazy("sale", "All of it"),
    "give": _("Give back %(amount)s: %(means)s."),
    "give_back": _("To give back: %(means)s"),
    "means_card": pgettext_lazy("means of payment", "bank card"),
    "means_cash": pgettext_lazy("means of payment", "cash"),
    "unpaid_back": _("Was not paid, nothing to give back"),
    "points_back": _("Back on the account: %(points)s"),
    "voucher_back": _("New voucher:"),
    "taken_back": _("Taken back from the account:"),
    "asked_used": _("Voucher of this sale, used already: %(name)s"),
    "asked_cancelled": _("Voucher of this sale, cancelled: %(name)s"),
    "asked_expired": _("Voucher of this sale, expired: %(name)s"),
    "return_kept": _("The return is kept here and sent later."),
    "redeem": _("Redeem"),
    "redeem_for": _("Redeem for %(points)s?"),
    "redeemed": _("Redeemed. Give the member this code:"),
    "redeemed_plain": _("Redeemed. Hand it over now."),
    "no_rewards": _("Nothing is within reach yet."),
    "to_go": _("%(points)s to go"),
    "voucher_over": _("This voucher cannot be used any more."),
    "prove": _("Scan the code on the member's phone first."),
    "proved": _("The member is here: their points can be spent."),
    "prove_again": _("This code is over. Let the member show a new one."),
    "paid_by_points": _("Points: %(points)s"),
    "points_already": _("Points pay already. Take them off first to set others aside."),
    "voucher_used": _("The voucher is used."),
    "network": _("The network does not answer. Nothing was lost; try again."),
    "enrolled": _("Enrolled."),
    "still_waiting": _("Sales still wait to be sent. Close the till anyway?"),
}


def get_stores(request: HttpRequest) -> list[Store]:
    """Return the open stores at whose till the reader may stand."""
    mine = seeing.get_stores(request)
    stores = Store.objects.all() if mine is None else mine
    return list(stores.filter(is_active=True).order_by("is_training", "name"))


def get_settings(*, programme: Programme) -> Mapping[str, Any]:
    """Return what the page's script is told: addresses, currency, categories, words."""
    return {
        "api": reverse("api:purchases").removesuffix("/purchases"),
        "open": reverse("admin:till_open"),
        "renew": reverse("admin:till_renew"),
        "close": reverse("admin:till_close"),
        "renewEvery": int(LASTS.total_seconds()) // 3,
        "currency": programme.currency,
        "spendProof": programme.spend_proof.lower(),
        "hasReferrals": programme.referral_days is not None,
        "language": get_language() or "fr",
        "zone": programme.time_zone,
        "categories": _categories(),
        "tiers": {tier.code: str(tier) for tier in Tier.objects.all()},
        "wallets": _wallets(),
        "consent": _consent(),
        "words": {name: str(words) for name, words in _WORDS.items()},
    }


def _categories() -> Sequence[Mapping[str, str]]:
    return [
        {"code": code, "name": name}
        for code, name in Category.objects.order_by("name").values_list("code", "name")
    ]


def _wallets() -> Mapping[str, str]:
    return {
        policy.wallet.code: str(policy) for policy in WalletPolicy.objects.select_related("wallet")
    }


def _consent() -> Mapping[str, str] | None:
    """Return the question that somebody who joins at the till is asked, as it is worded now."""
    text = consent_texts.current(channel=EMAIL, purpose=MARKETING)
    if text is None:
        return None
    words = text.words(language=get_language() or "fr")
    return {"channel": "email", "purpose": "marketing", "version": text.version, "words": words}
