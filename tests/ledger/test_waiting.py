"""Points that wait for an event are used from then on, or never."""

from datetime import datetime

import pytest

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from loyalty.ledger import balances, posting, verifying
from loyalty.ledger.models import NEVER, Account, Entry, Lot
from loyalty.ledger.planning import AWAY, Grant, Wait
from loyalty.ledger.posting import rebuilding
from tests.conftest import NOON
from tests.ledger.conftest import open_account
from tests.ledger.doing import book_of, claw_back, days, earn, left_in_lots, read, stands
from tests.ledger.test_verifying import fault, tamper

pytestmark = pytest.mark.django_db


def earn_waiting(account: Account, points: int, key: str, *, limit: int = 30) -> Entry:
    """Give points that wait for a delivery, `limit` days at most, and live 90 days then."""
    wait = Wait("delivered", NOON + days(limit), "90")
    granted = [Grant("points", points, AWAY, NEVER, wait=wait)]
    return posting.earn(account=account, grants=granted, reference=key, key=key, at=NOON)


def earn_in_three(account: Account) -> Entry:
    """Give 60 to use at once, 40 that wait for a delivery, 30 for a fortnight, in one entry."""
    wait = Wait("delivered", NOON + days(30), "90")
    granted = [
        Grant("points", 60, NOON, NOON + days(10)),
        Grant("points", 40, AWAY, NEVER, wait=wait),
        Grant("points", 30, NOON + days(14), NOON + days(20)),
    ]
    return posting.earn(account=account, grants=granted, reference="a", key="a", at=NOON)


def until(life: str, start: datetime) -> datetime:
    return start + days(int(life))


def activate(account: Account, key: str, *lots: int, at: datetime) -> Entry | None:
    return posting.activate(account=account, lots=lots or (1,), until=until, key=key, at=at)


def cancel(account: Account, key: str, *, at: datetime) -> Entry | None:
    told = {"actor": "usr_1", "reason": "not-coming"}
    return posting.cancel(account=account, lots=[1], key=key, at=at, **told)


class TestWaiting:
    def test_points_are_pending_and_not_spendable(self, account: Account):
        earn_waiting(account, 100, "a")

        balance = balances.get_balance(account=read(account), at=NOON + days(29))
        assert (balance.available, balance.pending, balance.next_expiry) == (0, 100, None)
        assert read(account).next_event_at == NOON + days(30)
        with pytest.raises(posting.InsufficientPoints):
            posting.redeem(account=account, points=1, reference="r", key="r", at=NOON + days(29))

    def test_they_are_gone_from_the_instant_that_is_too_late(self, account: Account):
        earn_waiting(account, 100, "a")

        balance = balances.get_balance(account=read(account), at=NOON + days(30))
        assert (balance.available, balance.pending) == (0, 0)
        assert stands(account) == {"issued": 100, "pending": 100}

    def test_the_night_books_that_at_its_own_instant(self, account: Account):
        earn_waiting(account, 100, "a")

        posting.settle_due(at=NOON + days(40))

        entry = Entry.objects.get(kind="CANCEL")
        assert (entry.points, entry.occurred_at) == (-100, NOON + days(30))
        assert stands(account) == {"issued": 100, "expired": 100}
        assert OutboxEvent.objects.latest("id").name == "points.cancelled"
        assert verifying.verify().first_fault is None

    def test_dates_without_a_wait_of_their_own_are_refused(self, account: Account):
        wait = Wait("delivered", NOON + days(3), "90")
        granted = [Grant("points", 5, NOON, NEVER, wait=wait)]

        with pytest.raises(ValueError, match="no dates yet"):
            posting.earn(account=account, grants=granted, reference="a", key="a", at=NOON)

        assert stands(account) == {}


class TestActivate:
    def test_lets_points_be_used_and_their_life_begin(self, account: Account):
        earn_waiting(account, 100, "a")

        entry = activate(account, "e", at=NOON + days(10))

        assert entry is not None
        assert (entry.kind, entry.points, entry.occurred_at) == ("ACTIVATE", 100, NOON + days(10))
        lot = Lot.objects.get()
        assert (lot.state, lot.available_at) == ("ACTIVE", NOON + days(10))
        assert lot.expires_at == NOON + days(100)
        assert read(account).next_event_at == NOON + days(100)
        assert verifying.verify().first_fault is None

    def test_repays_what_is_owed(self, account: Account):
        earned = earn(account, 30, "s")
        posting.redeem(account=account, points=30, reference="r", key="r", at=NOON)
        claw_back(earned, 30, "c")
        earn_waiting(account, 100, "a")

        activate(account, "e", 2, at=NOON + days(1))

        assert book_of(account)[-2:] == [("ACTIVATE", 100), ("REPAY", -30)]
        assert balances.get_balance(account=read(account), at=NOON + days(1)).available == 70

    def test_does_it_once(self, account: Account):
        earn_waiting(account, 100, "a")
        first = activate(account, "e", at=NOON + days(1))

        assert activate(account, "e", at=NOON + days(2)) == first
        assert activate(account, "f", at=NOON + days(2)) is None

        assert book_of(account) == [("EARN", 100), ("ACTIVATE", 100)]

    def test_comes_too_late_and_writes_nothing(self, account: Account):
        earn_waiting(account, 100, "a")

        assert activate(account, "e", at=NOON + days(30)) is None

        assert book_of(account) == [("EARN", 100)]

    def test_refuses_another_request_with_its_key(self, account: Account):
        earn_waiting(account, 100, "a")
        activate(account, "e", at=NOON)

        with pytest.raises(posting.KeyReused):
            activate(account, "e", 1, 2, at=NOON)

        assert stands(account) == {"issued": 100, "available": 100}

    def test_leaves_alone_what_waits_for_a_day(self, account: Account):
        earn(account, 100, "a", since=NOON + days(10))

        assert activate(account, "e", at=NOON) is None

        assert stands(account) == {"issued": 100, "pending": 100}

    def test_is_refused_where_the_holder_has_left(self, account: Account):
        earn_waiting(account, 100, "a")
        posting.close(account=account, key="x", at=NOON, reason="closed", actor="usr_1")

        with pytest.raises(Refusal) as refusal:
            activate(account, "e", at=NOON)

        assert refusal.value.code == "account-closed"
        assert stands(account) == {"issued": 100, "removed": 100}


class TestCancel:
    def test_lets_points_go_at_once(self, account: Account):
        earn_waiting(account, 100, "a")

        entry = cancel(account, "x", at=NOON + days(2))

        assert entry is not None
        assert (entry.kind, entry.points, entry.reason) == ("CANCEL", -100, "not-coming")
        assert stands(account) == {"issued": 100, "expired": 100}
        assert read(account).next_event_at is None
        assert verifying.verify().first_fault is None

    def test_does_it_once(self, account: Account):
        earn_waiting(account, 100, "a")
        first = cancel(account, "x", at=NOON)

        assert cancel(account, "x", at=NOON + days(1)) == first
        assert cancel(account, "y", at=NOON + days(1)) is None

    def test_leaves_nothing_for_a_later_return_to_take(self, account: Account):
        earned = earn_waiting(account, 100, "a")
        earn(account, 50, "b")
        cancel(account, "x", at=NOON)

        back = claw_back(earned, 100, "c")

        assert (back.points, back.forgiven) == (0, 100)
        assert stands(account) == {"issued": 150, "available": 50, "expired": 100}


class TestReturns:
    def test_take_back_exactly_what_waits(self, account: Account):
        earned = earn_waiting(account, 100, "a")
        earn(account, 50, "b")

        claw_back(earned, 40, "c")

        assert stands(account) == {"issued": 150, "pending": 60, "available": 50, "removed": 40}
        activate(account, "e", at=NOON + days(1))
        assert stands(account) == {"issued": 150, "available": 110, "removed": 40}
        claw_back(earned, 60, "d", at=NOON + days(1))
        assert stands(account) == {"issued": 150, "available": 50, "removed": 100}

    def test_take_first_what_nobody_could_use_yet_of_the_same_sale(self, account: Account):
        earned = earn_in_three(account)

        claw_back(earned, 50, "c")
        assert left_in_lots(account) == [60, 20, 0]
        claw_back(earned, 30, "d")

        assert left_in_lots(account) == [50, 0, 0]
        assert stands(account) == {"issued": 130, "available": 50, "removed": 80}
        claw_back(earned, 50, "e")
        assert stands(account) == {"issued": 130, "removed": 130}

    def test_take_the_same_first_where_the_account_was_merged(self, account: Account):
        other = open_account()
        earned = earn_in_three(account)
        posting.merge(source=account, target=other, key="m", at=NOON)

        claw_back(earned, 50, "c")

        assert left_in_lots(other) == [60, 20, 0]
        assert verifying.verify().first_fault is None


class TestMerging:
    def test_carries_the_wait_there_and_back(self, account: Account):
        other = open_account()
        earn_waiting(account, 100, "a")
        posting.merge(source=account, target=other, key="m", at=NOON)

        activate(other, "e", at=NOON + days(1))

        lot = Lot.objects.get(account=other)
        assert (lot.waits_for, lot.expires_at) == ("delivered", NOON + days(91))
        assert verifying.verify().first_fault is None
        posting.unmerge(account=account, key="u", at=NOON + days(2))
        assert stands(account)["available"] == 100
        assert verifying.verify().first_fault is None

    def test_lets_it_wait_on_after_it_came_back(self, account: Account):
        other = open_account()
        earn_waiting(account, 100, "a")
        posting.merge(source=account, target=other, key="m", at=NOON)
        posting.unmerge(account=account, key="u", at=NOON + days(2))

        activate(account, "e", 2, at=NOON + days(3))

        assert stands(account)["available"] == 100
        assert read(account).next_event_at == NOON + days(93)
        assert verifying.verify().first_fault is None


class TestVerify:
    @pytest.mark.parametrize(
        "change",
        [
            "waits_for = 'other'",
            "life = '900'",
            "available_at = earned_at",
            "cancels_at = earned_at",
        ],
    )
    def test_names_a_wait_that_was_changed(self, account: Account, change: str):
        earn_waiting(account, 100, "a")
        activate(account, "e", at=NOON + days(1))

        tamper(f"UPDATE ledger_lot SET {change}")

        assert "ledger_entry" in fault()

    def test_names_a_lot_with_dates_whose_event_has_not_come(self, account: Account):
        earn_waiting(account, 100, "a")

        tamper("UPDATE ledger_lot SET available_at = earned_at")

        assert "its event has not come" in fault()

    def test_is_rebuilt_as_it_was(self, account: Account):
        earn_waiting(account, 100, "a")
        earn_waiting(account, 60, "b")
        activate(account, "e", at=NOON + days(1))
        tamper("UPDATE ledger_account SET next_event_at = NULL, pending = 160, available = 0")

        rebuilding.rebuild()

        assert stands(account) == {"issued": 160, "available": 100, "pending": 60}
        assert read(account).next_event_at == NOON + days(30)
        assert verifying.verify().first_fault is None
