from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client as Browser

from loyalty.clients import issuing
from loyalty.clients.models import Client, Scope
from loyalty.programmes.models import Store
from tests.conftest import NOON

TILL_SCOPES = [Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.PURCHASES_WRITE]


class Caller:
    """A client with its key, as tests call the API: JSON in, JSON out."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.secret = issuing.issue_key(client=client, at=NOON)[1]
        self._browser = Browser(raise_request_exception=False)
        self._calls = 0

    def get(self, path: str, **headers: str) -> Any:
        return self._browser.get(f"/api/v1{path}", headers=self._headers(headers))

    def post(self, path: str, body: Any, key: str | None = "", **headers: str) -> Any:
        """POST JSON under a key: a new one unless told; None for none."""
        self._calls += 1
        if key is not None:
            headers["Idempotency-Key"] = key or f"call-{self._calls}"
        return self._browser.post(
            f"/api/v1{path}", body, "application/json", headers=self._headers(headers)
        )

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        return {"Authorization": f"Api-Key {self.secret}", "Accept-Language": "en", **headers}


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon until a test says otherwise."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def shop(db: None) -> Store:
    return Store.objects.create(code="lyon", name="Lyon")


@pytest.fixture
def till(shop: Store) -> Caller:
    return Caller(issuing.create_client(name="Till 1", scopes=TILL_SCOPES, store=shop, at=NOON))


@pytest.fixture
def web(db: None) -> Caller:
    """A client of the whole programme."""
    return Caller(issuing.create_client(name="Web", scopes=TILL_SCOPES, store=None, at=NOON))
