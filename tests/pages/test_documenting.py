"""The API's page says what the committed description says, and all its links lead somewhere."""

import json
import re
from pathlib import Path

import pytest
from django.test import Client

from loyalty.portal import calls

DESCRIBED = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())


@pytest.fixture
def page(db: None, client: Client) -> str:
    return client.get("/api/v1/docs/", headers={"accept-language": "fr"}).content.decode()


class TestDocs:
    def test_name_every_operation_with_its_address(self, page: str):
        for path, methods in DESCRIBED["paths"].items():
            for operation in methods.values():
                assert f">{operation['operationId']}</h2>" in page
            assert f"<code>{path}</code>" in page

    def test_lead_from_every_link_to_its_place(self, page: str):
        links = set(re.findall(r'href="#([^"]+)"', page))
        places = set(re.findall(r'id="([^"]+)"', page))

        assert links - places == set()
        assert "shape-PurchaseInput" in links

    def test_hold_no_script(self, page: str):
        assert "<script" not in page
        assert "L’API des caisses" in page


class TestCalls:
    def call(self, name: str) -> calls.Call:
        return next(call for call in calls.read_calls(DESCRIBED) if call.name == name)

    def test_say_what_a_purchase_takes_and_answers(self):
        call = self.call("recordPurchase")

        assert (call.method, call.path, call.body) == (
            "POST",
            "/api/v1/purchases",
            "PurchaseInput",
        )
        assert '"total": "13.80"' in call.example
        required = [field.name for field in call.parameters if field.is_required]
        assert required == ["Idempotency-Key"]
        assert [answer.status for answer in call.answers if not answer.is_refusal] == ["201"]

    def test_say_in_few_words_what_a_value_may_be(self):
        shapes = {shape.name: shape for shape in calls.read_shapes(DESCRIBED)}
        fields = {field.name: field for field in shapes["PurchaseInput"].fields}

        assert fields["member"].kind == "CustomerInput or null"
        assert fields["member"].shape == "CustomerInput"
        assert fields["lines"].kind == "list of LineInput, at most 500"
        assert fields["occurred_at"].kind == "string (date-time)"
        assert [name for name, field in fields.items() if field.is_required] == ["member", "total"]
