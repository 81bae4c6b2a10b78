"""Members sign in: who an address belongs to, and the user that stands for them."""

from datetime import datetime

from django.db import transaction

from loyalty.identity.models import User
from loyalty.programmes import books
from members.models import Member, SignInDay

# Users of members have no address of their own: the member's is the one that counts, and a
# member who works here keeps two users, of which one never opens the desk.
NOWHERE = "members.invalid"


def get_member(*, address: str) -> Member | None:
    """Return who may sign in with an address, as it is kept.

    Who has left may too, as long as we know them: what is held of them is theirs to see. The
    address of a membership that was merged opens the one that has what was theirs.
    """
    member = Member.objects.select_related("merged_into").filter(email=address).first()
    return member.survivor if member else None


@transaction.atomic
def open_user(*, member: Member) -> User:
    """Return the user of a member, made at their first sign-in. It has no password, ever."""
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.user is not None:
        return member.user
    member.user = User.objects.create_user(
        f"{member.public_id}@{NOWHERE}", language=member.language
    )
    member.save(update_fields=["user"])
    return member.user


def note(*, member: Member, at: datetime) -> None:
    """Remember that a member came in on this business day. Twice is once."""
    day = books.get_book().business_day(at)
    SignInDay.objects.bulk_create(
        [SignInDay(member=member, signed_in_on=day)], ignore_conflicts=True
    )
