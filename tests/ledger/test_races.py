"""Real threads on real connections. Every race has a control that takes its lock out."""

import itertools
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Barrier, Event

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from psycopg.errors import DeadlockDetected

from loyalty.core import engines
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.posting.pens import StaleAccount
from tests.conftest import NOON
from tests.ledger.conftest import open_account
from tests.ledger.doing import claw_back, days, earn, hold, moved, read, redeem
from tests.ledger.racing import THREADS, file_database, race
from tests.racing import PATIENCE, read_together, wait_for_waiters

pytestmark = [pytest.mark.django_db(transaction=True)]


@dataclass
class Outcome:
    """What a race of spenders left behind, counted from the movements."""

    spent: int
    left: int
    moved: int
    errors: list[Exception]
    fault: str | None


def spend_all(account: Account, points: int) -> Outcome:
    """Let 16 threads spend `points` at a time until they are refused."""
    spendings: list[int] = []

    @posting.retried
    @transaction.atomic
    def spend(key: str) -> None:
        locked = posting.lock(account.holder_id)["points"]
        redeem(locked, points, key)

    def spender(number: int) -> None:
        for turn in range(1_000):
            try:
                spend(f"{number}-{turn}")
            except posting.InsufficientPoints:
                return
            spendings.append(points)

    errors = race(spender)
    return Outcome(
        spent=len(spendings),
        left=read(account).available,
        moved=moved(account, "available", "redeemed"),
        errors=errors,
        fault=verifying.verify().first_fault,
    )


def filled(points: int) -> Account:
    account = open_account()
    with transaction.atomic():
        earn(account, points, "a")
    return account


@pytest.mark.postgresql
class TestSixteenSpenders:
    def test_get_exactly_what_there_is(self):
        outcome = spend_all(filled(1_000), 7)

        assert outcome == Outcome(spent=142, left=6, moved=994, errors=[], fault=None)

    def test_without_the_lock_collide(self, monkeypatch: pytest.MonkeyPatch):
        """The control: the same race is seen to fail, and the second net to hold."""
        account = filled(1_000)
        monkeypatch.setattr(engines, "row_lock", lambda **_: "")
        monkeypatch.setattr(posting, "lock", read_together(posting.lock, threads=THREADS))

        outcome = spend_all(account, 7)

        # One goes on alone.
        assert len(outcome.errors) == THREADS - 1
        assert {type(error) for error in outcome.errors} <= {StaleAccount, IntegrityError}
        assert (outcome.spent, outcome.moved, outcome.left) == (142, 994, 6)

    def test_without_lock_and_net_spend_the_same_points_twice(
        self, monkeypatch: pytest.MonkeyPatch
    ):
        """The control of the control: what would happen, and that balances do not show it."""
        account = filled(1_000)
        thinking = Barrier(THREADS)

        winners = spend_by_hand(
            account, 900, lock="", think=lambda: thinking.wait(timeout=PATIENCE)
        )

        assert len(winners) == THREADS
        assert read(account).available == 100

    def test_by_hand_with_the_lock_spend_once(self):
        account = filled(1_000)
        turns = itertools.count(1)

        def think() -> None:
            """Let the first have the lock until all others wait for it."""
            if next(turns) == 1:
                wait_for_waiters(THREADS - 1)

        lock = engines.row_lock(of="ledger_account")
        winners = spend_by_hand(account, 900, lock=lock, think=think)

        assert len(winners) == 1
        assert read(account).available == 100


def spend_by_hand(
    account: Account, points: int, *, lock: str, think: Callable[[], object]
) -> list[int]:
    """Read, think, write: 16 threads that all want most of the account."""
    winners = []

    def spender(number: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"SELECT available FROM ledger_account WHERE id = %s{lock}", [account.pk]
            )
            (available,) = cursor.fetchone()
            think()
            if available >= points:
                cursor.execute(
                    "UPDATE ledger_account SET available = %s, redeemed = %s WHERE id = %s",
                    [available - points, points, account.pk],
                )
                winners.append(number)

    assert race(spender) == []
    return winners


@pytest.mark.postgresql
class TestSixteenRepeats:
    def test_make_one_entry(self):
        account = filled(1_000)
        answers: list[Entry] = []

        def repeat(_number: int) -> None:
            with transaction.atomic():
                answers.append(redeem(read(account), 7, "once"))

        assert race(repeat) == []
        assert len({answer.pk for answer in answers}) == 1
        assert (len(answers), read(account).available) == (THREADS, 993)


@pytest.mark.postgresql
class TestMixedLoad:
    def test_with_sweeps_ends_sound_and_without_deadlock(self):
        accounts = [filled(50) for _ in range(4)]

        def act(number: int) -> None:
            chance = random.Random(number)
            for turn in range(12):
                at = NOON + days(turn)
                with transaction.atomic():
                    act_once(chance, accounts, f"{number}-{turn}", at)

        assert race(act, threads=8) == []
        assert verifying.verify().first_fault is None
        for account in accounts:
            gained = moved(account, "issued", "available") + moved(account, "held", "available")
            lost = sum(
                moved(account, "available", bucket)
                for bucket in ("redeemed", "expired", "held", "removed", "debt")
            )
            assert read(account).available == gained - lost


def act_once(chance: random.Random, accounts: list[Account], key: str, at: datetime) -> None:
    """Sweep a little, or earn, spend, hold, take back and give between two accounts."""
    if chance.random() < 0.2:
        posting.settle_due(at=at, limit=3)
        return
    # In whatever order they are asked for, they are locked in order of id.
    chosen = [account.holder_id for account in chance.sample(accounts, 2)]
    locked = [wallets["points"] for wallets in posting.lock_many(chosen).values()]
    for account in locked:
        entry = earn(account, 9, f"{key}-e", at=at, until=at + days(chance.randrange(1, 6)))
        with suppress(posting.InsufficientPoints):
            redeem(account, 5, f"{key}-r", at=at)
        with suppress(posting.InsufficientPoints):
            held = hold(account, 3, f"{key}-h", at=at, lasts=days(chance.randrange(1, 4)))
            if chance.random() < 0.5:
                posting.capture(hold=held, points=2, key=f"{key}-c", at=at)
        if chance.random() < 0.3:
            claw_back(entry, 4, f"{key}-b", at=at)
    with suppress(posting.InsufficientPoints):
        posting.transfer(source=locked[0], target=locked[1], points=2, key=f"{key}-t", at=at)


@pytest.mark.sqlite
class TestOnSQLite:
    """Every transaction is the only writer from its first statement."""

    def in_a_thread(self, work: Callable[[], object]) -> object:
        answers: list[object] = []
        assert race(lambda _number: answers.append(work()), threads=1) == []
        return answers[0]

    def test_sixteen_spenders_get_exactly_what_there_is(self, tmp_path: Path):
        account = filled(1_000)
        with file_database(tmp_path / "race.sqlite3"):
            spendings: list[int] = []

            def spender(number: int) -> None:
                for turn in range(1_000):
                    try:
                        with transaction.atomic():
                            redeem(
                                posting.lock(account.holder_id)["points"], 7, f"{number}-{turn}"
                            )
                    except posting.InsufficientPoints:
                        return
                    spendings.append(7)

            assert race(spender) == []
            left = self.in_a_thread(lambda: read(account).available)
            redeemed = self.in_a_thread(lambda: moved(account, "available", "redeemed"))
            found = self.in_a_thread(verifying.verify)

        assert (len(spendings), left, redeemed) == (142, 6, 994)
        assert found == verifying.Verification(accounts=1, entries=143, first_fault=None)


class TestRetried:
    def test_runs_a_transaction_again_that_lost_to_another(self):
        account, turns = filled(10), []

        @posting.retried
        @transaction.atomic
        def work() -> None:
            redeem(read(account), 1, f"k{len(turns)}")
            turns.append(1)
            if len(turns) < 3:
                raise a_conflict()

        work()

        assert len(turns) == 3
        assert read(account).available == 9

    def test_gives_up_after_three_tries(self):
        turns = []

        @posting.retried
        def work() -> None:
            turns.append(1)
            raise a_conflict()

        with pytest.raises(posting.ConcurrentUpdate):
            work()
        assert len(turns) == 3

    @pytest.mark.postgresql
    def test_ends_a_real_deadlock(self):
        one, two = filled(100), filled(100)
        meeting, is_over, turns = Barrier(2), Event(), Counter[int]()

        @posting.retried
        @transaction.atomic
        def cross(number: int) -> None:
            turns[number] += 1
            first, second = (one, two) if number else (two, one)
            if turns[number] > 1:
                # Not before the other is through: it would meet the same deadlock again.
                assert is_over.wait(PATIENCE)
            redeem(read(first), 1, f"k{number}")
            if turns[number] == 1:
                meeting.wait(timeout=PATIENCE)
            redeem(read(second), 1, f"k{number}")

        def cross_once(number: int) -> None:
            cross(number)
            is_over.set()

        assert race(cross_once, threads=2) == []
        assert sorted(turns.values()) == [1, 2]
        assert [read(account).available for account in (one, two)] == [98, 98]


def a_conflict() -> Exception:
    """What Django raises when PostgreSQL ends a deadlock."""
    error = OperationalError("deadlock detected")
    error.__cause__ = DeadlockDetected()
    return error
