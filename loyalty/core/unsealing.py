"""The ledger's rows opened for a test that must change or remove some: the product never asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from loyalty.core import engines

SEALED_TABLES = ("ledger_entry", "ledger_movement")


@contextmanager
def ledger_unsealed() -> Iterator[None]:
    """Lift the triggers that refuse changes to the ledger, and put them back whatever happens.

    For the flush after a transactional test alone; the product never lifts them.
    """
    with connection.cursor() as cursor:
        restore = _unseal_postgresql() if engines.is_postgresql() else _unseal_sqlite()
        try:
            yield
        finally:
            for statement in restore:
                cursor.execute(statement)


def _unseal_postgresql() -> list[str]:
    with connection.cursor() as cursor:
        for table in SEALED_TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    return [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in SEALED_TABLES]


def _unseal_sqlite() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql, tbl_name FROM sqlite_master WHERE type = 'trigger'")
        triggers = [row[:2] for row in cursor.fetchall() if row[2] in SEALED_TABLES]
        for name, _definition in triggers:
            cursor.execute(f"DROP TRIGGER {name}")
    return [definition for _name, definition in triggers]
