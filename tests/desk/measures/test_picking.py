"""Periods and cuts in addresses."""

from datetime import date

import pytest

from analytics.periods import Period
from analytics.reporting import PeriodImpossible
from analytics.scopes import Cut, Dimension, ValueGroup
from analytics.slicing import Choice
from loyalty.desk.measures import picking
from loyalty.desk.measures.cutting import Offer
from loyalty.programmes.models import Store

TODAY = date(2026, 3, 10)
PARIS, NICE = Store(pk=1, code="paris", name="Paris"), Store(pk=2, code="nice", name="Nice")
OFFER = Offer(
    stores=[PARIS, NICE],
    found={
        Dimension.STORE: [Choice("paris", "Paris"), Choice("nice", "Nice")],
        Dimension.TIER: [Choice("gold", "Or"), Choice("-", "Aucun")],
        Dimension.VALUE_GROUP: [Choice("BEST", "Meilleurs"), Choice("REST", "Autres")],
    },
)


def picked(**asked: str) -> picking.Picked:
    return picking.pick(asked=asked, today=TODAY, offer=OFFER)


class TestPick:
    @pytest.mark.parametrize(
        ("key", "first", "last", "label"),
        [
            ("2026-02", date(2026, 2, 1), date(2026, 2, 28), "février 2026"),
            ("2025-Q4", date(2025, 10, 1), date(2025, 12, 31), "T4 2025"),
            ("2025-H2", date(2025, 7, 1), date(2025, 12, 31), "S2 2025"),
            ("2025", date(2025, 1, 1), date(2025, 12, 31), "2025"),
            ("2026-01-05_2026-01-20", date(2026, 1, 5), date(2026, 1, 20),
             "du 5 janvier 2026 au 20 janvier 2026"),
            ("2026-01-05_2026-01-05", date(2026, 1, 5), date(2026, 1, 5), "5 janvier 2026"),
        ],
    )  # fmt: skip
    def test_reads_what_it_writes(self, key: str, first: date, last: date, label: str):
        found = picked(period=key)

        assert found.period == Period(first, last)
        assert found.query == f"period={key}"
        assert found.label == label

    def test_takes_the_last_month_that_is_over(self):
        assert picked().query == "period=2026-02"

    def test_steps_to_the_neighbours_and_not_beyond_today(self):
        assert picked(period="2026-02").before_query == "period=2026-01"
        assert picked(period="2026-02").after_query == "period=2026-03"
        assert picked(period="2026-03").after_query is None
        assert picked(period="2025-Q4").after_query == "period=2026-Q1"

    def test_goes_on_showing_what_the_page_shows_and_takes_it_nowhere_else(self):
        shown = picked(period="2026-02", tier="gold", answers="CSAT", by="", score="3")

        assert shown.before_query == "period=2026-01&tier=gold&answers=CSAT&score=3"
        assert shown.after_query == "period=2026-03&tier=gold&answers=CSAT&score=3"
        assert shown.kinds[3][1] == "period=2026&tier=gold&answers=CSAT&score=3"
        assert shown.parts[0].without == "period=2026-02&answers=CSAT&score=3"
        assert shown.query == "period=2026-02&tier=gold"
        assert shown.query_with(tier="-") == "period=2026-02&tier=-"

    @pytest.mark.parametrize("value", ["x" * 41, "a\nb", ""])
    def test_keeps_nothing_that_is_no_short_word(self, value: str):
        assert picked(answers=value).kept == {}

    def test_changes_the_kind_around_the_last_day(self):
        assert [query for _name, query, _on in picked(period="2025-11").kinds] == [
            "period=2025-11", "period=2025-Q4", "period=2025-H2", "period=2025",
        ]  # fmt: skip

    def test_reads_a_form_of_two_days(self):
        assert picked(**{"from": "2026-01-05", "to": "2026-01-20"}).query == (
            "period=2026-01-05_2026-01-20"
        )

    @pytest.mark.parametrize(
        "key", ["2026-13", "2026-Q5", "2026-H3", "0000", "9999-12", "x", "_",
                "1900-01-01_1900-01-02", "1901-01-01_2001-12-31", "2999-12-31_2999-12-31",
                "2026-02-30_2026-03-01", "2026-03-01_2026-02-01", "２０２６"],
    )  # fmt: skip
    def test_refuses_what_is_no_period(self, key: str):
        with pytest.raises(PeriodImpossible):
            picked(period=key)


class TestCut:
    def test_is_kept_by_every_step_in_time(self):
        found = picked(period="2026-02", store="nice", tier="-", value="BEST", enrolled="2026-01")

        assert found.cut == Cut(
            store_id=2, tier="", value=ValueGroup.BEST, enrolled=date(2026, 1, 1)
        )
        cut = "store=nice&tier=-&enrolled=2026-01&value=BEST"
        assert found.query == f"period=2026-02&{cut}"
        assert found.before_query == f"period=2026-01&{cut}"

    def test_can_be_taken_away_part_by_part(self):
        found = picked(period="2026-02", store="nice", tier="gold")

        assert [(part.name, part.value, part.without) for part in found.parts] == [
            ("Magasin", "Nice", "period=2026-02&tier=gold"),
            ("Niveau", "Or", "period=2026-02&store=nice"),
        ]

    def test_leaves_out_what_is_not_offered(self):
        asked = {"store": "rome", "tier": "x", "enrolled": "2026-13", "source": "\n"}

        assert picked(**asked).cut == Cut()

    def test_of_whoever_is_bound_is_always_one_of_their_stores(self):
        offer = Offer(stores=OFFER.stores, is_bound=True)

        found = picking.pick(asked={"store": "rome"}, today=TODAY, offer=offer)

        assert found.cut == Cut(store_id=1)
        assert [part.without for part in found.parts] == [None]
