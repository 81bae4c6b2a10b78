from datetime import UTC, datetime, timedelta

import pytest

from loyalty.clients import authentication, issuing
from loyalty.clients.authentication import KeyExpired
from loyalty.clients.models import Client
from tests.conftest import NOON

pytestmark = pytest.mark.django_db


def check(secret: str, at: datetime) -> Client:
    return authentication.check(header=f"Api-Key {secret}", at=at).client


class TestCreateClient:
    def test_refuses_a_scope_that_does_not_exist(self):
        with pytest.raises(issuing.UnknownScope) as refused:
            issuing.create_client(name="Till", scopes=["members:eat"], store=None, at=NOON)

        assert refused.value.figures == {"scopes": ["members:eat"]}
        assert Client.objects.exists() is False

    def test_keeps_each_scope_once(self):
        scopes = ["members:read", "members:read", "points:spend"]

        made = issuing.create_client(name="Till", scopes=scopes, store=None, at=NOON)

        assert made.scopes == ["members:read", "points:spend"]
        assert made.public_id.startswith("cli_")


class TestRotate:
    def test_keeps_both_keys_during_the_overlap(self, till: Client, secret: str):
        _, new = issuing.rotate(client=till, at=NOON, overlap=timedelta(hours=1))

        just_before = NOON + timedelta(minutes=59)
        assert check(secret, just_before) == check(new, just_before) == till

    def test_ends_the_old_key_after_the_overlap(self, till: Client, secret: str):
        _, new = issuing.rotate(client=till, at=NOON, overlap=timedelta(hours=1))

        with pytest.raises(KeyExpired):
            check(secret, NOON + timedelta(hours=1))
        assert check(new, datetime(2199, 1, 1, tzinfo=UTC)) == till

    def test_prolongs_no_key_that_ends_sooner(self, till: Client):
        soon = NOON + timedelta(minutes=1)
        key, _ = issuing.issue_key(client=till, at=NOON, expires_at=soon)

        issuing.rotate(client=till, at=NOON, overlap=timedelta(hours=1))

        key.refresh_from_db()
        assert key.expiry_date == soon
