"""Real threads that start together, each with a connection of its own."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection


def at_once(work: Callable[[int], Any], *, calls: int) -> list[Any]:
    """Run the same work in as many threads, started together, each with its connection."""
    gate = threading.Barrier(calls)

    def run(number: int) -> Any:
        gate.wait()
        try:
            return work(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(calls) as threads:
        return list(threads.map(run, range(calls)))
