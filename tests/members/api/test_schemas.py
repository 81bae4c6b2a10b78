"""Every answer is what the committed description says it is, and nothing more."""

import json
from pathlib import Path
from typing import Any

import pytest
from openapi_schema_validator import OAS31Validator

from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Rule, Segment
from members import segmenting
from members.models import Member
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_members import NEWCOMER
from tests.members.api.test_purchases import sale
from tests.members.builders import give_voucher, publish

pytestmark = pytest.mark.django_db
DESCRIBED = json.loads(
    (Path(__file__).parents[3] / "docs" / "openapi.json").read_text(encoding="utf-8")
)


def check(shape: str, answer: Any) -> None:
    """Hold an answer against a shape of the description, in which nothing is left unsaid."""
    closed = json.loads(json.dumps(DESCRIBED["components"]))
    for described in closed["schemas"].values():
        if described.get("type") == "object" and shape != "Problem":
            described.setdefault("additionalProperties", False)
    schema = {"$ref": f"#/components/schemas/{shape}", "components": closed}
    assert [error.message for error in OAS31Validator(schema).iter_errors(answer)] == []


class TestAnswers:
    def test_of_members(self, till: Caller, ada: Member):
        check("Found", till.post("/members/lookup", {"code": "2000000000121"}).json())
        check("Member", till.get(f"/members/{ada.public_id}").json())
        check("Member", till.post("/members", NEWCOMER).json())
        check("Points", till.get(f"/members/{ada.public_id}/balance").json())

    def test_of_members_with_vouchers(self, till: Caller, ada: Member):
        give_voucher(ada)
        give_voucher(ada, value_cents=None)

        check("Member", till.get(f"/members/{ada.public_id}").json())

    def test_of_members_with_offers(self, till: Caller, ada: Member):
        few = Segment.objects.create(code="few", name_fr="Quelques-uns", name_en="A few")
        segmenting.assign(code="few", member_ids=[ada.pk], at=NOON)
        publish("five", {"then": {"give": "multiplier", "factor": "5"},
                         "when": {"to_day": "2026-03-15"}})  # fmt: skip
        Rule.objects.filter(code="five").update(audience=few)
        revising.touch()

        member = till.get(f"/members/{ada.public_id}").json()

        check("Member", member)
        assert member["offers"] == [
            {"rule": "five", "name": "five", "valid_from": None, "valid_until": "2026-03-15"}
        ]

    def test_of_purchases(self, till: Caller, ada: Member):
        check("Preview", till.post("/purchases/preview", sale()).json())
        check("Purchase", till.post("/purchases", sale(), key="k").json())
        check("Points", till.get(f"/members/{ada.public_id}/balance").json())
        check("Operation", till.get("/operations/k").json())

    def test_of_anonymous_purchases(self, till: Caller, programme: Programme):
        check("Preview", till.post("/purchases/preview", sale(member=None)).json())
        check("Purchase", till.post("/purchases", sale(member=None)).json())

    def test_that_refuse(self, till: Caller, ada: Member):
        check("Problem", till.post("/purchases", {"a": 1}).json())
        check("Problem", till.get("/members/nobody").json())


class TestExamples:
    """What the description shows would be taken, and is what it says."""

    @pytest.mark.parametrize("path", sorted(DESCRIBED["paths"]))
    def test_are_of_their_own_shape(self, path: str):
        for operation in DESCRIBED["paths"][path].values():
            bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
            for content in (kind for body in bodies for kind in body.get("content", {}).values()):
                shape = content["schema"]["$ref"].rpartition("/")[2]
                for shown in content.get("examples", {}).values():
                    check(shape, shown["value"])

    def test_are_taken(self, till: Caller, ada: Member):
        asked = DESCRIBED["paths"]["/api/v1/purchases"]["post"]["requestBody"]
        shown, *_others = asked["content"]["application/json"]["examples"].values()

        response = till.post(
            "/purchases", {**shown["value"], "occurred_at": "2026-03-10T11:45:00+01:00"}
        )

        assert response.status_code == 201
