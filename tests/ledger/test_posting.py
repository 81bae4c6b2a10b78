"""The verbs, on the database: what is written, what is refused, how many statements it takes."""

from datetime import datetime, timedelta

import pytest

from loyalty.ledger import posting
from loyalty.ledger.models import NEVER, Account
from loyalty.ledger.planning import Grant
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def days(count: int) -> timedelta:
    return timedelta(days=count)


@pytest.fixture
def account() -> Account:
    return posting.lock(posting.open_holder(at=NOON))["points"]


def give(account, points, key, *, at=NOON, expires_at=NEVER, available_at=None, **more):
    grant = Grant("points", points, available_at or at, expires_at)
    return posting.earn(account=account, grants=[grant], reference=key, key=key, at=at, **more)


class TestSmoke:
    def test_earn_redeem_refund(self, account: Account):
        a = give(account, 1000, "a", expires_at=NOON + days(90))
        b = posting.redeem(account=account, points=300, reference="r", key="b", at=NOON)
        c = posting.refund(entry=b, points=25, key="c", at=NOON, grace_days=30)
        with pytest.raises(posting.RefundExceedsSpent) as refusal:
            posting.refund(entry=b, points=280, key="d", at=NOON, grace_days=30)
        assert refusal.value.figures == {"left": 275}
        assert posting.redeem(account=account, points=300, reference="r", key="b", at=NOON) == b
        account.refresh_from_db()
        assert account.available == 725
        posting.settle(account=account, at=NOON + days(91))
        account.refresh_from_db()
        assert account.available == 0 and account.expired == 725

    def test_balances(self, account):
        from loyalty.ledger import balances

        give(account, 100, "a", expires_at=NOON + days(90))
        give(account, 50, "b", expires_at=NOON + days(80))
        assert balances.get_balance(account=account, at=NOON) == balances.Balance(
            150, 0, 0, 0, balances.NextExpiry(50, NOON + days(80))
        )
        assert balances.get_balances(holder_ids=[account.holder_id], at=NOON + days(80))[
            account.holder_id
        ]["points"] == balances.Balance(100, 0, 0, 0, balances.NextExpiry(100, NOON + days(90)))
        assert balances.get_totals(at=NOON) == balances.Totals(0, 0, 0, 0)
        t = balances.get_totals(at=NOON + days(80))
        assert t == balances.Totals(150, 0, 50, 0)
        assert balances.get_outstanding(at=NOON + days(80)) == {account.holder_id: 100}
        assert posting.settle_due(at=NOON + days(80)) == 1
        assert posting.settle_due(at=NOON + days(80)) == 0
        t = balances.get_totals(at=NOON + days(80))
        assert t == balances.Totals(150, 0, 50, 0)
        e = posting.Earning(
            account.id, [Grant("points", 5, NOON, NOON + days(100))], "z", "z", NOON + days(100)
        )
        e2 = posting.Earning(
            account.id, [Grant("points", 5, NOON, NOON + days(101))], "y", "y", NOON + days(101)
        )
        r = posting.earn_many(earnings=[e, e, e2], recorded_at=NOON + days(100))
        assert r[0] == r[1]
        assert [x.kind for x in account.entries.order_by("number")] == []
