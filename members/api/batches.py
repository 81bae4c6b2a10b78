"""The door for an offline till: what happened meanwhile, in any order, each thing once."""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from loyalty.clients import batching
from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.batching import Done, Errand
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Scope
from loyalty.clients.shapes import MomentField, PatternField, StrictSerializer, TextField
from loyalty.core.problems import DatabaseUnavailable, Overloaded, RateLimited
from loyalty.core.refusals import Refusal
from members.api import schemas
from members.api.returns import Returns
from members.api.serializers import SLUG, EnrolmentInput, PurchaseInput, ReturnInput
from members.api.views import Members, Purchases

MOST = 1_000
# Well within what servers and proxies wait. Whatever is left is sent again.
_PATIENCE_SECONDS = 20.0
# In the order in which they are done that happened at the same moment.
_DOORS: Mapping[str, tuple[type[AnsweredOnceView], str]] = {
    "enrolMember": (Members, "members"),
    "recordPurchase": (Purchases, "purchases"),
    "recordReturn": (Returns, "returns"),
}
# After one of these it would be the same for whatever comes next.
_FOR_ALL = (DatabaseUnavailable, Overloaded, RateLimited)


_AGES = timedelta(days=36_500)
_ASKED = {
    "items": [
        {
            "operation": "recordPurchase",
            "key": "8a51",
            "body": {
                "member": {"key": "7f0c"},
                "receipt": "T1-000124",
                "occurred_at": "2026-11-21T10:20:00+01:00",
                "total": "13.80",
            },
        },
        {
            "operation": "enrolMember",
            "key": "7f0c",
            "body": {"first_name": "Ada", "email": "ada@example.org"},
        },
    ]
}
_ANSWERED = {
    "results": [
        {
            "key": "8a51",
            "status": 201,
            "location": "/api/v1/purchases/pur_01m7zzcn5mkr9gvvxhzq1xspf4",
            "replayed": None,
            "body": schemas.RECORDED,
        },
        {
            "key": "7f0c",
            "status": 201,
            "location": f"/api/v1/members/{schemas.MEMBER}",
            "replayed": "true",
            "body": schemas.NEWCOMER,
        },
    ]
}


@extend_schema_field(
    {
        "anyOf": [
            {"$ref": f"#/components/schemas/{shape.__name__}"}
            for shape in (EnrolmentInput, PurchaseInput, ReturnInput)
        ]
    }
)
class BodyField(serializers.Field[Any, Any, Any, Any]):
    """What the call alone would have sent. Its own door reads it."""

    def to_internal_value(self, data: Any) -> Any:
        return data


class ItemInput(StrictSerializer):
    """One call: which, under which Idempotency-Key, with which body; a return of which sale."""

    operation = serializers.ChoiceField(choices=list(_DOORS))
    key = TextField(max_length=255, help_text="The Idempotency-Key of the call.")
    body = BodyField()
    purchase = PatternField(
        SLUG,
        required=False,
        help_text="Of a return: the id of the sale, or - (when left out) where the body names it.",
    )


class BatchInput(StrictSerializer):
    """Up to a thousand calls, in any order."""

    items = serializers.ListField(child=ItemInput(), min_length=1, max_length=MOST)


class _Envelope(StrictSerializer):
    """A batch whose items are still to be read, one by one: a faulty one stops no other."""

    items = serializers.ListField(child=BodyField(allow_null=True), min_length=1, max_length=MOST)


class ResultOutput(serializers.Serializer[Any]):
    """How one call was answered: the status, headers and body that it would have had alone."""

    key = serializers.CharField(help_text="As it was sent.")
    status = serializers.IntegerField()
    location = serializers.CharField(allow_null=True)
    replayed = serializers.ChoiceField(
        choices=["true", "body-expired"], allow_null=True, help_text="As Idempotent-Replayed."
    )
    body = serializers.DictField(help_text="What was made, or the problem.")


class BatchOutput(serializers.Serializer[Any]):
    """A result for each item, in the order of the items."""

    results = ResultOutput(many=True)


class Batch(ClientView):
    """Tell what an offline till journalled: up to a thousand calls, answered one by one.

    Each is what it would be alone: the same key alone, or in another batch, gives the same answer
    again. They are done by their `occurred_at`, whatever their order here. A member or a sale that
    has not arrived yet is `not-known-yet`; what is `retryable` is sent again under its key, and so
    is the whole batch if no answer came. Whatever 20 seconds are not enough for is `overloaded`.
    """

    operation = "recordBatch"
    required_scope = Scope.PURCHASES_WRITE
    asks_for_somebody = True

    @extend_schema(
        request=BatchInput,
        responses={200: BatchOutput},
        examples=[
            OpenApiExample("A customer who joined offline", value=_ASKED, request_only=True),
            OpenApiExample("Answers", value=_ANSWERED, response_only=True),
        ],
    )
    def post(self, request: ClientRequest) -> Response:
        asked = _Envelope(data=request.data)
        asked.is_valid(raise_exception=True)
        items: list[Any] = asked.validated_data["items"]
        results = _do_all(items, request, until=time.monotonic() + _PATIENCE_SECONDS)
        return Response({"results": results})


def _do_all(items: list[Any], request: ClientRequest, *, until: float) -> list[dict[str, Any]]:
    """Do the items in the order in which they happened, and answer in that of the batch."""
    done: dict[int, Done] = {}
    stopped: Refusal | None = None
    now = timezone.now()
    for place in sorted(range(len(items)), key=lambda place: _when(items[place], now)):
        if stopped is None and time.monotonic() > until:
            stopped = Overloaded()
        if stopped is not None:
            done[place] = batching.refuse(refusal=stopped, whole=request)
            continue
        work = partial(_do, items[place], request)
        done[place] = batching.attempt(work=work, whole=request)
        if isinstance(done[place].refusal, _FOR_ALL):
            stopped = done[place].refusal
    return [_result(item, done[place]) for place, item in enumerate(items)]


def _do(item: Any, request: ClientRequest) -> Done:
    asked = ItemInput(data=item)
    asked.is_valid(raise_exception=True)
    told = asked.validated_data
    door, route = _DOORS[told["operation"]]
    values = {"purchase": told.get("purchase", "-")} if route == "returns" else {}
    errand = Errand(
        door=door,
        path=reverse(f"api:{route}", kwargs=values),
        key=told["key"],
        body=told["body"],
        values=values,
    )
    return batching.run(errand=errand, whole=request)


def _when(item: Any, now: datetime) -> tuple[datetime, int]:
    """Return when an item happened; what does not say so, now. Who joins has joined before."""
    told = item if isinstance(item, dict) else {}
    operation, body = told.get("operation"), told.get("body")
    if operation == "enrolMember":
        return now - _AGES, 0
    said = body.get("occurred_at") if isinstance(body, dict) else None
    try:
        moment = MomentField().to_internal_value(said)
    except ValidationError:
        moment = now
    return moment, 1 + (operation == "recordReturn")


def _result(item: Any, done: Done) -> dict[str, Any]:
    key = item.get("key") if isinstance(item, dict) else None
    return {
        "key": key if isinstance(key, str) else "",
        "status": done.status,
        "location": done.location,
        "replayed": done.replayed,
        "body": done.body,
    }
