"""What no call can mean, sent to every call that takes a body: one table, one answer each."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser

from loyalty.clients.models import Answer, Client, Scope
from loyalty.events.models import OutboxEvent
from loyalty.ledger.models import Entry
from members.models import Member
from tests.members.api.conftest import Caller

# All of it is refused before a table is asked; what reaches one is tested on both engines.
pytestmark = [pytest.mark.django_db, pytest.mark.sqlite]
DESCRIBED = json.loads(
    (Path(__file__).parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8")
)
POSTS = sorted(path for path, methods in DESCRIBED["paths"].items() if "post" in methods)
MALFORMED = (400, "malformed-json")
MEANINGLESS = (400, "validation-failed")
GARBAGE: dict[str, tuple[bytes, tuple[int, str]]] = {
    "no UTF-8": (b'{"card": "\xff\xfe"}', MALFORMED),
    "UTF-16": ('{"card": "1"}'.encode("utf-16"), MALFORMED),
    "a byte order mark": (b'\xef\xbb\xbf{"card": "1"}', MALFORMED),
    "NUL": (b'{"card": "\x00"}', MALFORMED),
    "NUL, escaped": (rb'{"card": "\u0000"}', MALFORMED),
    "half a character": (rb'{"card": "\ud800"}', MALFORMED),
    "ten megabytes": (b'{"card": "' + b"1" * 10_000_000 + b'"}', (413, "payload-too-large")),
    "a hundred thousand lists": (b"[" * 100_000, MALFORMED),
    "lists in lists": (b"[" * 50 + b"]" * 50, MALFORMED),
    "objects in objects": (b'{"a":' * 50 + b"1" + b"}" * 50, MALFORMED),
    "a name said twice": (b'{"card": "1", "card": "2"}', MALFORMED),
    "NaN": (b'{"total": NaN}', MALFORMED),
    "minus infinity": (b'{"total": -Infinity}', MALFORMED),
    "1e400": (b'{"total": 1e400}', MALFORMED),
    "2 to the 63rd": (b'{"total": 9223372036854775808}', MALFORMED),
    "five thousand digits": (b'{"total": ' + b"9" * 5_000 + b"}", MALFORMED),
    "full-width digits": ('{"total": １３}'.encode(), MALFORMED),
    "a comma too many": (b'{"total": "1.00",}', MALFORMED),
    "two documents": (b"{}{}", MALFORMED),
    "half a document": (b'{"total": "1', MALFORMED),
    "null": (b"null", MEANINGLESS),
    "a list": (b"[]", MEANINGLESS),
    "a string": (b'"{}"', MEANINGLESS),
    "a number": (b"7", MEANINGLESS),
    "what nobody asked": (b'{"nobody": "asked"}', MEANINGLESS),
    "full-width digits in a string": ('{"total": "１３.８０"}'.encode(), MEANINGLESS),
}


@pytest.fixture
def anyone(till: Caller, ada: Member) -> Caller:
    Client.objects.update(scopes=Scope.values)
    return till


def send(till: Caller, path: str, body: bytes, content_type: str = "application/json") -> Any:
    return Browser(raise_request_exception=False).generic(
        "POST",
        re.sub(r"\{\w+\}", "7K4M92QX", path),
        body,
        content_type,
        headers={"Authorization": f"Api-Key {till.secret}", "Idempotency-Key": "k"},
    )


def facts() -> tuple[int, ...]:
    return Answer.objects.count(), Entry.objects.count(), OutboxEvent.objects.count()


def answer_of(response: Any) -> tuple[int, str]:
    said = response.json()
    assert response["Content-Type"] == "application/problem+json"
    assert said["status"] == response.status_code
    assert said["instance"] == response["X-Request-Id"]
    return response.status_code, said["code"]


class TestGarbage:
    @pytest.mark.parametrize("what", GARBAGE)
    def test_is_refused_alike_by_every_call(self, anyone: Caller, what: str):
        body, expected = GARBAGE[what]
        before = facts()

        answers = {path: answer_of(send(anyone, path, body)) for path in POSTS}

        assert answers == dict.fromkeys(POSTS, expected)
        assert facts() == before

    @pytest.mark.parametrize(
        "content_type",
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
         "application/xml", "application/json-patch+json", "nonsense"],
    )  # fmt: skip
    def test_in_another_form_is_refused_by_every_call(self, anyone: Caller, content_type: str):
        answers = {path: answer_of(send(anyone, path, b"{}", content_type)) for path in POSTS}

        assert answers == dict.fromkeys(POSTS, (415, "unsupported-media-type"))
