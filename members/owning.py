"""Whose card it is: nobody of the staff touches their own, whichever door they take."""

from collections.abc import Iterable

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from members import identifying
from members.models import HouseholdStay, Member


class OwnCard(Refusal):
    code = "own-card"
    status = 403
    title = _("This is your own card: ask a colleague.")


def check_not_own(*, member: Member, user: User) -> None:
    """Refuse whoever is the member, or was before somebody corrected or merged it: OwnCard.

    Whoever shares points with them is as good as them.
    """
    if is_own_card(member=member, user=user) or _was_own_card(member=member, user=user):
        raise OwnCard
    for other in _housemates_of(member):
        if is_own_card(member=other, user=user) or _was_own_card(member=other, user=user):
            raise OwnCard


def is_of_staff(*, member: Member) -> bool:
    """Say whether the card is, or was, that of somebody who works here, or of who shares points
    with them. Three statements, one more for each who shares."""
    staff = list(User.objects.filter(is_staff=True, is_active=True))
    return any(
        _is_row_of(row, user)
        for one in (member, *_housemates_of(member))
        for row in (one, *_rows_of(one))
        for user in staff
    )


def _housemates_of(member: Member) -> Iterable[Member]:
    """Return who shares points with a member now."""
    here = HouseholdStay.objects.open().filter(member=member.pk).values("household")
    stays = HouseholdStay.objects.open().filter(household__in=here).exclude(member=member.pk)
    return Member.objects.filter(pk__in=stays.values("member"))


def is_own_card(*, member: Member, user: User) -> bool:
    """Say whether somebody of the staff is the member: by their account, address or phone."""
    is_linked = member.user_id is not None and member.user_id == user.pk
    is_named = bool(member.email) and _is_theirs(str(member.email), user)
    is_called = bool(user.phone) and member.phone == user.phone
    return is_linked or is_named or is_called


def get_own(*, users: Iterable[User]) -> frozenset[int]:
    """Return the members, by key, whose card is or was that of one of some people."""
    return frozenset(pk for user in users for pk in _own_of(user))


def _own_of(user: User) -> Iterable[int]:
    """Look once at what might be theirs, by the name of their mailbox, then closely."""
    local, _at, domain = user.email.rpartition("@")
    same = Q(email__istartswith=local.partition("+")[0], email__iendswith=f"@{domain}")
    if user.phone:
        same |= Q(phone=user.phone)
    was = {row.id for row in Member.history.filter(same) if _is_told(row, user)}
    now = Member.objects.filter(same | Q(user=user))
    own = was | {member.pk for member in now if is_own_card(member=member, user=user)}
    # What was theirs is in the survivor's account now.
    return own | set(Member.objects.filter(merged__in=own).values_list("pk", flat=True))


def _was_own_card(*, member: Member, user: User) -> bool:
    """Say whether it, or who was merged into it, ever had their account, address or phone."""
    return any(_is_row_of(row, user) for row in _rows_of(member))


def _rows_of(member: Member) -> Iterable[Member]:
    """Return who a member, and whoever was merged into them, ever was: one statement."""
    merged = Member.objects.filter(merged_into=member).values("pk")
    said = Member.history.filter(Q(id=member.pk) | Q(id__in=merged))
    rows: Iterable[Member] = said.only("id", "email", "phone", "user")
    return rows


def _is_row_of(row: Member, user: User) -> bool:
    return row.user_id == user.pk or _is_told(row, user)


def _is_told(row: Member, user: User) -> bool:
    is_named = bool(row.email) and _is_theirs(str(row.email), user)
    return is_named or bool(user.phone and row.phone == user.phone)


def _is_theirs(email: str, user: User) -> bool:
    return identifying.mailbox(email) == identifying.mailbox(user.email)
