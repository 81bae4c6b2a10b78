"""Points for a reward, and back again."""

import re
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.ledger import posting
from loyalty.programmes import books
from members import blocking, vouchering
from members.models import Member, MemberState, Voucher
from rewards import stocking
from rewards.models import Redemption, Reward

# As PostgreSQL names the unique key, and as SQLite does.
_KEY_IS_TAKEN = re.compile(r"rewards_redemption[._]key\b|rewards_redemption_key_")


class RedemptionAlreadyCancelled(Refusal):
    code = "redemption-already-cancelled"
    title = _("This redemption was already cancelled.")


@posting.retried
@transaction.atomic
def redeem(
    *,
    member: Member,
    reward: Reward,
    key: str,
    at: datetime,
    actor: str = "",
    is_historic: bool = False,
) -> Redemption:
    """Pay for one reward with the member's points and give the voucher for it.

    A repeated key returns the first redemption and takes nothing more. The price is the one
    in force now. Raises RewardUnavailable, RewardNotEligible, RewardExhausted,
    MemberBlocked, MemberClosed, posting.InsufficientPoints, or posting.KeyReused.
    """
    accounts = posting.lock(member.holder_id, wallets=[reward.wallet.code])
    # After the lock: a repeat that raced us has committed by now.
    if done := Redemption.objects.for_key(key):
        return _repeated(done, member=member, reward=reward)

    member = Member.objects.with_tier().get(pk=member.pk)
    reward = Reward.objects.with_terms().get(pk=reward.pk)
    stocking.check_eligible(member=member, reward=reward, at=at)
    payment = posting.redeem(
        account=accounts[reward.wallet.code],
        points=reward.cost,
        reference=reward.public_id,
        key=key,
        at=at,
        actor=actor,
        is_historic=is_historic,
    )
    redemption = Redemption(
        member=member, reward=reward, payment=payment, key=key, redeemed_at=at, actor=actor
    )
    return _finish(redemption, is_historic=is_historic)


def _finish(redemption: Redemption, *, is_historic: bool) -> Redemption:
    redemption.public_id, redemption.points = ids.new("rdm"), redemption.reward.cost
    redemption.voucher = _issue_voucher(redemption, is_historic=is_historic)
    # Last, so that a popular reward's row is locked for the shortest time.
    redemption.is_from_stock = stocking.take_one(redemption.reward)
    _insert(redemption)
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
        is_historic=is_historic,
    )


def _repeated(done: Redemption, *, member: Member, reward: Reward) -> Redemption:
    if (done.member_id, done.reward_id) != (member.pk, reward.pk):
        raise posting.KeyReused
    return done


@posting.retried
@transaction.atomic
def cancel(*, redemption: Redemption, key: str, at: datetime, actor: str = "") -> Redemption:
    """Give the points back to their lots and the piece back to the stock; void the voucher.

    A repeated key returns the cancelled redemption and gives nothing more. Points whose lot
    has expired meanwhile come back with the wallet's grace. Raises
    RedemptionAlreadyCancelled, vouchering.VoucherUsed, or MemberClosed.
    """
    posting.lock(redemption.member.holder_id)
    # After the lock: whoever cancelled it a moment ago has committed by now.
    redemption = Redemption.objects.with_details().get(pk=redemption.pk)
    if redemption.cancel_key == key:
        return redemption
    if redemption.cancelled_at is not None:
        raise RedemptionAlreadyCancelled(redemption=redemption.public_id)

    if redemption.member.state == MemberState.CLOSED:
        raise blocking.MemberClosed
    vouchering.cancel(voucher=redemption.voucher)
    posting.refund(
        entry=redemption.payment,
        points=redemption.points,
        key=key,
        at=at,
        grace_days=_grace_days(redemption),
        actor=actor,
        reason="redemption-cancelled",
    )
    redemption.cancelled_at, redemption.cancelled_by = at, actor
    redemption.cancel_key = key
    redemption.save(update_fields=["cancelled_at", "cancelled_by", "cancel_key"])
    outbox.record("reward.cancelled", redemption.facts(), at=at)
    stocking.give_back(redemption)
    return redemption


def _grace_days(redemption: Redemption) -> int:
    return books.get_book().wallet(redemption.payment.account.wallet.code).refund_grace_days
