"""The end of a sign-in: for who is forgotten, and for sessions whose time is over."""

from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from loyalty.identity import ending, sessions
from loyalty.identity.models import User

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def user() -> User:
    return User.objects.create_user("mem_1@members.invalid")


def open_sessions(*, count: int) -> None:
    Session.objects.bulk_create(
        Session(session_key=f"other-{n}", session_data="", expire_date=timezone.now() + HOUR)
        for n in range(count)
    )


class TestForget:
    def test_ends_every_session_of_theirs(self, user: User):
        browser = Client()
        browser.force_login(user)

        ending.forget(user=user)

        assert browser.get("/me/").headers["Location"] == "/login/?next=/me/"

    def test_asks_the_same_however_many_others_are_signed_in(self, user: User):
        asked: list[int] = []
        for count in (1, 30):
            Session.objects.all().delete()
            open_sessions(count=count)
            one = User.objects.create_user(f"mem_{count + 1}@members.invalid")
            with CaptureQueriesContext(connection) as captured:
                ending.forget(user=one)
            asked.append(len([q for q in captured if "django_session" in q["sql"]]))

        assert asked == [0, 0]


class TestPurge:
    def test_forgets_what_is_over_and_nothing_else(self):
        open_sessions(count=1)
        over = timezone.now() - HOUR
        Session.objects.create(session_key="over", session_data="", expire_date=over)

        assert sessions.purge(at=timezone.now()) == 1
        assert sessions.purge(at=timezone.now()) == 0
        assert [row.session_key for row in Session.objects.all()] == ["other-0"]
