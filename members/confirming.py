"""What a referral comes to: both sides get what the rules say, or nothing and a reason why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from loyalty.core import keys, zones
from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Event
from members import blocking, hearing, owning, referring, relating, seeing
from members.finding import MemberNotFound
from members.hearing import Told
from members.models import (
    Member,
    MemberState,
    Purchase,
    Referral,
    ReferralEnd,
    ReferralState,
    Return,
)

PERMISSION = "members.change_referral"
JOB = "job:referrals"
_CHUNK = 500


class ReferralEnded(Refusal):
    code = "referral-ended"
    title = _("This referral does not wait any more.")


@dataclass(frozen=True, kw_only=True)
class Pair:
    """Both sides of a referral as they are now, their accounts locked, and the night's day."""

    referral: Referral
    referrer: Member
    friend: Member
    accounts: Mapping[int, Mapping[str, Account]]
    day: date
    tonight: datetime
    at: datetime
    book: Rulebook
    is_historic: bool


def confirm(*, day: date, at: datetime, is_historic: bool = False) -> int:
    """Decide what waits and whose friend has bought, as of the end of a business day.

    A friend's purchase counts when it is as many full local days old as the programme says and
    what is left of it after the returns of those days is enough. Then both sides get what the
    rules say at midnight, whenever it is booked; or the referral is refused for one of the
    reasons that were not there, or not told, when the friend joined. Who is blocked waits.
    Returns how many were decided, each in a transaction of its own: repeating a day decides
    nothing more. Without referrals in the programme nothing is decided. Of what is historic
    nobody is told.
    """
    book = books.get_book()
    if book.referral_days is None:
        return 0
    decided, last = 0, 0
    due = _due(day - timedelta(days=book.referral_days), book)
    while chunk := list(due.filter(pk__gt=last).values_list("pk", flat=True)[:_CHUNK]):
        decided += sum(_decide(pk, day=day, at=at, is_historic=is_historic) for pk in chunk)
        last = chunk[-1]
    return decided


@posting.retried
@transaction.atomic
def cancel(*, referral: Referral, reason: str, by: User, at: datetime) -> Referral:
    """Let a referral that waits come to nothing, for a reason that the friend's history keeps.

    Raises NotPermitted, OwnCard of either side, MemberNotFound of a friend whom they may not
    see, or ReferralEnded.
    """
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=PERMISSION)
    # As the night locks them: the accounts first.
    friend = blocking.lock(member=referral.friend, by=user)
    if not seeing.may_see(user=user, member=friend):
        raise MemberNotFound
    found = _lock(referral.pk)
    if found.state != ReferralState.PENDING:
        raise ReferralEnded
    owning.check_not_own(member=found.referrer, user=user)
    referring.end(
        referral=found, state=ReferralState.CANCELLED, why=ReferralEnd.STAFF, at=at,
        actor=f"user:{user.pk}",
    )  # fmt: skip
    blocking.note(member=friend, what="referral-cancelled", reason=reason)
    return found


def get_first(*, friend: Member, day: date, book: Rulebook) -> Purchase | None:
    """Return a friend's first purchase that counts at the end of a business day, or None."""
    came_back = (
        Return.objects.filter(purchase=OuterRef("pk"), business_on__lte=day)
        .order_by()
        .values("purchase")
        .annotate(sum=Sum("total_cents"))
        .values("sum")
    )
    until = day - timedelta(days=book.referral_days or 0)
    bought = Purchase.objects.filter(member=friend, business_on__lte=until)
    left = bought.annotate(left=F("total_cents") - Coalesce(Subquery(came_back), 0))
    return left.filter(left__gte=_least(book)).order_by("occurred_at", "pk").first()


def _least(book: Rulebook) -> int:
    return max(book.referral_least_cents, 1)


def _due(until: date, book: Rulebook) -> QuerySet[Referral]:
    """Return what waits of friends who bought, as they or as a survivor, until a day."""
    bought = Purchase.objects.filter(business_on__lte=until, total_cents__gte=_least(book))
    has_bought = Q(Exists(bought.filter(member=OuterRef("friend"))))
    has_bought |= Q(Exists(bought.filter(member=OuterRef("friend__merged_into"))))
    return Referral.objects.pending().filter(has_bought).order_by("pk")


@posting.retried
@transaction.atomic
def _decide(pk: int, *, day: date, at: datetime, is_historic: bool) -> bool:
    """Decide one, and say whether it was."""
    pair = _read(pk, day=day, at=at, is_historic=is_historic)
    if pair.referral.state != ReferralState.PENDING:
        return False
    first = get_first(friend=pair.friend, day=day, book=pair.book)
    if first is None or MemberState.BLOCKED in {pair.referrer.state, pair.friend.state}:
        return False
    if why := _why_not(pair):
        _end(pair, ReferralState.REFUSED, why)
        return True
    unrewarded = _why_unrewarded(pair)
    _end(pair, ReferralState.CONFIRMED, unrewarded, purchase=first)
    if not unrewarded:
        _tell(pair, pair.referrer, Event.REFERRAL)
    _tell(pair, pair.friend, Event.REFERRED)
    return True


def _read(pk: int, *, day: date, at: datetime, is_historic: bool) -> Pair:
    """Lock the accounts of both, then the referral, and read all as it is now."""
    book = books.get_book()
    found = Referral.objects.with_people().get(pk=pk)
    sides = [found.referrer.survivor.holder_id, found.friend.survivor.holder_id]
    accounts = posting.lock_many(sides, wallets=book.wallets)
    referral = _lock(pk)
    now = [referral.referrer.survivor.holder_id, referral.friend.survivor.holder_id]
    if now != sides:
        # One was merged a moment ago.
        accounts = posting.lock_many(now, wallets=book.wallets)
    return Pair(
        referral=referral,
        referrer=referral.referrer.survivor,
        friend=referral.friend.survivor,
        accounts=accounts,
        day=day,
        tonight=zones.end_of_day(day=day, zone=book.zone),
        at=at,
        book=book,
        is_historic=is_historic,
    )


def _lock(pk: int) -> Referral:
    rows = Referral.objects.with_people().select_for_update(of=("self",), no_key=True)
    return rows.get(pk=pk)


def _why_not(pair: Pair) -> str:
    """Return why neither side gets anything, or nothing."""
    joined = pair.referral.friend
    if pair.friend.state == MemberState.CLOSED:
        return ReferralEnd.FRIEND_LEFT
    others = Referral.objects.of_friend(pair.friend).exclude(pk=pair.referral.pk)
    if others.filter(state=ReferralState.CONFIRMED).exists():
        return ReferralEnd.REFERRED_BEFORE
    if relating.was_member_before(friend=joined):
        return ReferralEnd.MEMBER_BEFORE
    return _why_related(pair)


def _why_related(pair: Pair) -> str:
    try:
        referring.check(referrer=pair.referrer, friend=pair.friend, at=pair.tonight, by_phone=True)
    except referring.OwnReferral:
        return ReferralEnd.OWN
    except referring.SameHousehold:
        return ReferralEnd.HOUSEHOLD
    except referring.CircularReferral:
        return ReferralEnd.CIRCULAR
    return ""


def _why_unrewarded(pair: Pair) -> str:
    """Return why the referrer gets nothing though their friend does, or nothing."""
    if pair.referrer.state == MemberState.CLOSED:
        return ReferralEnd.REFERRER_LEFT
    most = pair.book.referral_most
    if most is None:
        return ""
    rewarded = Referral.objects.of_referrer(pair.referrer).filter(
        state=ReferralState.CONFIRMED, why="", ended_on__year=pair.day.year
    )
    return ReferralEnd.LIMIT if rewarded.count() >= most else ""


def _end(pair: Pair, state: ReferralState, why: str, *, purchase: Purchase | None = None) -> None:
    referring.end(
        referral=pair.referral, state=state, why=why, at=pair.at, actor=JOB, ended_on=pair.day,
        purchase=purchase, is_historic=pair.is_historic,
    )  # fmt: skip


def _tell(pair: Pair, member: Member, event: Event) -> None:
    reference = pair.referral.public_id
    hearing.notice(
        member=member,
        told=Told(name=event.value, reference=reference, occurred_at=pair.tonight),
        key=keys.digest(scope="referral", key=f"{event.value}:{reference}"),
        accounts=pair.accounts[member.holder_id],
        at=pair.at,
        book=pair.book,
        is_historic=pair.is_historic,
    )
