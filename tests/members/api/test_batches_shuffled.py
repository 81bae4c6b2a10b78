"""A till's journal told call by call, and in batches: shuffled, doubled and cut."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme
from members.models import Member, Purchase, Return
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_batches import Item, bring_back, enrol, send

pytestmark = pytest.mark.django_db
Journal = list[tuple[str, Any]]
_WORLDS = count()
_FINAL = {201, 400, 403, 404, 422}


@st.composite
def journals(draw: st.DrawFn) -> Journal:
    """Draw what a till did in its order: who joined, what each bought, what came back of it."""
    told: Journal = [("join", who) for who in range(draw(st.integers(1, 2)))]
    people = len(told)
    sales = draw(st.integers(1, 5))
    for number in range(sales):
        who = draw(st.none() | st.integers(0, people - 1))
        told.append(("sell", (number, who, draw(st.integers(1, 15_000)))))
        if draw(st.booleans()):
            told.append(("return", (number, draw(st.none() | st.integers(1, 5_000)))))
    return told


def items_of(journal: Journal, world: str) -> Iterator[Item]:
    for step, (what, told) in enumerate(journal):
        moment = (NOON - timedelta(hours=20) + timedelta(minutes=step)).isoformat()
        if what == "join":
            yield enrol(
                f"{world}-join-{told}", email=f"{world}.{told}@example.org", phone=new_phone()
            )
        elif what == "sell":
            number, who, cents = told
            member = None if who is None else {"key": f"{world}-join-{who}"}
            yield {
                "operation": "recordPurchase",
                "key": f"{world}-sale-{number}",
                "body": {"member": member, "receipt": f"{world}-{number}", "occurred_at": moment,
                         "total": f"{cents / 100:.2f}"},
            }  # fmt: skip
        else:
            number, cents = told
            amount = {} if cents is None else {"amount": f"{cents / 100:.2f}"}
            of = f"{world}-sale-{number}"
            yield bring_back(f"{world}-back-{number}", of=of, occurred_at=moment, **amount)


def new_phone() -> str:
    return f"+336{next(_WORLDS) + 10_000_000:08d}"


def call_alone(till: Caller, item: Item) -> int:
    route = {"enrolMember": "/members", "recordPurchase": "/purchases"}
    path = route.get(item["operation"], "/purchases/-/returns")
    return int(till.post(path, item["body"], key=item["key"]).status_code)


def books(world: str) -> list[Any]:
    """Return all that a world's till moved, without what names its world or its moment.

    Tiers are left out: one that was reached is kept, even if what comes in later would have
    kept it out of reach.
    """
    told: list[Any] = []
    for member in Member.objects.filter(email__startswith=f"{world}.").order_by("email"):
        entries = Entry.objects.filter(account__holder=member.holder_id)
        told.append(sorted(entries.values_list("kind", "points", "occurred_at")))
    sales = Purchase.objects.filter(receipt__startswith=f"{world}-").order_by("receipt")
    told += sales.values_list("total_cents", "points", "returned_cents", "occurred_at")
    returns = Return.objects.filter(purchase__in=sales).order_by("purchase__receipt")
    told += [(one.total_cents, one.taken, one.occurred_at) for one in returns]
    return told


class TestAnyOrder:
    @settings(
        max_examples=12,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(journal=journals(), data=st.data())
    def test_ends_in_the_books_of_single_calls(
        self,
        till: Caller,
        programme: Programme,
        journal: Journal,
        data: st.DataObject,
    ):
        one, other = f"w{next(_WORLDS)}", f"w{next(_WORLDS)}"
        alone = [call_alone(till, item) for item in items_of(journal, one)]
        items = list(items_of(journal, other))
        shuffled = data.draw(st.permutations(items + data.draw(st.lists(st.sampled_from(items)))))
        cut = data.draw(st.integers(0, len(shuffled)))

        final: dict[str, int] = {}
        for part in (shuffled[:cut], shuffled[cut:], shuffled, shuffled):
            for result in send(till, *part) if part else ():
                if result["status"] in _FINAL:
                    first = final.setdefault(result["key"], result["status"])
                    assert first == result["status"]

        assert [final[item["key"]] for item in items] == alone
        assert books(other) == books(one)
