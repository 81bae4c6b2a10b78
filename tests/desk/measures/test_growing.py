"""What each period added to a total."""

from datetime import date

from analytics.figures import Figure
from analytics.keeping import Kept
from analytics.measures.registry import get_measure
from analytics.periods import Period
from analytics.scopes import get_scope
from loyalty.desk.measures import charting, growing, telling
from loyalty.desk.measures.growing import Growth
from loyalty.desk.measures.series import Series, Spot
from loyalty.programmes.models import Programme
from tests.conftest import NOON

QUARTERS = [
    Period(date(year, month, 1), date(year, month + 2, 31 if month in (1, 10) else 30))
    for year in (2024, 2025)
    for month in (1, 4, 7, 10)
]
FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))


def kept(value: int) -> Kept:
    return Kept(Figure(value), NOON, None, is_finished=True)


def spot_of(figure: Figure) -> Spot:
    return Spot(FEBRUARY, Kept(figure, NOON, None, is_finished=True), None)


def series_of(code: str, spots: list[Spot], period: Period) -> Series:
    now = spots[-1].kept
    scope = get_scope(period=period, at=NOON)
    return Series(get_measure(code=code), scope, now, kept(1), None, spots)


class TestATotal:
    def test_is_told_by_what_each_period_added(self, bought: Programme):
        spots = [
            Spot(quarter, kept(100 + 10 * place), kept(60 + 10 * place))
            for place, quarter in enumerate(QUARTERS)
        ]

        growth = growing.get_growth(series_of("rfm", spots, QUARTERS[-1]))

        # A year before the fourth quarter drawn was the one before the first: 90.
        assert growth == [Growth(10, None), *[Growth(10, 10)] * 7]

    def test_began_with_nothing_where_less_is_drawn_than_there_is_room_for(
        self, bought: Programme
    ):
        spots = [Spot(QUARTERS[-2], kept(7), None), Spot(QUARTERS[-1], kept(9), None)]

        growth = growing.get_growth(series_of("loyalty_funnel", spots, QUARTERS[-1]))

        assert growth == [Growth(7, None), Growth(2, None)]

    def test_is_drawn_as_what_was_added_on_a_card_and_whole_on_its_page(self, bought: Programme):
        series = series_of("points_flow", [Spot(FEBRUARY, kept(300), None)], FEBRUARY)

        card, page = (
            telling.tell(series=series, plot=one) for one in (charting.SMALL, charting.WIDE)
        )

        assert (card.is_total, card.rows[0].change) == (True, "+300 points")
        assert card.before.words == "+299 points"
        assert card.chart is not None
        assert page.chart is not None
        assert [card.chart.bars[0].words, page.chart.bars[0].words] == ["300", "300"]

    def test_is_no_rate(self, bought: Programme):
        series = series_of("retention_rate", [Spot(FEBRUARY, kept(1), None)], FEBRUARY)

        assert growing.get_growth(series) == []
        assert telling.tell(series=series).rows[0].change == ""
