"""Days of 23 and 25 hours, leap days and servers elsewhere do not matter."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.core import zones
from loyalty.ledger import balances, posting
from loyalty.ledger.models import Account, Entry
from tests.ledger.doing import earn, read, redeem

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
A_MOMENT = timedelta(microseconds=1)


def opening(day: date) -> datetime:
    return zones.start_of_day(day=day, zone=PARIS)


class TestLastUsableDay:
    @pytest.mark.parametrize(
        ("bought", "last", "hours"),
        [
            (date(1997, 1, 1), date(1998, 1, 1), 24),
            (date(2025, 3, 29), date(2026, 3, 29), 23),
            (date(2025, 10, 25), date(2026, 10, 25), 25),
            (date(2023, 3, 1), date(2024, 2, 29), 24),
        ],
    )
    def test_is_the_day_of_purchase_and_365(
        self, account: Account, bought: date, last: date, hours: int
    ):
        assert bought + timedelta(days=365) == last
        close = zones.end_of_day(day=last, zone=PARIS)
        assert (close.astimezone(ZoneInfo("UTC")) - opening(last).astimezone(ZoneInfo("UTC"))) == (
            timedelta(hours=hours)
        )
        earn(account, 29, "a", at=opening(bought), until=close)

        still = balances.get_balance(account=read(account), at=close - A_MOMENT)
        gone = balances.get_balance(account=read(account), at=close)

        assert (still.available, gone.available) == (29, 0)
        assert still.next_expiry == balances.NextExpiry(29, close)
        assert balances.get_totals(at=opening(last)).expired == 0
        assert balances.get_totals(at=close).expired == 29


class TestTheHourThatComesTwice:
    FIRST = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS, fold=0)
    SECOND = datetime(2026, 10, 25, 2, 15, tzinfo=PARIS, fold=1)

    def test_does_not_let_a_dead_lot_be_spent(self, account: Account):
        earn(account, 10, "a", at=opening(date(2026, 10, 1)), until=self.FIRST)

        with pytest.raises(posting.InsufficientPoints):
            redeem(account, 10, "b", at=self.SECOND)

    def test_keeps_the_order_of_events(self, account: Account):
        earn(account, 10, "a", at=self.FIRST)
        redeem(account, 10, "b", at=self.SECOND)

        entries = Entry.objects.order_by("number")
        assert [entry.occurred_at.isoformat() for entry in entries] == [
            "2026-10-25T00:30:00+00:00",
            "2026-10-25T01:15:00+00:00",
        ]
        assert entries[1].occurred_at - entries[0].occurred_at == timedelta(minutes=45)


class TestAGrace:
    def test_lasts_so_many_times_24_hours_over_the_change_of_clocks(self, account: Account):
        bought = datetime(2026, 3, 1, 12, tzinfo=PARIS)
        earn(account, 10, "a", at=bought, until=bought + timedelta(days=5))
        spent = redeem(account, 10, "b", at=bought)
        back = datetime(2026, 3, 28, 12, tzinfo=PARIS)

        posting.refund(entry=spent, points=10, key="c", at=back, grace_days=2)

        told = balances.get_balance(account=read(account), at=back)
        assert told.next_expiry is not None
        assert told.next_expiry.at == datetime(2026, 3, 30, 13, tzinfo=PARIS)


@pytest.mark.parametrize("zone", ["Asia/Tokyo", "America/St_Johns", "UTC"])
def test_the_zone_a_moment_is_told_in_changes_nothing(account: Account, zone: str):
    moment = opening(date(2026, 6, 1))

    earn(account, 10, "a", at=moment.astimezone(ZoneInfo(zone)), until=moment + timedelta(days=1))

    entry = Entry.objects.get()
    assert (entry.occurred_at, entry.available_after) == (moment, 10)
    assert balances.get_balance(account=read(account), at=moment).available == 10
