"""A PostgreSQL of our own on a free port, the one that the suite starts, quiet enough to measure.

No autovacuum or checkpoint in the middle of a round, and no fsync: CPU is all that is asked.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests import cluster as servers

SETTINGS = {"autovacuum": "off", "max_wal_size": "4GB", "checkpoint_timeout": "1h"}


@dataclass(frozen=True)
class Cluster:
    """A running server: how to reach it, its first process, its log."""

    url: str
    version: str
    pid: int
    log: Path

    def get_url(self, database: str) -> str:
        return urlsplit(self.url)._replace(path=f"/{database}").geturl()

    def connect(self, database: str = "postgres") -> psycopg.Connection:
        """Open a plain connection in autocommit, the barest way to talk to the server."""
        return psycopg.connect(self.get_url(database), autocommit=True)

    def create(self, database: str, *, template: str = "template1") -> None:
        """Make a database, as a copy of another if asked; one of that name goes first."""
        drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self.connect() as server:
            server.execute(drop.format(sql.Identifier(database)))
            server.execute(create.format(sql.Identifier(database), sql.Identifier(template)))

    def rest(self) -> None:
        """Write out what is dirty now, so that no round pays for the one before."""
        with self.connect() as server:
            server.execute("CHECKPOINT")

    def freeze(self, database: str) -> None:
        """Leave a database as autovacuum would after a quiet night."""
        with self.connect(database) as server:
            server.execute("VACUUM (ANALYZE)")


@contextmanager
def running_cluster() -> Iterator[Cluster]:
    """Start a server; stop it and remove its files at the end."""
    with servers.running() as (url, version):
        with psycopg.connect(url, autocommit=True) as server:
            for name, value in SETTINGS.items():
                server.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            server.execute("SELECT pg_reload_conf()")
            # What a test may never take, a benchmark of ten million purchases does.
            server.execute("ALTER ROLE CURRENT_USER SET statement_timeout = 0")
            folder, pid = server.execute(
                "SELECT current_setting('data_directory'), pg_read_file('postmaster.pid')"
            ).fetchone() or ("", "")
        yield Cluster(
            url=url, version=version, pid=int(pid.split()[0]), log=Path(folder).parent / "log"
        )
