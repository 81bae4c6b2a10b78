"""What a profile gives once all of it is told."""

from collections.abc import Sequence
from datetime import datetime

from loyalty.ledger import posting
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Event
from members import bonuses, sharing
from members.models import Member


def is_complete(*, member: Member) -> bool:
    """Say whether a member told a first and a last name, a birthday, an e-mail and a phone."""
    told = (
        member.first_name,
        member.last_name,
        member.birth_month,
        member.email,
        member.phone or member.phone_claimed,
    )
    return all(told)


def lock(*, member: Member, book: Rulebook) -> None:
    """Lock a member's accounts before their row, where a change may give points."""
    if bonuses.has_rules(event=Event.PROFILE, book=book):
        posting.lock(member.holder_id, wallets=book.wallets)


def give(*, member: Member, at: datetime, book: Rulebook, actor: str = "") -> None:
    """Give what the rules say of a complete profile, once for each member, ever.

    Call it in a transaction, after `lock`.
    """
    if not (bonuses.has_rules(event=Event.PROFILE, book=book) and is_complete(member=member)):
        return
    had = sharing.get_given(members=[member], origin=Event.PROFILE)
    if not (had or member.vouchers.filter(origin=Event.PROFILE).exists()):
        give_new(
            members=[member], recorded_at=at, book=book, is_historic=False, actor=actor, at=at
        )


def give_new(
    *,
    members: Sequence[Member],
    recorded_at: datetime,
    book: Rulebook,
    is_historic: bool,
    actor: str,
    at: datetime | None = None,
) -> None:
    """Give it to the complete ones of some who never had it, as of joining unless told when."""
    bonuses.give(
        members=[member for member in members if is_complete(member=member)],
        event=Event.PROFILE,
        reference=Event.PROFILE,
        moment_of=lambda member: at or member.enrolled_at,
        recorded_at=recorded_at,
        book=book,
        is_historic=is_historic,
        actor=actor,
    )
