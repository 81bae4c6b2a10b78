"""Settings as each kind of installation reads them, each in a process of its own."""

import json
import re
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery import current_app
from django.conf import settings

from loyalty.celery import app
from tests.house import processes

PROGRAM = """
import json
from loyalty import settings as s
print(json.dumps({
    "databases": {name: one["ENGINE"].rsplit(".", 1)[1] for name, one in s.DATABASES.items()},
    "options": s.DATABASES["default"]["OPTIONS"],
    "broker": s.CELERY_BROKER_URL,
    "https": s.SECURE_SSL_REDIRECT,
    "key": s.SECRET_KEY,
    "debug": s.DEBUG,
    "passwords": s.PASSWORD_HASHERS[0].rsplit(".", 1)[1],
    "mail": [
        s.EMAIL_HOST, s.EMAIL_PORT, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD,
        s.EMAIL_USE_TLS, s.EMAIL_USE_SSL,
    ] if s.EMAIL_URL else None,
}))
"""


def read(folder: Path, **environment: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=processes.ROOT,
        env=processes.clean_environment() | {"VAR_DIR": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


class TestAProductionInstallation:
    def test_is_closed_unless_it_says_otherwise(self, tmp_path: Path):
        found = read(tmp_path)

        assert (found["debug"], found["https"], found["key"]) == (False, True, "")
        assert not (tmp_path / "secret_key").exists()

    def test_keeps_passwords_at_their_full_cost(self, tmp_path: Path):
        assert read(tmp_path)["passwords"] == "Argon2PasswordHasher"

    def test_reads_its_servers_from_the_environment(self, tmp_path: Path):
        found = read(
            tmp_path,
            DATABASE_URL="postgres://a:b@db/loyalty",
            ANALYTICS_DATABASE_URL="postgres://a:b@replica/loyalty",
            REDIS_URL="redis://queue:6379/0",
        )

        assert found["databases"] == {"default": "postgresql", "analytics": "postgresql"}
        assert found["broker"] == "redis://queue:6379/0"

    @pytest.mark.parametrize(
        ("url", "read_as"),
        [
            (
                "submission://ada:a%40b@mail.example.org",
                ["mail.example.org", 587, "ada", "a@b", True, False],
            ),
            (
                "smtp://ada:secret@mail.example.org:465/?ssl=True",
                ["mail.example.org", 465, "ada", "secret", False, True],
            ),
        ],
    )
    def test_reaches_its_mail_server_as_the_operators_page_says(
        self, tmp_path: Path, url: str, read_as: list[Any]
    ):
        page = (processes.ROOT / "docs" / "operators.md").read_text(encoding="utf-8")

        assert read(tmp_path, EMAIL_URL=url)["mail"] == read_as
        scheme, query = url.split("://", maxsplit=1)[0], urlsplit(url).query
        assert re.search(rf"`{scheme}://name:password@host[^`]*{re.escape(query)}`", page)

    def test_pools_connections_only_when_asked(self, tmp_path: Path):
        url = "postgres://a:b@db/loyalty"

        assert "pool" not in read(tmp_path, DATABASE_URL=url)["options"]
        assert "pool" in read(tmp_path, DATABASE_URL=url, DATABASE_POOL="1")["options"]


class TestASmallShop:
    def test_needs_no_server_at_all(self, tmp_path: Path):
        found = read(tmp_path, DATABASE_URL="", REDIS_URL="")

        assert found["databases"] == {"default": "sqlite3"}
        assert found["broker"].startswith("memory://")
        assert found["options"]["transaction_mode"] == "IMMEDIATE"

    def test_names_the_host_of_its_queue(self, tmp_path: Path):
        """Without one, kombu warns at every start."""
        assert urlsplit(read(tmp_path, REDIS_URL="")["broker"]).hostname == "localhost"


class TestTheDemo:
    def test_makes_its_key_once_and_shows_it_to_its_owner_only(self, tmp_path: Path):
        first = read(tmp_path, LOYALTY_DEMO="1")
        second = read(tmp_path, LOYALTY_DEMO="1")

        assert len(first["key"]) >= 50
        assert second["key"] == first["key"]
        assert first["https"] is False
        assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


class TestTheSchedule:
    def test_names_tasks_that_exist(self):
        app.loader.import_default_modules()
        scheduled = {one["task"] for one in settings.CELERY_BEAT_SCHEDULE.values()}

        assert scheduled <= set(app.tasks)
        assert "loyalty.tasks.tick_night" in scheduled

    def test_is_never_run_inside_the_caller(self):
        assert app.conf.task_always_eager is False
        assert current_app.conf.task_always_eager is False
