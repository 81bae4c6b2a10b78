"""The same calls behind gunicorn with two workers, as the image runs it, and in this process."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks import databases, doors
from benchmarks.cluster import Cluster
from benchmarks.doors import Answer, Environ
from benchmarks.harness import Comparison, Meter, Side, run_side
from benchmarks.run import Run

WORKERS = 2
# No goal of the design's: what a server costs beside the calls themselves.
GOAL = 1.5
_PATIENCE_SECONDS = 60

Round = Callable[[int], Sequence[Environ]]


@dataclass(frozen=True)
class Server:
    """A running gunicorn: its first process and its port."""

    pid: int
    port: int

    def send(self, environ: Environ) -> Answer:
        """Make a call over the network, on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = environ["wsgi.input"].getvalue()
        try:
            connection.request(
                environ["REQUEST_METHOD"], environ["PATH_INFO"], body, _headers(environ)
            )
            answer = connection.getresponse()
            return Answer(answer.status, dict(answer.getheaders()), answer.read())
        finally:
            connection.close()


def compare_served(
    run: Run, *, database: str, named: str, calls: Round, status: int, warm: Environ
) -> Comparison:
    """Measure rounds of calls behind gunicorn on one copy, and in this process on another."""
    comparison = Comparison(
        code="gunicorn",
        says=f"CPU of {named} behind gunicorn with {WORKERS} workers against in this process",
        left="gunicorn",
        right="in this process",
        goal=GOAL,
    )
    served = databases.copy(run.cluster, database, to=f"{database}_served")
    beside = databases.copy(run.cluster, database, to=f"{database}_beside")
    # However long a busy machine takes to start a worker, its first call is no crowd.
    with serving(run.cluster, served, OVERLOADED_AFTER_SECONDS="0") as server:
        meter = Meter(application=server.pid, server=run.cluster.pid)
        for _worker in range(10 * WORKERS):
            doors.expect(status, server.send(warm))
        databases.use(beside)
        doors.expect(status, doors.send(warm))
        left = Side("served", _sending(calls, server.send, status))
        right = Side("in process", _sending(calls, doors.send, status))
        for number in range(run.rounds + 1):
            pair = (
                run_side(left, number=number, meter=meter),
                run_side(right, number=number, meter=run.meter),
            )
            comparison.rounds += [pair] if number else []
    return comparison


@contextmanager
def serving(cluster: Cluster, database: str, *, threads: int = 1, **told: str) -> Iterator[Server]:
    """Start gunicorn on a database and a free port, told so; stop it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [
            sys.executable, "-m", "gunicorn", "loyalty.wsgi", "--workers", str(WORKERS),
            "--threads", str(threads), "--bind", f"127.0.0.1:{port}", "--log-level", "error",
        ],
        env=os.environ | {"DATABASE_URL": cluster.get_url(database)} | told,
        cwd=Path(__file__).parent.parent,
    )  # fmt: skip
    try:
        _wait_for(port)
        yield Server(process.pid, port)
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise RuntimeError(f"gunicorn does not listen on port {port}")


def _sending(calls: Round, send: Callable[[Environ], Answer], status: int) -> Callable[[int], int]:
    def work(number: int) -> int:
        made = calls(number)
        for environ in made:
            doors.expect(status, send(environ))
        return len(made)

    return work


def _headers(environ: Environ) -> dict[str, str]:
    named = {
        name.removeprefix("HTTP_").replace("_", "-"): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    told = environ.get("CONTENT_TYPE")
    return named | ({"Content-Type": told} if told else {})
