"""One figure changed behind the product's back, and its row is named."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core import engines, unsealing
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry, Hold, Lot, Movement
from tests.conftest import NOON
from tests.ledger.doing import days, earn, hold, read, redeem

pytestmark = pytest.mark.django_db

READING = {"SELECT", "WITH", "DECLARE", "FETCH", "CLOSE"}


@pytest.fixture
def lived(account: Account) -> Account:
    """An account with three lots, a spending, a refund and an expiry: six entries."""
    earn(account, 50, "a", until=NOON + days(3))
    earn(account, 20, "b", until=NOON + days(9))
    spent = redeem(account, 55, "c")
    posting.refund(entry=spent, points=10, key="d", at=NOON + days(5), grace_days=30)
    return account


def tamper(statement: str, *parameters: object) -> None:
    connection.check_constraints()
    with unsealing.ledger_unsealed(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        connection.check_constraints()


def fault() -> str:
    return verifying.verify().first_fault or ""


class TestVerify:
    def test_finds_nothing_wrong_with_sound_books(self, lived: Account):
        found = verifying.verify()

        assert found == verifying.Verification(accounts=1, entries=4, first_fault=None)

    def test_writes_nothing(self, lived: Account):
        with CaptureQueriesContext(connection) as seen:
            verifying.verify()

        assert {query["sql"].split()[0] for query in seen} <= READING

    @pytest.mark.parametrize(
        "change",
        [
            "points = 21",
            "reference = 'x'",
            "actor = 'x'",
            "occurred_at = recorded_at",
            "available_after = 71",
            "key = 'x'",
        ],
    )
    def test_names_an_entry_of_which_something_changed(self, lived: Account, change: str):
        earn(lived, 5, "z", at=NOON + days(6), occurred_at=NOON)
        entry = Entry.objects.get(number=5)

        tamper(f"UPDATE ledger_entry SET {change} WHERE id = %s", entry.pk)

        assert fault().startswith(
            f"ledger_entry {entry.pk}: (account {lived.pk}, number 5) its hash"
        )

    def test_names_the_entry_and_the_movement_of_which_something_changed(self, lived: Account):
        movement = Movement.objects.filter(entry__kind="REDEEM").latest("id")

        tamper("UPDATE ledger_movement SET points = points + 1 WHERE id = %s", movement.pk)

        assert fault().startswith(f"ledger_entry {movement.entry_id}:")
        assert f"{movement.pk})" in fault()

    def test_misses_a_movement_that_was_removed(self, lived: Account):
        movement = Movement.objects.filter(entry__kind="REDEEM").latest("id")

        tamper("DELETE FROM ledger_movement WHERE id = %s", movement.pk)

        assert fault().startswith(f"ledger_entry {movement.entry_id}:")

    def test_misses_an_entry_that_was_removed_with_all_its_movements(self, lived: Account):
        entry = Entry.objects.get(kind="REFUND")
        Lot.objects.filter(origin=entry).update(origin=Entry.objects.get(number=1))

        tamper("DELETE FROM ledger_movement WHERE entry_id = %s", entry.pk)
        tamper("DELETE FROM ledger_entry WHERE id = %s", entry.pk)

        first = Entry.objects.get(number=1)
        assert fault().startswith(f"ledger_entry {first.pk}:")

    @pytest.mark.parametrize(
        "change", ["remaining = 14", "state = 'PENDING'", "expires_at = '2027-01-01 00:00:00'"]
    )
    def test_names_a_lot_or_the_entry_that_opened_it(self, lived: Account, change: str):
        lot = Lot.objects.get(number=2)

        tamper(f"UPDATE ledger_lot SET {change} WHERE id = %s", lot.pk)

        expected = (
            f"ledger_entry {lot.origin_id}" if "expires" in change else f"ledger_lot {lot.pk}"
        )
        assert fault().startswith(f"{expected}:")

    @pytest.mark.parametrize(
        "change",
        [
            "available = available + 1, issued = issued + 1",
            "entry_seq = 9",
            "lot_seq = 9",
            "last_hash = ''",
            "next_event_at = NULL",
        ],
    )
    def test_names_an_account(self, lived: Account, change: str):
        tamper(f"UPDATE ledger_account SET {change} WHERE id = %s", lived.pk)

        assert fault().startswith(f"ledger_account {lived.pk}:")

    def test_finds_a_book_that_was_rewritten_with_good_hashes_to_spend_a_dead_lot(
        self, account: Account
    ):
        earn(account, 50, "a", until=NOON + days(3))
        # A forger who owns the database and our code, and forgets the clock.
        forged = read(account)
        Lot.objects.update(expires_at=NOON + days(30))
        Account.objects.update(next_event_at=NOON + days(30))
        redeem(forged, 50, "b", at=NOON + days(5))
        Lot.objects.update(expires_at=NOON + days(3))
        movement = Movement.objects.latest("id")

        assert (
            fault() == f"ledger_movement {movement.pk}: its lot could not be used at that moment"
        )

    def test_finds_a_movement_of_another_account(self, lived: Account, accounts):
        other = accounts(1)[0]
        movement = Movement.objects.filter(account=lived).latest("id")

        tamper("UPDATE ledger_movement SET account_id = %s WHERE id = %s", other.pk, movement.pk)

        assert fault().startswith(f"ledger_entry {movement.entry_id}:")


class TestVerifyHolds:
    @pytest.fixture
    def held(self, account: Account) -> Hold:
        """A hold of 30 that was captured in part, and one of 5 that is open."""
        earn(account, 50, "a", until=NOON + days(30))
        held = hold(account, 30, "h")
        posting.capture(hold=held, points=20, key="c", at=NOON)
        hold(account, 5, "i")
        return held

    @pytest.mark.parametrize(
        ("change", "entry"),
        [
            ("points = 31", "HOLD"),
            ("expires_at = '2027-01-01 00:00:00'", "HOLD"),
            ("public_id = 'hold_x'", "HOLD"),
        ],
    )
    def test_names_the_entry_whose_hold_was_changed(self, held: Hold, change: str, entry: str):
        tamper(f"UPDATE ledger_hold SET {change} WHERE id = %s", Hold.objects.latest("id").pk)

        opened = Entry.objects.filter(kind=entry).latest("id")
        assert fault().startswith(f"ledger_entry {opened.pk}:")

    def test_names_a_hold_that_says_another_end(self, held: Hold):
        lift = "ALTER TABLE ledger_hold DISABLE TRIGGER USER"
        lower = "ALTER TABLE ledger_hold ENABLE TRIGGER USER"
        if not engines.is_postgresql():
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT sql FROM sqlite_master WHERE name = 'ledger_hold_refuses_UPDATE'"
                )
                lift, lower = "DROP TRIGGER ledger_hold_refuses_UPDATE", cursor.fetchone()[0]
        connection.check_constraints()
        tamper(lift)
        Hold.objects.filter(pk=held.pk).update(captured=19)
        connection.check_constraints()
        tamper(lower)

        assert fault() == f"ledger_hold {held.pk}: it was CAPTURED, with 20"

    def test_misses_a_hold_that_was_removed(self, held: Hold):
        Hold.objects.latest("id").delete()

        assert fault().startswith(f"ledger_entry {Entry.objects.latest('id').pk}:")

    def test_finds_points_of_an_account_that_was_merged(self, held: Hold, accounts):
        Account.objects.filter(pk=held.account_id).update(merged_into=accounts(1)[0])

        assert fault() == (
            f"ledger_account {held.account_id}: it was merged, and something is left in it"
        )
