"""What each call takes and answers, with examples: the description of OpenAPI."""

from drf_spectacular.utils import OpenApiExample, extend_schema

from members.api.outputs import (
    FoundOutput,
    MemberOutput,
    PointsOutput,
    PreviewOutput,
    PurchaseOutput,
)
from members.api.serializers import EnrolmentInput, LookupInput, PurchaseInput

MEMBER = "mem_01m7zzcn5mkr9gvvxhzq1xspf4"


_AWARD = {
    "points": 26,
    "lines": [
        {"rule": "base", "name": "1 point per euro", "points": 13},
        {"rule": "coffee-week", "name": "Coffee week ×2", "points": 13},
    ],
    "refused": [{"rule": "birthday", "why": "not-in-birthday-window"}],
}
BALANCE = {
    "available": 126,
    "pending": 0,
    "held": 0,
    "next_expiry": {
        "points": 40,
        "at": "2027-01-31T00:00:00+01:00",
        "valid_until": "2027-01-30",
    },
}
TIER = {
    "code": "silver",
    "until": "2027-12-31",
    "is_given": False,
    "to_next": {
        "tier": "gold",
        "measure": "spend",
        "missing": "87.00",
        "by": None,
        "takes": "any",
        "measures": [{"measure": "spend", "missing": "87.00"}],
    },
    "to_keep": {
        "tier": "silver",
        "measure": "spend",
        "missing": "0.00",
        "by": "2027-12-31",
        "takes": "any",
        "measures": [{"measure": "spend", "missing": "0.00"}],
    },
}
VOUCHER = {
    "code": "7KQ2M-91XTD-0VBGA",
    "name": "A coffee on the house",
    "value": "2.80",
    "expires_at": "2027-02-20T00:00:00+01:00",
    "valid_until": "2027-02-19",
}
OFFER = {
    "rule": "coffee-week-5x",
    "name": "5 × on coffee this week, for you",
    "valid_from": None,
    "valid_until": "2026-11-29",
}
_SALE = OpenApiExample(
    "Two packs of coffee",
    value={
        "member": {"card": "2000000000121"},
        "receipt": "T1-000123",
        "occurred_at": "2026-11-21T10:15:00+01:00",
        "total": "13.80",
        "lines": [
            {
                "sku": "ESP250",
                "name": "Espresso 250 g",
                "category": "coffee",
                "quantity": "2",
                "amount": "13.80",
            }
        ],
        "payments": [{"means": "card", "amount": "13.80"}],
    },
    request_only=True,
)
_PAID_WITH_POINTS = OpenApiExample(
    "Paid with points first",
    value={
        "member": {"card": "2000000000121"},
        "receipt": "T1-000124",
        "total": "13.80",
        "payments": [
            {"means": "points", "hold": "hold_01m7zzcn5mkr9gvvxhzq1xspf4"},
            {"means": "voucher", "voucher": "7KQ2M-91XTD-0VBGA"},
            {"means": "card", "amount": "6.00"},
        ],
    },
    request_only=True,
)
_LET_GO = OpenApiExample(
    "Points let go without a network",
    value={
        "member": {"card": "2000000000121"},
        "receipt": "T1-000125",
        "occurred_at": "2026-11-21T10:15:00+01:00",
        "total": "13.80",
        "payments": [
            {"means": "points", "offline": True, "amount": "3.00"},
            {"means": "card", "amount": "10.80"},
        ],
    },
    request_only=True,
)
MEMBERSHIP = {
    "id": "sub_01m7zzcn5mkr9gvvxhzq1xspf4",
    "plan": "club",
    "name": "The Club",
    "state": "active",
    "since": "2026-11-21",
    "until": "2027-11-20",
}
NEWCOMER = {
    "id": MEMBER,
    "kind": "person",
    "state": "active",
    "language": "fr",
    "enrolled_at": "2026-11-21T10:00:00+01:00",
    "identity": {
        "first_name": "Ada",
        "last_name": "Martin",
        "email": "ada@example.org",
        "phone": "+33612345678",
        "birthday": "05-17",
    },
    "cards": ["2000000000121"],
    "balance": BALANCE,
    "tier": TIER,
    "stamps": [
        {"wallet": "stamps", "stamps": 3, "full_at": 5, "voucher": "A coffee on the house"}
    ],
    "membership": MEMBERSHIP,
    "vouchers": [VOUCHER],
    "offers": [OFFER],
}
_SHOWN = OpenApiExample("A member", value=NEWCOMER, response_only=True)

RECORDED = {
    "id": "pur_01m7zzcn5mkr9gvvxhzq1xspf4",
    "receipt": "T1-000123",
    "member": MEMBER,
    "total": "13.80",
    "award": _AWARD,
    "balance": BALANCE,
    "tier": TIER,
    "vouchers": [],
    "payments": [
        {
            "means": "points",
            "amount": "5.00",
            "hold": "hold_01m7zzcn5mkr9gvvxhzq1xspf4",
            "points": 500,
        },
        {"means": "card", "amount": "8.80"},
    ],
}

lookup_member = extend_schema(
    request=LookupInput,
    responses={200: FoundOutput},
    examples=[
        OpenApiExample("By card", value={"card": "2000000000121"}, request_only=True),
        OpenApiExample("By phone", value={"phone": "06 12 34 56 78"}, request_only=True),
        OpenApiExample(
            "By the code on a phone",
            value={"code": "R4W0ZK2M91XTDQ0VBGA7N3C5EHY8SF"},
            request_only=True,
        ),
        OpenApiExample("A member", value={**NEWCOMER, "spend_proof": None}, response_only=True),
        OpenApiExample(
            "A member who showed the code",
            value={
                **NEWCOMER,
                "spend_proof": {
                    "token": "WyJjbGlfMDFtN3p6Y241bWtyOWd2dnhoenExeHNwZjQiLCJtZW1f…",
                    "expires_at": "2026-11-21T10:30:00+01:00",
                },
            },
            response_only=True,
        ),
    ],
)
enrol_member = extend_schema(
    request=EnrolmentInput,
    responses={201: MemberOutput},
    examples=[
        OpenApiExample(
            "At the till",
            value={
                "first_name": "Ada",
                "last_name": "Martin",
                "email": "ada@example.org",
                "consents": [
                    {
                        "channel": "email",
                        "purpose": "marketing",
                        "given": True,
                        "text_version": "2026-09",
                    }
                ],
            },
            request_only=True,
        ),
        _SHOWN,
    ],
)
get_member = extend_schema(responses={200: MemberOutput}, examples=[_SHOWN])
get_balance = extend_schema(
    responses={200: PointsOutput},
    examples=[
        OpenApiExample("A balance", value={"member": MEMBER, **BALANCE}, response_only=True)
    ],
)
preview_purchase = extend_schema(
    request=PurchaseInput,
    responses={200: PreviewOutput},
    examples=[
        _SALE,
        _PAID_WITH_POINTS,
        _LET_GO,
        OpenApiExample(
            "Its award",
            value={"member": MEMBER, "total": "13.80", "award": _AWARD},
            response_only=True,
        ),
    ],
)
record_purchase = extend_schema(
    request=PurchaseInput,
    responses={201: PurchaseOutput},
    examples=[
        _SALE,
        _PAID_WITH_POINTS,
        _LET_GO,
        OpenApiExample(
            "Recorded",
            value=RECORDED,
            response_only=True,
        ),
    ],
)
