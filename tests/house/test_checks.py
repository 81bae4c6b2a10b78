from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from loyalty import checks, starting
from loyalty.core import engines

pytestmark = pytest.mark.django_db

STRONG = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF"


@pytest.fixture(autouse=True)
def strong_key(settings) -> None:
    settings.SECRET_KEY = STRONG


def ids() -> list[str]:
    return [message.id for message in checks.problems()]


class TestASafeInstallation:
    def test_has_no_problem(self):
        assert ids() == []

    def test_starts(self):
        starting.refuse_unsafe()


class TestTheSecretKey:
    @pytest.mark.parametrize(
        "weak",
        ["", "short", "a" * 60, "abababab" * 8, "django-insecure-" + STRONG],
    )
    def test_is_refused_when_weak(self, settings, weak: str):
        settings.SECRET_KEY = weak

        assert ids() == ["loyalty.E001"]


class TestDebug:
    def test_is_refused_with_a_public_host(self, settings):
        settings.DEBUG = True
        settings.ALLOWED_HOSTS = ["127.0.0.1", "club.example.org"]

        found = checks.problems()

        assert [message.id for message in found] == ["loyalty.E002"]
        assert found[0].msg == "DEBUG is on and club.example.org is served."

    def test_is_let_through_on_this_machine(self, settings):
        settings.DEBUG = True
        settings.ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]

        assert ids() == []


@pytest.mark.django_db(transaction=True)
class TestDurability:
    def test_is_refused_when_commits_may_be_lost(self):
        is_postgresql = engines.is_postgresql()
        with connection.cursor() as cursor:
            cursor.execute(
                "SET synchronous_commit = off" if is_postgresql else "PRAGMA synchronous = NORMAL"
            )

        try:
            assert ids() == ["loyalty.E003"]
        finally:
            connection.close()


class TestClocks:
    def test_agree_within_two_seconds(self):
        assert abs(engines.get_clock() - timezone.now()) < timedelta(seconds=2)

    def test_are_refused_when_they_differ(self, time_machine):
        time_machine.move_to(timezone.now() + timedelta(seconds=3), tick=False)

        found = checks.problems()

        assert [message.id for message in found] == ["loyalty.E004"]
        assert "are 3 s apart" in found[0].msg


class TestAnUnsafeInstallation:
    def test_does_not_start_and_says_why(self, settings, caplog):
        settings.SECRET_KEY = "short"
        settings.DEBUG = True
        settings.ALLOWED_HOSTS = ["club.example.org"]

        with pytest.raises(SystemExit) as refusal:
            starting.refuse_unsafe()

        assert refusal.value.code == 3
        assert [record.getMessage().split(":")[0] for record in caplog.records] == [
            "loyalty.E001",
            "loyalty.E002",
        ]
