"""Points are set aside at a till to pay with; the payment takes them, or lets them go."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, NotFound, Refusal, ValidationFailed
from loyalty.ledger import balances, posting
from loyalty.ledger.models import Account, Entry, HoldState
from loyalty.programmes import books, paying
from loyalty.programmes.idling import Activity
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import blocking, sharing
from members.models import Member, TillHold

_ENDED: Mapping[str, type[Refusal]] = {
    HoldState.CAPTURED: posting.HoldAlreadyCaptured,
    HoldState.VOIDED: posting.HoldAlreadyVoided,
    HoldState.LAPSED: posting.HoldExpired,
}
REASON = "payment"
LASTS = timedelta(minutes=15)


class PointsCannotPay(Refusal):
    """`limit` says how many points may pay here at most, `minimum` how many at least."""

    code = "points-cannot-pay"
    title = _("Points cannot pay so much, or so little, in this programme.")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a till wants to set aside: points, or an amount, for a basket if it is told. Cents."""

    member: Member
    points: int | None = None
    amount_cents: int | None = None
    basket_cents: int | None = None
    lasts: timedelta = LASTS


@posting.retried
@transaction.atomic
def hold(
    *, asked: Asked, key: str, at: datetime, client: str = "", store: Store | None = None
) -> TillHold:
    """Set aside as many points as were asked for, are there, and may pay; and say their worth.

    Nobody else can spend them until they are captured, voided, or lapse. A repeated key returns
    the first hold, as it is now. Raises MemberBlocked, MemberClosed, SpendingLocked,
    PointsCannotPay, ValidationFailed, posting.InsufficientPoints or posting.KeyReused.
    """
    book = books.get_book()
    accounts = posting.lock(asked.member.holder_id)
    # After the lock: a repeat that raced us has committed by now.
    if done := TillHold.objects.with_details().filter(key=key).first():
        return _repeated(done, asked)

    member = Member.objects.get(pk=asked.member.pk)
    blocking.check_may_spend(member=member, at=at)
    account = accounts[book.spending_wallet]
    points = _how_many(asked, account, at=at, book=book)
    held = posting.hold(
        account=account, points=points, lasts=asked.lasts, reference="", key=key, at=at,
        on_behalf_of=sharing.on_behalf_of(member=member, account=account),
        actor=client, reason=REASON,
    )  # fmt: skip
    return _insert(
        TillHold(
            hold=held,
            member=member,
            store=store,
            client=client,
            value_cents=paying.worth(points=points, book=book),
            key=key,
            held_at=at,
        )
    )


def _how_many(asked: Asked, account: Account, *, at: datetime, book: Rulebook) -> int:
    least = paying.least(book=book)
    most = _most(asked.basket_cents, book)
    wanted = asked.points or paying.points_for(cents=asked.amount_cents or 0, book=book)
    allowed = wanted if most is None else min(wanted, most)
    if allowed < least:
        figures: dict[str, Any] = {} if most is None else {"limit": most}
        raise PointsCannotPay(minimum=least, **figures)
    available = balances.get_balance(account=account, at=at).available
    if available < least:
        raise posting.InsufficientPoints(available=available, required=least)
    return min(allowed, available)


def _most(basket_cents: int | None, book: Rulebook) -> int | None:
    if basket_cents is None and book.pay_share_percent < 100:
        detail = _("Points pay a share of the basket: say what it comes to.")
        raise ValidationFailed(errors=[FieldRefusal("/basket", "required", detail)])
    return paying.most(basket_cents=basket_cents, book=book)


def _insert(held: TillHold) -> TillHold:
    """Write it. Of two members under one key at once, no lock made the second one wait."""
    try:
        held.save(force_insert=True)
    except IntegrityError as error:
        raise posting.KeyReused from error
    return held


def _repeated(done: TillHold, asked: Asked) -> TillHold:
    if done.member_id != asked.member.pk:
        raise posting.KeyReused
    return done


def get_hold(*, public_id: str, store: Store | None = None) -> TillHold:
    """Return what was set aside under an id, within reach of a store's tills. Raises NotFound.

    A till of a store reaches what its own store set aside; the others reach all.
    """
    is_readable = public_id.isascii() and public_id.isprintable()
    found = TillHold.objects.with_details().filter(hold__public_id=public_id)
    held = found.first() if is_readable else None
    if held is None or (store is not None and held.store_id != store.pk):
        raise NotFound
    return held


def get_holds(
    *, public_ids: Iterable[str], member: Member | None, store: Store | None = None
) -> dict[str, TillHold]:
    """Return those holds of a member, by id, that tills of a store reach, as `get_hold` says."""
    readable = [name for name in public_ids if name.isascii() and name.isprintable()]
    found = TillHold.objects.with_details().filter(hold__public_id__in=readable, member=member)
    return {
        held.hold.public_id: held for held in found if store is None or held.store_id == store.pk
    }


def check_is_open(*, held: TillHold, at: datetime) -> None:
    """Refuse a hold that has ended: HoldAlreadyCaptured, HoldAlreadyVoided or HoldExpired."""
    if (ended := _ENDED.get(held.state_at(at))) is not None:
        raise ended


@posting.retried
@transaction.atomic
def capture(
    *,
    held: TillHold,
    key: str,
    at: datetime,
    points: int | None = None,
    amount_cents: int | None = None,
    client: str = "",
) -> TillHold:
    """Spend points of a hold, all unless told, and let the others go; it ends once.

    An amount takes the fewest points that pay it. A repeated key returns it as it ended. Raises
    MemberBlocked, MemberClosed, SpendingLocked, posting.AmountExceedsHold, HoldExpired,
    HoldAlreadyCaptured, HoldAlreadyVoided, or KeyReused.
    """
    held = lock(held=held)
    if amount_cents is not None:
        points = held.points_for(amount_cents)
    if held.hold.closing is None or held.hold.closing.key != key:
        blocking.check_may_spend(member=held.member, at=at)
    points = held.hold.points if points is None else points
    take(held=held, points=points, key=key, at=at, client=client, book=books.get_book())
    return TillHold.objects.with_details().get(pk=held.pk)


def take(
    *,
    held: TillHold,
    points: int,
    key: str,
    at: datetime,
    client: str,
    book: Rulebook,
    reference: str = "",
) -> Entry:
    """Capture points of a hold whose member is locked and may spend. Raises as `capture`."""
    return posting.capture(
        hold=held.hold,
        points=points,
        key=key,
        at=at,
        reference=reference,
        actor=client,
        reason=REASON,
        idle=book.idle(book.spending_wallet, Activity.SPENDING, at=at),
    )


@posting.retried
@transaction.atomic
def void(*, held: TillHold, key: str, at: datetime, client: str = "") -> TillHold:
    """Let all points of a hold go back to their lots; it ends once, whoever the member is by now.

    A repeated key returns it as it ended. Raises posting.HoldExpired, HoldAlreadyCaptured,
    HoldAlreadyVoided, or KeyReused.
    """
    held = lock(held=held)
    book = books.get_book()
    idle = book.idle(book.spending_wallet, at=at)
    posting.void(hold=held.hold, key=key, at=at, actor=client, reason=REASON, idle=idle)
    return TillHold.objects.with_details().get(pk=held.pk)


def lock(*, held: TillHold) -> TillHold:
    """Lock the accounts of a hold's member and return it as it is then. Raises MemberMerged."""
    posting.lock(held.member.holder_id)
    locked = TillHold.objects.with_details().get(pk=held.pk)
    if locked.member_id != held.member_id:
        raise blocking.MemberMerged
    return locked
