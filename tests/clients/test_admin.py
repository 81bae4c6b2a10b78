"""Clients, keys and answers at the desk."""

import re
from typing import Any

import pytest
from django.test import Client as Browser

from loyalty.clients import authentication
from loyalty.clients.authentication import KeyRevoked
from loyalty.clients.models import Answer, Client, ClientKey
from loyalty.core.problems import Unauthenticated
from loyalty.identity.models import User
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk() -> Browser:
    browser = Browser(headers={"accept-language": "en"})
    browser.force_login(User.objects.create_superuser("jeanne@example.org", "x"))
    return browser


def secrets_on(response: Any) -> list[str]:
    return re.findall(r"<code>(\S+)</code>", response.content.decode())


def opens(secret: str) -> Client:
    return authentication.check(header=f"Api-Key {secret}", at=NOON).client


def act(desk: Browser, path: str, action: str, *rows: Any) -> Any:
    chosen = {"action": action, "_selected_action": [row.pk for row in rows]}
    return desk.post(f"/desk/clients/{path}/", chosen)


class TestClient:
    def test_is_registered_with_the_scopes_ticked(self, desk: Browser):
        desk.post(
            "/desk/clients/client/add/",
            {"name": "Till 7", "scopes": ["members:read", "purchases:write"], "is_active": "on"},
        )

        made = Client.objects.get()
        assert (made.name, made.scopes) == ("Till 7", ["members:read", "purchases:write"])
        assert made.public_id.startswith("cli_")

    def test_is_given_limits_and_the_addresses_it_calls_from(self, desk: Browser):
        told = {"calls_a_minute": "60", "calls_a_day": "5000", "misses_allowed": "10",
                "earned_a_day": "2000", "spent_a_day": "0"}  # fmt: skip

        desk.post(
            "/desk/clients/client/add/",
            {"name": "Till 7", "addresses": "192.0.2.0/24\n2001:db8::1\n", **told},
        )

        made = Client.objects.get()
        assert made.addresses == ["192.0.2.0/24", "2001:db8::1/128"]
        assert {name: str(getattr(made, name)) for name in told} == told

    def test_keeps_its_limits_on_its_page(self, desk: Browser, till: Client):
        Client.objects.update(addresses=["192.0.2.0/24"], calls_a_day=7)

        form = desk.get(f"/desk/clients/client/{till.pk}/change/").context["adminform"].form

        assert form["addresses"].value() == "192.0.2.0/24"
        assert form["calls_a_day"].value() == 7

    @pytest.mark.parametrize("line", ["here", "192.0.2.1/24", "192.0.2.0/33", "256.0.0.1"])
    def test_calls_from_no_address_that_is_none(self, desk: Browser, till: Client, line: str):
        page = desk.post(
            f"/desk/clients/client/{till.pk}/change/", {"name": "Till", "addresses": line}
        )

        errors = page.context["adminform"].form.errors
        assert list(errors) == ["addresses"]
        assert line in errors["addresses"][0]
        assert Client.objects.get().addresses == []

    def test_is_switched_off(self, desk: Browser, till: Client, secret: str):
        desk.post(
            f"/desk/clients/client/{till.pk}/change/",
            {"name": "Till 1", "scopes": ["purchases:write"]},
        )

        with pytest.raises(KeyRevoked):
            opens(secret)

    def test_is_never_deleted(self, desk: Browser, till: Client):
        response = desk.post(f"/desk/clients/client/{till.pk}/delete/", {"post": "yes"})

        assert response.status_code == 403
        assert Client.objects.exists()

    def test_gets_a_new_key_while_the_old_one_still_opens(
        self, desk: Browser, till: Client, secret: str
    ):
        response = act(desk, "client", "rotate_keys", till)

        [new] = secrets_on(response)
        assert opens(new) == opens(secret) == till


class TestKey:
    def test_is_shown_once(self, desk: Browser, till: Client):
        response = desk.post("/desk/clients/clientkey/add/", {"client": till.pk})

        [secret] = secrets_on(response)
        key = ClientKey.objects.get()
        later = [
            desk.get("/desk/clients/clientkey/"),
            desk.get(f"/desk/clients/clientkey/{key.pk}/change/"),
            desk.get("/desk/"),
        ]
        assert opens(secret) == till
        assert "no-store" in response["Cache-Control"]
        assert all(page.status_code == 200 for page in later)
        assert not any(secret.partition(".")[2] in page.content.decode() for page in later)

    def test_is_revoked_at_once(self, desk: Browser, till: Client, secret: str):
        act(desk, "clientkey", "revoke_keys", ClientKey.objects.get())

        with pytest.raises(KeyRevoked):
            opens(secret)

    def test_is_never_changed(self, desk: Browser, secret: str):
        key = ClientKey.objects.get()

        response = desk.post(
            f"/desk/clients/clientkey/{key.pk}/change/", {"expiry_date_0": "2199-01-01"}
        )

        assert response.status_code == 403

    def test_that_nobody_issued_opens_nothing(self):
        with pytest.raises(Unauthenticated):
            opens("abcdefgh.abcdefghijklmnopqrstuvwxyz012345")


class TestAnswer:
    def test_is_shown_without_its_body(self, desk: Browser, till: Client):
        answer = Answer.objects.create(
            client=till,
            key="k-1",
            operation="enrolMember",
            fingerprint="f",
            status=201,
            body='{"identity":"Ada Lovelace"}',
            subject="mem_1",
            answered_at=NOON,
        )

        page = desk.get(f"/desk/clients/answer/{answer.pk}/change/").content.decode()

        assert "mem_1" in page
        assert "Lovelace" not in page
