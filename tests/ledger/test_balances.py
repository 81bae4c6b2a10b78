"""Read at any moment, settled or not, without writing."""

from datetime import timedelta

import pytest

from loyalty.ledger import balances, posting
from loyalty.ledger.balances import Balance, NextExpiry, Totals
from loyalty.ledger.models import Account, Entry, Lot
from tests.conftest import NOON
from tests.ledger.doing import days, earn, forgotten, grant, read, redeem

pytestmark = pytest.mark.django_db

A_MOMENT = timedelta(microseconds=1)


class TestBalance:
    def test_tells_what_dies_next_and_when(self, account: Account):
        earn(account, 30, "a", until=NOON + days(9))
        earn(account, 12, "b", until=NOON + days(5))
        earn(account, 8, "c", until=NOON + days(5))
        earn(account, 40, "d", since=NOON + days(1), until=NOON + days(2))

        told = balances.get_balance(account=read(account), at=NOON)

        assert told == Balance(50, 40, 0, 0, NextExpiry(20, NOON + days(5)))
        assert told.shown == 50

    def test_has_nothing_to_expire_where_points_last_for_ever(self, account: Account):
        earn(account, 30, "a")

        assert balances.get_balance(account=account, at=NOON) == Balance(30, 0, 0, 0, None)

    def test_of_a_lot_is_gone_from_its_instant_with_nobody_at_work(self, account: Account):
        earn(account, 30, "a", until=NOON + days(9))

        def available(at) -> int:
            return balances.get_balance(account=read(account), at=at).available

        assert available(NOON + days(9) - A_MOMENT) == 30
        assert available(NOON + days(9)) == 0
        assert list(Entry.objects.values_list("kind", flat=True)) == ["EARN"]
        assert Lot.objects.get().remaining == 30

    def test_dies_all_at_once_of_inactivity(self, account: Account):
        earn(account, 30, "a", until=NOON + days(9))
        earn(account, 10, "b", until=NOON + days(90))
        Account.objects.update(inactive_at=NOON + days(4), next_event_at=NOON + days(4))

        told = balances.get_balance(account=read(account), at=NOON)
        assert told.next_expiry == NextExpiry(40, NOON + days(4), is_idle=True)
        assert told.inactive_at == NOON + days(4)
        told = balances.get_balance(account=read(account), at=NOON + days(4))
        assert told == Balance(0, 0, 0, 0, None)
        assert balances.get_totals(at=NOON + days(4)).expired == 40

    def test_of_several_holders_and_wallets(self, accounts):
        one, two = accounts(2)
        earn(one, 30, "a", until=NOON + days(9))
        earn(two, 5, "b")

        told = balances.get_balances(holder_ids=[one.holder_id, two.holder_id], at=NOON + days(9))

        assert told == {
            one.holder_id: {"points": Balance(0, 0, 0, 0, None)},
            two.holder_id: {"points": Balance(5, 0, 0, 0, None)},
        }

    def test_of_nobody(self):
        assert balances.get_balances(holder_ids=[], at=NOON) == {}


class TestTotals:
    """At the close of a day: what falls due at its last instant has fallen due."""

    def test_count_what_midnight_takes_and_not_what_it_brings(self, account: Account):
        earn(account, 30, "a", until=NOON + days(9))
        earn(account, 10, "b", at=NOON + days(9))

        assert balances.get_totals(at=NOON + days(9)) == Totals(30, 0, 30, 0)
        assert balances.get_totals(at=NOON + days(9) + A_MOMENT) == Totals(40, 0, 30, 0)
        assert balances.get_outstanding(at=NOON + days(9)) == {account.holder_id: 0}

    def test_are_those_of_the_past_whenever_it_was_booked(self, account: Account):
        earn(account, 30, "a", at=NOON + days(20), occurred_at=NOON, until=NOON + days(9))
        redeemed = earn(account, 50, "b", at=NOON + days(20), occurred_at=NOON + days(1))
        spent = redeem(account, 20, "c", at=NOON + days(21))
        posting.refund(entry=spent, points=5, key="d", at=NOON + days(22), grace_days=None)
        posting.adjust(
            account=account, points=-2, expires_at=None, reason="error", actor="staff:1", key="e",
            at=NOON + days(23),
        )  # fmt: skip
        assert redeemed.occurred_at == NOON + days(1)

        closed = [balances.get_totals(at=NOON + days(n)) for n in (1, 2, 9, 22, 23, 24)]

        assert closed == [
            Totals(30, 0, 0, 0),
            Totals(80, 0, 0, 0),
            Totals(80, 0, 30, 0),
            Totals(80, 20, 30, 0),
            Totals(80, 15, 30, 0),
            Totals(80, 15, 30, 2),
        ]
        assert closed[-1].outstanding == read(account).available

    def test_of_a_debtor_count_what_will_be_repaid_before_it_dies(self, account: Account):
        earn(account, 30, "a", since=NOON + days(2), until=NOON + days(9))
        # Clawbacks come later; this is what one leaves behind.
        Account.objects.update(debt=12, removed=12)

        foreseen = balances.get_totals(at=NOON + days(9))
        posting.settle(account=forgotten(account), at=NOON + days(9))

        assert foreseen.expired == 18
        assert balances.get_totals(at=NOON + days(9)).expired == 18
        assert read(account).debt == 0

    def test_of_a_wallet_are_its_own(self, account: Account):
        holder = posting.open_holder(at=NOON, wallets=("points", "stamps"))
        stamps = posting.lock(holder)["stamps"]
        posting.earn(
            account=stamps, reference="s", key="s", at=NOON,
            grants=[posting.Grant("stamps", 3, NOON, NOON + days(1))],
        )  # fmt: skip
        earn(account, 30, "a")

        assert balances.get_totals(at=NOON + A_MOMENT, wallet="stamps").issued == 3
        assert balances.get_totals(at=NOON + A_MOMENT).issued == 30
        assert balances.get_totals(at=NOON + A_MOMENT, wallet="unheard-of") == Totals(0, 0, 0, 0)
        assert grant(1).wallet == "points"
