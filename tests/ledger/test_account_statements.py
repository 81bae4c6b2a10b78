"""Opening, what happened, closing: by effect, settled or not, however it was booked."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.ledger import balances, posting, statements
from loyalty.ledger.models import Account
from loyalty.ledger.statements import Line, Standing
from tests.conftest import NOON
from tests.ledger.doing import claw_back, days, earn, forgotten, hold, redeem

pytestmark = pytest.mark.django_db

A_MOMENT = timedelta(microseconds=1)


def told(account: Account, *, since: int, until: int) -> list[object]:
    """The statement of some days: opening, what happened as (kind, day, change), closing."""
    found = statements.get_statement(
        account=account, since=NOON + days(since), until=NOON + days(until)
    )
    lines = [
        (line.kind, (line.occurred_at - NOON).days, line.balance) for line in found.happenings
    ]
    return [found.opening.balance, lines, found.closing.balance]


@pytest.fixture
def lived(account: Account) -> Account:
    """Earned on day 1 and, booked a week late, on day 2; spent on day 10; the rest dies on 20."""
    earn(account, 50, "a", at=NOON + days(1), until=NOON + days(20))
    earn(account, 30, "b", at=NOON + days(9), occurred_at=NOON + days(2), until=NOON + days(40))
    redeem(account, 60, "c", at=NOON + days(10))
    return account


class TestAnAccount:
    def test_is_told_in_order_of_effect(self, lived: Account):
        assert told(lived, since=0, until=10 + 1) == [
            0, [("EARN", 1, 50), ("EARN", 2, 30), ("REDEEM", 10, -60)], 20,
        ]  # fmt: skip

    def test_counts_a_late_sale_on_its_own_day(self, lived: Account):
        assert told(lived, since=2, until=5) == [50, [("EARN", 2, 30)], 80]

    def test_ends_a_day_with_what_falls_due_at_its_last_instant(self, account: Account):
        earn(account, 50, "a", until=NOON + days(3))
        earn(account, 7, "b", at=NOON + days(3))

        assert told(account, since=1, until=3) == [50, [("EXPIRE", 3, -50)], 0]
        assert told(account, since=3, until=4) == [0, [("EARN", 3, 7)], 7]

    def test_says_what_is_due_whether_or_not_somebody_wrote_it_down(self, account: Account):
        earn(account, 50, "a", since=NOON + days(2), until=NOON + days(9))
        hold(account, 0 + 20, "h", at=NOON + days(3), lasts=days(1))
        before = told(account, since=1, until=30)

        assert before == [
            0,
            [("ACTIVATE", 2, 50), ("HOLD", 3, -20), ("LAPSE", 4, 20), ("EXPIRE", 9, -50)],
            0,
        ]
        posting.settle(account=forgotten(account), at=NOON + days(30))
        assert told(account, since=1, until=30) == before

    def test_says_what_waits_and_what_is_held(self, account: Account):
        earn(account, 50, "a", since=NOON + days(2))
        earn(account, 30, "b")
        hold(account, 20, "h", lasts=days(9))

        found = statements.get_statement(
            account=account, since=NOON - days(1), until=NOON + days(1)
        )

        assert found.closing == Standing(balance=10, pending=50, held=20)
        assert [(line.pending, line.held) for line in found.happenings] == [
            (50, 0), (0, 0), (0, 20),
        ]  # fmt: skip

    def test_below_nothing_is_what_is_owed(self, account: Account):
        entry = earn(account, 50, "a")
        redeem(account, 50, "b")
        claw_back(entry, 50, "c", at=NOON + days(1))
        earn(account, 80, "d", at=NOON + days(2))

        assert told(account, since=0, until=1) == [
            0, [("EARN", 0, 50), ("REDEEM", 0, -50)], 0,
        ]  # fmt: skip
        assert told(account, since=1, until=3) == [
            0, [("CLAWBACK", 1, -50), ("EARN", 2, 80), ("REPAY", 2, 0)], 30,
        ]  # fmt: skip

    def test_takes_as_many_statements_for_forty_entries_as_for_one(self, account: Account):
        for n in range(40):
            earn(account, 1, f"{n}")

        with CaptureQueriesContext(connection) as seen:
            found = statements.get_statement(
                account=account, since=NOON - days(1), until=NOON + days(1)
            )

        assert (len(found.happenings), found.closing.balance) == (40, 40)
        assert len(seen) == 5


class TestAWallet:
    def test_sums_up_what_happened_by_kind(self, lived: Account, accounts):
        other = accounts(1)[0]
        posting.transfer(source=lived, target=other, points=5, key="t", at=NOON + days(11))

        flow = statements.get_flow(since=NOON + days(5), until=NOON + days(20))

        assert flow.opening == Standing(80, 0, 0)
        assert flow.lines == [
            Line("REDEEM", "available", "redeemed", 60),
            Line("TRANSFER_IN", "issued", "available", 5),
            Line("TRANSFER_OUT", "available", "removed", 5),
        ]
        assert flow.closing == Standing(20, 0, 0)

    def test_of_periods_that_meet_add_up(self, accounts):
        chance = random.Random(11)
        opened = accounts(4)
        for day in range(30):
            for account in opened:
                since = NOON + days(day + chance.randrange(3))
                until = since + days(chance.randrange(1, 9))
                at = NOON + days(day)
                entry = earn(account, chance.randrange(5, 40), f"{day}", at=at, since=since,
                             until=until)  # fmt: skip
                if chance.random() < 0.4:
                    claw_back(entry, 5, f"c{day}", at=at)
                elif balances.get_balance(account=account, at=at).available > 3:
                    hold(account, 3, f"h{day}", at=at, lasts=days(chance.randrange(1, 4)))
        closes = [NOON + days(day) for day in range(-1, 45, 5)]
        # Without it PostgreSQL takes these tables for empty, and reads them row by row.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")

        flows = [
            statements.get_flow(since=since, until=until) for since, until in pairwise(closes)
        ]

        assert [flow.closing for flow in flows[:-1]] == [flow.opening for flow in flows[1:]]
        whole = statements.get_flow(since=closes[0], until=closes[-1])
        assert whole.closing == flows[-1].closing
        parts = [
            statements.get_statement(account=account, since=closes[0], until=closes[-1])
            for account in opened
        ]
        assert sum(part.closing.balance for part in parts) == whole.closing.balance
        totals = balances.get_totals(at=closes[-1])
        assert whole.closing.balance + whole.closing.pending + whole.closing.held == (
            totals.outstanding
        )
        while posting.settle_due(at=closes[-1]):
            pass
        assert statements.get_flow(since=closes[0], until=closes[-1]) == whole

    def test_of_which_nothing_is_known_is_empty(self):
        flow = statements.get_flow(since=NOON, until=NOON + A_MOMENT, wallet="unheard-of")

        assert flow == statements.Flow(Standing(), [], Standing())
