"""A period that lasts is compared with figures cut as short, and so is what they count."""

from fractions import Fraction
from typing import Any

import pytest

from analytics import facts
from analytics.measures.registry import get_measure
from analytics.periods import Period, day
from analytics.scopes import get_scope
from loyalty.desk.measures.series import Series, get_series
from tests.analytics.builders import Sold, make_members, make_programme, sell
from tests.conftest import NOON

# On 10 March 69 of its days have begun: as many from 1 October are those to 8 December.
QUARTER = Period(day("2026-01-01"), day("2026-03-31"))


@pytest.fixture
def bought(db: None) -> None:
    """Each came once in a quarter; Ada and Cid as early in the next one, Bea and Dan no more."""
    make_programme()
    ada, bea, cid, dan = make_members(["ada", "bea", "cid", "dan"]).values()
    came = {
        ada: ("2025-07-02", "2025-10-02"),
        bea: ("2025-09-20",),
        cid: ("2024-10-03", "2025-01-05"),
        dan: ("2024-12-20",),
    }
    sell(Sold(member, day(on), 1000) for member, days in came.items() for on in days)
    facts.refresh(at=NOON)


def series_of(code: str) -> Series:
    [found] = get_series(
        measures=[get_measure(code=code)], scope=get_scope(period=QUARTER, at=NOON)
    )
    return found


def counted(kept: Any) -> tuple[Fraction | int | None, int | None, int | None]:
    return kept.figure.value, kept.figure.numerator, kept.figure.denominator


class TestAPeriodThatLasts:
    def test_is_compared_with_figures_of_as_many_days_of_either_period(self, bought: None):
        series = series_of("retention_rate")

        assert counted(series.now) == (0, 0, 1)
        assert counted(series.before) == (1, 1, 1)
        assert counted(series.year) == (1, 1, 1)

    def test_has_a_thin_line_that_is_cut_as_short(self, bought: None):
        *earlier, last = series_of("churn_rate").spots

        assert last.period == QUARTER
        assert last.year_value == 0
        # The whole quarter before: of Ada and Bea, who came in the third, Bea was lost.
        assert [spot.value for spot in earlier][-1] == Fraction(1, 2)
