import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from django.test import Client

from loyalty import logs
from loyalty.identity.models import User
from tests.pages.matrix.routes import walk

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
    @pytest.mark.parametrize(
        "path",
        [f"{place}/7KQ2M-91XTD" for place in ("api/v1/vouchers", "unsubscribe", "me/surveys")],
    )
    def test_are_cut_out_of_what_django_writes(self, log: StringIO, path: str):
        Client().get(f"/{path}/absent")

        assert "7KQ2M" not in log.getvalue()
        assert "Not Found" in log.getvalue()

    def test_are_cut_out_of_the_line_of_a_request(self):
        event = logs.without_codes(None, "info", {"request": "POST /api/v1/vouchers/7KQ2M/use"})

        assert event == {"request": "POST /api/v1/vouchers/…/use"}

    def test_are_cut_out_of_every_address_that_holds_one(self):
        secret = re.compile(r"<str:(?:code|token)>")
        routes = {route.pattern for route in walk() if secret.search(route.pattern)}

        assert {"me/surveys/<str:token>/", "unsubscribe/<str:token>/"} <= routes
        for route in routes:
            address = secret.sub("7KQ2M-91XTD", f"/{route}")
            told = [
                logs.without_codes(None, "info", {"request": f"GET {address}"})["request"],
                logs.without_codes(None, "info", {"event": f"Not Found: {address}"})["event"],
            ]
            assert not [line for line in told if "7KQ2M" in line], route


class TestTheWebServer:
    def test_writes_no_code_and_no_search_where_it_fails_on_a_request(self, log: StringIO):
        # As gunicorn does: the address with all that was asked.
        logging.getLogger("django").error(
            "Error handling request %s %s", "GET", "/me/surveys/7KQ2M/?q=ada@example.org"
        )

        assert "Error handling request GET /me/surveys/" in log.getvalue()
        assert "7KQ2M" not in log.getvalue()
        assert "ada@" not in log.getvalue()

    def test_writes_through_what_cuts_them_out(self):
        program = PROGRAM + (
            "own = logging.StreamHandler()\n"
            'server = logging.getLogger("gunicorn.error")\n'
            "server.addHandler(own)\n"
            'logging.config.dictConfig(logs.configure(level="INFO", is_readable=False))\n'
            'server.error("Error handling request %s %s", "GET", "/unsubscribe/7KQ2M/")\n'
        )
        done = subprocess.run(
            [sys.executable, "-c", program], capture_output=True, text=True, check=True
        )

        *_others, last = done.stderr.splitlines()
        assert json.loads(last)["event"] == "Error handling request GET /unsubscribe/…/"
        assert "7KQ2M" not in done.stderr


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
