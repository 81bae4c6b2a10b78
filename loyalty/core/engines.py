"""The seams between SQLite and PostgreSQL, each with a name. Nowhere else asks the vendor.

What is written differently within a statement is in `expressions`.
"""

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime
from functools import cache
from typing import Any, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import OperationalError, connection, transaction
from django.db.models import Func, Model, Q, QuerySet, TextField
from django.db.models.lookups import Contains, IContains

_Row = TypeVar("_Row", bound=Model)
_SQLITE_FULL = 2


def is_postgresql() -> bool:
    """Say whether this process talks to PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"


def lock_skipping(rows: QuerySet[_Row]) -> QuerySet[_Row]:
    """Lock rows as they are read and pass over those another transaction holds.

    On SQLite a transaction is the only writer from its start: there is nobody to pass over.
    """
    return rows.select_for_update(skip_locked=True) if is_postgresql() else rows


def lock_name(name: str) -> None:
    """Hold a name until the commit, for what has no row to lock yet. SQLite has one writer."""
    if is_postgresql():
        connection.cursor().execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])


def can_try_locks() -> bool:
    """Say whether a lock can be tried without waiting (PostgreSQL's advisory locks).

    On SQLite a second writer waits for the first to commit, and then sees what it wrote.
    """
    return is_postgresql()


def is_conflict(error: BaseException) -> bool:
    """Say whether the database gave this transaction up for another: a deadlock, a race."""
    return _sqlstate(error) in {"40001", "40P01", "55P03"}


def is_overload(error: BaseException) -> bool:
    """Say whether the database is there and too busy: no connection left, or a locked file."""
    return _sqlstate(error) == "53300" or "database is locked" in str(error)


def _sqlstate(error: BaseException) -> str:
    return getattr(error.__cause__, "sqlstate", None) or ""


def row_lock(*, of: str, skip_locked: bool = False) -> str:
    """Return what a SELECT must end with to lock rows of one table for a change of their figures.

    Rows that refer to them may still be added meanwhile. On SQLite the transaction is already
    the only writer.
    """
    if not is_postgresql():
        return ""
    return f" FOR NO KEY UPDATE OF {of}" + (" SKIP LOCKED" if skip_locked else "")


def any_of(column: str, values: Sequence[int]) -> tuple[str, list[Any]]:
    """Return a condition and its parameters: the column holds one of these, however many."""
    if is_postgresql():
        return f"{column} = ANY(%s)", [list(values)]
    condition = f"{column} IN (SELECT value FROM json_each(%s))"  # noqa: S608 (a column's name)
    return condition, [json.dumps(list(values))]


def to_column(moment: datetime | None) -> Any:
    """Return a moment as hand-written SQL must pass it."""
    return connection.ops.adapt_datetimefield_value(moment)


def from_column(value: Any) -> Any:
    """Return the moment, in UTC, that hand-written SQL has read, or None."""
    if value is None:
        return None
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


@contextmanager
def unprepared() -> Iterator[None]:
    """Keep the driver from preparing statements: a generic plan costs a sweep a factor of 15."""
    driver = connection.connection if is_postgresql() else None
    if driver is None:
        yield
        return
    threshold, driver.prepare_threshold = driver.prepare_threshold, None
    try:
        yield
    finally:
        driver.prepare_threshold = threshold


@contextmanager
def snapshot() -> Iterator[None]:
    """Read several tables as they were at one moment, without keeping writers waiting.

    Inside a transaction it adds nothing: that one has begun as it has begun.
    """
    if connection.in_atomic_block:
        yield
    elif is_postgresql():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
    else:
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            try:
                yield
            finally:
                cursor.execute("ROLLBACK")


class TookTooLong(Exception):
    """What was asked under `hurried` was given up: nothing of it is known."""


@contextmanager
def hurried(*, seconds: int) -> Iterator[None]:
    """Give statements so many seconds each, and raise TookTooLong when one takes longer.

    On SQLite, whose shops are small, they take what they take.
    """
    if not is_postgresql():
        yield
        return
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            before = _get_value("SHOW statement_timeout")
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
            yield
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [before])
    except OperationalError as error:
        if _sqlstate(error) == "57014":
            raise TookTooLong from error
        raise


def has_durable_commits() -> bool:
    """Say whether what was committed survives a crash of the database."""
    if is_postgresql():
        return bool(_get_value("SHOW synchronous_commit") != "off")
    return int(_get_value("PRAGMA synchronous")) >= _SQLITE_FULL


def get_clock() -> datetime:
    """Return what time it is for the database."""
    if is_postgresql():
        moment: datetime = _get_value("SELECT clock_timestamp()")
        return moment
    return datetime.fromisoformat(_get_value("SELECT strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now')"))


def _get_value(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def load(*, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert many rows of plain values, faster than the ORM: COPY, or one prepared statement.

    Values are text, numbers, days, moments or None; JSON comes as text. Ids are not returned.
    """
    names = ", ".join(columns)
    with connection.cursor() as cursor:
        if is_postgresql():
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join("%s" for _ in columns)
        cursor.executemany(
            f"INSERT INTO {table} ({names}) VALUES ({marks})",  # noqa: S608 (names of our own columns)
            [tuple(map(_to_plain, row)) for row in rows],
        )


def _to_plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return to_column(value)
    return value.isoformat() if isinstance(value, date) else value


def first_keys(ways: Iterable[QuerySet[Any, Any]], *, most: int) -> list[Any]:
    """Return what one column of several queries holds, each once: so many, in one statement.

    A query is not begun while those before it find enough, and each ends once it has.
    """
    parts, parameters = list[str](), list[Any]()
    for way in ways:
        with suppress(EmptyResultSet):
            said, values = way.order_by()[:most].query.sql_with_params()
            parts.append(f"SELECT * FROM ({said}) AS way{len(parts)}")  # noqa: S608 (Django's own)
            parameters += values
    if not parts:
        return []
    with connection.cursor() as cursor:
        cursor.execute(f"{' UNION ALL '.join(parts)} LIMIT {most:d}", parameters)
        return list(dict.fromkeys(key for (key,) in cursor.fetchall()))


def begins(column: str, text: str) -> Q:
    """Return a condition that an index answers: a column begins with a text, to the letter."""
    if is_postgresql():
        return Q(**{f"{column}__startswith": text})
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + "\U0010ffff"})


# Shorter words hold no trigram, and marks are in none: an index would read every name.
_PART = re.compile(r"[^\W\d_]{2}")
_IN_NAMES = re.compile(r"(?:[^\W\d_]|[ '’-])+")
_PARTS_INDEX = "members_member_name_part"


def name_holds(text: str, *, columns: Sequence[str]) -> Q | None:
    """Return a condition: these columns, side by side, hold this text anywhere in them.

    None where no index could answer: for fewer than three letters, for letters that stand alone
    or marks that no name holds, and on a PostgreSQL that has no trigrams. On SQLite, whose shops
    are small, names are read through.
    """
    if len(text) < 3 or not (_PART.search(text) and _IN_NAMES.fullmatch(text)):
        return None
    together = _beside(columns, "UPPER(%(expressions)s)")
    if is_postgresql():
        return Q(Contains(together, text.upper())) if _has_trigrams() else None
    # It folds the case of ASCII alone: "é" is looked for as typed, and as a name begins.
    asked = {text, text.title(), text.lower(), text.upper()}
    beside = _beside(columns, "(%(expressions)s)")
    found = Q()
    for spelled in sorted(asked):
        found |= Q(IContains(beside, spelled))
    return found


def _beside(columns: Sequence[str], template: str) -> Func:
    return Func(*columns, template=template, arg_joiner=" || ' ' || ", output_field=TextField())


@cache
def _has_trigrams() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [_PARTS_INDEX])
        return bool(cursor.fetchone()[0])
