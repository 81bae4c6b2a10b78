from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser

from loyalty.clients import issuing
from loyalty.clients.models import Client, Scope
from loyalty.programmes import setting_up
from loyalty.programmes.models import Programme
from tests.conftest import NOON

Send = Callable[..., Any]


@pytest.fixture
def programme(db: None) -> Programme:
    """One point per euro, by the clocks of Paris."""
    return setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=[],
        at=datetime(2026, 1, 5, 8, tzinfo=UTC),
    )


@pytest.fixture
def till(db: None) -> Client:
    return issuing.create_client(
        name="Till 1", scopes=[Scope.PURCHASES_WRITE], store=None, at=NOON
    )


@pytest.fixture
def secret(till: Client) -> str:
    return issuing.issue_key(client=till, at=NOON)[1]


@pytest.fixture
def send(secret: str) -> Send:
    """POST JSON as the till, under a key."""
    browser = Browser(raise_request_exception=False)

    def post(body: Any, key: str | None = "k-1", path: str = "/api/effects", **more: Any) -> Any:
        headers = {"Authorization": f"Api-Key {more.pop('secret', secret)}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return browser.post(
            path, body, content_type="application/json", headers={**headers, **more}
        )

    return post
