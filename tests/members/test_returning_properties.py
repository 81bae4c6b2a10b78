"""Whatever comes back in whatever parts: the same end, and a standing that dates explain."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.core.refusals import Refusal
from loyalty.ledger import verifying
from loyalty.ledger.models import Account
from members import purchasing, returning, standing
from members.models import Member, Purchase, TierChange
from members.purchasing import SaleLine
from members.returning import Brought
from tests.conftest import NOON
from tests.members.builders import publish, sale

BIG = {
    "when": {"event": "purchase", "minimum_basket_cents": 5_000},
    "then": {"give": "fixed", "points": 77},
}
TEA = {
    "when": {"event": "purchase", "categories": ["tea"]},
    "then": {"give": "multiplier", "factor": "1.5"},
}
lines = st.lists(
    st.tuples(
        st.sampled_from(["tea", "cake"]),
        st.sampled_from(["1", "2", "3", "0.750"]),
        st.integers(0, 4_000),
    ),
    min_size=1,
    max_size=4,
)
parts = st.lists(
    st.one_of(
        st.integers(1, 6_000),
        st.dictionaries(st.integers(1, 4), st.sampled_from(["0.250", "1", "2"]), min_size=1),
    ),
    max_size=6,
)
quick = settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def buy(member: Member, told: list[Any], *, key: str, at: Any = NOON) -> Purchase:
    bought = [
        SaleLine(category=category, quantity=Decimal(quantity), amount_cents=cents)
        for category, quantity, cents in told
    ]
    total = sum(line.amount_cents for line in bought)
    euros = f"{total // 100}.{total % 100:02}"
    sold = sale(member, euros, lines=bought, occurred_at=at)
    return purchasing.record(sale=sold, key=key, at=at)


def bring(purchase: Purchase, part: Any, *, key: str, at: Any = NOON) -> None:
    """Bring an amount, some pieces, or all (None); what is refused changes nothing."""
    told: dict[str, Any] = {}
    if isinstance(part, int):
        told["amount_cents"] = part
    elif part:
        told["quantities"] = {line: Decimal(count) for line, count in part.items()}
    brought = Brought(purchase=purchase, occurred_at=at, **told)
    with suppress(Refusal):
        returning.record(brought=brought, key=key, at=at)


def balance(member: Member) -> int:
    account = Account.objects.get(holder=member.holder_id, wallet__code="points")
    return account.available - account.debt


class TestAnyPartsOfAReturn:
    @quick
    @given(told=lines, some=parts)
    def test_end_where_one_full_return_ends(self, ada: Member, told: list[Any], some: list[Any]):
        with transaction.atomic():
            publish("big", BIG)
            publish("tea", TEA)
            bought = buy(ada, told, key="sale")
            had = balance(ada)

            for number, part in enumerate(some):
                before = balance(ada)
                bring(bought, part, key=f"{number}")
                assert 0 <= balance(ada) <= before <= had

            bring(bought, None, key="rest")
            bought.refresh_from_db()
            assert (bought.returned_cents, balance(ada)) == (bought.total_cents, 0)
            assert verifying.verify().first_fault is None
            transaction.set_rollback(True)


# Days around the ends of windows and validities, where standing moves.
days = st.sampled_from([0, 100, 300, 364, 366, 380, 740])
# When something was bought, for how much, and when it came back, if ever.
story = st.lists(
    st.tuples(days, st.sampled_from([6_000, 10_000, 25_000]), st.one_of(st.none(), days)),
    min_size=2,
    max_size=4,
)


class TestAStandingWithReturns:
    """Silver from 100.00 and gold from 250.00 in twelve months, kept for twelve."""

    @quick
    @given(told=story)
    def test_is_the_same_whether_or_not_nights_have_run(self, ada: Member, told: list[Any]):
        ends = []
        for has_nights in (True, False):
            with transaction.atomic():
                self._tell(ada, told, has_nights=has_nights)
                ends.append(list(_changes(ada)))
                transaction.set_rollback(True)

        assert ends[0] == ends[1]

    @quick
    @given(told=story)
    def test_falls_at_the_end_of_a_validity_alone(self, ada: Member, told: list[Any]):
        with transaction.atomic():
            self._tell(ada, told, has_nights=False)

            changes = list(TierChange.objects.filter(member=ada).order_by("pk"))
            for before, change in pairwise(changes):
                if change.reason == "not-kept":
                    assert before.until is not None
                    assert change.changed_at.date() >= before.until
            transaction.set_rollback(True)

    def _tell(self, member: Member, told: list[Any], *, has_nights: bool) -> None:
        sales: dict[int, Purchase] = {}
        acts = [(on, False, number) for number, (on, _, _) in enumerate(told)]
        acts += [(max(on, back), True, n) for n, (on, _, back) in enumerate(told) if back]
        for on, is_return, number in sorted(acts):
            at = NOON + timedelta(days=on)
            if has_nights:
                standing.review_due(day=_yesterday(at))
            if is_return:
                bring(sales[number], None, key=f"back {number}", at=at)
            else:
                bought = [("tea", "1", told[number][1])]
                sales[number] = buy(member, bought, key=f"{number}", at=at)
        standing.review_due(day=_yesterday(NOON + timedelta(days=801)))


def _yesterday(moment: Any) -> date:
    return (moment - timedelta(days=1)).date()


def _changes(member: Member) -> Any:
    rows = TierChange.objects.filter(member=member).order_by("changed_at", "pk")
    return rows.values_list("from_tier", "to_tier", "reason", "changed_at", "until")
