"""How many statements a posting takes: few, and as many with one lot as with a hundred."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core import engines
from loyalty.ledger import balances, posting
from loyalty.ledger.models import Account
from tests.conftest import NOON
from tests.ledger.doing import days, earn, forgotten, grant, redeem

pytestmark = pytest.mark.django_db


def statements(work) -> int:
    with CaptureQueriesContext(connection) as seen:
        work()
    return len(seen)


def written(*, tables: int) -> int:
    """One statement on PostgreSQL; on SQLite one for the ids and one per table."""
    return 1 if engines.is_postgresql() else 1 + tables


class TestStatements:
    @pytest.mark.parametrize("grants", [1, 100])
    def test_an_earn_under_a_lock(self, account: Account, grants: int):
        granted = [grant(1, until=NOON + days(n + 1)) for n in range(grants)]

        # The key, the rows, the outbox, the days to count again.
        def work() -> None:
            posting.earn(account=account, grants=granted, reference="a", key="a", at=NOON)

        assert statements(work) == 1 + written(tables=6)

    @pytest.mark.parametrize("lots", [1, 40])
    def test_a_spending_under_a_lock(self, account: Account, lots: int):
        granted = [grant(1, until=NOON + days(n + 1)) for n in range(lots)]
        posting.earn(account=account, grants=granted, reference="a", key="a", at=NOON)

        # The same, and the lots to draw from.
        assert statements(lambda: redeem(account, lots, "b")) == 2 + written(tables=6)

    def test_without_a_lock_it_looks_the_key_up_before_and_after_locking(self, account: Account):
        unheld = forgotten(account)

        assert statements(lambda: earn(unheld, 5, "a")) == 3 + written(tables=6)

    def test_a_repeat(self, account: Account):
        earn(account, 5, "a")
        unheld = forgotten(account)

        assert statements(lambda: earn(unheld, 5, "a")) == 2

    def test_a_refund_under_a_lock(self, account: Account):
        earn(account, 5, "a")
        spent = redeem(account, 5, "b")

        # The key, the lots it drew from, how much of them, then what every posting writes.
        def work() -> None:
            posting.refund(entry=spent, points=5, key="c", at=NOON, grace_days=30)

        assert statements(work) == 3 + written(tables=6)

    def test_settlement_and_a_spending_together(self, account: Account):
        granted = [grant(1, until=NOON + days(n)) for n in range(1, 21)]
        posting.earn(account=account, grants=granted, reference="a", key="a", at=NOON)

        later = NOON + days(10)
        assert statements(lambda: redeem(account, 5, "b", at=later)) == 2 + written(tables=6)

    def test_a_thousand_earnings_of_an_import(self, accounts):
        opened = accounts(100)
        earnings = [
            posting.Earning(opened[n % 100].pk, [grant(1)], f"s{n}", f"s{n}", NOON)
            for n in range(1_000)
        ]

        def work() -> None:
            posting.earn_many(earnings=earnings, recorded_at=NOON)

        # Locks, keys, the rows, the outbox in batches of the engine's size, days.
        assert statements(work) <= 20

    def test_balances_of_many_holders(self, accounts):
        opened = accounts(20)
        for account in opened:
            earn(account, 5, "a", until=NOON + days(1))
        holders = [account.holder_id for account in opened]

        for at in (NOON, NOON + days(2)):
            assert statements(lambda at=at: balances.get_balances(holder_ids=holders, at=at)) == 2
