"""Threads with connections of their own, let go at one moment."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Barrier, Thread

from django.db import connection, connections

THREADS = 16


def race(runner: Callable[[int], None], *, threads: int = THREADS) -> list[Exception]:
    """Run `runner(number)` in so many threads at once; return what they raised."""
    start, raised = Barrier(threads), []

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=30)
            runner(number)
        except Exception as error:  # noqa: BLE001 (handed to the test)
            raised.append(error)
        finally:
            connection.close()

    runners = [Thread(target=run, args=(number,)) for number in range(threads)]
    for thread in runners:
        thread.start()
    for thread in runners:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in runners)
    return raised


@contextmanager
def file_database(path: Path) -> Iterator[None]:
    """Let new threads use a file with the tables of SQLite's test database in memory.

    One memory cannot be written by two connections; a file can, as in production.
    """
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(path)])
    configured = connections.settings["default"]
    name, configured["NAME"] = configured["NAME"], str(path)
    try:
        yield
    finally:
        configured["NAME"] = name
