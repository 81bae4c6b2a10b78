"""The service as it runs in production, each part of which can be killed: web, database, Redis."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection
from redis import Redis, RedisError

from tests import cluster
from tests.house import processes
from tests.house.processes import Running
from tests.house.test_night_killed import url_of

_GUNICORN = ("-m", "gunicorn", "tests.tillday.mortal:application", "--workers", "2")
_PRODUCTION = ("--threads", "4", "--timeout", "30", "--graceful-timeout", "30")


@dataclass
class Service:
    """Its parts. Without a database server it keeps its books in SQLite, without Redis alone."""

    folder: Path
    environment: dict[str, str]
    port: int
    database: cluster.Cluster | None
    redis: "Store | None"
    web: Running | None = None

    def start(self) -> None:
        """Start the web processes and return; they answer as soon as they can."""
        arguments = [*_GUNICORN, *_PRODUCTION, "--bind", f"127.0.0.1:{self.port}"]
        with (self.folder / "web").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=processes.ROOT, env=processes.clean_environment() | self.environment,
                stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.web = Running(process, self.folder / "web")

    def kill(self) -> None:
        """Kill every web process at once, as a machine does that goes dark."""
        if self.web is not None:
            os.killpg(self.web.process.pid, signal.SIGKILL)
            self.web.process.wait(timeout=30)

    def ask(self, *words: str) -> Any:
        """Run a command of `tests.tillday.books` on the books and return what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "tests.tillday.books", *words],
            cwd=processes.ROOT, env=processes.clean_environment() | self.environment,
            check=False, capture_output=True, text=True,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])


@dataclass
class Store:
    """A Redis of the day's own, which keeps nothing on a disk."""

    port: int
    folder: Path
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", ""],
            cwd=self.folder, stdout=subprocess.DEVNULL, start_new_session=True,
        )  # fmt: skip
        processes.wait_until(self.answers, seconds=60)

    def answers(self) -> bool:
        try:
            with Redis(port=self.port, socket_connect_timeout=1) as client:
                return bool(client.ping())
        except RedisError:
            return False

    def flush(self) -> None:
        with Redis(port=self.port) as client:
            client.flushdb()

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)


@contextmanager
def standing(folder: Path, *, has_server: bool) -> Iterator[Service]:
    """Yield a service whose shop is open, and end all its processes. Raises cluster.NoServer."""
    with ExitStack() as stack:
        database = stack.enter_context(cluster.standing()) if has_server else None
        redis = _redis(folder)
        if redis is not None:
            stack.callback(redis.kill)
        address = redis.port if redis else processes.free_port()
        told = {
            "DATABASE_URL": database.url if database else "",
            "REDIS_URL": f"redis://127.0.0.1:{address}/0",
        }
        service = Service(
            folder, _environment(folder, told), processes.free_port(), database, redis
        )
        _copy_tables(service)
        stack.callback(service.kill)
        yield service


def _redis(folder: Path) -> Store | None:
    """Start a Redis, where this machine has one; the service does without it otherwise."""
    if shutil.which("redis-server") is None:
        return None
    store = Store(processes.free_port(), folder)
    store.start()
    return store


def _environment(folder: Path, told: Mapping[str, str]) -> dict[str, str]:
    return {
        "LOYALTY_DEMO": "1",
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
        "VAR_DIR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "loyalty.settings",
        # As in production. What is asked too often is the day's to ask.
        "DATABASE_POOL": "1",
        "API_CALLS_A_MINUTE": "1000000",
        "API_MISSES_OF_CLIENT": "1000000",
        "API_MISSES_OF_STORE": "1000000",
        **told,
    }


def _copy_tables(service: Service) -> None:
    """Begin with the tables of the test's own database: migrating takes longer than the day."""
    if service.database is not None:
        service.database.copy(url_of(connection.settings_dict["NAME"]))
        return
    (service.folder / "var").mkdir()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(service.folder / "var" / "loyalty.sqlite3")])
