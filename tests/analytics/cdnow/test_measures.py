"""What holds of every measure, on receipts that nobody here invented."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from analytics.measures.registry import get_measure, get_measures
from analytics.measuring import Measure
from analytics.periods import Period, day
from analytics.scopes import get_scope
from tests.analytics.builders import NOW, scope
from tests.analytics.worlds.test_summaries import AGAINST_DAYS

pytestmark = [pytest.mark.usefixtures("cdnow"), pytest.mark.django_db]

MEASURES = list(get_measures().values())
BY_CODE = [measure.code for measure in MEASURES]
PERIODS = [
    ("1997-01-01", "1998-06-30"),
    ("1997-10-01", "1997-12-31"),
    ("1998-06-01", "1998-06-30"),
    ("1997-11-15", "1998-02-10"),
]


# What sums several kinds of costs, or reads settings of money, asks a little more.
_STATEMENTS = {
    "budget": 6,
    "points_liability": 6,
    "programme_cost": 5,
    "programme_roi": 6,
    "retention_cost": 6,
}


class TestOnTheSample:
    @pytest.mark.parametrize("period", PERIODS, ids="..".join)
    @pytest.mark.parametrize("measure", MEASURES, ids=BY_CODE)
    def test_the_rows_behind_each_are_exactly_its_numerator(
        self, measure: Measure, period: tuple[str, str]
    ) -> None:
        asked = scope(*period)

        assert measure.drill(asked).get_total() == measure.compute(asked).numerator

    @pytest.mark.parametrize("measure", MEASURES, ids=BY_CODE)
    def test_no_standard_period_reads_purchases(self, measure: Measure) -> None:
        lasting = [] if measure.code in AGAINST_DAYS else unfinished()
        for period in (Period(day("1998-01-01"), day("1998-03-31")), *lasting):
            with CaptureQueriesContext(connection) as queries:
                measure.compute(get_scope(period=period, at=NOW))

            assert not [q["sql"] for q in queries if "members_purchase" in q["sql"]]

    @pytest.mark.parametrize("measure", MEASURES, ids=BY_CODE)
    def test_each_takes_few_statements(self, measure: Measure) -> None:
        asked = scope("1997-10-01", "1997-12-31")

        with CaptureQueriesContext(connection) as queries:
            measure.compute(asked)

        assert len(queries) <= _STATEMENTS.get(measure.code, 4)

    def test_a_free_range_reads_purchases_of_its_edges_alone(self) -> None:
        asked = scope("1997-11-15", "1998-02-10")

        with CaptureQueriesContext(connection) as queries:
            get_measure(code="average_basket").compute(asked)

        (query,) = [q["sql"] for q in queries if "members_purchase" in q["sql"]]
        assert query.count("FROM members_purchase") == 2
        assert query.count("FROM members_return") == 2
        for bound in ("1997-11-15", "1997-11-30", "1998-02-01", "1998-02-10"):
            assert bound in query


def unfinished() -> Iterator[Period]:
    """The month and the year in which the facts are asked for."""
    yield Period(day("2026-11-01"), day("2026-11-30"))
    yield Period(day("2026-01-01"), day("2026-12-31"))
