"""What the rules may know of a member, as it was at a moment."""

from loyalty.programmes.ladder import Rung
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import MemberFacts
from members.models import Member


def of(*, member: Member, tier: Rung | None, book: Rulebook) -> MemberFacts:
    """Return a member's facts with the tier that held at the moment in question."""
    birthday = None
    if member.birth_month is not None and member.birth_day is not None:
        birthday = (member.birth_month, member.birth_day)
    return MemberFacts(
        tier=tier.code if tier else None,
        multiplier=tier.multiplier if tier else None,
        birthday=birthday,
        enrolled_on=book.business_day(member.enrolled_at),
    )
