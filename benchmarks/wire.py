"""What a piece of work says to PostgreSQL: round trips on the wire, statements, and their replay.

Three accounts that must agree: libpq's own trace of the messages, psycopg's cursors, and the
server's log.
"""

import re
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection
from psycopg import _connection_base as psycopg_connections
from psycopg import client_cursor as psycopg_cursors

SAVEPOINT = re.compile(rb'"s\d+_x\d+"')
MESSAGE = re.compile(r"^([FB])\t\d+\t[A-Z]\w+", re.MULTILINE)
LITERAL = re.compile(rb"'(?:[^']|'')*'(?:::\w+)?|(?<![\w.])-?\d+(?:\.\d+)?\b")


@dataclass
class Conversation:
    """What was said while it was listened to, filled in when the block ends."""

    statements: list[bytes] = field(default_factory=list)
    round_trips: int = 0
    logged: int = 0

    @property
    def shapes(self) -> list[str]:
        return [shape_of(statement).decode() for statement in self.statements]


def count_turns(trace: str) -> int:
    """Count how often the server's answer was waited for; a pipeline is one turn."""
    sides = [match.group(1) for match in MESSAGE.finditer(trace)]
    return sum(before == "F" and after == "B" for before, after in pairwise(sides))


def count_logged(lines: str, *, backend: int) -> int:
    """Count the statements of one connection in what the server wrote down."""
    said = re.compile(rf"\[{backend}\] LOG:  (?:statement|execute [^:]*):")
    return len(said.findall(lines))


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
def _hearing_server(conversation: Conversation, *, log: Path) -> Iterator[None]:
    """Let the server write down each statement that this connection sends it, and count them."""
    raw = connection.connection
    raw.execute("SET log_statement = 'all'")
    start = log.stat().st_size
    yield
    with log.open("rb") as file:
        file.seek(start)
        lines = file.read().decode(errors="replace")
    conversation.logged = count_logged(lines, backend=raw.info.backend_pid)
    raw.execute("RESET log_statement")


@contextmanager
def listening(*, log: Path) -> Iterator[Conversation]:
    """Yield a conversation about Django's connection, filled in when the block ends.

    `log` is the server's. Nothing said through another connection is heard.
    """
    conversation = Conversation()
    connection.ensure_connection()
    pgconn = connection.connection.pgconn
    with (
        tempfile.TemporaryFile() as trace,
        _hearing_server(conversation, log=log),
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


def replay(to: psycopg.Connection, statements: Sequence[bytes]) -> None:
    """Say the same statements again, values in place, and read every answer."""
    cursor = to.cursor()
    for statement in statements:
        cursor.execute(statement)
        if cursor.description is not None:
            cursor.fetchall()


def time_statements(
    to: psycopg.Connection, streams: Sequence[Sequence[bytes]]
) -> list[tuple[float, float, str]]:
    """Replay streams and return each kind of statement: seconds and times a stream, its shape.

    Seconds are the client's, the round trip included: a profile, never a measure.
    """
    seconds: dict[bytes, float] = defaultdict(float)
    times: Counter[bytes] = Counter()
    for statements in streams:
        for statement in statements:
            start = time.perf_counter()
            replay(to, [statement])
            shape = SAVEPOINT.sub(b"s", shape_of(statement))
            seconds[shape] += time.perf_counter() - start
            times[shape] += 1
    return sorted(
        (
            (spent / len(streams), times[shape] / len(streams), shape.decode())
            for shape, spent in seconds.items()
        ),
        reverse=True,
    )
