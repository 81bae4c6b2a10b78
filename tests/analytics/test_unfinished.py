"""A period that lasts is counted as far as it has come, and held against as many days."""

from fractions import Fraction

import pytest

from analytics import facts
from analytics.figures import Column, Figure, Unit
from analytics.measures.registry import get_measure
from analytics.periods import Period, day
from analytics.scopes import Scope, get_scope
from tests.analytics.builders import Sold, make_members, make_programme, sell
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

# On 10 March ten of its days have begun.
MARCH = Period(day("2026-03-01"), day("2026-03-31"))


def march() -> Scope:
    return get_scope(period=MARCH, at=NOON)


class TestBasketGrowth:
    def test_is_since_the_same_days_of_the_period_before(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        bought = [
            (ada, "2026-02-05", 1_000), (ada, "2026-02-20", 9_000), (ada, "2026-03-03", 1_500),
            (bea, "2026-02-25", 1_000), (bea, "2026-03-04", 7_000),
        ]  # fmt: skip
        sell(Sold(member, day(on), cents) for member, on, cents in bought)
        facts.refresh(at=NOON)
        measure = get_measure(code="basket_growth")

        found = measure.compute(march())

        assert found == Figure(
            Fraction(1, 2),
            1_500,
            None,
            {
                "kept": Column(1, Unit.MEMBERS),
                "basket": Column(Fraction(1_500), Unit.MONEY),
                "basket_before": Column(Fraction(1_000), Unit.MONEY),
            },
        )
        assert measure.drill(march()).get_total() == 1_500
