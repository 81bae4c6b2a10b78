"""Doors for tills: points set aside to pay with, then used or let go."""

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest
from loyalty.clients.models import Client, Scope
from loyalty.clients.shapes import (
    MinutesField,
    MoneyField,
    PatternField,
    PointsField,
    StrictSerializer,
)
from loyalty.core import money
from loyalty.core.refusals import NotFound
from loyalty.ledger import posting
from loyalty.programmes.rulebook import Rulebook
from members import holding
from members.api import answers, reading, schemas
from members.api.outputs import BalanceOutput
from members.api.serializers import SLUG, NothingInput, SpenderInput
from members.blocking import MemberBlocked, MemberClosed, SpendingLocked
from members.finding import CardBlocked, MemberNotFound
from members.holding import Asked, PointsCannotPay
from members.models import TillHold
from members.owning import OwnCard
from members.proving import SpendProofRequired

_ONE_OF = {"oneOf": [{"required": ["points"]}, {"required": ["amount"]}]}
_NOT_BOTH = {"not": {"required": ["points", "amount"]}}


class _AboveZero(StrictSerializer):
    def validate_amount(self, value: int) -> int:
        if not value:
            raise serializers.ValidationError(_("This pays nothing."), code="zero")
        return value


class HoldInput(_AboveZero, SpenderInput):
    """What to set aside of whose points: `points`, or those that pay `amount`.

    `basket` is what the sale comes to, of which points may pay a share.
    """

    limits = _ONE_OF

    points = PointsField(required=False)
    amount = MoneyField(source="amount_cents", required=False, help_text="Above zero.")
    basket = MoneyField(source="basket_cents", required=False)
    minutes = MinutesField(required=False, help_text="15, when left out; a day at most.")
    store = PatternField(SLUG, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("points" in attrs) == ("amount_cents" in attrs):
            raise serializers.ValidationError(
                _("Send points or an amount, one of them."), code="points-or-amount"
            )
        return attrs


class CaptureInput(_AboveZero):
    """How many points to spend, or those that pay an amount; all of them without either."""

    limits = _NOT_BOTH

    points = PointsField(required=False)
    amount = MoneyField(source="amount_cents", required=False, help_text="Above zero.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if {"points", "amount_cents"} <= attrs.keys():
            raise serializers.ValidationError(
                _("Send points or an amount, one of them."), code="points-or-amount"
            )
        return attrs


class HoldOutput(serializers.Serializer[Any]):
    """Points set aside, what they pay, until when; what was used of them; what there is now."""

    id = serializers.CharField()
    member = serializers.CharField()
    state = serializers.ChoiceField(choices=["open", "captured", "voided", "lapsed"])
    points = serializers.IntegerField(min_value=1)
    value = serializers.CharField(help_text="A decimal string.")
    captured = serializers.IntegerField(min_value=0)
    expires_at = serializers.DateTimeField()
    balance = BalanceOutput()


_HELD: dict[str, Any] = {
    "id": "hold_01m7zzcn5mkr9gvvxhzq1xspf4",
    "member": schemas.MEMBER,
    "state": "open",
    "points": 500,
    "value": "5.00",
    "captured": 0,
    "expires_at": "2026-11-21T10:30:00+01:00",
    "balance": {**schemas.BALANCE, "held": 500},
}
_ENDED = {**_HELD, "balance": schemas.BALANCE}
_SPENDING = (MemberBlocked, MemberClosed, SpendingLocked)
_ENDS = (posting.HoldExpired, posting.HoldAlreadyCaptured, posting.HoldAlreadyVoided)


class Holds(AnsweredOnceView):
    """Set points aside to pay with: as many as asked for, as there are, and as may pay.

    The answer says how many that is and what they pay. Nobody else can spend them until they
    are captured, voided, or lapse; name the hold in a payment of `recordPurchase` and the sale
    captures it. What points may pay is the programme's to say (`points-cannot-pay`), and whether
    the member's card is enough or the code on their phone is needed (`spend-proof-required`).
    """

    operation = "createHold"
    required_scope = Scope.POINTS_SPEND
    spends = ("points",)
    refusals = (
        MemberNotFound,
        CardBlocked,
        *_SPENDING,
        SpendProofRequired,
        posting.InsufficientPoints,
        PointsCannotPay,
        OwnCard,
        reading.StoreNotAllowed,
    )

    @extend_schema(
        request=HoldInput,
        responses={201: HoldOutput},
        examples=[
            OpenApiExample(
                "Five euros of a basket",
                value={
                    "member": {"card": "2000000000121"},
                    "amount": "5.00",
                    "basket": "13.80",
                },
                request_only=True,
            ),
            OpenApiExample("Held", value=_HELD, response_only=True),
        ],
    )
    def post(self, request: ClientRequest) -> Response:
        at, book = timezone.now(), request.book
        asked = HoldInput(data=request.data, context={"currency": book.currency})
        asked.is_valid(raise_exception=True)
        reading.check_sells(request.client)
        told: dict[str, Any] = asked.validated_data
        store = reading.choose_store(request.client, told.pop("store", None))
        lasts = timedelta(minutes=told.pop("minutes", holding.LASTS // timedelta(minutes=1)))
        member = reading.find_spender(
            request, told.pop("member"), proof=told.pop("spend_proof"), at=at
        )
        held = holding.hold(
            asked=Asked(member=member, lasts=lasts, **told),
            key=request.operation_key,
            at=at,
            client=request.client.public_id,
            store=store,
        )
        return Response(of_hold(held, at=at, book=book), status.HTTP_201_CREATED)


class Capture(AnsweredOnceView):
    """Spend points of a hold, once; the others are released.

    Points go back to the lots they came from: those that have died meanwhile expire.
    """

    operation = "captureHold"
    required_scope = Scope.POINTS_SPEND
    refusals = (
        NotFound,
        *_ENDS,
        posting.AmountExceedsHold,
        *_SPENDING,
        OwnCard,
        reading.StoreNotAllowed,
    )

    @extend_schema(
        request=CaptureInput,
        responses={200: HoldOutput},
        examples=[
            OpenApiExample("All of it", value={}, request_only=True),
            OpenApiExample("Less", value={"points": 400}, request_only=True),
            OpenApiExample(
                "Captured",
                value={**_ENDED, "state": "captured", "captured": 400},
                response_only=True,
            ),
        ],
    )
    def post(self, request: ClientRequest, hold: str) -> Response:
        at, book = timezone.now(), request.book
        asked = CaptureInput(data=request.data, context={"currency": book.currency})
        asked.is_valid(raise_exception=True)
        held = holding.capture(
            held=_find(hold, request.client),
            key=request.operation_key,
            at=at,
            client=request.client.public_id,
            **asked.validated_data,
        )
        reading.check_not_own(request, held.member)
        return Response(of_hold(held, at=at, book=book))


class Void(AnsweredOnceView):
    """Let all points of a hold go back to their lots, once."""

    operation = "voidHold"
    required_scope = Scope.POINTS_SPEND
    refusals = (NotFound, *_ENDS, reading.StoreNotAllowed)

    @extend_schema(
        request=NothingInput,
        responses={200: HoldOutput},
        examples=[
            OpenApiExample("Nothing to say", value={}, request_only=True),
            OpenApiExample("Voided", value={**_ENDED, "state": "voided"}, response_only=True),
        ],
    )
    def post(self, request: ClientRequest, hold: str) -> Response:
        NothingInput(data=request.data).is_valid(raise_exception=True)
        at, book = timezone.now(), request.book
        held = holding.void(
            held=_find(hold, request.client),
            key=request.operation_key,
            at=at,
            client=request.client.public_id,
        )
        return Response(of_hold(held, at=at, book=book))


def _find(hold: str, client: Client) -> TillHold:
    reading.check_sells(client)
    return holding.get_hold(public_id=hold, store=client.store)


def of_hold(held: TillHold, *, at: datetime, book: Rulebook) -> dict[str, Any]:
    """Return a hold as it is, and what its member has now."""
    member = held.member.public_id
    points = answers.of_points(member=member, at=at, book=book)
    return {
        "id": held.hold.public_id,
        "member": member,
        "state": held.state_at(at).lower(),
        "points": held.hold.points,
        "value": money.to_text(cents=held.value_cents, currency=book.currency),
        "captured": held.hold.captured,
        "expires_at": answers.moment_of(held.hold.expires_at, book),
        "balance": {name: figure for name, figure in points.items() if name != "member"},
    }
