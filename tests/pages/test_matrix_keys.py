"""Every call of the application's interface × what a key may have become. One table.

Each call asks for nothing and for nobody: its row says how a good key is answered then, and any
other key is answered the same whatever is called.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from loyalty.clients import issuing
from loyalty.clients.models import Client, ClientKey, Scope
from loyalty.programmes.models import Programme, Store
from tests.pages.matrix.pages import CALLS
from tests.pages.test_matrix_api import ABSENT, ALSO

pytestmark = pytest.mark.django_db

# A new call without a row fails.
WITH_NOTHING: dict[str, tuple[int, str | None]] = {
    "api:members": (400, "validation-failed"),
    "api:lookup": (400, "validation-failed"),
    "api:member": (404, "member-not-found"),
    "api:balance": (404, "member-not-found"),
    "api:events": (400, "validation-failed"),
    "api:entries": (404, "member-not-found"),
    "api:member-rewards": (404, "member-not-found"),
    "api:rewards": (200, None),
    "api:redemptions": (400, "validation-failed"),
    "api:cancel": (404, "not-found"),
    "api:holds": (400, "validation-failed"),
    "api:hold-capture": (404, "not-found"),
    "api:hold-void": (404, "not-found"),
    "api:voucher": (404, "voucher-not-found"),
    "api:voucher-use": (404, "voucher-not-found"),
    "api:purchases": (400, "validation-failed"),
    "api:preview": (400, "validation-failed"),
    "api:batch": (400, "validation-failed"),
    "api:attach": (400, "validation-failed"),
    "api:returns": (404, "not-found"),
    "api:programme": (200, None),
    "api:subscriptions": (400, "validation-failed"),
    "api:subscription-cancel": (404, "not-found"),
    "api:measures": (200, None),
    "api:measure": (404, "measure-unknown"),
    "api:rfm-grid": (200, None),
    "api:cohorts": (200, None),
    "api:lorenz-curve": (400, "validation-failed"),
    "api:fits": (422, "cut-impossible"),
    "api:operation": (404, "not-found"),
}
Spoil = Callable[[Client, ClientKey], Any]


def expire(client: Client, key: ClientKey) -> None:
    ClientKey.objects.update(expiry_date=timezone.now())


def rotate_long_ago(client: Client, key: ClientKey) -> None:
    issuing.rotate(client=client, at=timezone.now() - timedelta(hours=24))


SPOILT: dict[str, tuple[Spoil, tuple[int, str]]] = {
    "revoked": (lambda _client, key: issuing.revoke(key=key), (401, "key-revoked")),
    "expired": (expire, (401, "key-expired")),
    "rotated, after the overlap": (rotate_long_ago, (401, "key-expired")),
    "of a client switched off": (
        lambda client, _key: issuing.switch_off(client=client),
        (401, "key-revoked"),
    ),
    "from an address that is not the client's": (
        lambda _client, _key: Client.objects.update(addresses=["192.0.2.0/24"]),
        (403, "address-not-allowed"),
    ),
}


def ask(name: str, secret: str | None) -> tuple[int, str | None]:
    method, _scope = CALLS[name]
    headers = {"Idempotency-Key": f"k-{name}"}
    if secret is not None:
        headers["Authorization"] = f"Api-Key {secret}"
    send = getattr(Browser(), method.lower())
    where = reverse(name, kwargs=ABSENT.get(name))
    answer = send(where, {}, content_type="application/json", headers=headers)
    return answer.status_code, answer.json().get("code")


def ask_all(secret: str | None) -> dict[str, tuple[int, str | None]]:
    return {name: ask(name, secret) for name in WITH_NOTHING}


def till_of(code: str, scopes: list[str] | None = None) -> tuple[Client, ClientKey, str]:
    store = Store.objects.get_or_create(code=code, name=code)[0]
    wanted = Scope.values if scopes is None else scopes
    client = issuing.create_client(name="Till", scopes=wanted, store=store, at=timezone.now())
    return (client, *issuing.issue_key(client=client, at=timezone.now()))


class TestEveryCall:
    def test_has_a_row(self):
        assert WITH_NOTHING.keys() == {name for name, (_method, scope) in CALLS.items() if scope}

    def test_is_answered_alike_to_the_tills_of_every_store(self, programme: Programme):
        one, other = till_of("lyon")[2], till_of("nice")[2]

        assert ask_all(one) == WITH_NOTHING
        assert ask_all(other) == WITH_NOTHING

    def test_is_refused_to_who_lacks_its_scopes(self, programme: Programme):
        for name, (_method, scope) in CALLS.items():
            if scope:
                lacking = sorted(set(Scope.values) - {scope} - ALSO.get(name, set()))
                _client, _key, secret = till_of("lyon", lacking)
                # Any scope says what became of a key.
                assert ask(name, secret) == (403, "scope-missing"), name

    @pytest.mark.parametrize("how", SPOILT)
    def test_is_refused_to_a_key(self, programme: Programme, how: str):
        spoil, answer = SPOILT[how]
        client, key, secret = till_of("lyon")

        spoil(client, key)

        assert ask_all(secret) == dict.fromkeys(WITH_NOTHING, answer)

    @pytest.mark.parametrize("secret", [None, "abcdefgh.abcdefghijklmnopqrstuvwxyz012345"])
    def test_is_refused_to_whoever_has_no_key(self, programme: Programme, secret: str | None):
        assert ask_all(secret) == dict.fromkeys(WITH_NOTHING, (401, "unauthenticated"))

    def test_opens_to_both_keys_while_they_overlap(self, programme: Programme):
        client, _key, old = till_of("lyon")

        _new_key, new = issuing.rotate(client=client, at=timezone.now())

        assert ask_all(old) == WITH_NOTHING
        assert ask_all(new) == WITH_NOTHING
