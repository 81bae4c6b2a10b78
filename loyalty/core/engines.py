"""The seams between SQLite and PostgreSQL, each with a name. Nowhere else asks the vendor."""

from typing import TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

_Row = TypeVar("_Row", bound=Model)


def is_postgresql() -> bool:
    """Say whether this process talks to PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"


def lock_skipping(rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Lock rows as they are read and pass over those another transaction holds.

    On SQLite a transaction is the only writer from its start: there is nobody to pass over.
    """
    return rows.select_for_update(skip_locked=True) if is_postgresql() else rows
