"""Every call of the application's interface × no key, a sign-in, keys of every reach."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.programmes.models import Store
from tests.pages.matrix.pages import CALLS
from tests.pages.matrix.scene import Scene, build

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_in_silence")]
ABSENT = {
    "api:member": {"member": "mem_zzz"},
    "api:balance": {"member": "mem_zzz"},
    "api:entries": {"member": "mem_zzz"},
    "api:events": {"member": "mem_zzz"},
    "api:member-rewards": {"member": "mem_zzz"},
    "api:hold-capture": {"hold": "hold_zzz"},
    "api:hold-void": {"hold": "hold_zzz"},
    "api:voucher": {"code": "7K4M92QX"},
    "api:voucher-use": {"code": "7K4M92QX"},
    "api:cancel": {"redemption": "rdm_zzz"},
    "api:attach": {"purchase": "pur_zzz"},
    "api:returns": {"purchase": "pur_zzz"},
    "api:measure": {"measure": "zzz"},
    "api:operation": {"key": "zzz"},
    "api:subscription-cancel": {"subscription": "sub_zzz"},
}
# What a till may read besides, since it needs it at the counter.
ALSO = {
    "api:member": {"purchases:write", "points:spend", "rewards:write", "members:write"},
    "api:lookup": {"purchases:write", "points:spend", "rewards:write", "members:write"},
    "api:balance": {"purchases:write", "points:spend", "rewards:write", "members:write"},
    "api:entries": {"points:spend", "rewards:write"},
    "api:rewards": {"rewards:write", "points:spend"},
    "api:member-rewards": {"members:read", "points:spend"},
    "api:voucher": {"points:spend"},
    "api:voucher-use": {"points:spend"},
    "api:operation": set(Scope.values),
}


@pytest.fixture
def scene(db: None) -> Scene:
    return build(at=timezone.now())


def issue(name: str, scopes: list[str], store: Store | None = None) -> str:
    client = issuing.create_client(name=name, scopes=scopes, store=store, at=timezone.now())
    return issuing.issue_key(client=client, at=timezone.now())[1]


def call(name: str, secret: str = "", *, key: str = "k", browser: Browser | None = None) -> Any:
    """Make a call that means nothing, and say how it was answered."""
    method, _scope = CALLS[name]
    where = "/api/v1/nothing" if name == "api/v1/" else reverse(name, kwargs=ABSENT.get(name))
    headers = {"Idempotency-Key": key} | ({"Authorization": f"Api-Key {secret}"} if secret else {})
    send = getattr(browser or Browser(), method.lower())
    return send(where, {}, content_type="application/json", headers=headers)


def opens(name: str) -> set[str]:
    _method, scope = CALLS[name]
    return {scope} | ALSO.get(name, set())


class TestEveryCall:
    @pytest.mark.parametrize("name", [name for name, (_, scope) in CALLS.items() if scope])
    def test_is_answered_by_what_the_key_may_do(self, scene: Scene, name: str):
        staff = Browser()
        staff.force_login(scene.people["A"])

        refused = [call(name), call(name, "none.such"), call(name, browser=staff)]
        came = {
            scope: call(name, issue(f"till {scope}", [scope])).status_code
            for scope in Scope.values
        }

        assert [answer.status_code for answer in refused] == [401, 401, 401]
        assert {scope for scope, status in came.items() if status != 403} == opens(name)
        assert {status for status in came.values() if status != 403} <= {200, 400, 404, 422}

    def test_that_there_is_not_is_not_found_whoever_asks(self, scene: Scene):
        key = issue("till", Scope.values)

        assert call("api/v1/").status_code == call("api/v1/", key).status_code == 404


class TestATillOfAnotherStore:
    """Members shop where they like, and so each till knows them; keys are the client's own."""

    def test_cannot_tell_somebody_else_s_key_from_one_that_was_never_used(self, scene: Scene):
        lyon, nice = scene.stores
        own, other = issue("Lyon", Scope.values, lyon), issue("Nice", Scope.values, nice)
        assert buy(own, scene, store=lyon, key="taken")[0] == 201
        there = reverse("api:operation", kwargs={"key": "taken"})
        absent = reverse("api:operation", kwargs={"key": "never"})

        assert [status for status, _ in answers_to(own, [there, absent])] == [200, 404]
        assert set(answers_to(other, [there, absent])) == {(404, "not-found")}

    def test_writes_for_its_own_store_alone(self, scene: Scene):
        lyon, nice = scene.stores
        key = issue("Nice", Scope.values, nice)

        assert buy(key, scene, store=lyon, key="k") == (403, "store-not-allowed")


def answers_to(secret: str, addresses: list[str]) -> Iterator[tuple[int, Any]]:
    for where in addresses:
        answer = Browser().get(where, headers={"Authorization": f"Api-Key {secret}"})
        yield answer.status_code, answer.json().get("code")


def buy(secret: str, scene: Scene, *, store: Store, key: str) -> tuple[int, Any]:
    """Record a purchase of Ada's in a store, whoever's till it is."""
    body = {
        "member": {"id": scene.ada.member.public_id},
        "store": store.code,
        "occurred_at": timezone.now().isoformat(),
        "total": "10.00",
        "receipt": f"F-{key}",
    }
    answer = Browser().post(
        reverse("api:purchases"),
        body,
        content_type="application/json",
        headers={"Authorization": f"Api-Key {secret}", "Idempotency-Key": key},
    )
    return answer.status_code, answer.json().get("code")
