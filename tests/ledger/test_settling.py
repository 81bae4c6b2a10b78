"""Settled by the next verb, by the sweep, daily or after a month: the same rows."""

import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty.core import engines
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry, Hold, Lot, Movement
from tests.conftest import NOON
from tests.ledger.conftest import open_account
from tests.ledger.doing import book_of, claw_back, days, earn, grant, hold, read, redeem
from tests.ledger.racing import race

pytestmark = pytest.mark.django_db

BOOK = [
    "kind", "points", "occurred_at", "number", "pending_after", "available_after",
]  # fmt: skip
LOTS = ["number", "remaining", "state", "expires_at"]
MOVES = ["entry__number", "lot__number", "source", "destination", "points"]
STANDS = [
    "issued", "pending", "available", "held", "expired", "removed", "debt", "entry_seq",
    "last_at", "next_event_at",
]  # fmt: skip
HOLDS = ["opening__number", "closing__number", "state", "captured"]


def rows(account: Account, *, with_hashes: bool = False) -> list[object]:
    """All that is written for an account, but for ids and the moment of writing."""
    entries = Entry.objects.filter(account=account).order_by("number")
    return [
        list(entries.values_list(*BOOK, *(["recorded_at"] if with_hashes else []))),
        list(Lot.objects.filter(account=account).order_by("number").values_list(*LOTS)),
        sorted(Movement.objects.filter(account=account).values_list(*MOVES), key=str),
        list(Hold.objects.filter(account=account).order_by("id").values_list(*HOLDS)),
        list(Account.objects.filter(pk=account.pk).values_list(*STANDS)),
    ]


def fill(account: Account, seed: int) -> None:
    """Lots that wake and die, holds that lapse before and after them, sometimes a debt."""
    chance = random.Random(seed)
    first = earn(account, 60, "first", until=NOON + timedelta(hours=chance.randrange(9, 90)))
    for n in range(3):
        lasts = timedelta(hours=chance.randrange(1, 120))
        hold(account, chance.randrange(1, 15), f"h{n}", lasts=lasts)
    for n in range(6):
        since = NOON + timedelta(hours=chance.randrange(0, 200))
        until = since + timedelta(hours=chance.randrange(1, 400))
        earn(account, chance.randrange(1, 50), f"{n}", since=since, until=until)
    if seed % 2:
        claw_back(first, 60, "back")


def settle_all(*, at, limit: int = 1_000) -> int:
    settled = 0
    while done := posting.settle_due(at=at, limit=limit):
        settled += done
    return settled


class TestSweep:
    END = NOON + days(40)

    @pytest.mark.parametrize("limit", [1, 3, 1_000])
    @pytest.mark.parametrize("every", [1, 7, 40])
    def test_of_any_size_and_rhythm_ends_as_lazy_settlement_does(self, accounts, limit, every):
        swept, lazy = accounts(4), accounts(4)
        for seed, pair in enumerate(zip(swept, lazy, strict=True)):
            for account in pair:
                fill(account, seed)
        for account in lazy:
            posting.settle(account=account, at=self.END)

        for day in range(every, 41, every):
            settle_all(at=NOON + days(day), limit=limit)
        settle_all(at=self.END, limit=limit)

        assert [rows(account) for account in swept] == [rows(account) for account in lazy]
        assert verifying.verify().first_fault is None

    def test_at_one_moment_writes_the_very_hashes_of_lazy_settlement(self, accounts):
        swept, lazy = accounts(1)[0], accounts(1)[0]
        for account in (swept, lazy):
            fill(account, 7)
        assert read(swept).debt > 0 < read(swept).held

        posting.settle(account=lazy, at=self.END)
        settle_all(at=self.END)

        assert rows(swept, with_hashes=True) == rows(lazy, with_hashes=True)

    def test_twice_is_once(self, accounts):
        opened = accounts(3)
        for seed, account in enumerate(opened):
            fill(account, seed)

        assert settle_all(at=self.END) == 3
        before = [rows(account) for account in opened]
        assert settle_all(at=self.END) == 0
        assert [rows(account) for account in opened] == before

    def test_leaves_alone_what_is_not_due(self, account: Account):
        earn(account, 5, "a", until=NOON + days(41))

        assert settle_all(at=self.END) == 0
        assert book_of(account) == [("EARN", 5)]

    def test_comes_back_once_for_an_account_whose_lots_were_spent(self, account: Account):
        earn(account, 5, "a", until=NOON + days(3))
        redeem(account, 5, "b")

        assert settle_all(at=self.END) == 1
        assert settle_all(at=self.END) == 0
        assert book_of(account) == [("EARN", 5), ("REDEEM", -5)]
        assert read(account).next_event_at is None

    def test_takes_as_many_statements_for_fifty_accounts_as_for_two(self, accounts):
        for count in (2, 50):
            for account in accounts(count):
                earn(account, 5, "a", until=NOON + days(3))
            with CaptureQueriesContext(connection) as seen:
                assert posting.settle_due(at=self.END) == count
            assert len(seen) == (3 if engines.is_postgresql() else 9)


class TestVerbsOfTheNextDay:
    def test_write_what_is_due_before_they_act(self, account: Account):
        earn(account, 50, "a", until=NOON + days(3))
        earn(account, 20, "b", until=NOON + days(9))

        redeem(account, 20, "c", at=NOON + days(3))

        assert book_of(account) == [("EARN", 50), ("EARN", 20), ("EXPIRE", -50), ("REDEEM", -20)]

    def test_find_nothing_of_a_dead_lot(self, account: Account):
        earn(account, 50, "a", until=NOON + days(3))

        with pytest.raises(posting.InsufficientPoints) as refusal:
            redeem(account, 1, "b", at=NOON + days(3))

        assert refusal.value.figures == {"available": 0, "required": 1}
        assert book_of(account) == [("EARN", 50)]

    def test_can_use_it_a_microsecond_before(self, account: Account):
        earn(account, 50, "a", until=NOON + days(3))

        redeem(account, 50, "b", at=NOON + days(3) - timedelta(microseconds=1))

        assert read(account).redeemed == 50


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestASweepBesideAPosting:
    def test_passes_over_the_account_that_is_held_and_does_not_wait(self):
        held, free = [open_account() for _ in range(2)]
        with transaction.atomic():
            for account in (held, free):
                earn(account, 5, "a", until=NOON + days(3))
        swept: list[int] = []

        def sweep(_number: int) -> None:
            with transaction.atomic():
                swept.append(posting.settle_due(at=NOON + days(4)))

        with transaction.atomic():
            posting.lock(held.holder_id)
            assert race(sweep, threads=1) == []

        assert swept == [1]
        assert (read(held).expired, read(free).expired) == (0, 5)


@pytest.mark.postgresql
class TestPreparedStatements:
    """A generic plan, from the driver's sixth run on, cost a factor of fifteen."""

    def test_are_not_made_by_the_sweep_in_more_than_ten_batches(self, accounts):
        from django.db.backends.postgresql.base import ServerBindingCursor

        for account in accounts(24):
            posting.earn(
                account=account,
                grants=[grant(5, until=NOON + days(3))],
                reference="a",
                key="a",
                at=NOON,
            )
        driver = connection.connection
        threshold, driver.prepare_threshold = driver.prepare_threshold, 1
        # Others are put together by the client, and never prepared.
        factory, driver.cursor_factory = driver.cursor_factory, ServerBindingCursor
        prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%ledger%%'"
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                while posting.settle_due(at=NOON + days(4), limit=2):
                    pass
                cursor.execute(prepared)
                assert cursor.fetchone() == (0,)
            assert driver.prepare_threshold == 1
        finally:
            driver.prepare_threshold, driver.cursor_factory = threshold, factory
        assert Entry.objects.filter(kind="EXPIRE").count() == 24
