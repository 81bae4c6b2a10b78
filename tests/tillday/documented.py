"""Which answers docs/openapi.json says a call may get: a status and, of a refusal, its code."""

import json
from functools import cache

from tests.house.processes import ROOT
from tests.tillday.wires import Answer


@cache
def _documented() -> dict[str, dict[str, set[str]]]:
    described = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
    return {
        operation["operationId"]: {
            status: {
                example["value"].get("code", "")
                for content in answer.get("content", {}).values()
                for example in content.get("examples", {}).values()
            }
            for status, answer in operation["responses"].items()
        }
        for path in described["paths"].values()
        for operation in path.values()
    }


def is_documented(operation: str, answer: Answer) -> bool:
    """Say whether an operation may be answered so, in the form that goes with it."""
    codes = _documented()[operation].get(str(answer.status))
    if codes is None or "X-Request-Id" not in answer.headers:
        return False
    is_refusal = answer.status >= 400
    kind = "application/problem+json" if is_refusal else "application/json"
    waits = answer.status != 503 or "Retry-After" in answer.headers
    return (
        answer.headers["Content-Type"] == kind
        and waits
        and (answer.code in codes if is_refusal else True)
    )
