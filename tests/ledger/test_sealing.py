"""Entries and movements cannot be changed, whoever asks."""

import pytest
from django.db import DatabaseError, connection, transaction

from loyalty.core import unsealing
from loyalty.ledger.models import Account, Entry, Holder, Wallet
from tests.conftest import NOON


def write_entry() -> Entry:
    wallet, _ = Wallet.objects.get_or_create(code="points")
    holder = Holder.objects.create(opened_at=NOON)
    account = Account.objects.create(holder=holder, wallet=wallet)
    return Entry.objects.create(
        account=account, number=1, kind="EARN", points=10, occurred_at=NOON, recorded_at=NOON,
        pending_after=0, available_after=10, held_after=0, debt_after=0, hash="x",
    )  # fmt: skip


CHANGES = [
    "UPDATE ledger_entry SET points = 11",
    "DELETE FROM ledger_entry",
    "UPDATE ledger_movement SET points = 11",
    "DELETE FROM ledger_movement",
]
REPLACEMENTS = [
    f"REPLACE INTO {table} ({columns}) SELECT {columns.replace('points', 'points + 1')}"
    f" FROM {table}"
    for table, columns in (
        ("ledger_movement", "id, entry_id, account_id, lot_id, source, destination, points"),
        (
            "ledger_entry",
            "id, account_id, number, kind, points, reference, request_hash, actor, on_behalf_of,"
            " reason, occurred_at, recorded_at, pending_after, available_after, held_after,"
            " debt_after, previous_hash, hash",
        ),
    )
]
TRUNCATIONS = ["TRUNCATE ledger_entry CASCADE", "TRUNCATE ledger_movement"]


def refuses(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as refusal:
        return "append-only" in str(refusal)
    return False


@pytest.fixture
def entry(db: None) -> Entry:
    entry = write_entry()
    entry.movements.create(
        account=entry.account, source="issued", destination="available", points=10
    )
    connection.check_constraints()  # or PostgreSQL would refuse to truncate for their sake
    return entry


class TestSealedBook:
    @pytest.mark.parametrize("statement", CHANGES)
    def test_refuses(self, entry: Entry, statement: str):
        assert refuses(statement)

        entry.refresh_from_db()
        assert entry.points == 10
        assert entry.movements.get().points == 10

    @pytest.mark.sqlite
    @pytest.mark.parametrize("statement", REPLACEMENTS)
    def test_refuses_replacement(self, entry: Entry, statement: str):
        assert refuses(statement)

        entry.refresh_from_db()
        assert (entry.points, entry.movements.get().points) == (10, 10)

    @pytest.mark.postgresql
    @pytest.mark.parametrize("statement", TRUNCATIONS)
    def test_refuses_truncation(self, entry: Entry, statement: str):
        assert refuses(statement)

        assert Entry.objects.count() == 1

    def test_is_sealed_again_after_a_flush(self, entry: Entry):
        with unsealing.ledger_unsealed(), connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_entry SET points = 12")
            connection.check_constraints()

        assert [refuses(statement) for statement in CHANGES] == [True, True, True, True]

    def test_is_sealed_again_when_the_flush_fails(self, entry: Entry):
        with pytest.raises(ZeroDivisionError), unsealing.ledger_unsealed():
            raise ZeroDivisionError

        assert [refuses(statement) for statement in CHANGES] == [True, True, True, True]


@pytest.mark.postgresql
@pytest.mark.django_db
def test_account_pages_keep_room_for_the_next_version_of_a_row():
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'ledger_account'")
        assert cursor.fetchone() == (["fillfactor=70"],)


@pytest.mark.django_db(transaction=True)
class TestTransactionalTests:
    @pytest.mark.parametrize("turn", [1, 2])
    def test_start_from_nothing_and_find_the_book_sealed(self, turn: int):
        assert Entry.objects.count() == 0

        write_entry()

        assert refuses("DELETE FROM ledger_entry")
