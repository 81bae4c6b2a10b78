from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone

from loyalty.core import engines


@pytest.mark.django_db
class TestHealth:
    def test_answers_when_the_database_does(self, client: Client, django_assert_num_queries):
        with django_assert_num_queries(1):
            answer = client.get("/health/")

        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert "no-store" in answer["Cache-Control"]

    def test_is_a_problem_that_says_when_to_try_again_when_it_does_not(self, client: Client):
        with mock.patch.object(connection, "cursor", side_effect=OperationalError("password")):
            answer = client.get("/health/")

        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Retry-After"] == "5"
        assert answer.json()["code"] == "database-unavailable"
        assert answer.json()["retryable"] is True
        assert "password" not in answer.content.decode()

    @pytest.mark.parametrize("apart", [timedelta(seconds=3), timedelta(seconds=-3)])
    def test_is_a_problem_when_our_clock_is_not_the_databases(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, apart: timedelta
    ):
        monkeypatch.setattr(timezone, "now", lambda: engines.get_clock() + apart)

        answer = client.get("/health/")

        assert answer.status_code == 503
        assert answer["Content-Type"] == "application/problem+json"
        assert answer["Retry-After"] == "5"
        assert (answer.json()["code"], answer.json()["retryable"]) == ("clocks-disagree", True)

    @pytest.mark.parametrize("apart", [timedelta(seconds=1), timedelta(seconds=-1)])
    def test_lets_the_clocks_differ_a_little(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, apart: timedelta
    ):
        monkeypatch.setattr(timezone, "now", lambda: engines.get_clock() + apart)

        assert client.get("/health/").status_code == 200

    def test_only_answers_questions(self, client: Client):
        assert client.post("/health/").status_code == 405
