"""What stands beside a figure: which two categories it is of."""

from fractions import Fraction

from analytics.figures import Column, Figure, Unit
from loyalty.desk.measures import beside
from loyalty.programmes.models import Category, Programme
from tests.desk.measures.test_growing import FEBRUARY, series_of, spot_of

BOTH = Column(Fraction(1, 2), Unit.SHARE)
FIGURE = Figure(Fraction(1, 2), 1, 2, {"cake + coffee": BOTH, "coffee + tea": BOTH})


class TestAPairOfCategories:
    def test_is_called_by_its_names_and_by_a_code_that_has_none(self, bought: Programme):
        Category.objects.create(code="coffee", name="Café")
        series = series_of("cross_sell_pairs", [spot_of(FIGURE)], FEBRUARY)

        [told] = beside.tell([series], currency="EUR")

        assert told.about == "cake + Café"

    def test_is_of_no_other_measure(self, bought: Programme):
        series = series_of("retention_rate", [spot_of(FIGURE)], FEBRUARY)

        assert beside.get_about(series, {}) == ""
