"""Who may call at all: keys that are known, unexpired, unrevoked, and whose client may."""

from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client as Browser

from loyalty.clients import issuing
from loyalty.clients.models import Client, ClientKey, Scope
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.clients.urls")]
READING = "/api/reading"


@pytest.fixture
def desk(db: None) -> Client:
    return issuing.create_client(name="Desk", scopes=[Scope.MEMBERS_READ], store=None, at=NOON)


def read(secret: str, **headers: str):
    return Browser().get(READING, headers={"Authorization": f"Api-Key {secret}", **headers})


class TestKey:
    def test_opens_what_its_client_may_read_in_one_statement(
        self, desk: Client, django_assert_num_queries
    ):
        _, secret = issuing.issue_key(client=desk, at=NOON)

        with django_assert_num_queries(1):
            response = read(secret)

        assert response.status_code == 200
        assert response.json() == {"client": "Desk", "user": "None"}

    def test_is_kept_hashed(self, desk: Client):
        key, secret = issuing.issue_key(client=desk, at=NOON)

        kept = ClientKey.objects.filter(pk=key.pk).values_list().get()
        assert not any(secret.partition(".")[2] in str(value) for value in kept)

    def test_ends_when_it_expires(self, desk: Client):
        expires_at = datetime.now(UTC) - timedelta(seconds=1)
        _, secret = issuing.issue_key(client=desk, at=NOON, expires_at=expires_at)

        response = read(secret)

        assert (response.status_code, response.json()["code"]) == (401, "key-expired")

    def test_ends_when_it_is_revoked(self, desk: Client):
        key, secret = issuing.issue_key(client=desk, at=NOON)

        issuing.revoke(key=key)

        response = read(secret)
        assert (response.status_code, response.json()["code"]) == (401, "key-revoked")

    def test_ends_when_its_client_is_switched_off(self, desk: Client):
        _, secret = issuing.issue_key(client=desk, at=NOON)

        issuing.switch_off(client=desk)

        response = read(secret)
        assert (response.status_code, response.json()["code"]) == (401, "key-revoked")

    def test_says_nothing_of_a_revoked_key_to_who_lacks_its_secret(self, desk: Client):
        key, _ = issuing.issue_key(client=desk, at=NOON)
        issuing.revoke(key=key)

        response = read(f"{key.prefix}.wrong")

        assert response.json()["code"] == "unauthenticated"

    @pytest.mark.parametrize(
        "header",
        ["", "Api-Key", "Api-Key nonsense", "Api-Key ab.cd", "Bearer ab.cd", "Api-Key a\0.b",
         "Api-Key é.é", "Api-Key " + "a" * 9 + ".b"],
    )  # fmt: skip
    def test_is_asked_for_with_a_challenge(self, header: str):
        response = Browser().get(READING, headers={"Authorization": header})

        assert response.status_code == 401
        assert response.json()["code"] == "unauthenticated"
        assert response["WWW-Authenticate"] == 'Api-Key realm="loyalty"'

    def test_is_not_replaced_by_a_sign_in(self):
        user = get_user_model().objects.create_superuser(email="ada@example.org", password="x")
        browser = Browser()
        browser.force_login(user)

        response = browser.get(READING)

        assert (response.status_code, response.json()["code"]) == (401, "unauthenticated")


class TestAddress:
    @pytest.mark.parametrize(
        ("networks", "address", "status"),
        [
            ([], "203.0.113.9", 200),
            (["192.0.2.0/24"], "192.0.2.77", 200),
            (["192.0.2.0/24"], "203.0.113.9", 403),
            (["198.51.100.1/32", "2001:db8::/32"], "2001:db8::7", 200),
            (["192.0.2.0/24"], "::ffff:192.0.2.77", 200),
            (["192.0.2.0/24"], "2001:db8::7", 403),
            (["192.0.2.0/24"], "unknown", 403),
        ],
    )
    def test_is_one_of_the_client_s(
        self, desk: Client, networks: list[str], address: str, status: int
    ):
        Client.objects.update(addresses=networks)
        _, secret = issuing.issue_key(client=desk, at=NOON)

        response = Browser(REMOTE_ADDR=address).get(
            READING, headers={"Authorization": f"Api-Key {secret}"}
        )

        assert response.status_code == status
        if status == 403:
            assert response.json()["code"] == "address-not-allowed"

    def test_is_looked_at_only_once_the_key_is_known(self, desk: Client):
        Client.objects.update(addresses=["192.0.2.0/24"])
        key, _ = issuing.issue_key(client=desk, at=NOON)

        assert read(f"{key.prefix}.wrong").json()["code"] == "unauthenticated"


class TestScope:
    def test_is_needed(self, till: Client, secret: str):
        response = read(secret)

        assert response.status_code == 403
        assert response.json()["code"] == "scope-missing"
        assert response.json()["scopes"] == ["members:read", "programme:read"]

    def test_may_be_one_of_several(self):
        screen = issuing.create_client(
            name="Screen", scopes=[Scope.PROGRAMME_READ], store=None, at=NOON
        )
        _, secret = issuing.issue_key(client=screen, at=NOON)

        assert read(secret).status_code == 200
