"""Each member's RFM scores, kept for the pages that show one member."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from analytics import rfm, scopes
from analytics.models import MemberScore, Outlook
from analytics.periods import Period
from analytics.queries import compose, execute
from analytics.segments import cells
from analytics.segments.cells import Cell
from loyalty.core import zones
from loyalty.programmes import books
from members.models import Member

_FORGET = """
DELETE FROM analytics_memberscore WHERE member_id IN (
    SELECT member_id
    FROM (SELECT member_id, recency, frequency, monetary FROM analytics_memberscore
          EXCEPT SELECT member_id, recency, frequency, monetary FROM {scores} AS now) AS changed)
"""

_WRITE = """
INSERT INTO analytics_memberscore (member_id, recency, frequency, monetary)
SELECT member_id, recency, frequency, monetary FROM {scores} AS now
EXCEPT SELECT member_id, recency, frequency, monetary FROM analytics_memberscore
"""


@dataclass(frozen=True)
class Profile:
    """What purchases say of a member. Without scores, or an outlook, nothing is told of it."""

    score: MemberScore | None
    cell: Cell | None
    outlook: Outlook | None


@transaction.atomic
def keep(*, at: datetime) -> int:
    """Score all who ever bought, and write those whose scores changed. Returns how many.

    Facts must be fresh. Repeated, it writes nothing.
    """
    today = zones.business_day(moment=at, zone=books.get_zone())
    scope = scopes.get_scope(period=Period(today, today), at=at)
    scores = {"scores": rfm.scores(scope, rfm.Scoring(scope.rfm_scoring))}
    execute(compose(_FORGET, scores))
    return execute(compose(_WRITE, scores))


def get_profile(*, member: Member) -> Profile:
    """Return what is known of a member, in two statements."""
    score = MemberScore.objects.filter(member=member).first()
    outlook = Outlook.objects.select_related("fit").filter(member=member).first()
    cell = _cell(score) if score else None
    return Profile(score, cell, outlook)


def _cell(score: MemberScore) -> Cell:
    return cells.cell_of(recency=score.recency, frequency=score.frequency)
