"""Figures are computed once, and again exactly when what they count may have changed."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, time, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics import facts, keeping, measuring, packing, revising, warming
from analytics.figures import Figure
from analytics.keeping import Asked, Kept
from analytics.measures.registry import MeasureUnknown, get_measures
from analytics.models import KeptFigure, MeasureSettings, Refresh, Topic
from analytics.periods import Period, PeriodKind, day, month_end, months_from
from analytics.scopes import WHOLE, Cut, ValueGroup, get_scope
from analytics.segments import defining
from loyalty.programmes.models import Programme
from members.models import Member
from tests.analytics.builders import (
    PARIS,
    Sold,
    make_members,
    make_programme,
    make_stores,
    sell,
)

pytestmark = pytest.mark.django_db

Counting = Callable[[int], AbstractContextManager[Any]]


def moment(on: str, hour: int = 3) -> datetime:
    return datetime.combine(day(on), time(hour), tzinfo=PARIS)


def month(first: str) -> Period:
    return Period(day(first), month_end(day(first)))


JANUARY, FEBRUARY, MARCH = (month(f"2026-0{number}-01") for number in (1, 2, 3))
MAY_MARCH = moment("2026-03-10")


@pytest.fixture
def ada() -> Member:
    """She bought once in January, twice in February, and once in a March that goes on."""
    make_programme()
    ada = make_members(["ada"])["ada"]
    sell(
        Sold(ada, day(on), 1000) for on in ("2026-01-10", "2026-02-10", "2026-02-20", "2026-03-02")
    )
    facts.refresh(at=MAY_MARCH)
    return ada


def ask(code: str, period: Period, at: datetime, cut: Cut = WHOLE) -> Kept:
    asked = Asked(code, period, cut)
    return keeping.get(asked=[asked], at=at)[asked]


def frequency(period: Period, at: datetime) -> Kept:
    return ask("purchase_frequency", period, at)


class TestAskingAgain:
    def test_reads_a_page_of_figures_in_five_statements(
        self, ada: Member, django_assert_num_queries: Counting
    ) -> None:
        months = [Period(first, month_end(first)) for first in months_from(
            day("2025-04-01"), day("2026-03-01")
        )]  # fmt: skip
        codes = ("retention_rate", "average_basket", "redemption_rate", "enrolments")
        page = [Asked(code, period) for code in codes for period in months]
        first = keeping.get(asked=page, at=MAY_MARCH)

        with django_assert_num_queries(5):
            second = keeping.get(asked=page, at=MAY_MARCH + timedelta(hours=1))

        assert second == first
        assert list(second) == page
        assert KeptFigure.objects.count() == 48
        assert second[Asked("retention_rate", FEBRUARY)].figure == Figure(Fraction(1), 1, 1)
        assert second[Asked("average_basket", FEBRUARY)].computed_at == MAY_MARCH

    def test_keeps_cuts_apart(self, ada: Member) -> None:
        lyon, _nice = make_stores("lyon", "nice")
        sell([Sold(ada, day("2026-02-21"), 500, lyon)])
        facts.refresh(at=MAY_MARCH)
        cuts = [WHOLE, Cut(store_id=lyon.pk), Cut(value=ValueGroup.BEST), Cut(tier="")]

        found = keeping.get(
            asked=[Asked("purchase_frequency", FEBRUARY, cut) for cut in cuts], at=MAY_MARCH
        )

        assert [kept.figure.value for kept in found.values()] == [3, 1, 3, 3]

    def test_keeps_a_month_apart_from_the_same_days_of_a_longer_period(self, ada: Member) -> None:
        january = Period(JANUARY.first, JANUARY.last, short_by=59)
        sell([Sold(ada, day("2025-12-31"), 1000)])
        facts.refresh(at=MAY_MARCH)
        asked = [Asked("retention_rate", period) for period in (JANUARY, january)]

        for _time in range(2):
            found = keeping.get(asked=asked, at=MAY_MARCH)

            # In December she came, in the first 31 days of that quarter she did not.
            assert [kept.figure.denominator for kept in found.values()] == [1, 0]

    def test_refuses_before_anything_is_computed(self, ada: Member) -> None:
        good = Asked("average_basket", FEBRUARY)

        with pytest.raises(MeasureUnknown):
            keeping.get(asked=[good, Asked("happiness", FEBRUARY)], at=MAY_MARCH)
        with pytest.raises(measuring.CutImpossible):
            keeping.get(asked=[good, Asked("points_flow", FEBRUARY, Cut(tier=""))], at=MAY_MARCH)

        assert keeping.get(asked=[], at=MAY_MARCH) == {}
        assert KeptFigure.objects.exists() is False


class TestAMonthThatIsOver:
    def test_is_not_computed_again_because_a_day_was_counted(self, ada: Member) -> None:
        frequency(FEBRUARY, MAY_MARCH)
        sell([Sold(ada, day("2026-03-10"), 1000)])
        later = moment("2026-03-11")
        facts.refresh(at=later)

        kept = frequency(FEBRUARY, later)

        assert kept == Kept(Figure(Fraction(2), 2, 1), MAY_MARCH, None, is_finished=True)

    def test_is_revised_by_a_late_receipt_and_says_when(self, ada: Member) -> None:
        frequency(JANUARY, MAY_MARCH)
        frequency(FEBRUARY, MAY_MARCH)
        sell([Sold(ada, day("2026-02-28"), 1000)])
        counted, read = moment("2026-03-11"), moment("2026-03-12")
        facts.refresh(at=counted)

        assert frequency(JANUARY, read) == Kept(Figure(Fraction(1), 1, 1), MAY_MARCH, None, True)
        assert frequency(FEBRUARY, read) == Kept(
            Figure(Fraction(3), 3, 1), read, counted, True, "DATA"
        )

    def test_is_not_revised_by_a_release_that_shows_more_beside_it(self, ada: Member) -> None:
        frequency(FEBRUARY, MAY_MARCH)
        told = packing.pack(Figure(Fraction(2), 2, 1)).replace(',"drawn":{}', "")
        earlier = told.replace('"columns":[]', '"columns":[["a","1","DAYS"]]')
        KeptFigure.objects.update(figure=earlier, stamp="of an earlier release")

        kept = frequency(FEBRUARY, moment("2026-03-11"))

        assert (kept.computed_at, kept.revised_at) == (moment("2026-03-11"), None)

    def test_that_was_read_before_it_was_counted_is_finished_first_and_not_revised(
        self, ada: Member
    ) -> None:
        sell([Sold(ada, day("2026-03-31"), 1000)])
        at_midnight, counted = moment("2026-04-01", 0), moment("2026-04-01")
        before = frequency(MARCH, at_midnight)
        facts.refresh(at=counted)

        after = frequency(MARCH, counted)

        assert before == Kept(Figure(Fraction(1), 1, 1), at_midnight, None, is_finished=False)
        assert after == Kept(Figure(Fraction(2), 2, 1), counted, None, is_finished=True)

    def test_stays_over_where_of_two_refreshes_the_earlier_finishes_last(
        self, ada: Member
    ) -> None:
        after_midnight, counted = moment("2026-04-01", 0), moment("2026-04-01")
        facts.refresh(at=after_midnight)
        assert frequency(MARCH, after_midnight).figure.value == 1
        facts.refresh(at=moment("2026-03-31", 23))
        sell([Sold(ada, day("2026-03-31"), 1000)])
        facts.refresh(at=counted)

        kept = frequency(MARCH, counted)

        assert kept == Kept(Figure(Fraction(2), 2, 1), counted, counted, True, "DATA")
        assert Refresh.objects.get().refreshed_at == counted

    def test_is_computed_again_after_all_was_counted_from_nothing(self, ada: Member) -> None:
        frequency(FEBRUARY, MAY_MARCH)
        later = moment("2026-03-11")
        facts.rebuild(at=later)

        assert frequency(FEBRUARY, later).computed_at == later


class TestAnUnfinishedMonth:
    def test_holds_until_the_next_refresh(self, ada: Member) -> None:
        sell([Sold(ada, day("2026-03-09"), 1000)])
        at_noon, in_the_evening = moment("2026-03-10", 12), moment("2026-03-10", 20)
        frequency(MARCH, at_noon)

        assert frequency(MARCH, in_the_evening).computed_at == at_noon

        facts.refresh(at=in_the_evening)

        assert frequency(MARCH, in_the_evening) == Kept(
            Figure(Fraction(2), 2, 1), in_the_evening, None, is_finished=False
        )

    def test_holds_no_longer_than_the_day(self, ada: Member) -> None:
        frequency(MARCH, MAY_MARCH)

        assert frequency(MARCH, moment("2026-03-11", 0)).computed_at == moment("2026-03-11", 0)


class TestRules:
    def test_a_setting_holds_from_the_next_look_on(self, ada: Member) -> None:
        assert ask("active_members", JANUARY, MAY_MARCH).figure.value == 1
        MeasureSettings.objects.create(pk=1, lost_after_days=20)

        assert ask("active_members", JANUARY, MAY_MARCH).figure.value == 0

    def test_another_zone_is_another_programme(self, ada: Member) -> None:
        frequency(JANUARY, MAY_MARCH)
        Programme.objects.update(time_zone="America/New_York")
        later = moment("2026-03-10", 12)

        assert frequency(JANUARY, later).computed_at == later


class TestOtherData:
    def test_that_is_noted_is_looked_at_again_whatever_its_month(self, ada: Member) -> None:
        frequency(FEBRUARY, MAY_MARCH)
        ask("enrolments", FEBRUARY, MAY_MARCH)
        make_members(["bea"], enrolled_at=moment("2026-02-03"))
        later = moment("2026-03-10", 12)
        assert ask("enrolments", FEBRUARY, later).figure.value == 0

        revising.note(topic=Topic.OTHER, months=[day("2026-02-01")], at=later)

        assert ask("enrolments", FEBRUARY, later) == Kept(
            ask("enrolments", FEBRUARY, later).figure, later, later, True, "DATA"
        )
        assert ask("enrolments", FEBRUARY, later).figure.value == 1
        assert frequency(FEBRUARY, later).computed_at == MAY_MARCH

    def test_of_who_joins_a_segment_changes_what_is_cut_by_it(self, ada: Member) -> None:
        said = {"match": "all", "conditions": [{"fact": "receipts", "from": 1}]}
        buyers = defining.make(code="b", name_fr="b", name_en="b", said=said, at=MAY_MARCH)
        cut = Cut(segment="b")
        assert ask("purchase_frequency", MARCH, MAY_MARCH, cut).figure.value is None

        defining.assign(definition=buyers, at=MAY_MARCH - timedelta(minutes=1))

        assert ask("purchase_frequency", MARCH, MAY_MARCH, cut).figure.value == 1

    @pytest.mark.parametrize(
        "code", [code for code, measure in get_measures().items() if measure.is_of_facts]
    )
    def test_is_not_read_by_measures_of_facts(self, ada: Member, code: str) -> None:
        # An external number breaks ties between members, and is given for good.
        allowed = {"memberfact", "membermonth", "membercategory", "storeday"} | (
            {"member"} if code == "rfm" else set()
        )
        told = get_scope(period=FEBRUARY, at=MAY_MARCH)

        with CaptureQueriesContext(
            connection,
        ) as asked:
            get_measures()[code].compute(told)

        tables = re.findall(
            r"\b(?:analytics|members|programmes|ledger)_(\w+)", str(asked.captured_queries)
        )
        assert tables
        assert set(tables) <= allowed


class TestTheNight:
    def test_keeps_what_pages_open_with(self, ada: Member) -> None:
        [lyon] = make_stores("lyon")
        spans = ((1, 2, 1), (3, 1, 1), (6, 1, 0))

        done = warming.warm(today=day("2026-03-10"), at=MAY_MARCH, spans=spans)

        kept = KeptFigure.objects.filter(code="retention_rate").order_by("pk")
        of_lyon = keeping.name_of(Cut(store_id=lyon.pk))
        assert list(kept.values_list("cut", "kind", "first_on")) == [
            ("", "MONTH", day("2026-03-01")),
            ("", "QUARTER", day("2026-01-01")),
            ("", "HALF", day("2026-01-01")),
            (of_lyon, "MONTH", day("2026-03-01")),
            (of_lyon, "QUARTER", day("2026-01-01")),
            ("", "MONTH", day("2026-02-01")),
        ]
        assert KeptFigure.objects.filter(cut="").count() == len(get_measures()) * 4
        assert KeptFigure.objects.count() == done
        assert warming.warm(today=day("2026-03-10"), at=MAY_MARCH, spans=spans) == 0

    def test_stops_when_it_has_done_enough_and_goes_on_the_next_time(self, ada: Member) -> None:
        codes, told = len(get_measures()), {"today": day("2026-03-10"), "spans": ((1, 2, 0),)}

        assert warming.warm(**told, at=MAY_MARCH, most=1) == codes
        assert set(KeptFigure.objects.values_list("first_on", flat=True)) == {MARCH.first}
        assert warming.warm(**told, at=MAY_MARCH, most=1) == codes
        assert KeptFigure.objects.filter(first_on=FEBRUARY.first).count() == codes

    def test_leaves_the_oldest_of_every_store_and_no_store_altogether(self, ada: Member) -> None:
        cuts = [WHOLE, *(Cut(store_id=store.pk) for store in make_stores("lyon", "nice"))]
        latest = sum(measure.allows(cut) for cut in cuts for measure in get_measures().values())
        told = {"today": day("2026-03-10"), "at": MAY_MARCH, "spans": ((1, 3, 3),)}

        assert warming.warm(**told, most=latest) == latest

        kept = KeptFigure.objects.filter(code="retention_rate").order_by("pk")
        assert list(kept.values_list("cut", "first_on")) == [
            (keeping.name_of(cut), MARCH.first) for cut in cuts
        ]
        assert warming.warm(**told, most=latest) == latest
        assert {one.first_on for one in kept.all()} == {MARCH.first, FEBRUARY.first}

    def test_forgets_free_ranges_after_a_day_and_the_oldest_of_too_many(self, ada: Member) -> None:
        for place, period in enumerate([Period(day("2026-01-05"), day("2026-01-09")), JANUARY,
                                        FEBRUARY, MARCH]):  # fmt: skip
            frequency(period, MAY_MARCH + timedelta(hours=place))
        next_day = MAY_MARCH + timedelta(days=1, minutes=1)

        assert warming.forget(at=next_day, most=2) == 2

        assert PeriodKind.RANGE not in KeptFigure.objects.values_list("kind", flat=True)
        assert list(
            KeptFigure.objects.order_by("first_on").values_list("first_on", flat=True)
        ) == [FEBRUARY.first, MARCH.first]
