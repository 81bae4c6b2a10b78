"""Sixteen at the same moment: no cap and no budget is ever exceeded, and no sale refused."""

from datetime import timedelta

import pytest

from loyalty.ledger import verifying
from loyalty.ledger.models import Lot
from loyalty.programmes.models import BudgetUse, MemberCount, Rule
from members import enrolling, purchasing
from members.models import Purchase
from tests.conftest import NOON
from tests.members.builders import publish, sale
from tests.members.test_races import ada  # noqa: F401 (a programme that a race commits)
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 16


def extras() -> list[int]:
    given = [
        line["points"]
        for purchase in Purchase.objects.all()
        for line in purchase.award["lines"]
        if line["rule"] == "extra"
    ]
    return sorted(given)


class TestACapOfOneMember:
    def test_holds_for_sixteen_purchases_at_once(self, ada):  # noqa: F811
        publish(
            "extra",
            {"then": {"give": "fixed", "points": 10}, "limits": {
                "per_member": {"day": {"points": 45}}}},
        )  # fmt: skip

        at_once(lambda n: purchasing.record(sale=sale(ada), key=f"k{n}", at=NOON), calls=THREADS)

        assert extras() == [5, 10, 10, 10, 10]
        assert Purchase.objects.count() == THREADS
        assert MemberCount.objects.get().points == 45


class TestABudgetOfAll:
    def test_is_spent_to_the_point_by_sixteen_members_at_once(self, ada):  # noqa: F811
        version = publish(
            "extra",
            {"then": {"give": "fixed", "points": 10}, "limits": {"budget_points": 75}},
        )
        members = [
            enrolling.enrol(at=NOON - timedelta(days=9), email=f"m{n}@example.org")
            for n in range(THREADS)
        ]

        at_once(
            lambda n: purchasing.record(sale=sale(members[n]), key=f"k{n}", at=NOON),
            calls=THREADS,
        )

        assert extras() == [5, 10, 10, 10, 10, 10, 10, 10]
        assert Purchase.objects.count() == THREADS
        assert BudgetUse.objects.get().points == 75
        costs = Rule.objects.with_cost().values_list("code", "cost_points", "cost_awards")
        assert set(costs) == {("base", 20 * THREADS, THREADS), ("extra", 75, 8)}
        lots = Lot.objects.filter(rule_version=version.pk)
        assert sum(lots.values_list("original", flat=True)) == 75
        assert verifying.verify().first_fault is None
