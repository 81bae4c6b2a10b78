"""The same key acts once and is answered once, as `docs/` promise to tills."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext

from loyalty.clients import issuing, purging
from loyalty.clients.models import Answer, Client, Scope
from loyalty.core import keys
from loyalty.events.models import OutboxEvent
from tests.clients.conftest import Send
from tests.clients.urls import Effects
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.clients.urls")]


def effects() -> int:
    return OutboxEvent.objects.filter(name="effect.made").count()


class TestKey:
    @pytest.mark.parametrize("key", [None, "", '""', "é", "a\tb", "a" * 256, f'"{"a" * 256}"'])
    def test_is_needed_and_printable(self, send: Send, key: str | None):
        response = send({}, key=key)

        assert response.status_code == 400
        assert response.json()["code"] == "idempotency-key-missing"
        assert (effects(), Answer.objects.count()) == (0, 0)

    @pytest.mark.parametrize("key", ["a", "a" * 255, '"' + "a" * 255 + '"', " a b ", '"', '"a'])
    def test_may_be_any_printable_ascii(self, send: Send, key: str):
        assert send({}, key=key).status_code == 201

    def test_is_the_same_quoted_or_not(self, send: Send):
        send({}, key="k")

        again = send({}, key='"k"')

        assert again["Idempotent-Replayed"] == "true"
        assert effects() == 1

    def test_reaches_the_effect_as_a_digest_of_client_and_key(self, send: Send, till: Client):
        send({}, key="k")

        recorded = OutboxEvent.objects.get().payload["key"]
        assert recorded == keys.digest(scope=till.public_id, key="k")


class TestReplay:
    def test_is_the_first_answer_byte_for_byte(self, send: Send):
        first = send({"do": "succeed"})

        again = send({"do": "succeed"})

        assert again.content == first.content == '{"id":"eff_1","é":"13.80"}'.encode()
        assert (first.status_code, again.status_code) == (201, 201)
        assert first["Location"] == again["Location"] == "/api/effects/eff_1"
        assert first["Content-Type"] == again["Content-Type"] == "application/json"
        assert "Idempotent-Replayed" not in first
        assert again["Idempotent-Replayed"] == "true"
        assert effects() == 1

    def test_takes_two_statements(self, send: Send, django_assert_num_queries):
        send({})

        with django_assert_num_queries(2):
            send({})

    def test_costs_the_effect_four_statements_and_no_more(
        self, send: Send, django_assert_num_queries
    ):
        with CaptureQueriesContext(transaction.get_connection()) as seen:
            send({})

        ours = [q["sql"] for q in seen if "SAVEPOINT" not in q["sql"]]
        assert [sql.split()[0] for sql in ours] == [
            "SELECT",  # the key, its client and store
            "SELECT",  # the answer, if there is one
            "INSERT" if seen.connection.vendor == "sqlite" else "WITH",  # the claim
            "INSERT",  # the effect
            "UPDATE",  # the answer
        ]

    def test_keeps_the_order_of_names_and_spaces_out_of_it(self, send: Send):
        send('{"do": "succeed", "note": "a"}')

        again = send('{"note":"a","do":"succeed"}')

        assert again["Idempotent-Replayed"] == "true"

    def test_keeps_the_language_of_the_first(self, send: Send):
        first = send({"do": "refuse"}, **{"Accept-Language": "en"})

        again = send({"do": "refuse"}, **{"Accept-Language": "fr"})

        assert again.content == first.content
        assert (first["Content-Language"], again["Content-Language"]) == ("en", "en")

    def test_survives_the_rotation_of_the_key(self, send: Send, till: Client):
        first = send({})
        _, new = issuing.rotate(client=till, at=datetime.now(UTC))

        again = send({}, secret=new)

        assert again.content == first.content
        assert effects() == 1

    def test_belongs_to_one_client(self, send: Send):
        send({}, key="k")
        other = issuing.create_client(
            name="Till 2", scopes=[Scope.PURCHASES_WRITE], store=None, at=NOON
        )
        _, secret = issuing.issue_key(client=other, at=NOON)

        response = send({}, key="k", secret=secret)

        assert "Idempotent-Replayed" not in response
        assert effects() == 2


class TestOtherRequest:
    @pytest.mark.parametrize(
        ("body", "path"),
        [
            ({"do": "succeed", "note": "b"}, "/api/effects"),
            ({"do": "succeed"}, "/api/effects"),
            ({"do": "succeed", "note": ["a"]}, "/api/effects"),
            ({"do": "succeed", "note": "a", "more": None}, "/api/effects"),
            ([{"do": "succeed", "note": "a"}], "/api/effects"),
            ({"do": "succeed", "note": "a"}, "/api/effects/there"),
            ({"do": "succeed", "note": "a"}, "/api/others"),
        ],
    )
    def test_is_refused_and_nothing_is_done(self, send: Send, body: object, path: str):
        send({"do": "succeed", "note": "a"})

        response = send(body, path=path)

        assert response.status_code == 422
        assert response.json()["code"] == "idempotency-key-reused"
        assert response.json()["retryable"] is False
        assert effects() == 1

    def test_leaves_the_first_answer_in_place(self, send: Send):
        first = send({"note": "a"})
        send({"note": "b"})

        assert send({"note": "a"}).content == first.content


class TestRefusal:
    def test_is_as_final_as_a_success(self, send: Send):
        first = send({"do": "refuse"})

        again = send({"do": "refuse"})

        assert (first.status_code, first.json()["code"], first.json()["left"]) == (
            422, "sold-out", 0,
        )  # fmt: skip
        assert first["Content-Type"] == again["Content-Type"] == "application/problem+json"
        assert again.content == first.content
        assert again["Idempotent-Replayed"] == "true"

    def test_says_where_the_first_one_is(self, send: Send):
        first = send({"do": "refuse a second"})

        again = send({"do": "refuse a second"})

        assert first["Location"] == again["Location"] == "/api/effects/eff_1"

    def test_undoes_the_effect_whole(self, send: Send):
        send({"do": "refuse"})

        assert effects() == 0
        assert Answer.objects.get().status == 422

    @pytest.mark.parametrize(
        ("do", "status", "code"),
        [
            ("miss", 404, "not-found"),
            ("break", 500, "internal-error"),
            ("lose the database", 503, "database-unavailable"),
        ],
    )
    def test_is_not_kept_when_it_may_change(self, send: Send, do: str, status: int, code: str):
        response = send({"do": do})

        assert (response.status_code, response.json()["code"]) == (status, code)
        assert (effects(), Answer.objects.count()) == (0, 0)


class TestConflict:
    @pytest.fixture(autouse=True)
    def _no_deadlock_is_left(self):
        yield
        Effects.deadlocks.clear()

    @pytest.mark.parametrize("conflict", ["deadlock", "lose a race"])
    def test_is_tried_three_times(self, send: Send, conflict: str):
        Effects.deadlocks[:] = ["first", "second"]

        response = send({"do": conflict})

        assert response.status_code == 201
        assert effects() == 1

    def test_is_then_said_and_not_kept(self, send: Send):
        Effects.deadlocks[:] = ["first", "second", "third"]

        response = send({"do": "deadlock"})

        assert (response.status_code, response.json()["code"]) == (409, "concurrent-update")
        assert response.json()["retryable"] is True
        assert response["Retry-After"] == "1"
        assert (effects(), Answer.objects.count()) == (0, 0)


class TestPurge:
    def test_forgets_bodies_after_ninety_days(self, send: Send):
        send({}, key="old")
        send({}, key="new")
        at = datetime.now(UTC)
        Answer.objects.filter(key="old").update(answered_at=at - timedelta(days=90, seconds=1))
        Answer.objects.filter(key="new").update(answered_at=at - timedelta(days=89))

        assert purging.purge(at=at) == 1

        assert Answer.objects.get(key="old").body is None
        assert purging.purge(at=at) == 0

    def test_goes_in_chunks(self, send: Send):
        for key in "abc":
            send({}, key=key)
        at = datetime.now(UTC) + timedelta(days=91)

        assert [purging.purge(at=at, limit=2) for _ in range(3)] == [2, 1, 0]

    def test_leaves_the_key_answering_with_status_id_and_location(self, send: Send):
        send({})
        purging.purge(at=datetime.now(UTC) + timedelta(days=91))

        again = send({})

        assert (again.status_code, again.json()) == (201, {"id": "eff_1"})
        assert again["Location"] == "/api/effects/eff_1"
        assert again["Idempotent-Replayed"] == "body-expired"
        assert effects() == 1

    def test_leaves_a_refusal_refused(self, send: Send):
        send({"do": "refuse"})
        purging.purge(at=datetime.now(UTC) + timedelta(days=91))

        again = send({"do": "refuse"})

        assert (again.status_code, again.json()["code"]) == (422, "sold-out")
        assert again["Idempotent-Replayed"] == "body-expired"


class TestCross:
    def test_of_a_sign_in_opens_nothing(self, django_user_model):
        browser = Browser()
        browser.force_login(django_user_model.objects.create_superuser("a@example.org", "x"))

        response = browser.post(
            "/api/effects", {}, "application/json", headers={"Idempotency-Key": "k"}
        )

        assert (response.status_code, effects()) == (401, 0)
