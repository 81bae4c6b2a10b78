"""Measures may read from a copy of the database that is seconds late; nothing else may."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Model

REPLICA = "analytics"

_is_reading: ContextVar[bool] = ContextVar("is_reading_from_replica", default=False)


@contextmanager
def reading() -> Iterator[BaseDatabaseWrapper]:
    """Send the block's reads to the replica where there is one; yield its connection for SQL.

    What is read here is never the ground for a write: it may be old.
    """
    token = _is_reading.set(True)
    try:
        yield connections[_alias()]
    finally:
        _is_reading.reset(token)


def _alias() -> str:
    return REPLICA if REPLICA in settings.DATABASES else "default"


class Router:
    """Django's view of `reading`: everything else goes to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return _alias() if _is_reading.get() else None

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """Both sides are the same data, wherever they were read."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        return False if db == REPLICA else None
