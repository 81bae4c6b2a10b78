"""A member's movements, as a till reads them page by page."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from members import enrolling, purchasing
from members.models import Member
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_schemas import check
from tests.members.builders import sale

pytestmark = pytest.mark.django_db


def buy(member: Member, count: int) -> None:
    for number in range(count):
        told = sale(member, "20.00", receipt=f"r{number}")
        purchasing.record(sale=told, key=f"buy-{member.pk}-{number}", at=NOON)


def pages_of(till: Caller, member: Member, limit: int) -> list[list[dict[str, Any]]]:
    pages, cursor = [], None
    while True:
        asked = f"?limit={limit}" + (f"&cursor={cursor}" if cursor else "")
        answer = till.get(f"/members/{member.public_id}/entries{asked}").json()
        check("Entries", answer)
        pages.append(answer["entries"])
        cursor = answer["next"]
        if cursor is None:
            return pages


class TestListEntries:
    def test_tells_each_movement_and_why(self, till: Caller, ada: Member):
        buy(ada, 1)

        [[entry]] = pages_of(till, ada, 20)

        assert entry | {"reference": "pur_…"} == {
            "number": 1,
            "kind": "earn",
            "name": "Purchase",
            "reason": "purchase",
            "points": 20,
            "pending": 0,
            "balance": 20,
            "occurred_at": "2026-03-10T12:00:00+01:00",
            "recorded_at": "2026-03-10T12:00:00+01:00",
            "reference": "pur_…",
            "store": None,
            "lines": [{"name": "1 point per €1.00", "points": 20}],
        }

    def test_gives_every_entry_once_newest_first(self, till: Caller, ada: Member):
        buy(ada, 7)

        pages = pages_of(till, ada, 3)

        assert [[entry["number"] for entry in page] for page in pages] == [
            [7, 6, 5],
            [4, 3, 2],
            [1],
        ]
        assert [entry["balance"] for entry in pages[0]] == [140, 120, 100]

    def test_shows_what_has_fallen_due_and_is_not_written_down(
        self, till: Caller, ada: Member, clock: Any
    ):
        buy(ada, 1)

        clock.move_to(NOON + timedelta(days=400))

        [[expired, _earned]] = pages_of(till, ada, 20)
        assert (expired["number"], expired["kind"]) == (2, "expire")
        assert (expired["points"], expired["balance"]) == (-20, 0)

    def test_are_nobody_else_s(self, till: Caller, ada: Member):
        bob = enrolling.enrol(at=NOON, email="bob@example.org")
        buy(ada, 2)

        assert pages_of(till, bob, 20) == [[]]

    @pytest.mark.parametrize("limit", ["0", "101", "-1", "x", "1e2", ""])
    def test_refuses_a_limit_that_is_none(self, till: Caller, ada: Member, limit: str):
        answer = till.get(f"/members/{ada.public_id}/entries?limit={limit}")

        assert (answer.status_code, answer.json()["code"]) == (400, "validation-failed")
        assert answer.json()["errors"][0]["pointer"] == "/limit"

    def test_refuses_a_cursor_that_is_none(self, till: Caller, ada: Member):
        answer = till.get(f"/members/{ada.public_id}/entries?cursor=garbage")

        assert (answer.status_code, answer.json()["code"]) == (400, "invalid-cursor")

    def test_of_nobody_are_not_found(self, till: Caller, ada: Member):
        assert till.get("/members/mem_nobody/entries").json()["code"] == "member-not-found"

    def test_cost_the_same_for_two_and_for_twenty(self, till: Caller, ada: Member):
        def count() -> int:
            with CaptureQueriesContext(connection) as queries:
                till.get(f"/members/{ada.public_id}/entries")
            return len(queries)

        buy(ada, 2)
        count()
        few = count()
        buy(ada, 20)

        # Key, member, account, entries, purchases.
        assert count() == few == 5
