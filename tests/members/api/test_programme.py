"""getProgramme: what a till shows."""

from typing import Any

import pytest

from loyalty.clients import issuing
from loyalty.clients.models import Client, Scope
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Segment
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_schemas import check
from tests.members.builders import publish

pytestmark = pytest.mark.django_db
CAFE = {
    "name": "Café",
    "currency": "EUR",
    "time_zone": "Europe/Paris",
    "value_of_point": "0.01",
    "spending_wallet": "points",
    "spend_proof": "card",
    "offline_points": 0,
    "store": {"code": "lyon", "name": "Lyon"},
    "wallets": [
        {
            "code": "points",
            "name": "Points",
            "pending_days": 0,
            "expiry": "Good for 365 days.",
            "card": None,
        }
    ],
    "ladder": {
        "takes": "any",
        "tiers": [
            {"code": "member", "name": "Member", "multiplier": "1", "thresholds": []},
            {
                "code": "silver",
                "name": "Silver",
                "multiplier": "1",
                "thresholds": [{"measure": "spend", "amount": "100.00"}],
            },
            {
                "code": "gold",
                "name": "Gold",
                "multiplier": "1",
                "thresholds": [{"measure": "spend", "amount": "250.00"}],
            },
        ],
    },
    "rules": [
        {
            "code": "base",
            "name": "1 point per €1.00",
            "says": "1 point for each whole €1.00.",
        }
    ],
}


@pytest.fixture
def screen(till: Caller) -> Caller:
    Client.objects.update(scopes=[Scope.PROGRAMME_READ])
    return till


class TestGetProgramme:
    def test_answers_as_it_is_documented(self, screen: Caller, programme: Programme):
        response = screen.get("/programme")

        assert response.status_code == 200
        assert response.json() == CAFE
        check("Programme", response.json())

    def test_speaks_the_caller_s_language(self, screen: Caller, programme: Programme):
        rules = screen.get("/programme", **{"Accept-Language": "fr"}).json()["rules"]

        assert rules[0]["says"] == "1 point par tranche entière de 1,00\xa0€."

    def test_leaves_out_what_is_offered_to_some_members_alone(
        self, screen: Caller, programme: Programme
    ):
        offered = publish("few", {"then": {"give": "fixed", "points": 5}}).rule
        offered.audience = Segment.objects.create(code="few", name_fr="peu", name_en="few")
        offered.save(update_fields=["audience"])
        revising.touch()

        assert screen.get("/programme").json() == CAFE

    def test_names_no_store_to_who_acts_for_all(self, programme: Programme):
        web = issuing.create_client(name="Web", scopes=[Scope.PROGRAMME_READ], store=None, at=NOON)

        assert Caller(web).get("/programme").json()["store"] is None

    def test_takes_one_statement(
        self, screen: Caller, programme: Programme, django_assert_num_queries
    ):
        screen.get("/programme")

        with django_assert_num_queries(1):
            screen.get("/programme")

    def test_is_not_sent_again_while_nothing_changed(self, screen: Caller, programme: Programme):
        etag = screen.get("/programme")["ETag"]

        again = ask_again(screen, etag)
        in_french = ask_again(screen, etag, **{"Accept-Language": "fr"})

        assert (again.status_code, again.content, again["ETag"]) == (304, b"", etag)
        assert in_french.status_code == 200

    def test_is_sent_again_once_something_changed(self, screen: Caller, programme: Programme):
        etag = screen.get("/programme")["ETag"]
        programme.name = "Salon"
        programme.save(update_fields=["name"])
        revising.touch()

        again = ask_again(screen, etag)

        assert (again.status_code, again.json()["name"]) == (200, "Salon")

    def test_needs_its_scope(self, till: Caller, programme: Programme):
        response = till.get("/programme")

        assert (response.status_code, response.json()["code"]) == (403, "scope-missing")

    def test_waits_for_a_programme(self, screen: Caller):
        response = screen.get("/programme")

        assert (response.status_code, response.json()["code"]) == (503, "programme-missing")


def ask_again(caller: Caller, etag: str, **headers: str) -> Any:
    return caller.get("/programme", **{"If-None-Match": etag, **headers})
