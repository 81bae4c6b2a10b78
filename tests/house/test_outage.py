"""PostgreSQL goes and comes back under a running service: tills are told, and served again."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from django.db import connection

from tests import cluster
from tests.house import processes
from tests.house.test_night_killed import url_of

# A call that is stuck is a fault, and no test may wait for ever.
SECONDS = 60
MAKE_A_KEY = """
import django
django.setup()
from django.utils import timezone
from loyalty.clients import issuing
from loyalty.clients.models import Scope
at = timezone.now()
till = issuing.create_client(name="Till", scopes=Scope.values, store=None, at=at)
print(issuing.issue_key(client=till, at=at)[1])
"""


def run(environment: dict[str, str], *arguments: str) -> str:
    return subprocess.run(
        [sys.executable, *arguments], cwd=processes.ROOT,
        env=processes.clean_environment() | environment,
        check=True, capture_output=True, text=True,
    ).stdout.strip()  # fmt: skip


def installation(url: str, folder: Path) -> tuple[dict[str, str], str]:
    """Return the environment of a programme in a new database, and the key of a till."""
    environment = {
        "LOYALTY_DEMO": "1",
        "SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF",
        "DATABASE_URL": url,
        "VAR_DIR": str(folder / "var"),
        "DJANGO_SETTINGS_MODULE": "loyalty.settings",
    }
    run(
        environment,
        *("manage.py", "setup_programme", "--name", "Chez Ada", "--currency", "EUR"),
        *("--timezone", "Europe/Paris", "--points-per", "1.00", "--expire-after-days", "365"),
    )
    return environment, run(environment, "-c", MAKE_A_KEY)


def sell(port: int, secret: str, key: str) -> tuple[int, Any, Any]:
    """Record an anonymous sale; return its status, headers and answer."""
    call = Request(
        f"http://127.0.0.1:{port}/api/v1/purchases",
        json.dumps({"member": None, "total": "1.00"}).encode(),
        {
            "Authorization": f"Api-Key {secret}",
            "Content-Type": "application/json",
            "Idempotency-Key": key,
        },
    )
    try:
        with urlopen(call, timeout=SECONDS) as answer:
            return answer.status, answer.headers, json.load(answer)
    except HTTPError as answer:
        return answer.code, answer.headers, json.load(answer)


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestWhilePostgresqlIsAway:
    @pytest.mark.parametrize("pool", ["0", "1"])
    def test_tills_are_told_and_then_served_again(self, tmp_path: Path, pool: str):
        try:
            with cluster.standing() as server:
                # Migrating takes longer than all else: it begins with the test's own tables.
                server.copy(url_of(connection.settings_dict["NAME"]))
                self.walk(server, tmp_path, pool)
        except cluster.NoServer as reason:
            pytest.skip(str(reason))

    def walk(self, server: cluster.Cluster, folder: Path, pool: str) -> None:
        environment, secret = installation(server.url, folder)
        port = processes.free_port()
        web = ["-m", "gunicorn", "loyalty.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "2"]
        with processes.running(
            web, log=folder / "web", **environment, DATABASE_POOL=pool
        ) as serving:
            serving.wait_for("Booting worker")
            before = sell(port, secret, "before")
            server.stop()
            during = [sell(port, secret, "during") for _ in range(3)]
            server.start()
            after = sell(port, secret, "during")
            again = sell(port, secret, "before")

        assert before[0] == 201
        for status, headers, problem in during:
            assert (status, headers["Content-Type"]) == (503, "application/problem+json")
            assert headers["Retry-After"] == "2"
            assert (problem["code"], problem["retryable"]) == ("database-unavailable", True)
        # Five seconds are promised. The first call is served, and a pool waits no longer for one.
        assert (after[0], after[1]["Idempotent-Replayed"]) == (201, None)
        assert (again[2], again[1]["Idempotent-Replayed"]) == (before[2], "true")
