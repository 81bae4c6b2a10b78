"""What the fuzzer calls a failure and is none, each with its reason."""

import re
from typing import Any

from schemathesis.core.failures import AcceptedNegativeData
from schemathesis.openapi.checks import RejectedPositiveData

# A request that the description allows is refused for these alone: by code, where, and what it
# is that JSON Schema cannot say, or not so that people still read it.
_UNSAYABLE = {
    "invalid": (
        r"/(phone|email|card|external_id|points|minutes|line)$",
        "what is a number, and that 1.0 is none",
    ),
    "too-many-decimals": ("", "how many the currency has"),
    "zero": ("/amount$", "every spelling of nothing"),
    "moment": ("/occurred_at$", "a day that exists, and no leap second"),
    "day": ("/business_on$", "a day that exists"),
    "blank": ("", "which characters nobody sees"),
    "required": (r"/payments/\d+/amount$", "that only a hold or a voucher knows its amount"),
    "not-its-means": (
        r"/payments/\d+/(hold|voucher|offline)$",
        "which means goes with which name",
    ),
    "one-identifier": ("", "that an address names what the body names too"),
    "points-or-amount": ("", "the same"),
    "lines-do-not-add-up": ("/(total|tax|lines)", "a sum"),
    "payments-do-not-add-up": ("/payments$", "a sum"),
    "above-worth": (r"/payments/\d+", "what a hold or a voucher is worth"),
    "negative": ("/lines$", "what is left of the lines of a sale"),
    "unknown-store": ("/store$", "which stores there are"),
    "repeated": ("/lines$", "that two items of a list share one name"),
    "unknown-line": (r"/lines/\d+/line$", "how many lines the sale had"),
}


def is_excused(failure: Any, case: Any, response: Any) -> bool:
    if isinstance(failure, AcceptedNegativeData):
        # Its items are answered one by one: each has its own status, and 400 is one of them.
        return str(case.operation.label).endswith("/purchases/batch")
    if isinstance(failure, RejectedPositiveData) and response.status_code == 400:
        return _is_unsayable(response.json())
    return False


def _is_unsayable(problem: dict[str, Any]) -> bool:
    # A cursor is opaque: only those are taken that were given.
    if problem["code"] == "invalid-cursor":
        return True
    return problem["code"] == "validation-failed" and all(
        error["code"] in _UNSAYABLE and re.search(_UNSAYABLE[error["code"]][0], error["pointer"])
        for error in problem["errors"]
    )
