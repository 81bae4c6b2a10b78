"""A period that lasts is counted as far as it has come, and held against as many days."""

from datetime import timedelta
from fractions import Fraction

import pytest

from analytics import facts
from analytics.figures import Column, Figure, Unit
from analytics.measures.registry import get_measure
from analytics.periods import Period, day
from analytics.scopes import Scope, get_scope
from tests.analytics.builders import Sold, enter_costs, make_members, make_programme, sell
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
                "growth_before_returns": Column(Fraction(1, 2), Unit.SHARE),
                "kept": Column(1, Unit.MEMBERS),
                "basket": Column(Fraction(1_500), Unit.MONEY),
                "basket_before": Column(Fraction(1_000), Unit.MONEY),
            },
        )
        assert measure.drill(march()).get_total() == 1_500


class TestCosts:
    """Of staff 100 € a day all March; for members to come, 10 € a day from the fifth, for 20 days;
    for a campaign after the twentieth, 50 €.
    """

    @pytest.fixture(autouse=True)
    def _entered(self) -> None:
        make_programme()
        [ada] = make_members(["ada"]).values()
        sell(Sold(ada, day(on), 1_000) for on in ("2026-02-05", "2026-03-03"))
        facts.refresh(at=NOON)
        enter_costs(
            [
                ("STAFF", "2026-03-01", "2026-03-31", 310_000),
                ("ACQUISITION", "2026-03-05", "2026-03-24", 20_000),
                ("PROMOTION", "2026-03-20", "2026-03-29", 5_000),
            ]
        )

    @pytest.mark.parametrize(
        ("code", "cents"),
        [
            ("programme_cost", 106_000),
            ("retention_cost", 106_000),
            ("programme_roi", 106_000),
            ("acquisition_cost", 6_000),
            ("budget", 106_000),
        ],
    )
    def test_are_those_of_the_days_that_have_begun(self, code: str, cents: int) -> None:
        measure = get_measure(code=code)

        assert measure.compute(march()).numerator == cents
        assert measure.drill(march()).get_total() == cents

    def test_of_days_to_come_are_none_yet(self) -> None:
        april = get_scope(period=Period(day("2026-04-01"), day("2026-04-30")), at=NOON)
        enter_costs([("STAFF", "2026-03-01", "2026-04-30", 61_000)])

        assert get_measure(code="programme_cost").compute(april).value == 0

    def test_are_whole_once_the_period_is_over(self) -> None:
        later = get_scope(period=MARCH, at=NOON + timedelta(days=30))

        assert get_measure(code="programme_cost").compute(later).value == 335_000
