"""Points for a reward, and back again."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry
from loyalty.programmes import books
from loyalty.programmes.idling import Activity
from members import blocking, owning, sharing, vouchering
from members.models import Member, MemberState, Voucher
from rewards import pricing, stocking
from rewards.models import CancelReason, Redemption, RedemptionPayment, Reward
from rewards.pricing import Price

CANCELS = "rewards.change_redemption"
# As PostgreSQL names the unique key, and as SQLite does.
_KEY_IS_TAKEN = re.compile(r"rewards_redemption[._]key\b|rewards_redemption_key_")


class RedemptionAlreadyCancelled(Refusal):
    code = "redemption-already-cancelled"
    title = _("This redemption was already cancelled.")


class CodeShown(Refusal):
    """A partner's code was given: whoever has seen it may have spent it already."""

    code = "code-already-shown"
    title = _("The code has been shown: only staff can give the points back, with a reason.")


class CancelReasonMissing(Refusal):
    code = "cancel-reason-missing"
    title = _("Choose a reason: the code has been shown to the member.")


class RewardPriceChanged(Refusal):
    """What was agreed to is not what it costs now. Nothing was taken."""

    code = "reward-price-changed"
    title = _("The price of this reward has changed.")


@posting.retried
@transaction.atomic
def redeem(
    *,
    member: Member,
    reward: Reward,
    key: str,
    at: datetime,
    actor: str = "",
    agreed: Sequence[Price] | None = None,
    is_historic: bool = False,
) -> Redemption:
    """Pay for one reward from all its wallets at once and give the voucher for it.

    A repeated key returns the first redemption and takes nothing more. The price is the one
    in force now, and must be the one `agreed` where the caller showed it. Raises
    RewardUnavailable, RewardNotEligible, RewardLimitReached, RewardPriceChanged,
    RewardExhausted, MemberBlocked, MemberClosed, SpendingLocked, posting.InsufficientPoints
    (with the wallet that has too little), or posting.KeyReused.
    """
    accounts = posting.lock(member.holder_id)
    # After the lock: a repeat that raced us has committed by now.
    if done := Redemption.objects.for_key(key):
        return _repeated(done, member=member, reward=reward)

    member = Member.objects.with_tier().get(pk=member.pk)
    reward = Reward.objects.with_terms().get(pk=reward.pk)
    stocking.check_eligible(member=member, reward=reward, at=at)
    prices = pricing.get_prices(reward)
    if agreed is not None and list(agreed) != list(prices):
        raise RewardPriceChanged(reward=reward.public_id)
    redemption = Redemption(
        public_id=ids.new("rdm"),
        member=member,
        reward=reward,
        key=key,
        redeemed_at=at,
        actor=actor,
    )
    payments = _pay(redemption, prices, accounts=accounts, is_historic=is_historic)
    return _finish(redemption, payments, is_historic=is_historic)


def _pay(
    redemption: Redemption,
    prices: Sequence[Price],
    *,
    accounts: Mapping[str, Account],
    is_historic: bool,
) -> list[Entry]:
    """Take each price from its account. Without an account of its wallet there is nothing."""
    for price in prices:
        if price.wallet not in accounts:
            raise posting.InsufficientPoints(
                available=0, required=price.points, wallet=price.wallet
            )
    return [
        _take(redemption, price, account=accounts[price.wallet], is_historic=is_historic)
        for price in prices
    ]


def _take(redemption: Redemption, price: Price, *, account: Account, is_historic: bool) -> Entry:
    try:
        return posting.redeem(
            account=account,
            points=price.points,
            reference=redemption.reward.public_id,
            key=redemption.key,
            at=redemption.redeemed_at,
            actor=redemption.actor,
            on_behalf_of=sharing.on_behalf_of(member=redemption.member, account=account),
            is_historic=is_historic,
            idle=books.get_book().idle(price.wallet, Activity.SPENDING, at=redemption.redeemed_at),
        )
    except posting.InsufficientPoints as refusal:
        raise posting.InsufficientPoints(wallet=price.wallet, **refusal.figures) from refusal


def _finish(redemption: Redemption, payments: Sequence[Entry], *, is_historic: bool) -> Redemption:
    redemption.payment, redemption.points = payments[0], -payments[0].points
    redemption.voucher = _issue_voucher(redemption, is_historic=is_historic)
    # Last, so that a popular reward's row is locked for the shortest time.
    redemption.is_from_stock = stocking.take_one(redemption.reward)
    _insert(redemption)
    RedemptionPayment.objects.bulk_create(
        RedemptionPayment(redemption=redemption, entry=entry, points=-entry.points)
        for entry in payments[1:]
    )
    outbox.record(
        "reward.redeemed",
        redemption.facts(),
        at=redemption.redeemed_at,
        is_historic=is_historic,
    )
    return redemption


def _insert(redemption: Redemption) -> None:
    """Write it. Of two members under one key at once, no lock made the second one wait."""
    try:
        redemption.save(force_insert=True)
    except IntegrityError as error:
        if _KEY_IS_TAKEN.search(str(error)):
            raise posting.KeyReused from error
        raise


def _issue_voucher(redemption: Redemption, *, is_historic: bool) -> Voucher:
    reward = redemption.reward
    return vouchering.issue(
        member=redemption.member,
        origin=redemption.public_id,
        name_fr=reward.name_fr,
        name_en=reward.name_en,
        value_cents=reward.value_cents,
        days=reward.voucher_days,
        at=redemption.redeemed_at,
        code=stocking.take_code(reward, at=redemption.redeemed_at),
        is_historic=is_historic,
    )


def _repeated(done: Redemption, *, member: Member, reward: Reward) -> Redemption:
    if (done.member_id, done.reward_id) != (member.pk, reward.pk):
        raise posting.KeyReused
    return done


@posting.retried
@transaction.atomic
def cancel(
    *,
    redemption: Redemption,
    key: str,
    at: datetime,
    actor: str = "",
    by: User | None = None,
    reason: str = "",
) -> Redemption:
    """Give the points back to their lots and the piece back to the stock; void the voucher.

    A repeated key returns the cancelled redemption and gives nothing more. Points whose lot
    has expired meanwhile come back with the wallet's grace. A pool's code is not given again:
    somebody has seen it, and may have spent it where we do not look; so `by`, somebody of the
    staff, gives its points back alone, with a reason, and never to their own card. Raises
    RedemptionAlreadyCancelled, vouchering.VoucherUsed, MemberClosed, CodeShown,
    CancelReasonMissing, owning.OwnCard, or permitting.NotPermitted.
    """
    if by is not None:
        permitting.check(user=permitting.lock(user=by), permission=CANCELS)
    posting.lock(redemption.member.holder_id)
    # After the lock: whoever cancelled it a moment ago has committed by now.
    redemption = Redemption.objects.with_details().get(pk=redemption.pk)
    if redemption.cancel_key == key:
        return redemption
    if redemption.cancelled_at is not None:
        raise RedemptionAlreadyCancelled(redemption=redemption.public_id)

    if redemption.member.state == MemberState.CLOSED:
        raise blocking.MemberClosed
    _check_may_cancel(redemption, by=by, reason=reason)
    vouchering.cancel(voucher=redemption.voucher)
    _give_back(redemption, key=key, at=at, actor=actor)
    redemption.cancelled_at, redemption.cancelled_by = at, actor
    redemption.cancel_key, redemption.cancel_reason = key, reason
    redemption.save(update_fields=["cancelled_at", "cancelled_by", "cancel_key", "cancel_reason"])
    outbox.record("reward.cancelled", redemption.facts(), at=at)
    stocking.give_back(redemption)
    return redemption


def _check_may_cancel(redemption: Redemption, *, by: User | None, reason: str) -> None:
    is_shown = bool(redemption.voucher.printed)
    if by is None:
        if is_shown:
            raise CodeShown(redemption=redemption.public_id)
        return
    owning.check_not_own(member=redemption.member, user=by)
    if reason not in CancelReason.values and (is_shown or reason):
        raise CancelReasonMissing


def _give_back(redemption: Redemption, *, key: str, at: datetime, actor: str) -> None:
    book = books.get_book()
    for payment in _get_payments(redemption):
        wallet = payment.account.wallet.code
        posting.refund(
            entry=payment,
            points=-payment.points,
            key=key,
            at=at,
            grace_days=book.wallet(wallet).refund_grace_days,
            idle=book.idle(wallet, at=at),
            actor=actor,
            reason="redemption-cancelled",
        )


def _get_payments(redemption: Redemption) -> list[Entry]:
    extra = redemption.extra_payments.select_related("entry__account__wallet").order_by("pk")
    return [redemption.payment, *(payment.entry for payment in extra)]
