"""Codes, amounts and names as whoever is reading says them."""

from decimal import Decimal

from babel.numbers import format_decimal
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from loyalty.core import languages
from loyalty.programmes import money
from loyalty.programmes.ladder import Reason, Rung
from loyalty.programmes.models import Tier
from loyalty.programmes.rulebook import Rulebook

MOVES: dict[str, Promise] = {
    Reason.REACHED: _("reached"),
    Reason.RENEWED: _("kept for another term"),
    Reason.NOT_KEPT: _("not kept"),
    Reason.BENEATH: _("reached beneath the tier that was given"),
    Reason.GIVEN: _("given by hand"),
    Reason.GIVEN_OVER: _("end of the tier that was given"),
    Reason.WITHDRAWN: _("given tier taken back"),
    Reason.LADDER_CHANGED: _("the ladder was changed"),
    Reason.RETURNED: _("purchase returned"),
    Reason.MERGED: _("brought along by a merged membership"),
    Reason.UNMERGED: _("the merge was undone"),
}
# What merchants' tills and files usually say; whatever else they say is shown as they say it.
PLACES: dict[str, Promise] = {
    "store": _("in store"),
    "online": _("online"),
    "till": _("at the till"),
    "desk": _("at the staff desk"),
    "import": _("brought in by import"),
    "portal": _("on the members’ pages"),
    "join": _("at enrolment"),
    "unsubscribe": _("by the link in an e-mail"),
    "merge": _("when two memberships were merged"),
    "unmerge": _("when a merge was undone"),
}
_TIER = "tier-"


def of_amount(*, cents: int, currency: str) -> str:
    """Return an amount of money: 13,80 € or €13.80."""
    return money.to_words(cents=cents, currency=currency, language=get_language() or "fr")


def of_number(value: int | Decimal) -> str:
    """Return a number without decimals that say nothing: 12 345, 0,5."""
    return format_decimal(value, locale=get_language() or "fr")


def of_move(reason: str, *, left: Tier | None, reached: Tier | None) -> str:
    """Return why a member's tier changed. Nobody spends anything to reach the first one."""
    if left is None and reached and not any(_thresholds(reached)):
        return gettext("where everybody begins")
    return str(MOVES.get(reason, reason))


def _thresholds(tier: Tier) -> tuple[int, ...]:
    return tier.threshold_cents, tier.threshold_visits, tier.threshold_credits


def of_place(code: str) -> str:
    """Return where something happened or was said."""
    return str(PLACES.get(code, code))


def of_tier(tier: Tier | Rung | None) -> str:
    """Return what a tier is called; a dash is below the first."""
    return languages.in_language(french=tier.name_fr, english=tier.name_en) if tier else "–"


def of_wallet(code: str, *, book: Rulebook) -> str:
    """Return what a wallet's policy calls it."""
    wallet = book.wallet(code)
    return languages.in_language(french=wallet.name_fr, english=wallet.name_en) or code


def of_rule(code: str, *, book: Rulebook) -> str:
    """Return what a rule, or the tier that multiplied, is called today."""
    if code.startswith(_TIER) and (tier := book.tier(code.removeprefix(_TIER))):
        return of_tier(tier)
    rule = next((rule for rule in book.rules if rule.code == code), None)
    return languages.in_language(french=rule.name_fr, english=rule.name_en) if rule else code
