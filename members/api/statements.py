"""Doors for tills: what happened to a member's points."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Scope
from loyalty.core.pages import InvalidCursor
from loyalty.core.refusals import FieldRefusal, ValidationFailed
from loyalty.programmes.rulebook import Rulebook
from members import finding, statements
from members.api.answers import moment_of
from members.finding import MemberNotFound
from members.statements import Flow, Movement

_LIMIT, _MOST = 20, 100
_MOVEMENT = {
    "number": 7,
    "kind": "earn",
    "name": "Purchase",
    "reason": "purchase",
    "points": 26,
    "pending": 0,
    "balance": 126,
    "occurred_at": "2026-11-21T10:15:00+01:00",
    "recorded_at": "2026-11-21T10:15:01+01:00",
    "reference": "pur_01m7zzcn5mkr9gvvxhzq1xspf4",
    "store": "paris",
    "lines": [{"name": "1 point per euro", "points": 26}],
}


class EntryLineOutput(serializers.Serializer[Any]):
    """What one rule gave of an entry."""

    name = serializers.CharField(help_text="In the language of Accept-Language.")
    points = serializers.IntegerField()


class EntryOutput(serializers.Serializer[Any]):
    """One movement of a member's points.

    `points` is by how much the balance changed, `pending` by how much what waits changed, and
    `balance` what could be spent afterwards, below zero what is owed.
    """

    number = serializers.IntegerField()
    kind = serializers.CharField()
    name = serializers.CharField(help_text="In the language of Accept-Language.")
    reason = serializers.CharField(allow_blank=True)
    points = serializers.IntegerField()
    pending = serializers.IntegerField()
    balance = serializers.IntegerField()
    occurred_at = serializers.DateTimeField()
    recorded_at = serializers.DateTimeField()
    reference = serializers.CharField(allow_blank=True, help_text="The purchase, the reward…")
    store = serializers.CharField(allow_null=True)
    lines = EntryLineOutput(many=True)


class EntriesOutput(serializers.Serializer[Any]):
    """A page of entries, newest first. `next` is the cursor of those before; null at the end."""

    member = serializers.CharField()
    entries = EntryOutput(many=True)
    next = serializers.CharField(allow_null=True)


class Entries(ClientView):
    """A member's movements of points with why, newest first, in cursor pages.

    What has fallen due and is not written down yet stands first on the first page.
    """

    operation = "listEntries"
    required_scope = Scope.MEMBERS_READ
    also_with = (Scope.POINTS_SPEND, Scope.REWARDS_WRITE)
    refusals = (MemberNotFound, InvalidCursor, ValidationFailed)

    @extend_schema(
        parameters=[
            OpenApiParameter("cursor", OpenApiTypes.STR, description="`next` of the page before."),
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": _MOST, "default": _LIMIT}
            ),
        ],
        responses={200: EntriesOutput},
        examples=[
            OpenApiExample(
                "The first page",
                value={
                    "member": "mem_01m7zzcn5mkr9gvvxhzq1xspf4",
                    "entries": [_MOVEMENT],
                    "next": "WzcsIDEyXQ",
                },
                response_only=True,
            )
        ],
    )
    def get(self, request: ClientRequest, member: str) -> Response:
        book, at = request.book, timezone.now()
        found = finding.get_member(public_id=member)
        statement = statements.get_statement(
            member=found,
            account=statements.get_account(member=found, book=book),
            at=at,
            book=book,
            flow=Flow.BOOK,
            cursor=request.query_params.get("cursor"),
            limit=_read_limit(request.query_params),
            is_brief=True,
        )
        shown = [_entry(movement, book) for movement in statement.movements]
        return Response({"member": member, "entries": shown, "next": statement.next_cursor})


def _read_limit(asked: Mapping[str, str]) -> int:
    text = asked.get("limit", str(_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= _MOST):
        detail = f"1–{_MOST}"
        raise ValidationFailed(errors=[FieldRefusal("/limit", "invalid", detail)])
    return int(text)


def _entry(movement: Movement, book: Rulebook) -> dict[str, Any]:
    store = movement.purchase.store if movement.purchase else None
    return {
        "number": movement.number,
        "kind": movement.kind.lower().replace("_", "-"),
        "name": str(movement.in_words()),
        "reason": movement.reason,
        "points": movement.points,
        "pending": movement.pending,
        "balance": movement.balance,
        "occurred_at": moment_of(movement.occurred_at, book),
        "recorded_at": moment_of(movement.recorded_at, book),
        "reference": movement.reference,
        "store": store.code if store else None,
        "lines": [{"name": str(part.name), "points": part.points} for part in movement.parts],
    }
