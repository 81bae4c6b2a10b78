"""Two pens for the same rows: one statement on PostgreSQL, one per table on SQLite."""

# ruff: noqa: S608 (names of columns alone are put together; values are parameters)

from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection

from loyalty.core import engines
from loyalty.events import changes, outbox
from loyalty.ledger.posting.rows import ACCOUNT, BOOK, CLOSING, HOLD, MOVEMENT, Row, Rows

# Above so many rows, arrays are cheaper to send and to plan than a list of values.
_MOST_VALUES = 8


class StaleAccount(RuntimeError):
    """The row is no longer what was decided on: it was changed past its lock. Nothing is kept."""


def write(rows: Rows) -> dict[tuple[int, int], int]:
    """Write all rows; return the ids of entries by (account, number). Raises StaleAccount."""
    return _write_at_once(rows) if engines.is_postgresql() else _write_by_table(rows)


# PostgreSQL


def _write_at_once(rows: Rows) -> dict[tuple[int, int], int]:
    parts = [
        (
            rows.entries,
            "entries",
            "e",
            rows.entry_columns,
            _insert_entries(tuple(rows.entry_columns)),
        ),
        (rows.lots, "lots", "n", rows.lot_columns, _insert_lots(tuple(rows.lot_columns))),
        (
            rows.changes,
            "changes",
            "c",
            rows.change_columns,
            _update_lots(tuple(rows.change_columns)),
        ),
        (rows.movements, "moves", "m", MOVEMENT, _movements_statement(bool(rows.lots))),
        (rows.holds, "holds", "h", HOLD, _INSERT_HOLDS),
        (rows.closings, "closings", "x", CLOSING, _UPDATE_HOLDS),
        (rows.accounts, "accounts", "u", ACCOUNT, _UPDATE_ACCOUNTS),
        (rows.events, "events", "t", outbox.COLUMNS, _INSERT_EVENTS),
        (rows.days, "days", "d", changes.COLUMNS, _INSERT_DAYS),
    ]
    steps, parameters = [], []
    for part, name, alias, columns, statement in parts:
        if part:
            source, values = _source(part, alias, columns)
            steps.append(f"{name} AS ({statement.format(source=source)})")
            parameters += values
    answer = _ANSWER_WITH_ENTRIES if rows.entries else _ANSWER
    with connection.cursor() as cursor:
        cursor.execute(f"WITH {', '.join(steps)} {answer}", parameters)
        found = cursor.fetchall()
    if found[0][0] != len(rows.accounts):
        raise StaleAccount
    return {(account, number): key for _count, account, number, key in found if key is not None}


def _source(rows: Sequence[Row], alias: str, columns: dict[str, str]) -> tuple[str, list[Any]]:
    """Return rows as something to select from: a few as values, many as arrays."""
    names = ", ".join(columns)
    if len(rows) > _MOST_VALUES:
        arrays = ", ".join(f"%s::{kind}[]" for kind in columns.values())
        return f"unnest({arrays}) AS {alias}({names})", [
            list(column) for column in zip(*rows, strict=True)
        ]
    first = ", ".join(f"%s::{kind}" for kind in columns.values())
    others = ", ".join("%s" for _ in columns)
    values = ", ".join([f"({first})", *(f"({others})" for _ in rows[1:])])
    return f"(VALUES {values}) AS {alias}({names})", [value for row in rows for value in row]


@cache
def _insert_entries(columns: tuple[str, ...]) -> str:
    names = ", ".join(columns)
    return (
        f"INSERT INTO ledger_entry ({names}) SELECT {names} FROM {{source}}"
        " RETURNING id, account_id, number"
    )


@cache
def _insert_lots(columns: tuple[str, ...]) -> str:
    names = [name for name in columns if name != "origin"]
    return (
        f"INSERT INTO ledger_lot (origin_id, {', '.join(names)})"
        f" SELECT e.id, {', '.join(f'n.{name}' for name in names)} FROM {{source}}"
        " JOIN entries e ON e.account_id = n.account_id AND e.number = n.origin"
        " RETURNING id, account_id, number"
    )


@cache
def _update_lots(columns: tuple[str, ...]) -> str:
    changes = ", ".join(f"{name} = c.{name}" for name in columns if name != "id")
    return f"UPDATE ledger_lot SET {changes} FROM {{source}} WHERE ledger_lot.id = c.id"


_INSERT_HOLDS = (
    "INSERT INTO ledger_hold"
    " (account_id, opening_id, public_id, points, captured, state, expires_at)"
    " SELECT h.account_id, e.id, h.public_id, h.points, h.captured, h.state, h.expires_at"
    " FROM {source} JOIN entries e ON e.account_id = h.account_id AND e.number = h.opening"
)
_INSERT_EVENTS = (
    f"INSERT INTO events_outboxevent ({', '.join(outbox.COLUMNS)})"
    f" SELECT {', '.join(outbox.COLUMNS)} FROM {{source}}"
)
_INSERT_DAYS = (
    f"INSERT INTO events_change ({', '.join(changes.COLUMNS)})"
    f" SELECT {', '.join(changes.COLUMNS)} FROM {{source}}"
)
_UPDATE_HOLDS = (
    "UPDATE ledger_hold SET closing_id = e.id, state = x.state, captured = x.captured"
    " FROM {source} JOIN entries e ON e.account_id = x.account_id AND e.number = x.closing"
    " WHERE ledger_hold.id = x.id"
)
_UPDATE_ACCOUNTS = (
    f"UPDATE ledger_account SET {', '.join(f'{name} = u.{name}' for name in BOOK)}"
    " FROM {source} WHERE ledger_account.id = u.id"
    " AND ledger_account.entry_seq = u.seq_before AND ledger_account.last_hash = u.hash_before"
    " RETURNING 1"
)
_ANSWER = "SELECT count(*), NULL, NULL, NULL FROM accounts"
_ANSWER_WITH_ENTRIES = (
    "SELECT (SELECT count(*) FROM accounts), account_id, number, id FROM entries"
)


def _movements_statement(has_new_lots: bool) -> str:
    lot, join = "m.lot_id", ""
    if has_new_lots:
        lot = "COALESCE(m.lot_id, n.id)"
        join = " LEFT JOIN lots n ON n.account_id = m.account_id AND n.number = m.lot"
    return (
        "INSERT INTO ledger_movement (entry_id, account_id, lot_id, source, destination, points)"
        f" SELECT e.id, m.account_id, {lot}, m.source, m.destination, m.points FROM {{source}}"
        f" JOIN entries e ON e.account_id = m.account_id AND e.number = m.entry{join}"
    )


# SQLite: the transaction is the only writer, so ids can be given out here.


def _write_by_table(rows: Rows) -> dict[tuple[int, int], int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT COALESCE(MAX(id), 0) FROM ledger_entry),"
            " (SELECT COALESCE(MAX(id), 0) FROM ledger_lot)"
        )
        last_entry, last_lot = cursor.fetchone()
        entries = {row[:2]: last_entry + n for n, row in enumerate(rows.entries, 1)}
        lots = {row[:2]: last_lot + n for n, row in enumerate(rows.lots, 1)}
        _insert(
            cursor,
            "ledger_entry",
            ["id", *rows.entry_columns],
            [(entries[row[:2]], *row) for row in rows.entries],
        )
        _insert(
            cursor,
            "ledger_lot",
            ["id", "account_id", "number", "origin_id", *list(rows.lot_columns)[3:]],
            [(lots[row[:2]], *row[:2], entries[row[0], row[2]], *row[3:]) for row in rows.lots],
        )
        _insert(
            cursor,
            "ledger_movement",
            ["account_id", "entry_id", "lot_id", "source", "destination", "points"],
            [
                (row[0], entries[row[:2]], row[2] or lots.get((row[0], row[3])), *row[4:])
                for row in rows.movements
            ],
        )
        _insert(
            cursor,
            "ledger_hold",
            ["account_id", "opening_id", *list(HOLD)[2:]],
            [(row[0], entries[row[:2]], *row[2:]) for row in rows.holds],
        )
        _update_by_table(cursor, rows, entries)
        _insert(cursor, "events_outboxevent", list(outbox.COLUMNS), rows.events)
        _insert(cursor, "events_change", list(changes.COLUMNS), rows.days)
    return entries


def _insert(cursor: Any, table: str, names: Sequence[str], rows: Sequence[Row]) -> None:
    if rows:
        marks = ", ".join("%s" for _ in names)
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})"
        cursor.executemany(statement, [_adapted(row) for row in rows])


def _update_by_table(cursor: Any, rows: Rows, entries: dict[tuple[int, int], int]) -> None:
    if rows.closings:
        cursor.executemany(
            "UPDATE ledger_hold SET closing_id = %s, state = %s, captured = %s WHERE id = %s",
            [(entries[row[:2]], row[3], row[4], row[2]) for row in rows.closings],
        )
    if rows.changes:
        names = list(rows.change_columns)[1:]
        cursor.executemany(
            f"UPDATE ledger_lot SET {', '.join(f'{name} = %s' for name in names)} WHERE id = %s",
            [_adapted((*row[1:], row[0])) for row in rows.changes],
        )
    cursor.executemany(
        f"UPDATE ledger_account SET {', '.join(f'{name} = %s' for name in BOOK)}"
        " WHERE id = %s AND entry_seq = %s AND last_hash = %s",
        [_adapted((*row[3:], *row[:3])) for row in rows.accounts],
    )
    if cursor.rowcount != len(rows.accounts):
        raise StaleAccount


def _adapted(row: Row) -> Row:
    return tuple(_adapt(value) for value in row)


def _adapt(value: Any) -> Any:
    if isinstance(value, datetime):
        return engines.to_column(value)
    return value.isoformat() if isinstance(value, date) else value
