"""Takes the right to read purchases away, so that whoever counts them again is found out."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

PURCHASES = (
    "members_purchase", "members_purchaseline", "members_return", "members_returnline",
)  # fmt: skip


@contextmanager
def unreadable() -> Iterator[None]:
    """Refuse every statement of the block that reads a purchase, a return, or their lines.

    On PostgreSQL the block acts in a role that may do anything else; it begins in a transaction
    and the role goes with it.
    """
    with _forbidden_sqlite() if connection.vendor == "sqlite" else _forbidden_postgresql():
        yield


@contextmanager
def _forbidden_sqlite() -> Iterator[None]:
    def judge(action: int, table: str | None, *_more: str | None) -> int:
        is_read = action == sqlite3.SQLITE_READ and table in PURCHASES
        return sqlite3.SQLITE_DENY if is_read else sqlite3.SQLITE_OK

    connection.connection.set_authorizer(judge)
    try:
        yield
    finally:
        connection.connection.set_authorizer(None)


@contextmanager
def _forbidden_postgresql() -> Iterator[None]:
    role = connection.ops.quote_name(f"reader_of_{connection.settings_dict['NAME']}")
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {role}")
        cursor.execute(f"GRANT ALL ON ALL TABLES IN SCHEMA public TO {role}")
        cursor.execute(f"GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO {role}")
        cursor.execute(f"REVOKE ALL ON {', '.join(PURCHASES)} FROM {role}")
        cursor.execute(f"SET LOCAL ROLE {role}")
    try:
        yield
    finally:
        connection.cursor().execute("RESET ROLE")
