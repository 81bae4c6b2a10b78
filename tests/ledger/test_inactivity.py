"""An account that nobody stirs falls asleep, and all its points die at that moment."""

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty.ledger import balances, posting, verifying
from loyalty.ledger.balances import NextExpiry
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.posting import rebuilding
from tests.conftest import NOON
from tests.ledger.doing import (
    book_of,
    claw_back,
    days,
    earn,
    forgotten,
    hold,
    read,
    redeem,
    refuses,
    stands,
)

pytestmark = pytest.mark.django_db


def awake(count: int, *, since: datetime = NOON) -> posting.Idle:
    """Somebody did something: the account sleeps so many days later."""
    return posting.Idle(since + days(count))


def arrival(count: int, *, since: datetime = NOON) -> posting.Idle:
    """Points came by themselves: they live so long where nothing is said of it yet."""
    return posting.Idle(since + days(count), resets=False)


def sleeps(account: Account) -> datetime | None:
    return read(account).inactive_at


def due(account: Account) -> datetime | None:
    return read(account).next_event_at


@pytest.fixture
def asleep_on_day_10(account: Account) -> Account:
    """50 points that last for ever, in an account that sleeps from the tenth day on."""
    earn(account, 50, "first", idle=awake(10))
    return account


class TestAnActivity:
    def test_lets_all_points_die_so_long_after_it(self, account: Account):
        earn(account, 20, "old")

        redeem(account, 5, "use", at=NOON + days(1), idle=awake(10, since=NOON + days(1)))

        assert (sleeps(account), due(account)) == (NOON + days(11), NOON + days(11))
        told = balances.get_balance(account=read(account), at=NOON + days(2))
        assert told.next_expiry == NextExpiry(15, NOON + days(11), is_idle=True)
        assert balances.get_balance(account=read(account), at=NOON + days(11)).available == 0

    def test_moves_the_moment_and_not_the_lots(self, asleep_on_day_10: Account):
        earn(asleep_on_day_10, 7, "b", at=NOON + days(3), idle=awake(10, since=NOON + days(3)))

        assert sleeps(asleep_on_day_10) == NOON + days(13)
        # No later than what happens next: the sweep comes, finds nothing and moves on.
        assert due(asleep_on_day_10) == NOON + days(10)
        assert posting.settle_due(at=NOON + days(12)) == 1
        assert due(asleep_on_day_10) == NOON + days(13)
        assert book_of(asleep_on_day_10) == [("EARN", 50), ("EARN", 7)]

    def test_that_is_told_late_takes_nothing_away(self, asleep_on_day_10: Account):
        long_ago = NOON - days(5)
        idle = awake(10, since=long_ago)

        earn(asleep_on_day_10, 7, "b", at=NOON + days(1), occurred_at=long_ago, idle=idle)

        assert sleeps(asleep_on_day_10) == NOON + days(10)

    def test_so_late_that_it_would_sleep_already_says_nothing(self, account: Account):
        earn(account, 7, "b", occurred_at=NOON - days(30), idle=awake(10, since=NOON - days(30)))

        assert (sleeps(account), stands(account)) == (None, {"issued": 7, "available": 7})

    def test_under_stricter_terms_keeps_the_moment_that_was_promised(
        self, asleep_on_day_10: Account
    ):
        redeem(asleep_on_day_10, 1, "use", at=NOON + days(2), idle=awake(3, since=NOON + days(2)))

        assert sleeps(asleep_on_day_10) == NOON + days(10)

    def test_after_it_fell_asleep_begins_anew(self, asleep_on_day_10: Account):
        late = NOON + days(12)

        earn(asleep_on_day_10, 7, "b", at=late, idle=awake(10, since=late))

        assert book_of(asleep_on_day_10) == [("EARN", 50), ("EXPIRE", -50), ("EARN", 7)]
        expired = Entry.objects.get(kind="EXPIRE")
        assert expired.occurred_at == NOON + days(10)
        assert (sleeps(asleep_on_day_10), due(asleep_on_day_10)) == (late + days(10),) * 2

    def test_asked_for_again_moves_nothing(self, asleep_on_day_10: Account):
        redeem(asleep_on_day_10, 1, "use", idle=awake(20))

        again = forgotten(asleep_on_day_10)
        redeem(again, 1, "use", at=NOON + days(3), idle=awake(99))

        assert sleeps(asleep_on_day_10) == NOON + days(20)


class TestStir:
    def test_counts_what_moves_no_points(self, asleep_on_day_10: Account):
        posting.stir(
            account=asleep_on_day_10, idle=awake(10, since=NOON + days(4)), at=NOON + days(4)
        )

        assert sleeps(asleep_on_day_10) == NOON + days(14)
        assert book_of(asleep_on_day_10) == [("EARN", 50)]
        assert asleep_on_day_10.inactive_at == NOON + days(14)

    def test_counts_for_lots_that_nobody_looked_at(self, account: Account):
        earn(account, 20, "old")

        posting.stir(account=account, idle=awake(10), at=NOON)

        assert (sleeps(account), due(account)) == (NOON + days(10), NOON + days(10))

    def test_costs_no_statement_where_it_changes_nothing(self, asleep_on_day_10: Account):
        with CaptureQueriesContext(connection) as seen:
            posting.stir(account=asleep_on_day_10, idle=awake(10), at=NOON)

        assert len(seen) == 0

    def test_wakes_nobody(self, asleep_on_day_10: Account):
        late = NOON + days(10)

        posting.stir(account=asleep_on_day_10, idle=awake(10, since=late), at=late)

        assert stands(asleep_on_day_10) == {"issued": 50, "expired": 50}
        assert sleeps(asleep_on_day_10) == late + days(10)

    def test_is_refused_by_an_account_that_ended(self, asleep_on_day_10: Account, accounts):
        other = accounts(1)[0]
        posting.merge(source=asleep_on_day_10, target=other, key="m", at=NOON)

        refuses(
            lambda: posting.stir(account=asleep_on_day_10, idle=awake(30), at=NOON),
            code="account-merged",
        )

        assert sleeps(other) == NOON + days(10)


class TestPointsThatComeByThemselves:
    def test_set_the_moment_where_there_is_none(self, account: Account):
        earn(account, 20, "birthday", idle=arrival(10))

        assert (sleeps(account), due(account)) == (NOON + days(10), NOON + days(10))

    def test_do_not_put_it_off(self, asleep_on_day_10: Account):
        earn(asleep_on_day_10, 20, "birthday", idle=arrival(90))

        assert sleeps(asleep_on_day_10) == NOON + days(10)

    def test_back_from_a_spending_after_the_others_died_live_as_long_as_new_ones(
        self, asleep_on_day_10: Account
    ):
        spent = redeem(asleep_on_day_10, 30, "use")
        late = NOON + days(15)

        posting.refund(
            entry=spent, points=30, key="back", at=late, grace_days=30,
            idle=arrival(10, since=late),
        )  # fmt: skip

        assert stands(asleep_on_day_10) == {"issued": 50, "available": 30, "expired": 20}
        assert (sleeps(asleep_on_day_10), due(asleep_on_day_10)) == (late + days(10),) * 2

    def test_back_from_a_hold_too(self, asleep_on_day_10: Account):
        held = hold(asleep_on_day_10, 30, "h", lasts=days(20))
        late = NOON + days(15)

        posting.void(hold=held, key="v", at=late, idle=arrival(10, since=late))

        assert stands(asleep_on_day_10) == {"issued": 50, "available": 30, "expired": 20}
        assert sleeps(asleep_on_day_10) == late + days(10)


class TestBetweenAccounts:
    @pytest.mark.parametrize(("theirs", "expected"), [(4, 10), (30, 30), (None, 10)])
    def test_the_later_moment_is_the_survivors(
        self, asleep_on_day_10: Account, accounts, theirs: int | None, expected: int
    ):
        other = accounts(1)[0]
        earn(other, 5, "o", idle=None if theirs is None else awake(theirs))

        posting.merge(source=asleep_on_day_10, target=other, key="m", at=NOON)

        assert (sleeps(other), due(other)) == (NOON + days(expected),) * 2

    def test_without_points_nothing_is_put_off(self, asleep_on_day_10: Account, accounts):
        other = accounts(1)[0]
        posting.stir(account=other, idle=awake(90), at=NOON)

        posting.merge(source=other, target=asleep_on_day_10, key="m", at=NOON)

        assert sleeps(asleep_on_day_10) == NOON + days(10)

    def test_who_leaves_again_sleeps_when_those_they_leave_do(
        self, asleep_on_day_10: Account, accounts
    ):
        home = accounts(1)[0]
        posting.merge(source=asleep_on_day_10, target=home, key="m", at=NOON)
        earn(home, 5, "o", at=NOON + days(5), idle=awake(20, since=NOON + days(5)))

        posting.unmerge(account=asleep_on_day_10, key="u", at=NOON + days(6))

        assert sleeps(home) == NOON + days(25)
        assert (sleeps(asleep_on_day_10), due(asleep_on_day_10)) == (NOON + days(25),) * 2
        assert balances.get_balance(account=read(asleep_on_day_10), at=NOON + days(24)).shown == 50

    def test_what_comes_back_to_one_that_was_merged_sleeps_with_the_survivor(
        self, asleep_on_day_10: Account, accounts
    ):
        spent = redeem(asleep_on_day_10, 30, "use")
        home = accounts(1)[0]
        posting.merge(source=asleep_on_day_10, target=home, key="m", at=NOON)
        late = NOON + days(15)

        posting.refund(
            entry=spent, points=30, key="back", at=late, grace_days=30,
            idle=arrival(10, since=late),
        )  # fmt: skip

        assert balances.get_balance(account=read(home), at=late).available == 30
        assert (sleeps(home), due(home)) == (late + days(10), late + days(10))


class TestAnImport:
    def test_walks_through_sleep_and_waking_in_order_of_time(self, account: Account):
        earn(account, 3, "before")
        months = [NOON + days(30 * n) for n in range(1, 6)]
        earnings = [
            posting.Earning(
                account.pk, [posting.Grant("points", 10, at, at + days(900))], f"s{n}", f"s{n}",
                at, idle=awake(45, since=at),
            )
            for n, at in enumerate(months)
            if n != 2
        ]  # fmt: skip

        posting.earn_many(earnings=earnings, recorded_at=months[-1])

        # 13 fall asleep before the third month is over, since nobody came in it.
        assert stands(account) == {"issued": 43, "available": 20, "expired": 23}
        assert Entry.objects.get(kind="EXPIRE").occurred_at == months[1] + days(45)
        assert sleeps(account) == months[-1] + days(45)

    def test_counts_what_moved_no_points_in_its_time(self, account: Account):
        months = [NOON + days(30 * n) for n in range(1, 6)]
        earnings = [
            posting.Earning(
                account.pk, [posting.Grant("points", 10, at, at + days(900))], f"s{n}", f"s{n}",
                at, idle=awake(45, since=at),
            )
            for n, at in enumerate(months)
            if n not in {2, 4}
        ]  # fmt: skip
        activities = [
            posting.Activity(account.pk, awake(45, since=at), at) for at in (months[2], months[4])
        ]

        posting.earn_many(earnings=earnings, recorded_at=months[-1], activities=activities)

        assert stands(account) == {"issued": 30, "available": 30}
        assert sleeps(account) == months[-1] + days(45)


class TestClocks:
    def start(self, *, until: datetime, at: datetime = NOON, limit: int = 2) -> list[int]:
        """Start all clocks, some accounts at a time; return where each turn ended."""
        ends = [0]
        with transaction.atomic():
            while (last := posting.start_clocks(
                wallet="points", until=until, at=at, after=ends[-1], limit=limit
            )):  # fmt: skip
                ends.append(last)
        return ends[1:]

    def test_start_for_all_who_have_points_and_never_sooner(self, accounts):
        five = accounts(5)
        earn(five[0], 5, "a")
        earn(five[1], 5, "b", until=NOON + days(3))
        earn(five[2], 5, "c", idle=awake(90))
        earn(five[3], 5, "d", idle=awake(9))

        ends = self.start(until=NOON + days(30))

        assert ends == [five[1].pk, five[3].pk]
        expected = [NOON + days(30), NOON + days(30), NOON + days(90), NOON + days(30), None]
        assert [sleeps(account) for account in five] == expected
        nexts = [NOON + days(30), NOON + days(3), NOON + days(90), NOON + days(9), None]
        assert [due(account) for account in five] == nexts
        assert verifying.verify().first_fault is None
        assert self.start(until=NOON + days(30)) == []

    def test_wake_nobody_who_sleeps_unsettled(self, asleep_on_day_10: Account):
        assert self.start(until=NOON + days(40), at=NOON + days(10)) == []

        assert posting.stop_clocks(wallet="points", at=NOON + days(10)) == 0
        posting.settle(account=forgotten(asleep_on_day_10), at=NOON + days(11))
        assert stands(asleep_on_day_10) == {"issued": 50, "expired": 50}

    def test_stop_for_all(self, asleep_on_day_10: Account, accounts):
        other = accounts(1)[0]
        earn(other, 5, "a", idle=awake(5))

        first = posting.stop_clocks(wallet="points", at=NOON, limit=1)
        second = posting.stop_clocks(wallet="points", at=NOON, after=first, limit=1)

        assert (first, second) == (asleep_on_day_10.pk, other.pk)
        assert (sleeps(asleep_on_day_10), sleeps(other)) == (None, None)
        assert posting.settle_due(at=NOON + days(30)) == 2
        assert stands(asleep_on_day_10) == {"issued": 50, "available": 50}
        assert verifying.verify().first_fault is None

    def test_are_of_one_wallet(self, asleep_on_day_10: Account):
        assert posting.stop_clocks(wallet="stamps", at=NOON) == 0

        assert sleeps(asleep_on_day_10) == NOON + days(10)

    def test_start_at_a_moment_that_is_to_come(self):
        with pytest.raises(ValueError, match="to come"):
            self.start(until=NOON)


class TestTheBooks:
    @pytest.fixture
    def lived(self, asleep_on_day_10: Account) -> Account:
        sale = earn(asleep_on_day_10, 20, "b", until=NOON + days(30), idle=awake(12))
        claw_back(sale, 5, "c")
        return asleep_on_day_10

    def test_are_sound_before_and_after(self, lived: Account):
        assert verifying.verify().first_fault is None

        posting.settle(account=lived, at=NOON + days(20))

        assert stands(lived) == {"issued": 70, "expired": 65, "removed": 5}
        assert verifying.verify().first_fault is None

    def test_made_again_keep_the_moment(self, lived: Account):
        Account.objects.update(available=0, held=65, next_event_at=None)

        rebuilding.rebuild()

        assert (sleeps(lived), due(lived)) == (NOON + days(12), NOON + days(12))
        assert stands(lived) == {"issued": 70, "available": 65, "removed": 5}

    def test_tell_of_a_next_event_after_the_account_sleeps(self, lived: Account):
        late = NOON + days(12) + timedelta(microseconds=1)
        Account.objects.update(next_event_at=late)

        fault = verifying.verify().first_fault

        assert fault == (
            f"ledger_account {lived.pk}: next_event_at is later than "
            f"{(NOON + days(12)).isoformat()}"
        )
