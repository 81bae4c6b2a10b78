"""A process that earns at a steady pace beside what is measured, and says how long each took."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from benchmarks.cluster import Cluster

PAUSE = 0.01


@dataclass(frozen=True)
class Latencies:
    """Seconds that earns took, from the first statement to the commit."""

    seconds: Sequence[float]

    @property
    def count(self) -> int:
        return len(self.seconds)

    @property
    def p99(self) -> float:
        return sorted(self.seconds)[max(int(len(self.seconds) * 0.99) - 1, 0)]


class Earner:
    """The other process, as this one sees it: it earns between being told to begin and to end."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self._read()

    def measure(self, work: Callable[[], object]) -> Latencies:
        """Let it earn while some work is done."""
        self._say("begin")
        work()
        self._say("end")
        return Latencies(json.loads(self._read()))

    def _say(self, word: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n")
        self._process.stdin.flush()

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()


@contextmanager
def earning_beside(cluster: Cluster, database: str, *, at: datetime) -> Iterator[Earner]:
    """Start the process on a database; stop it at the end."""
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.beside", at.isoformat()],
        env=os.environ | {"DATABASE_URL": cluster.get_url(database)},
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    try:
        yield Earner(process)
    finally:
        process.kill()
        process.wait()


def main(at: datetime) -> None:
    """Earn while told to; one account after another, none of which has anything due."""
    import selectors

    import django

    django.setup()
    from loyalty.ledger.models import Account

    alive = Account.objects.filter(next_event_at__gt=at).order_by("-id")
    holders = list(alive.values_list("holder_id", flat=True)[:5_000])
    told = selectors.DefaultSelector()
    told.register(sys.stdin, selectors.EVENT_READ)
    earned = 0
    earn(holders[0], "warm", at=at)
    print("ready", flush=True)
    while sys.stdin.readline():
        seconds = []
        while not told.select(timeout=PAUSE):
            earned += 1
            began = time.perf_counter()
            earn(holders[earned % len(holders)], f"beside-{earned}", at=at)
            seconds.append(time.perf_counter() - began)
        sys.stdin.readline()
        print(json.dumps(seconds), flush=True)


def earn(holder: int, key: str, *, at: datetime) -> None:
    """Earn ten points for a year, as a till's purchase does."""
    from django.db import transaction

    from benchmarks.hoard import ALIVE_FOR
    from loyalty.ledger import posting

    grant = posting.Grant("points", 10, at, at + ALIVE_FOR)
    with transaction.atomic():
        account = posting.lock(holder)["points"]
        posting.earn(account=account, grants=[grant], reference=key, key=key, at=at)


if __name__ == "__main__":
    main(datetime.fromisoformat(sys.argv[1]))
