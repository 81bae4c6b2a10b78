"""Real threads that start together, each with a connection of its own, and where they meet."""

import itertools
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection

# Seconds: a busy machine is slow and not wrong. Only what is wrong waits as long.
PATIENCE = 60
# Whoever waits for this transaction, or behind somebody who does.
_WAITING = """
    WITH RECURSIVE behind(pid) AS (
        SELECT pg_backend_pid()
         UNION
        SELECT l.pid FROM pg_locks l JOIN behind b ON b.pid = ANY(pg_blocking_pids(l.pid))
         WHERE NOT l.granted
    )
    SELECT count(*) - 1 FROM behind
"""


def at_once(work: Callable[[int], Any], *, calls: int) -> list[Any]:
    """Run the same work in as many threads, started together, each with its connection."""
    gate = threading.Barrier(calls)

    def run(number: int) -> Any:
        gate.wait(timeout=PATIENCE)
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(calls) as threads:
        return list(threads.map(run, range(calls)))


def read_together(read: Callable[..., Any], *, threads: int) -> Callable[..., Any]:
    """Return `read` as so many threads call it of which none goes on before all have read.

    Whoever comes later passes. This is how a control makes sure of the fault that a lock keeps
    out: all decide on what they saw before anybody wrote.
    """
    gate, turns = threading.Barrier(threads), itertools.count()

    def read_and_meet(*said: Any, **named: Any) -> Any:
        found = read(*said, **named)
        if next(turns) < threads:
            gate.wait(timeout=PATIENCE)
        return found

    return read_and_meet


def wait_for_waiters(count: int) -> None:
    """Go on once so many wait for a lock that this transaction holds (PostgreSQL)."""
    deadline = time.monotonic() + PATIENCE
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(_WAITING)
            if cursor.fetchone()[0] >= count:
                return
            time.sleep(0.01)
    raise AssertionError(f"Fewer than {count} wait.")
