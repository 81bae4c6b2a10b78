"""What purchases say of a member: RFM scores and their name, segments, and what is expected."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from django.contrib.auth.models import AnonymousUser

from analytics.figures import Unit
from analytics.models import Fit
from analytics.segments import scoring, wording
from loyalty.desk.home import words
from loyalty.identity.models import User
from loyalty.programmes.models import Segment
from loyalty.programmes.rulebook import Rulebook
from members.models import Member, SegmentStay

Reader = User | AnonymousUser
MOST = 50


@dataclass(frozen=True)
class Profile:
    """Everything in words. What could not be worked out is None."""

    scores: str | None
    name: str | None
    alive: str | None
    expected: str | None
    as_of: date | None
    segments: Sequence[Segment]
    # Whether the reader may see more than segments.
    is_whole: bool


def get_profile(*, member: Member, book: Rulebook, at: datetime, reader: Reader) -> Profile:
    """Return a member's profile; without the right to see figures, their segments alone."""
    stays = SegmentStay.objects.at(at).filter(member=member).select_related("segment")
    segments = [stay.segment for stay in stays.order_by("segment__code")[:MOST]]
    if not reader.has_perm("analytics.view_outlook"):
        return Profile(None, None, None, None, None, segments, is_whole=False)
    known = scoring.get_profile(member=member)
    score, outlook = known.score, known.outlook
    cents = outlook.expected_cents if outlook else None
    return Profile(
        scores=f"{score.recency}{score.frequency}{score.monetary}" if score else None,
        name=str(wording.CELLS[known.cell]) if known.cell else None,
        alive=words.of_share(Fraction(outlook.alive)) if outlook else None,
        expected=None if cents is None else words.of_measure(cents, Unit.MONEY, book.currency),
        as_of=Fit.objects.order_by("-as_of").values_list("as_of", flat=True).first(),
        segments=segments,
        is_whole=True,
    )
