"""Members who share their points: who is in a household, and what they bring and take along."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import ConcurrentUpdate, Refusal
from loyalty.events import outbox
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes.models import HouseholdRule
from loyalty.programmes.rulebook import Rulebook
from members import blocking, carrying
from members.models import Household, HouseholdStay, Member

PERMISSION = "members.change_householdstay"


class HouseholdsOff(Refusal):
    code = "households-off"
    title = _("This programme has no households.")


class AlreadyInHousehold(Refusal):
    code = "already-in-household"
    title = _("They are in a household already. Nobody is in two.")


class NotInHousehold(Refusal):
    code = "not-in-household"
    title = _("They are in no household.")


class HouseholdFull(Refusal):
    """`size` says how many may be in one."""

    code = "household-full"
    title = _("This household is full.")


class HouseholdEnded(Refusal):
    code = "household-ended"
    title = _("This household has ended.")


class ErasurePending(Refusal):
    """Whoever will be forgotten brings no points that others would lose again."""

    code = "erasure-pending"
    title = _("All that is known of them will be erased: they cannot join a household.")


@posting.retried
@transaction.atomic
def found(
    *, member: Member, at: datetime, actor: str = "", by: User | None = None, reason: str = ""
) -> Household:
    """Let a member share their points from now on, so far with nobody.

    Their available and pending points, and what they owe, become the household's; stamps,
    status credits, tier and history stay their own. `by` is somebody of the staff. Raises
    HouseholdsOff, AlreadyInHousehold, ErasurePending, MemberBlocked, MemberClosed, SpendingLocked,
    OwnCard or NotPermitted.
    """
    _check_staff(by)
    book = books.get_book()
    member = _lock_newcomer(member, book=book, by=by, at=at)
    holder = posting.open_holder(at=at, wallets=[book.spending_wallet])
    household = Household.objects.create(public_id=ids.new("hou"), holder=holder, founded_at=at)
    told = {"what": "household-founded", "reason": reason, "actor": actor}
    _enter(household, member, book=book, at=at, **told)
    return household


@posting.retried
@transaction.atomic
def join(
    *,
    household: Household,
    member: Member,
    at: datetime,
    actor: str = "",
    by: User | None = None,
    reason: str = "",
) -> HouseholdStay:
    """Let a member, who wants it, share the points of a household, as `found` does.

    Raises as `found`, HouseholdEnded, or HouseholdFull.
    """
    _check_staff(by)
    book = books.get_book()
    member = _lock_newcomer(member, book=book, by=by, at=at)
    posting.lock(household.holder_id)
    # Under the lock: whoever joined, or was the last one out, a moment ago has committed by now.
    household = Household.objects.get(pk=household.pk)
    if household.closed_at is not None:
        raise HouseholdEnded
    check_room(household=household)
    told = {"what": "household-joined", "reason": reason, "actor": actor}
    return _enter(household, member, book=book, at=at, **told)


@posting.retried
@transaction.atomic
def leave(
    *, member: Member, at: datetime, actor: str = "", by: User | None = None, reason: str = ""
) -> HouseholdStay:
    """Let a member's points be their own again, with what the rule says that they take along.

    The rule is that of the day on which they joined: nothing, or what is left of the lots that
    they brought and earned. What the household owes it goes on owing. The last one out takes
    all, and the household ends. Raises NotInHousehold, OwnCard or NotPermitted.
    """
    _check_staff(by)
    member = blocking.lock(member=member, by=by)
    if (stay := get_stay(member=member)) is None:
        raise NotInHousehold
    return _go(stay, member, at=at, actor=actor, reason=reason)


@posting.retried
@transaction.atomic
def dissolve(
    *, household: Household, at: datetime, actor: str, by: User | None = None, reason: str = ""
) -> Household:
    """End a household. Each takes along what is left of what they brought and earned.

    Nobody stays for whom it could be kept; what nobody brought who is still there goes to who
    has been in it for longest. Raises HouseholdEnded, OwnCard or NotPermitted.
    """
    _check_staff(by)
    stays = list(_stays_of(household))
    posting.lock_many([stay.member.holder_id for stay in stays])
    # Under the locks: somebody may have come or gone meanwhile.
    now = list(_stays_of(household))
    if not now:
        raise HouseholdEnded
    if [stay.pk for stay in now] != [stay.pk for stay in stays]:
        raise ConcurrentUpdate
    for stay in reversed(now):
        member = blocking.lock(member=stay.member, by=by)
        _go(stay, member, at=at, actor=actor, reason=reason, rule=HouseholdRule.SHARE)
    household.refresh_from_db()
    return household


def get_stay(*, member: Member) -> HouseholdStay | None:
    """Return a member's stay in the household that they are in now."""
    return HouseholdStay.objects.open().with_people().filter(member=member).first()


def check_room(*, household: Household) -> None:
    """Refuse one more than the programme lets share, under the household's lock: HouseholdFull."""
    size = books.get_book().household_size
    if household.stays.filter(until_at=None).count() >= size:
        raise HouseholdFull(size=size)


def has_households(*, book: Rulebook) -> bool:
    """Say whether members may share points. Not while these lift somebody's tier."""
    ladder = book.ladder
    is_counted = ladder is not None and ladder.credit_wallet == book.spending_wallet
    return bool(book.household_rule) and not is_counted


def _check_staff(by: User | None) -> None:
    if by is not None:
        permitting.check(user=permitting.lock(user=by), permission=PERMISSION)


def _stays_of(household: Household) -> Any:
    stays = HouseholdStay.objects.open().with_people().filter(household=household)
    return stays.order_by("since_at", "pk")


def _lock_newcomer(member: Member, *, book: Rulebook, by: User | None, at: datetime) -> Member:
    if not has_households(book=book):
        raise HouseholdsOff
    member = blocking.lock(member=member, by=by)
    # Whoever took an account over would share its points out instead of spending them.
    blocking.check_may_spend(member=member, at=at)
    if member.erasure_due_at is not None:
        raise ErasurePending
    if get_stay(member=member) is not None:
        raise AlreadyInHousehold
    return member


def _enter(
    household: Household,
    member: Member,
    *,
    book: Rulebook,
    at: datetime,
    what: str,
    reason: str,
    actor: str,
) -> HouseholdStay:
    stay = HouseholdStay.objects.create(
        household=household, member=member, rule=book.household_rule, since_at=at
    )
    stay.brought = carrying.bring(
        stay=stay, wallet=book.spending_wallet, at=at, actor=actor or member.public_id, reason=what
    )
    stay.save(update_fields=["brought"])
    blocking.note(member=member, what=what, reason=reason)
    _tell("household.joined", stay, points=stay.brought, actor=actor, at=at)
    return stay


def _go(
    stay: HouseholdStay,
    member: Member,
    *,
    at: datetime,
    actor: str,
    reason: str,
    rule: str = "",
) -> HouseholdStay:
    is_last = not _stays_of(stay.household).exclude(pk=stay.pk).exists()
    stay.taken, who = 0, actor or member.public_id
    for account in carrying.lock_shared(stay=stay):
        told: Any = {"stay": stay, "account": account, "at": at, "actor": who}
        stay.taken += carrying.take_along(rule=rule or stay.rule, **told)
        if is_last:
            stay.taken += carrying.take_all(**told)
    stay.until_at = max(at, stay.since_at)
    stay.save(update_fields=["until_at", "taken"])
    if is_last:
        stay.household.closed_at = max(at, stay.household.founded_at)
        stay.household.save(update_fields=["closed_at"])
    blocking.note(member=member, what="household-left", reason=reason)
    _tell("household.left", stay, points=stay.taken, actor=actor, at=at)
    return stay


def _tell(name: str, stay: HouseholdStay, *, points: int, actor: str, at: datetime) -> None:
    payload = {
        "household": stay.household.public_id,
        "member": stay.member.public_id,
        "points": points,
        "actor": actor or stay.member.public_id,
    }
    outbox.record(name, payload, at=at)
