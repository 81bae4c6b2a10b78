"""The planner alone, on paper: no database, no Django."""

import subprocess
import sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from loyalty.ledger import models, planning
from loyalty.ledger.planning import NEVER, Book, Draft, Lot, Note
from loyalty.ledger.planning.accounts import BUCKETS
from loyalty.ledger.planning.sealing import digest, microseconds, seal
from tests.conftest import NOON
from tests.ledger.doing import days, grant

DAY = timedelta(days=1)


def lot(number: int, points: int, *, since: int = 0, until: int | None = 100) -> Lot:
    """A lot that can be used from one day to another, counted from noon."""
    return Lot(
        number=number,
        earned_at=NOON,
        original=points,
        remaining=points,
        is_pending=since > 0,
        available_at=NOON + days(since),
        expires_at=NEVER if until is None else NOON + days(until),
    )


def book(*lots: Lot, debt: int = 0, inactive_on: int | None = None) -> Book:
    book = Book(account=1, last_at=NOON, lot_seq=len(lots), entry_seq=len(lots))
    for one in lots:
        book.lots[one.number] = one
        book.buckets["pending" if one.is_pending else "available"] += one.remaining
    book.buckets["issued"] = sum(one.remaining for one in lots)
    book.buckets["debt"] = book.buckets["removed"] = debt
    book.inactive_at = None if inactive_on is None else NOON + days(inactive_on)
    book.next_event_at = book.find_next_event()
    return book


def draft(book: Book, *, day: int = 0) -> Draft:
    return Draft(book, at=NOON + days(day), recorded_at=NOON + days(day))


def told(draft: Draft) -> list[tuple[str, int, int]]:
    """What was entered: kind, points, and on which day it takes effect."""
    return [(e.kind, e.points, (e.occurred_at - NOON) // DAY) for e in draft.entries]


def stands(book: Book) -> dict[str, int]:
    return {bucket: points for bucket, points in book.buckets.items() if points}


SETTLEMENTS = {
    "nothing is due": (book(lot(1, 5)), 99, []),
    "a lot dies at its instant": (book(lot(1, 5)), 100, [("EXPIRE", -5, 100)]),
    "never does not come": (book(lot(1, 5, until=None)), 9_999, []),
    "a lot wakes at its instant": (book(lot(1, 5, since=3)), 3, [("ACTIVATE", 5, 3)]),
    "a lot wakes and dies": (
        book(lot(1, 5, since=3, until=4)), 9, [("ACTIVATE", 5, 3), ("EXPIRE", -5, 4)],
    ),
    "at one instant, waking comes before dying": (
        book(lot(1, 5, until=7), lot(2, 6, since=7)), 7, [("ACTIVATE", 6, 7), ("EXPIRE", -5, 7)],
    ),
    "what dies together is one entry": (
        book(lot(1, 5, until=7), lot(2, 6, until=7), lot(3, 9, until=8)),
        8,
        [("EXPIRE", -11, 7), ("EXPIRE", -9, 8)],
    ),
    "inactivity kills before the date": (
        book(lot(1, 5), lot(2, 6, since=80), inactive_on=60), 90, [("EXPIRE", -11, 60)],
    ),
    "the date kills before inactivity": (
        book(lot(1, 5, until=50), inactive_on=60), 90, [("EXPIRE", -5, 50)],
    ),
    "what is owed is repaid when points wake, before they die": (
        book(lot(1, 5, since=3, until=6), debt=2),
        9,
        [("ACTIVATE", 5, 3), ("REPAY", -2, 3), ("EXPIRE", -3, 6)],
    ),
    "a debt can take all": (
        book(lot(1, 5, since=3, until=6), debt=8), 9, [("ACTIVATE", 5, 3), ("REPAY", -5, 3)],
    ),
}  # fmt: skip


class TestSettle:
    @pytest.mark.parametrize("case", SETTLEMENTS)
    def test_enters(self, case: str):
        from copy import deepcopy

        start, day, expected = SETTLEMENTS[case]
        paper = draft(deepcopy(start), day=day)

        planning.settle(paper)

        assert told(paper) == expected
        planning.settle(paper)
        assert told(paper) == expected

    def test_day_by_day_is_the_same_as_at_once(self):
        lots = [lot(n, 1 + n, since=n % 3, until=3 + n % 5) for n in range(1, 9)]
        at_once = draft(book(*lots, debt=7), day=20)
        planning.settle(at_once)

        lots = [lot(n, 1 + n, since=n % 3, until=3 + n % 5) for n in range(1, 9)]
        daily = draft(book(*lots, debt=7))
        for day in range(21):
            daily.turn_to(NOON + days(day))
            planning.settle(daily)

        assert told(daily) == told(at_once)
        assert stands(daily.book) == stands(at_once.book)

    def test_tells_when_to_come_back(self):
        paper = draft(book(lot(1, 5, until=7), lot(2, 6, since=4), lot(3, 1, until=None)), day=5)

        planning.settle(paper)

        assert paper.book.next_event_at == NOON + days(7)

    def test_is_not_done_with_half_of_the_lots(self):
        half = book(lot(1, 5, until=7))
        half.unseen_at = NOON + days(6)

        with pytest.raises(ValueError, match="all its open lots"):
            planning.settle(draft(half, day=8))


class TestEarn:
    def test_repays_what_is_owed_now_and_offers_the_rest(self):
        paper = draft(book(debt=30))

        planning.earn(paper, grants=[grant(100)], note=Note())

        assert told(paper) == [("EARN", 100, 0), ("REPAY", -30, 0)]
        assert stands(paper.book) == {"issued": 100, "available": 70, "removed": 30}

    def test_of_the_past_repays_now_from_what_still_lives(self):
        paper = draft(book(debt=30), day=10)

        planning.earn(
            paper,
            grants=[grant(20, until=NOON + days(9)), grant(25, until=NOON + days(99))],
            note=Note(),
            occurred_at=NOON,
        )

        assert told(paper) == [("EARN", 45, 0), ("EXPIRE", -20, 9), ("REPAY", -25, 10)]
        assert stands(paper.book) == {"issued": 45, "expired": 20, "debt": 5, "removed": 30}

    def test_keeps_a_lower_bound_of_the_next_event(self):
        start = book(lot(1, 5, until=50))
        paper = draft(start)

        planning.earn(paper, grants=[grant(5, until=NOON + days(30))], note=Note())
        assert paper.book.next_event_at == NOON + days(30)
        planning.earn(paper, grants=[grant(5, until=NOON + days(80))], note=Note())
        assert paper.book.next_event_at == NOON + days(30)


class TestSpend:
    def test_passes_over_lots_that_wait(self):
        paper = draft(book(lot(1, 5, since=2, until=3), lot(2, 5, until=9)))

        with pytest.raises(planning.NotEnough):
            planning.redeem(paper, points=6, note=Note())
        entry = planning.redeem(paper, points=5, note=Note())

        assert [move.lot for move in entry.moves] == [2]

    def test_takes_the_older_of_two_that_die_together(self):
        paper = draft(book(lot(1, 5, until=9), lot(2, 5, until=9)))

        entry = planning.redeem(paper, points=6, note=Note())

        assert [(move.lot, move.points) for move in entry.moves] == [(1, 5), (2, 1)]


class TestRefund:
    def test_repays_what_is_owed_meanwhile(self):
        spent = lot(1, 10, until=50)
        spent.remaining = 0
        paper = draft(book(spent, debt=4))
        paper.book.buckets["redeemed"] = paper.book.buckets["issued"] = 10
        spending = planning.Spending(number=1, taken=[(1, 10)], returned=0)

        planning.refund(paper, spending=spending, points=6, grace_days=None, note=Note())

        assert told(paper) == [("REFUND", 6, 0), ("REPAY", -4, 0)]
        assert paper.book.lots[1].remaining == 2


class TestSeal:
    CONTENT = (1, 1, "EARN", 5)

    def test_does_not_depend_on_the_order_of_movements(self):
        moves = [(1, "available", "redeemed", 5), (2, "available", "redeemed", 6)]

        seals = {
            seal(previous_hash="", content=self.CONTENT, moves=order, lots=[])
            for order in (moves, moves[::-1])
        }

        assert len(seals) == 1

    def test_is_what_anybody_can_recompute(self):
        import hashlib

        sealed = seal(
            previous_hash="ab",
            content=(7, "x", None),
            moves=[(None, "available", "debt", 3)],
            lots=[(1, None, 1_000_000, 3, 0, 5)],
        )

        said = "ab|7|x||1|0|available|debt|3|1|1||1000000|3|0|5"
        assert sealed == hashlib.sha256(said.encode()).hexdigest()

    def test_tells_neighbours_apart(self):
        assert digest(["a", "bc"]) != digest(["ab", "c"])

    def test_counts_microseconds_exactly(self):
        assert microseconds(NEVER) == 253402214400000000
        assert microseconds(datetime.fromisoformat("1969-12-31T23:59:59.999999+00:00")) == -1


class TestClose:
    def test_empties_every_lot_into_removed(self):
        paper = draft(book(lot(1, 5), lot(2, 7, since=9), lot(3, 2, until=4)), day=4)

        entry = planning.close(paper, note=Note())

        assert entry is not None
        assert told(paper) == [("EXPIRE", -2, 4), ("CLOSE", -12, 4)]
        assert stands(paper.book) == {"issued": 14, "expired": 2, "removed": 12}
        assert entry.after == (0, 0, 0, 0)
        assert paper.book.next_event_at is None

    def test_of_an_empty_book_enters_nothing(self):
        paper = draft(book())

        assert planning.close(paper, note=Note()) is None
        assert told(paper) == []


class TestMoments:
    def test_of_local_time_are_compared_as_instants(self):
        """In the hour that comes twice, half past two comes before a quarter past two."""
        paris = ZoneInfo("Europe/Paris")
        first = datetime(2026, 10, 25, 2, 30, tzinfo=paris, fold=0)
        second = datetime(2026, 10, 25, 2, 15, tzinfo=paris, fold=1)
        paper = Draft(Book(account=1), at=first, recorded_at=first)

        paper.turn_to(second)

        assert paper.now == datetime.fromisoformat("2026-10-25T01:15:00+00:00")

    def test_need_a_zone(self):
        with pytest.raises(ValueError, match="time zone"):
            Draft(Book(account=1), at=datetime(2026, 1, 1), recorded_at=NOON)  # noqa: DTZ001


class TestWords:
    def test_are_those_of_the_tables(self):
        assert set(BUCKETS) == set(models.Bucket.values)
        assert models.NEVER == NEVER

    def test_need_no_django(self):
        program = "import sys, loyalty.ledger.planning; print('django' in sys.modules)"
        said = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )

        assert said.stdout == "False\n"
