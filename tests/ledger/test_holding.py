"""Points are set aside, used or let go, once; and nobody else can have them meanwhile."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty.core import engines
from loyalty.events.models import OutboxEvent
from loyalty.ledger import balances, posting, verifying
from loyalty.ledger.balances import Balance
from loyalty.ledger.models import Account, Entry, Hold
from tests.conftest import NOON
from tests.ledger.conftest import open_account
from tests.ledger.doing import (
    book_of,
    claw_back,
    days,
    earn,
    forgotten,
    hold,
    left_in_lots,
    read,
    redeem,
    refuses,
    stands,
)  # fmt: skip
from tests.ledger.racing import race

pytestmark = pytest.mark.django_db

QUARTER = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _sound_books(request: pytest.FixtureRequest):
    yield
    assert verifying.verify().first_fault is None


@pytest.fixture
def filled(account: Account) -> Account:
    """An account with 50 points that die in 10 days and 50 that die in 20."""
    earn(account, 50, "a", until=NOON + days(10))
    earn(account, 50, "b", until=NOON + days(20))
    return account


def capture(held: Hold, points: int, key: str, *, at=NOON) -> Entry:
    return posting.capture(hold=held, points=points, key=key, at=at)


class TestHold:
    def test_sets_aside_what_dies_first(self, filled: Account):
        held = hold(filled, 70, "h")

        assert (held.points, held.state, held.expires_at) == (70, "OPEN", NOON + QUARTER)
        assert held.public_id.startswith("hold_")
        assert left_in_lots(filled) == [0, 30]
        assert stands(filled) == {"issued": 100, "available": 30, "held": 70}
        assert book_of(filled)[-1] == ("HOLD", -70)
        assert read(filled).next_event_at == NOON + QUARTER
        assert OutboxEvent.objects.latest("id").name == "points.held"

    def test_refuses_more_than_there_is(self, filled: Account):
        refuses(lambda: hold(filled, 101, "h"), code="insufficient-points")

        assert stands(filled) == {"issued": 100, "available": 100}

    def test_leaves_nothing_for_others_to_spend(self, filled: Account):
        hold(filled, 70, "h")

        refuses(lambda: redeem(filled, 31, "r"), code="insufficient-points")

    def test_twice_is_once(self, filled: Account):
        first = hold(filled, 70, "h")

        assert hold(filled, 70, "h", at=NOON + QUARTER / 3) == first
        assert Hold.objects.count() == 1

    def test_refuses_the_key_of_another_request(self, filled: Account):
        hold(filled, 70, "h")

        refuses(lambda: hold(filled, 71, "h"), code="idempotency-key-reused")
        refuses(lambda: hold(filled, 70, "h", lasts=QUARTER * 2), code="idempotency-key-reused")

    @pytest.mark.parametrize(("points", "lasts"), [(0, QUARTER), (5, timedelta())])
    def test_is_of_something_for_a_while(self, filled: Account, points: int, lasts: timedelta):
        with pytest.raises(ValueError, match="a while"):
            hold(filled, points, "h", lasts=lasts)

        assert Hold.objects.exists() is False


class TestCapture:
    def test_spends_what_dies_first_and_lets_the_rest_go(self, filled: Account):
        held = hold(filled, 70, "h")

        entry = capture(held, 40, "c")

        assert (entry.kind, entry.points) == ("CAPTURE", -40)
        assert left_in_lots(filled) == [10, 50]
        assert stands(filled) == {"issued": 100, "available": 60, "redeemed": 40}
        held.refresh_from_db()
        assert (held.state, held.captured, held.closing) == ("CAPTURED", 40, entry)

    def test_refuses_more_than_is_held(self, filled: Account):
        held = hold(filled, 10, "h")

        refuses(lambda: capture(held, 11, "c"), code="amount-exceeds-hold")

        assert stands(filled) == {"issued": 100, "available": 90, "held": 10}

    def test_refuses_a_second_end(self, filled: Account):
        held = hold(filled, 10, "h")
        capture(held, 9, "c")

        refuses(lambda: capture(held, 1, "d"), code="hold-already-captured")
        refuses(lambda: posting.void(hold=held, key="v", at=NOON), code="hold-already-captured")

    def test_repeated_answers_with_the_first_entry(self, filled: Account):
        held = hold(filled, 10, "h")

        assert capture(held, 9, "c") == capture(held, 9, "c", at=NOON + days(3))
        refuses(lambda: capture(held, 8, "c"), code="idempotency-key-reused")

    def test_of_points_whose_date_has_come_spends_them_all_the_same(self, filled: Account):
        held = hold(filled, 70, "h", at=NOON + days(9), lasts=days(3))

        capture(held, 60, "c", at=NOON + days(11))

        assert left_in_lots(filled) == [0, 40]
        assert stands(filled) == {"issued": 100, "available": 40, "redeemed": 60}

    def test_lets_points_expire_that_go_back_to_a_dead_lot(self, filled: Account):
        held = hold(filled, 70, "h", at=NOON + days(9), lasts=days(3))

        capture(held, 10, "c", at=NOON + days(11))

        assert left_in_lots(filled) == [0, 50]
        assert stands(filled) == {
            "issued": 100, "available": 50, "redeemed": 10, "expired": 40,
        }  # fmt: skip

    def test_can_be_given_back_in_part(self, filled: Account):
        entry = capture(hold(filled, 70, "h"), 60, "c")

        posting.refund(entry=entry, points=25, key="r", at=NOON, grace_days=30)

        assert left_in_lots(filled) == [15, 50]
        refuses(
            lambda: posting.refund(entry=entry, points=36, key="s", at=NOON, grace_days=30),
            code="refund-exceeds-spent",
        )


class TestVoid:
    def test_gives_everything_back(self, filled: Account):
        held = hold(filled, 70, "h")

        entry = posting.void(hold=held, key="v", at=NOON)

        assert (entry.kind, entry.points) == ("VOID", 70)
        assert left_in_lots(filled) == [50, 50]
        refuses(lambda: capture(held, 1, "c"), code="hold-already-voided")
        refuses(lambda: posting.void(hold=held, key="w", at=NOON), code="hold-already-voided")

    def test_repays_what_is_owed_from_what_comes_back(self, account: Account):
        earned = earn(account, 50, "a", until=NOON + days(10))
        held = hold(account, 50, "h")
        claw_back(earned, 20, "b")
        assert stands(account)["debt"] == 20

        posting.void(hold=held, key="v", at=NOON)

        assert book_of(account)[-2:] == [("VOID", 50), ("REPAY", -20)]
        assert stands(account) == {"issued": 50, "available": 30, "removed": 20}


class TestLapse:
    def test_happens_by_itself_at_its_instant(self, filled: Account):
        held = hold(filled, 70, "h")
        told = balances.get_balance(account=read(filled), at=NOON + QUARTER)
        assert (told.available, told.held) == (100, 0)

        redeem(filled, 100, "r", at=NOON + days(1))

        assert book_of(filled)[-2:] == [("LAPSE", 70), ("REDEEM", -100)]
        lapse = Entry.objects.get(kind="LAPSE")
        assert (lapse.occurred_at, lapse.key) == (NOON + QUARTER, None)
        held.refresh_from_db()
        assert (held.state, held.captured, held.closing) == ("LAPSED", 0, lapse)

    def test_is_not_there_a_microsecond_before(self, filled: Account):
        hold(filled, 70, "h")
        just_before = NOON + QUARTER - timedelta(microseconds=1)

        told = balances.get_balance(account=read(filled), at=just_before)

        assert (told.available, told.held) == (30, 70)
        refuses(lambda: redeem(filled, 31, "r", at=just_before), code="insufficient-points")

    def test_refuses_what_comes_too_late(self, filled: Account):
        held = hold(filled, 70, "h")

        refuses(lambda: capture(held, 1, "c", at=NOON + QUARTER), code="hold-expired")
        posting.settle(account=filled, at=NOON + QUARTER)
        refuses(lambda: capture(held, 1, "c", at=NOON + QUARTER), code="hold-expired")
        refuses(lambda: posting.void(hold=held, key="v", at=NOON + QUARTER), code="hold-expired")

    def test_is_the_sweeps_work_too(self, filled: Account):
        hold(filled, 70, "h")
        hold(filled, 5, "i")

        assert posting.settle_due(at=NOON + days(1)) == 1
        assert posting.settle_due(at=NOON + days(1)) == 0

        assert book_of(filled)[-2:] == [("LAPSE", 70), ("LAPSE", 5)]
        assert stands(filled) == {"issued": 100, "available": 100}

    def test_counts_in_the_totals_before_anybody_writes_it_down(self, filled: Account):
        hold(filled, 70, "h", at=NOON + days(9), lasts=days(3))

        assert balances.get_totals(at=NOON + days(11)).expired == 0
        assert balances.get_totals(at=NOON + days(12)).expired == 50
        assert balances.get_totals(at=NOON + days(20)).expired == 100
        posting.settle(account=forgotten(filled), at=NOON + days(20))
        assert balances.get_totals(at=NOON + days(12)).expired == 50

    def test_after_inactivity_rang_gives_back_what_was_set_aside(self, account: Account):
        earn(account, 50, "a", until=NOON + days(90))
        Account.objects.update(inactive_at=NOON + days(4), next_event_at=NOON + days(4))
        hold(forgotten(account), 20, "h", at=NOON + days(3), lasts=days(3))

        posting.settle(account=forgotten(account), at=NOON + days(6))

        assert stands(account) == {"issued": 50, "available": 20, "expired": 30}


class TestClose:
    def test_voids_what_is_held_and_removes_it(self, filled: Account):
        held = hold(filled, 70, "h")

        posting.close(account=filled, key="bye", at=NOON, reason="closed", actor="usr_1")

        assert book_of(filled)[-2:] == [("VOID", 70), ("CLOSE", -100)]
        assert stands(filled) == {"issued": 100, "removed": 100}
        refuses(lambda: capture(held, 1, "c"), code="hold-already-voided")


class TestStatements:
    """A hold costs a posting no statement; it is read with the lots, and only where one is."""

    def count(self, work) -> int:
        with CaptureQueriesContext(connection) as seen:
            work()
        return len(seen)

    def written(self, *, tables: int) -> int:
        return 1 if engines.is_postgresql() else 1 + tables

    def test_of_a_hold_and_its_capture(self, filled: Account):
        held: list[Hold] = []

        # The key, the lots to draw from, the rows with their events and days; then the hold.
        count = self.count(lambda: held.append(hold(filled, 70, "h")))
        assert count == 3 + self.written(tables=7)
        # The key, the hold with its lots, and what every posting writes.
        assert self.count(lambda: capture(held[0], 40, "c")) == 2 + self.written(tables=7)

    def test_of_a_balance_with_a_hold_that_is_due(self, filled: Account):
        hold(filled, 70, "h")

        holders = [filled.holder_id]
        found: list[Balance] = []
        count = self.count(
            lambda: found.append(
                balances.get_balances(holder_ids=holders, at=NOON + days(1))[holders[0]]["points"]
            )
        )

        assert count == 2
        assert (found[0].available, found[0].held) == (100, 0)


class TestTheTable:
    def test_refuses_to_open_again_what_was_closed(self, filled: Account):
        held = hold(filled, 10, "h")
        capture(held, 10, "c")

        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Hold.objects.update(state="OPEN", closing=None, captured=0)

        assert Hold.objects.get().state == "CAPTURED"


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestTenThreads:
    def test_hold_exactly_what_there_is(self):
        account = open_account()
        with transaction.atomic():
            earn(account, 100, "a")
        refused: list[int] = []

        def runner(number: int) -> None:
            try:
                with transaction.atomic():
                    hold(read(account), 15, f"h{number}")
            except posting.InsufficientPoints:
                refused.append(number)

        assert race(runner, threads=10) == []
        assert len(refused) == 4
        assert stands(account) == {"issued": 100, "available": 10, "held": 90}

    def test_end_one_hold_once(self):
        account = open_account()
        with transaction.atomic():
            earn(account, 100, "a")
            held = hold(account, 60, "h")
        ended: list[str] = []

        def runner(number: int) -> None:
            try:
                with transaction.atomic():
                    if number % 2:
                        ended.append(capture(held, 50, f"c{number}").kind)
                    else:
                        ended.append(posting.void(hold=held, key=f"v{number}", at=NOON).kind)
            except (posting.HoldAlreadyCaptured, posting.HoldAlreadyVoided):
                return

        assert race(runner, threads=10) == []
        left = {"CAPTURE": {"redeemed": 50, "available": 50}, "VOID": {"available": 100}}
        assert len(ended) == 1
        assert stands(account) == {"issued": 100} | left[ended[0]]
