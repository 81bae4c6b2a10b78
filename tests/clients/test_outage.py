"""The database is away: tills are told to come back, in words they can read."""

import json
import subprocess
import sys

from tests.house import processes

CALL = """
import json, django
django.setup()
from django.test import Client
secret = "abcdefgh." + "x" * 32
headers = {"Authorization": "Api-Key " + secret, "Idempotency-Key": "k"}
browser = Client(raise_request_exception=False, SERVER_NAME="localhost")
said = [
    browser.get("/api/v1/members/mem_1/balance", headers=headers),
    browser.post("/api/v1/purchases", {}, "application/json", headers=headers),
]
print(json.dumps([[r.status_code, r["Content-Type"], r["Retry-After"], r.json()] for r in said]))
"""


class TestWithoutADatabase:
    def test_every_call_is_asked_to_come_back(self):
        environment = processes.clean_environment() | {
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing",
        }

        called = subprocess.run(
            [sys.executable, "-c", CALL],
            cwd=processes.ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )

        for status, content_type, retry_after, problem in json.loads(called.stdout):
            assert (status, content_type) == (503, "application/problem+json")
            assert (problem["code"], problem["retryable"]) == ("database-unavailable", True)
            assert retry_after == "2"
            assert "127.0.0.1" not in json.dumps(problem)
