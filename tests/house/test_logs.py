import json
import logging
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client

from loyalty import logs
from loyalty.identity.models import User

PROGRAM = """
import logging.config, structlog
from loyalty import logs
logging.config.dictConfig(logs.configure(level="INFO", is_readable=False))
structlog.get_logger("shop").info("seen", request="GET /desk/?q=ada@example.org", user_id=3)
logging.getLogger("plain").info("hello")
"""


class TestLogs:
    def test_are_one_json_document_a_line_on_standard_error(self):
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True
        )

        first, second = (json.loads(line) for line in done.stderr.splitlines())
        assert done.stdout == ""
        assert (first["event"], first["request"], first["user_id"]) == ("seen", "GET /desk/", 3)
        assert (second["event"], second["logger"]) == ("hello", "plain")

    def test_never_keep_what_somebody_searched_for(self):
        event = logs.without_query(None, "info", {"request": "GET /desk/?q=ada@example.org"})

        assert event == {"request": "GET /desk/"}


class TestCodesInAddresses:
    @pytest.mark.django_db
    @pytest.mark.parametrize("path", ["api/v1/vouchers/7KQ2M-91XTD", "unsubscribe/7KQ2M-91XTD"])
    def test_are_cut_out_of_what_django_writes(self, log: StringIO, path: str):
        Client().get(f"/{path}/absent")

        assert "7KQ2M" not in log.getvalue()
        assert "Not Found" in log.getvalue()

    def test_are_cut_out_of_the_line_of_a_request(self):
        event = logs.without_codes(None, "info", {"request": "POST /api/v1/vouchers/7KQ2M/use"})

        assert event == {"request": "POST /api/v1/vouchers/…/use"}


@pytest.fixture(params=[True, False], ids=["readable", "json"])
def log(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """Give what Django writes of refused requests, as a terminal or a machine reads it."""
    settings = logs.configure(level="INFO", is_readable=request.param)
    line = {key: value for key, value in settings["formatters"]["line"].items() if key != "()"}
    handler = logging.StreamHandler(written := StringIO())
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(**line))
    logging.getLogger("django").addHandler(handler)
    yield written
    logging.getLogger("django").removeHandler(handler)


class TestRefusedRequests:
    @pytest.mark.django_db
    def test_are_one_line_when_somebody_may_not_enter_the_desk(self, log: StringIO):
        nobody = User.objects.create_user("nobody", is_staff=True)
        client = Client()
        client.force_login(nobody)

        assert client.get("/desk/members/member/").status_code == 403

        (line,) = log.getvalue().splitlines()
        assert "Forbidden" in line
        assert "Traceback" not in line

    def test_are_one_line_when_they_name_a_foreign_host(self, log: StringIO):
        assert Client(headers={"host": "evil.example"}).get("/").status_code == 400

        (line,) = log.getvalue().splitlines()
        assert "evil.example" in line
        assert "Traceback" not in line


def test_a_failure_is_told_without_the_values_of_variables(log: StringIO):
    def fail(card: str) -> None:
        raise RuntimeError(len(card))

    try:
        fail("9780" * 3)
    except RuntimeError:
        logging.getLogger("django.request").exception("failed")

    assert "RuntimeError: 12" in log.getvalue()
    assert "978097809780" not in log.getvalue()
