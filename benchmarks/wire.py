"""What a piece of work says to PostgreSQL: round trips on the wire, statements, and their replay.

Three accounts that must agree: libpq's own trace of the messages, psycopg's cursors, and the
server's `pg_stat_statements` where it has that extension.
"""

import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import psycopg
from django.db import connection
from psycopg import _connection_base as psycopg_connections
from psycopg import client_cursor as psycopg_cursors

MESSAGE = re.compile(r"^([FB])\t\d+\t[A-Z]\w+", re.MULTILINE)
LITERAL = re.compile(rb"'(?:[^']|'')*'(?:::\w+)?|\b\d+(?:\.\d+)?\b")
STATEMENTS_SQL = "SELECT coalesce(sum(calls), 0)::bigint FROM pg_stat_statements"


@dataclass
class Conversation:
    """What was said while it was listened to, filled in when the block ends."""

    statements: list[bytes] = field(default_factory=list)
    round_trips: int = 0
    server_calls: int | None = None

    @property
    def shapes(self) -> list[str]:
        return [shape_of(statement).decode() for statement in self.statements]


def count_turns(trace: str) -> int:
    """Count how often the server's answer was waited for; a pipeline is one turn."""
    sides = [match.group(1) for match in MESSAGE.finditer(trace)]
    return sum(before == "F" and after == "B" for before, after in pairwise(sides))


def shape_of(statement: bytes) -> bytes:
    """Return a statement without its values, so that two of a kind compare equal."""
    return LITERAL.sub(b"?", statement)


def leave_out(statements: Sequence[bytes], *, already: Sequence[bytes]) -> list[bytes]:
    """Return the statements without one of each kind that the other side says anyway."""
    owed = Counter(map(shape_of, already))
    kept = []
    for statement in statements:
        shape = shape_of(statement)
        if owed[shape]:
            owed[shape] -= 1
        else:
            kept.append(statement)
    return kept


@contextmanager
def _hearing_statements(heard: list[bytes]) -> Iterator[None]:
    """Note every statement any psycopg cursor or connection of this process sends."""
    send = psycopg_cursors.ClientCursorMixin._execute_send
    command = psycopg_connections.BaseConnection._exec_command

    def note_send(cursor: Any, query: Any, **rest: Any) -> None:
        heard.append(query.query)
        send(cursor, query, **rest)

    def note_command(self: Any, text: Any, *rest: Any, **more: Any) -> Any:
        heard.append(text if isinstance(text, bytes) else str(text).encode())
        return command(self, text, *rest, **more)

    psycopg_cursors.ClientCursorMixin._execute_send = note_send
    psycopg_connections.BaseConnection._exec_command = note_command
    try:
        yield
    finally:
        psycopg_cursors.ClientCursorMixin._execute_send = send
        psycopg_connections.BaseConnection._exec_command = command


@contextmanager
def _hearing_server(
    conversation: Conversation, *, watcher: psycopg.Connection | None
) -> Iterator[None]:
    """Ask `pg_stat_statements` how many statements the server ran, through another connection."""
    if watcher is None:
        yield
        return
    raw = connection.connection
    raw.execute("SET pg_stat_statements.track = 'top'")
    watcher.execute("SELECT pg_stat_statements_reset()")
    yield
    row = watcher.execute(STATEMENTS_SQL).fetchone()
    conversation.server_calls = row[0] if row else 0
    raw.execute("SET pg_stat_statements.track = 'none'")


@contextmanager
def listening(*, watcher: psycopg.Connection | None = None) -> Iterator[Conversation]:
    """Yield a conversation about Django's connection, which must already be open."""
    conversation = Conversation()
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    with (
        tempfile.TemporaryFile() as trace,
        _hearing_server(conversation, watcher=watcher),
        _hearing_statements(conversation.statements),
    ):
        pgconn.trace(trace.fileno())
        pgconn.set_trace_flags(psycopg.pq.Trace.SUPPRESS_TIMESTAMPS)
        try:
            yield conversation
        finally:
            pgconn.untrace()
        trace.seek(0)
        conversation.round_trips = count_turns(trace.read().decode(errors="replace"))


def listen(
    work: Callable[[], object], *, watcher: psycopg.Connection | None = None
) -> Conversation:
    """Return what a piece of work says to the database."""
    with listening(watcher=watcher) as conversation:
        work()
    return conversation


def replay(to: psycopg.Connection, statements: Sequence[bytes]) -> None:
    """Say the same statements again, values in place, and read every answer."""
    cursor = to.cursor()
    for statement in statements:
        cursor.execute(statement)
        if cursor.description is not None:
            cursor.fetchall()
