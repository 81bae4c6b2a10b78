"""A till on the counter: it has a key and speaks HTTP, as any till of a merchant would."""

import json
from typing import Any
from urllib.request import Request, urlopen

from django.utils import timezone

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.programmes.models import Store

_SCOPES = [
    Scope.MEMBERS_READ,
    Scope.MEMBERS_WRITE,
    Scope.PURCHASES_WRITE,
    Scope.REWARDS_WRITE,
]


class Till:
    """Sends JSON to the served API with its key; a refusal fails the test that met it."""

    def __init__(self, base: str, *, store: Store) -> None:
        at = timezone.now()
        client = issuing.create_client(name="Till 1", scopes=_SCOPES, store=store, at=at)
        self._base, self._key = base, issuing.issue_key(client=client, at=at)[1]

    def get(self, path: str) -> Any:
        return self._send(path, None)

    def post(self, path: str, body: Any, *, key: str) -> Any:
        return self._send(path, json.dumps(body).encode(), key)

    def _send(self, path: str, body: bytes | None, key: str = "") -> Any:
        headers = {"Authorization": f"Api-Key {self._key}", "Content-Type": "application/json"}
        if key:
            headers["Idempotency-Key"] = key
        request = Request(f"{self._base}/api/v1{path}", data=body, headers=headers)
        with urlopen(request, timeout=10) as answer:
            return json.load(answer)
