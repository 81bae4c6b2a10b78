"""Scores kept for pages of one member."""

from datetime import timedelta

import pytest

from analytics import facts
from analytics.models import MemberScore
from analytics.segments import scoring
from analytics.segments.cells import Cell
from members.models import Member
from tests.analytics.builders import Sold, foresee, make_members, make_programme, sell
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

TODAY = NOON.date()


@pytest.fixture
def five(db: None) -> list[Member]:
    """Five members: the later one came last, the more they bought."""
    make_programme()
    members = list(make_members(list("abcde")).values())
    sell(
        Sold(member, TODAY - timedelta(30 - place), 1000)
        for place, member in enumerate(members)
        for _ in range(place + 1)
    )
    facts.refresh(at=NOON)
    return members


class TestKeep:
    def test_writes_the_scores_of_all_and_again_of_those_who_changed(self, five):
        written = scoring.keep(at=NOON), scoring.keep(at=NOON)
        sell(Sold(five[0], TODAY, 1) for _ in range(9))
        facts.refresh(at=NOON)

        again = scoring.keep(at=NOON)

        assert (written, again) == ((5, 0), 5)
        scores = MemberScore.objects.order_by("pk")
        told = [f"{one.recency}{one.frequency}{one.monetary}" for one in scores]
        assert told == ["551", "112", "223", "334", "445"]


class TestAProfile:
    def test_tells_scores_their_name_and_what_is_expected(self, five):
        scoring.keep(at=NOON)
        foresee([(five[4], 12_300)], on=TODAY)

        best, lost = (scoring.get_profile(member=five[place]) for place in (4, 0))

        assert (best.cell, best.outlook.expected_cents) == (Cell.CHAMPIONS, 12_300)
        assert (lost.cell, lost.outlook) == (Cell.LOST, None)

    def test_tells_nothing_where_nothing_was_worked_out(self, five):
        known = scoring.get_profile(member=five[0])

        assert (known.score, known.cell, known.outlook) == (None,) * 3
