from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.test import Client


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
        assert answer.json()["code"] == "unavailable"
        assert "password" not in answer.content.decode()

    def test_only_answers_questions(self, client: Client):
        assert client.post("/health/").status_code == 405
