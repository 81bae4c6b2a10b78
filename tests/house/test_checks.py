import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from loyalty import checks, starting
from loyalty.core import engines

pytestmark = pytest.mark.django_db

STRONG = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEF"


@pytest.fixture(autouse=True, scope="module")
def _commits_last(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Let SQLite wait for the disk, as it does everywhere but in tests."""
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock():
        if not engines.is_postgresql():
            options = connection.settings_dict["OPTIONS"]
            patch.setitem(options, "init_command", settings.LASTING)
            connection.close()
        yield
        connection.close()


@pytest.fixture(autouse=True)
def strong_key(settings) -> None:
    settings.SECRET_KEY = STRONG


def ids() -> list[str]:
    return [message.id for message in checks.problems()]


class TestASafeInstallation:
    def test_has_no_problem(self):
        assert ids() == []

    def test_starts_without_a_word_and_leaves_no_connection_open(self, caplog, monkeypatch):
        closed: list[bool] = []
        monkeypatch.setattr(connection, "close", lambda: closed.append(True))

        starting.refuse_unsafe()

        assert caplog.records == []
        assert closed == [True]


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


class TestTheSite:
    @pytest.mark.parametrize(
        "address",
        ["", "club.example.org", "https://", "http://club.example.org",
         "https://club.example.org/points", "ftp://club.example.org"],
    )  # fmt: skip
    def test_is_refused_without_an_address(self, settings, address: str):
        settings.IS_HTTPS, settings.SITE_URL = True, address

        assert ids() == ["loyalty.E005"]

    def test_may_do_without_https_where_the_installation_does(self, settings):
        settings.IS_HTTPS, settings.SITE_URL = False, "http://127.0.0.1:8000"

        assert ids() == []

    def test_is_where_links_lead(self, settings):
        settings.IS_HTTPS, settings.SITE_URL = True, "https://club.example.org"

        assert ids() == []


class TestEmail:
    def test_is_refused_outside_the_demo_where_none_can_be_sent(self, settings):
        settings.DEMO, settings.EMAIL_URL = False, ""

        assert ids() == ["loyalty.E006"]

    def test_goes_where_the_operator_says(self, settings):
        settings.DEMO, settings.EMAIL_URL = False, "submission://mail.example.org"

        assert ids() == []

    def test_is_refused_by_a_scheme_that_would_not_be_read_so(self, settings):
        """STARTTLS on a port that expects TLS: no e-mail would ever go."""
        settings.DEMO, settings.EMAIL_URL = False, "smtps://ada:secret@mail.example.org"

        assert ids() == ["loyalty.E007"]


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
    def test_agree(self):
        before = timezone.now()
        told = engines.get_clock()

        # SQLite counts in thousandths of a second.
        assert before - timedelta(milliseconds=1) <= told <= timezone.now()

    def test_are_refused_when_they_differ(self, time_machine):
        time_machine.move_to(timezone.now() + timedelta(minutes=5), tick=False)

        found = checks.problems()

        assert [message.id for message in found] == ["loyalty.E004"]
        # A busy machine takes its time before it looks.
        apart = re.search(r"are (\d+) s apart", found[0].msg)
        assert apart
        assert 240 <= int(apart[1]) <= 300

    def test_agree_however_long_the_answer_takes(self, time_machine):
        time_machine.move_to(timezone.now(), tick=False)

        def slowly(execute, *asked):
            answer = execute(*asked)
            time_machine.shift(timedelta(seconds=30))
            return answer

        with connection.execute_wrapper(slowly):
            assert checks.clocks_agree() == []


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
