"""The API's description: committed, valid, served, and readable with our own assets alone."""

import copy
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import translation
from drf_spectacular.generators import SchemaGenerator
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from playwright.sync_api import Page, sync_playwright

from tests import chromium

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
OPERATIONS = {
    "lookupMember": ("post", "/api/v1/members/lookup"),
    "enrolMember": ("post", "/api/v1/members"),
    "getMember": ("get", "/api/v1/members/{member}"),
    "getBalance": ("get", "/api/v1/members/{member}/balance"),
    "previewPurchase": ("post", "/api/v1/purchases/preview"),
    "recordPurchase": ("post", "/api/v1/purchases"),
    "recordBatch": ("post", "/api/v1/purchases/batch"),
    "attachMember": ("post", "/api/v1/purchases/{purchase}/member"),
    "recordReturn": ("post", "/api/v1/purchases/{purchase}/returns"),
    "createHold": ("post", "/api/v1/holds"),
    "captureHold": ("post", "/api/v1/holds/{hold}/capture"),
    "voidHold": ("post", "/api/v1/holds/{hold}/void"),
    "recordEvent": ("post", "/api/v1/members/{member}/events"),
    "listEntries": ("get", "/api/v1/members/{member}/entries"),
    "listMemberRewards": ("get", "/api/v1/members/{member}/rewards"),
    "listRewards": ("get", "/api/v1/rewards"),
    "redeemReward": ("post", "/api/v1/redemptions"),
    "cancelRedemption": ("post", "/api/v1/redemptions/{redemption}/cancel"),
    "getVoucher": ("get", "/api/v1/vouchers/{code}"),
    "useVoucher": ("post", "/api/v1/vouchers/{code}/use"),
    "recordSubscription": ("post", "/api/v1/subscriptions"),
    "cancelSubscription": ("post", "/api/v1/subscriptions/{subscription}/cancel"),
    "getProgramme": ("get", "/api/v1/programme"),
    "listMeasures": ("get", "/api/v1/measures"),
    "getMeasure": ("get", "/api/v1/measures/{measure}"),
    "getRfmGrid": ("get", "/api/v1/measures/rfm/grid"),
    "getCohorts": ("get", "/api/v1/measures/cohort_retention/cohorts"),
    "getLorenzCurve": ("get", "/api/v1/measures/pareto_share/curve"),
    "listFits": ("get", "/api/v1/measures/clv_predicted/fits"),
    "getOperation": ("get", "/api/v1/operations/{key}"),
}


@pytest.fixture(scope="module")
def described() -> dict[str, Any]:
    with translation.override("en"):
        return json.loads(json.dumps(SchemaGenerator().get_schema(request=None, public=True)))


def operations(described: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {
        operation["operationId"]: operation
        for path in described["paths"].values()
        for operation in path.values()
    }


def faults_of(described: dict[str, Any], where: str, content: dict[str, Any]) -> list[str]:
    """Return what is wrong with the examples of a body: none at all, or one that is not so.

    What is not described is in none of them.
    """
    closed = copy.deepcopy(described["components"])
    for known in closed["schemas"].values():
        # A problem has figures of its own.
        if known.get("type") == "object" and "retryable" not in known.get("properties", {}):
            known.setdefault("additionalProperties", False)
    shape = {**content["schema"], "components": closed}
    examples = content.get("examples", {})
    return [f"{where}: no example"] * (not examples) + [
        f"{where}, {name}: {fault.message}"
        for name, example in examples.items()
        for fault in OAS31Validator(shape).iter_errors(example["value"])
    ]


class TestDescription:
    def test_is_the_one_committed(self, described: dict[str, Any]):
        # Otherwise: manage.py spectacular --format openapi-json --lang en --file docs/openapi.json
        assert described == json.loads(COMMITTED.read_text())

    def test_is_valid_openapi(self, described: dict[str, Any]):
        assert list(OpenAPIV31SpecValidator(described).iter_errors()) == []

    def test_names_each_operation_once(self, described: dict[str, Any]):
        named = {
            operation["operationId"]: (method, path)
            for path, methods in described["paths"].items()
            for method, operation in methods.items()
        }

        assert named == OPERATIONS

    def test_says_what_each_needs_and_how_it_fails(self, described: dict[str, Any]):
        for name, operation in operations(described).items():
            assert operation["security"] == [{"ClientKey": []}], name
            assert {"401", "403", "503"} <= operation["responses"].keys(), name
            # Nothing is in an answer that says that there is nothing new.
            with_body = operation["responses"].keys() - {"304"}
            for status in with_body:
                answer = operation["responses"][status]
                kind = "application/json" if status < "300" else "application/problem+json"
                assert list(answer["content"]) == [kind], (name, status)
                assert answer["content"][kind].get("examples"), (name, status)

    def test_gives_an_example_of_each_body_and_each_is_as_it_says(self, described: dict[str, Any]):
        faults = []
        for name, operation in operations(described).items():
            if sent := operation.get("requestBody"):
                faults += faults_of(described, name, sent["content"]["application/json"])
            for status, answer in operation["responses"].items():
                for content in answer.get("content", {}).values():
                    faults += faults_of(described, f"{name} {status}", content)

        assert faults == []

    def test_says_when_to_come_back_and_what_is_an_answer_of_before(
        self, described: dict[str, Any]
    ):
        for name, operation in operations(described).items():
            is_keyed = any(p["name"] == "Idempotency-Key" for p in operation["parameters"])
            for status, answer in operation["responses"].items():
                headers = answer["headers"].keys()
                assert ("Retry-After" in headers) is (status in {"409", "429", "503"}), name
                is_kept = is_keyed and status in {"200", "201", "422"}
                assert ("Idempotent-Replayed" in headers) is is_kept, (name, status)

    def test_lets_a_body_be_left_out_where_there_is_nothing_to_say(
        self, described: dict[str, Any]
    ):
        bodies = {
            name: operation["requestBody"]["required"]
            for name, operation in operations(described).items()
            if "requestBody" in operation
        }

        assert {name for name, is_required in bodies.items() if not is_required} == {
            *("captureHold", "voidHold", "recordReturn", "cancelRedemption", "useVoucher"),
            "cancelSubscription",
        }

    def test_asks_a_key_of_what_changes_something_only(self, described: dict[str, Any]):
        keyed = {
            name
            for name, operation in operations(described).items()
            if any(p["name"] == "Idempotency-Key" for p in operation["parameters"])
        }

        assert keyed == {
            *("enrolMember", "recordEvent", "recordPurchase", "recordReturn"),
            *("attachMember", "createHold", "captureHold", "voidHold"),
            *("redeemReward", "cancelRedemption", "useVoucher"),
            *("recordSubscription", "cancelSubscription"),
        }

    def test_says_that_unknown_names_are_refused(self, described: dict[str, Any]):
        shapes = described["components"]["schemas"]

        inputs = {name: shape for name, shape in shapes.items() if name.endswith("Input")}
        assert len(inputs) == 21
        assert all(shape["additionalProperties"] is False for shape in inputs.values())


class TestServed:
    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_description_is_the_same_in_every_language(
        self, described: dict[str, Any], language: str
    ):
        response = Browser().get("/api/v1/openapi.json", headers={"Accept-Language": language})

        assert response.status_code == 200
        assert response.json() == described


@pytest.fixture
def page(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Page]:
    browser_path = chromium.get_or_skip()
    # Playwright runs its own event loop in this thread, which Django would object to.
    monkeypatch.setitem(os.environ, "DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path)
        yield browser.new_page()
        browser.close()


class TestDocs:
    def test_are_readable_with_our_own_assets_and_no_complaint(self, live_server: Any, page: Page):
        asked: list[str] = []
        said: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))

        page.goto(f"{live_server.url}/api/v1/docs/")
        page.wait_for_selector("#operations-purchases-previewPurchase", timeout=20_000)

        elsewhere = [url for url in asked if not url.startswith((live_server.url, "data:"))]
        assert elsewhere == []
        assert said == []

    def test_say_what_an_operation_does_and_open_its_refusals(self, live_server: Any, page: Page):
        page.goto(f"{live_server.url}/api/v1/docs/")
        call = page.locator("#operations-purchases-recordPurchase")
        refusal = call.locator("details:not([open])").first.element_handle()
        assert refusal is not None

        refusal.query_selector("summary").click()

        page.wait_for_function("refusal => refusal.open", arg=refusal)
        assert call.locator(".call__line").inner_text().split()[0] == "POST"
        assert call.locator("strong").first.inner_text().startswith("Record a purchase, give its")
        assert refusal.get_attribute("open") == ""
