"""What the rules may know of a member, as it was at a moment."""

from datetime import datetime

from loyalty.programmes.ladder import Rung
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import MemberFacts
from members.models import Member
from members.recalling import NOTHING, Recalled


def of(
    *,
    member: Member,
    tier: Rung | None,
    at: datetime,
    book: Rulebook,
    recalled: Recalled = NOTHING,
) -> MemberFacts:
    """Return a member's facts at a moment, with the tier that held then."""
    birthday = None
    if member.birth_month is not None and member.birth_day is not None:
        birthday = (member.birth_month, member.birth_day)
    return MemberFacts(
        tier=tier.code if tier else None,
        multiplier=tier.multiplier if tier else None,
        birthday=birthday,
        enrolled_on=book.business_day(member.enrolled_at),
        source=member.source,
        carried=recalled.carried,
        held_out=tuple(
            campaign.code for campaign in book.campaigns if campaign.holds_out(member.public_id)
        ),
        kind=member.kind.lower(),
        segments=recalled.segments_at(at),
        consents=recalled.consents_at(at),
        visits=recalled.visits,
        in_household=recalled.is_in_household_at(at),
        plans=recalled.plans_at(at, book.business_day(at)),
    )
