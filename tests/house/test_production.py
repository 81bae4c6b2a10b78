"""The production set in processes of its own: web, worker and beat, apart, over Redis."""

import os
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import Request, urlopen

import psycopg
import pytest
import redis
from django.core.management import call_command
from psycopg import sql
from pytest_django import DjangoDbBlocker

from tests import ready_made
from tests.house import processes

# Away from what anybody else keeps in the same Redis.
REDIS = "redis://127.0.0.1:6379/9"
STEPS = [
    "settle", "notices", "tiers", "memberships", "tier-warnings", "referrals", "birthdays",
    "vouchers",
    "measures", "losses", "forecasts", "segments", "figures",
]  # fmt: skip


@pytest.fixture
def queue() -> Iterator[str]:
    """A prefix of our own in a Redis that answers."""
    server = redis.Redis.from_url(REDIS, socket_connect_timeout=1)
    try:
        server.ping()
    except redis.ConnectionError:
        pytest.skip("There is no Redis at 127.0.0.1:6379.")
    prefix = f"test-{uuid.uuid4().hex}:"
    yield prefix
    for key in server.scan_iter(f"{prefix}*"):
        server.delete(key)
    server.close()


@pytest.fixture
def database(django_db_blocker: DjangoDbBlocker, tmp_path: Path) -> Iterator[str]:
    """The URL of a database with all tables and no row, of the engine under test."""
    url = os.environ.get("DATABASE_URL", "")
    if not url:
        with django_db_blocker.unblock():
            shutil.copyfile(ready_made.get_file(), tmp_path / "production.sqlite3")
        yield f"sqlite:///{tmp_path / 'production.sqlite3'}"
        return
    with django_db_blocker.unblock():
        template = sql.Identifier(ready_made.get_template())
    name = f"production_{uuid.uuid4().hex}"
    maintenance = urlunsplit(urlsplit(url)._replace(path="/postgres"))
    with psycopg.connect(maintenance, autocommit=True) as server:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        server.execute(create.format(sql.Identifier(name), template))
        try:
            yield urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
        finally:
            drop = sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name))
            server.execute(drop)


@pytest.fixture
def production(queue: str, database: str, tmp_path: Path) -> dict[str, str]:
    """What an operator sets; the schedule ticks every second."""
    environment = {
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
        "ALLOWED_HOSTS": "club.example.org",
        "SITE_URL": "https://club.example.org",
        "EMAIL_URL": "dummy://",
        "DATABASE_URL": database,
        "REDIS_URL": REDIS,
        "QUEUE_PREFIX": queue,
        "VAR_DIR": str(tmp_path / "var"),
        "NIGHT_TICK_SECONDS": "1",
    }
    manage(environment, "migrate", "--no-input")
    manage(
        environment,
        *("setup_programme", "--name", "Chez Ada", "--currency", "EUR"),
        *("--timezone", "Europe/Paris", "--points-per", "1.00", "--expire-after-days", "365"),
    )
    return environment


def manage(environment: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=processes.ROOT,
        env=processes.clean_environment() | environment,
        check=True,
        capture_output=True,
    )


def jobs_done(url: str) -> list[str]:
    query = "SELECT job FROM events_jobrun WHERE state = 'DONE' ORDER BY id"
    if url.startswith("postgres"):
        with psycopg.connect(url) as connection:
            return [job for (job,) in connection.execute(query)]
    database = sqlite3.connect(url.removeprefix("sqlite:///"), timeout=20)
    try:
        return [job for (job,) in database.execute(query)]
    finally:
        database.close()


@pytest.mark.processes
class TestApart:
    def test_beat_has_a_worker_run_the_night(self, production, database: str, tmp_path: Path):
        celery = ["-m", "celery", "-A", "loyalty.celery"]
        schedule = str(tmp_path / "schedule")
        worker = processes.running(
            [*celery, "worker", "--concurrency", "1"], log=tmp_path / "worker", **production
        )
        beat = processes.running(
            [*celery, "beat", "--schedule", schedule], log=tmp_path / "beat", **production
        )
        with worker as working, beat as beating:
            processes.wait_until(lambda: jobs_done(database) == STEPS, seconds=240)
            assert jobs_done(database) == STEPS, working.said + beating.said
            assert beating.stop(signal.SIGTERM) == 0
            assert working.stop(signal.SIGTERM) == 0

        assert list(tmp_path.glob("schedule*"))

    def test_gunicorn_serves_over_https_only_and_lets_the_balancer_ask(
        self, production, tmp_path: Path
    ):
        port = processes.free_port()
        web = ["-m", "gunicorn", "loyalty.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
        named = {"Host": "club.example.org"}
        with processes.running(
            web, log=tmp_path / "web", **production, BEHIND_PROXY="1", DATABASE_POOL="1"
        ) as serving:
            serving.wait_for("Booting worker")
            health = Request(f"http://127.0.0.1:{port}/health/", headers=named)
            with urlopen(health, timeout=30) as answer:
                assert answer.status == 200
            page = Request(
                f"http://127.0.0.1:{port}/robots.txt",
                headers=named | {"X-Forwarded-Proto": "https"},
            )
            with urlopen(page, timeout=30) as answer:
                assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
                assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
            assert serving.stop(signal.SIGTERM) == 0


class TestStaticFiles:
    def test_name_no_file_that_is_missing(self, settings, tmp_path: Path):
        # As the image does it, but for the compression.
        storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
        settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": storage}}
        settings.STATIC_ROOT = tmp_path

        call_command("collectstatic", "--no-input", verbosity=0)

        assert list((tmp_path / "loyalty").glob("loyalty.*.css"))
        # Scripts import their neighbours by their plain names, which are served as well.
        till = tmp_path / "loyalty" / "till"
        imported = re.findall(r'from "\./([\w.]+)"', (till / "till.js").read_text("utf-8"))
        assert (len(imported), [name for name in imported if not (till / name).exists()]) == (
            16,
            [],
        )


class TestAnUnsafeInstallation:
    @pytest.mark.parametrize(
        "program",
        [
            ["-m", "gunicorn", "loyalty.wsgi", "--bind", "127.0.0.1:0"],
            ["-m", "celery", "-A", "loyalty.celery", "beat", "--schedule", "{folder}/schedule"],
            ["-m", "celery", "-A", "loyalty.celery", "worker"],
        ],
        ids=["web", "beat", "worker"],
    )
    def test_starts_nothing_and_says_why(self, program: list[str], tmp_path: Path):
        arguments = [part.format(folder=tmp_path) for part in program]
        with processes.running(
            arguments, log=tmp_path / "log", VAR_DIR=str(tmp_path / "var"), SECRET_KEY="short"
        ) as refused:
            processes.wait_until(lambda: refused.has_ended, seconds=60)
            assert refused.has_ended, refused.said

        assert refused.process.returncode != 0
        assert "loyalty.E001: SECRET_KEY is missing or weak." in refused.said
