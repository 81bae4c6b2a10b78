"""A settled figure that turns out otherwise says why, and when that really was."""

from datetime import datetime
from fractions import Fraction

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import facts, keeping, packing, revising
from analytics.figures import Figure
from analytics.models import Cause, KeptFigure, MeasureSettings, Topic
from analytics.periods import day
from members.models import Member, Purchase
from tests.analytics.builders import Sold, give_back, make_members, sell
from tests.analytics.test_keeping import FEBRUARY, JANUARY, MAY_MARCH, ada, ask, moment

__all__ = ["ada"]

pytestmark = pytest.mark.django_db

CHANGED, COUNTED, READ = moment("2026-03-11", 9), moment("2026-03-11"), moment("2026-03-12")


def change_settings(at: datetime) -> None:
    """Somebody says that whoever has not come for 20 days is lost."""
    with time_machine.travel(at, tick=False):
        MeasureSettings.objects.create(pk=1, lost_after_days=20)


def told(code: str, period: object = JANUARY) -> tuple[object, object, str]:
    kept = ask(code, period, READ)
    return kept.figure.value, kept.revised_at, kept.revised_by


class TestOtherSettings:
    def test_revise_when_they_were_changed_and_not_when_data_came(self, ada: Member) -> None:
        ask("lost_members", JANUARY, MAY_MARCH)
        revising.note(topic=Topic.OTHER, months=[JANUARY.first], at=COUNTED)
        change_settings(CHANGED)

        assert told("lost_members") == (1, CHANGED, Cause.RULES)

    def test_are_said_beside_data_that_came_late_as_well(self, ada: Member) -> None:
        ask("lost_members", JANUARY, MAY_MARCH)
        bea = make_members(["bea"])["bea"]
        sell([Sold(bea, day("2026-01-02"), 1000)])
        facts.refresh(at=COUNTED)
        change_settings(CHANGED)

        assert told("lost_members") == (2, CHANGED, Cause.BOTH)

    def test_are_asked_once_for_when_they_were_changed_however_many_figures(
        self, ada: Member
    ) -> None:
        asked = [keeping.Asked("lost_members", period) for period in (JANUARY, FEBRUARY)]
        keeping.keep(asked=asked, at=MAY_MARCH)
        KeptFigure.objects.update(figure=packing.pack(Figure(Fraction(7), 7)))
        change_settings(CHANGED)

        with CaptureQueriesContext(connection) as heard:
            found = keeping.get(asked=asked, at=READ)

        assert [found[one].revised_by for one in asked] == [Cause.RULES] * 2
        looks = [one for one in heard if "MAX" in one["sql"] and "settings" in one["sql"]]
        assert len(looks) == 1

    def test_that_leave_a_figure_as_it_was_revise_nothing(self, ada: Member) -> None:
        ask("purchase_frequency", JANUARY, MAY_MARCH)
        change_settings(CHANGED)

        assert told("purchase_frequency") == (1, None, "")


class TestAnotherRelease:
    def test_revises_when_it_is_first_read(self, ada: Member) -> None:
        ask("purchase_frequency", JANUARY, MAY_MARCH)
        another = packing.pack(Figure(Fraction(7), 7, 1))
        KeptFigure.objects.update(figure=another, stamp="of an earlier release")

        assert told("purchase_frequency") == (1, READ, Cause.RULES)

    def test_takes_no_blame_for_data_that_came_late(self, ada: Member) -> None:
        ask("purchase_frequency", JANUARY, MAY_MARCH)
        KeptFigure.objects.update(stamp="of an earlier release")
        sell([Sold(ada, day("2026-01-31"), 1000)])
        facts.refresh(at=COUNTED)

        assert told("purchase_frequency") == (2, COUNTED, Cause.DATA)


class TestAColumn:
    def test_that_late_data_changes_is_a_revision(self, ada: Member) -> None:
        sell([Sold(None, day("2026-02-01"), 1000)])
        facts.refresh(at=moment("2026-03-10", 4))
        before = ask("participation_rate", FEBRUARY, moment("2026-03-10", 5))
        give_back(Purchase.objects.get(member=None), 500, day("2026-02-02"))
        facts.refresh(at=COUNTED)

        after = ask("participation_rate", FEBRUARY, READ)

        assert (before.figure.value, after.figure.value) == (Fraction(2, 3), Fraction(2, 3))
        assert before.figure.columns["by_revenue"].value == Fraction(2, 3)
        assert after.figure.columns["by_revenue"].value == Fraction(4, 5)
        assert (after.revised_at, after.revised_by) == (COUNTED, Cause.DATA)

    def test_of_which_there_are_others_is_a_revision(self, ada: Member) -> None:
        bea = make_members(["bea"])["bea"]
        sell([Sold(bea, day("2026-02-05"), 1000)])
        facts.refresh(at=moment("2026-03-10", 4))
        before = ask("rfm", FEBRUARY, moment("2026-03-10", 5))
        sell([Sold(bea, day("2026-02-28"), 100)])
        facts.refresh(at=COUNTED)

        after = ask("rfm", FEBRUARY, READ)

        assert (sorted(before.figure.columns), before.revised_at) == (["111", "222"], None)
        assert sorted(after.figure.columns) == ["122", "211"]
        assert (after.figure.value, after.revised_at, after.revised_by) == (2, COUNTED, "DATA")
