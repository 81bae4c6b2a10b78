"""A door for whoever knows what a member did: a survey tool, an app, a web shop."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest
from loyalty.clients.models import Scope
from loyalty.clients.shapes import MomentField, PatternField, StrictSerializer, TextField
from loyalty.ledger import balances
from loyalty.ledger.models import Entry, Kind
from loyalty.programmes.rulebook import Rulebook
from members import finding, hearing
from members.api import answers, breakdowns, reading, schemas
from members.api.outputs import AwardOutput, BalanceOutput
from members.blocking import MemberBlocked, MemberClosed
from members.finding import MemberNotFound
from members.hearing import DuplicateEvent
from members.models import MemberEvent
from members.owning import OwnCard
from members.selling import OccurredAtOutOfWindow


class EventInput(StrictSerializer):
    """What a member did. `survey-answered` and `referral-confirmed` are known to every rule;
    any other name is one of yours, of which a rule may speak."""

    event = PatternField(r"^[a-z][a-z0-9-]{1,39}$")
    reference = TextField(
        max_length=80, required=False, help_text="Yours: the same one is recorded once."
    )
    occurred_at = MomentField(required=False, help_text="Now, when left out.")


class EventOutput(serializers.Serializer[Any]):
    """An event, what it was awarded, and what its member has now."""

    id = serializers.CharField()
    event = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    member = serializers.CharField()
    occurred_at = serializers.DateTimeField()
    activated = serializers.IntegerField(
        min_value=0, help_text="Points that waited for this event and can be spent now."
    )
    award = AwardOutput()
    balance = BalanceOutput()


_TOLD = {"event": "survey-answered", "reference": "nps-2026-11"}


class Events(AnsweredOnceView):
    """Tell what a member did, let be used what waited for it, and give what the rules say of it.
    The same reference once."""

    operation = "recordEvent"
    required_scope = Scope.MEMBERS_WRITE
    makes = "event"
    earns = ("award.points",)
    refusals = (
        MemberNotFound,
        MemberBlocked,
        MemberClosed,
        OccurredAtOutOfWindow,
        DuplicateEvent,
        OwnCard,
        reading.StoreNotAllowed,
    )

    @extend_schema(
        request=EventInput,
        responses={201: EventOutput},
        examples=[
            OpenApiExample("A survey", value=_TOLD, request_only=True),
            OpenApiExample(
                "Recorded",
                value={
                    "id": "evt_01m7zzcn5mkr9gvvxhzq1xspf4",
                    **_TOLD,
                    "member": schemas.MEMBER,
                    "occurred_at": "2026-11-21T10:15:00+01:00",
                    "activated": 0,
                    "award": {
                        "points": 20,
                        "lines": [{"rule": "survey", "name": "Thank you", "points": 20}],
                        "refused": [],
                    },
                    "balance": schemas.BALANCE,
                },
                response_only=True,
            ),
        ],
    )
    def post(self, request: ClientRequest, member: str) -> Response:
        asked = EventInput(data=request.data)
        asked.is_valid(raise_exception=True)
        reading.check_sells(request.client)
        told, at, book = asked.validated_data, timezone.now(), request.book
        whose = finding.get_member(public_id=member)
        reading.check_not_own(request, whose)
        event = hearing.record(
            member=whose,
            told=hearing.Told(
                name=told["event"],
                reference=told.get("reference", ""),
                occurred_at=told.get("occurred_at", at),
            ),
            key=request.operation_key,
            at=at,
            client=request.client.public_id,
        )
        shown = _answer(event=event, at=at, book=book)
        return Response(shown, status.HTTP_201_CREATED)


def _answer(*, event: MemberEvent, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return what a member did, its award, and what they have now."""
    account = answers.get_account(event.member.public_id, book)
    balance = balances.get_balance(account=account, at=at)
    woken = Entry.objects.filter(
        account=account, kind=Kind.ACTIVATE, reference=event.public_id
    ).first()
    return {
        "id": event.public_id,
        "event": event.name,
        "reference": event.reference,
        "member": event.member.public_id,
        "occurred_at": answers.moment_of(event.occurred_at, book),
        "activated": woken.points if woken else 0,
        "award": breakdowns.of_award(event.award, book),
        "balance": answers.of_balance(balance=balance, book=book),
    }
