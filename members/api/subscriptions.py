"""Doors for tills and shops: a membership that was paid, and one that will not be renewed."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers, status
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest
from loyalty.clients.models import Scope
from loyalty.clients.shapes import (
    MomentField,
    MoneyField,
    PatternField,
    StrictSerializer,
    TextField,
    YesNoField,
)
from loyalty.core.refusals import NotFound
from loyalty.programmes.rulebook import Rulebook
from members import subscribing
from members.api import breakdowns, reading, schemas
from members.api.outputs import MembershipOutput
from members.api.serializers import SLUG, BuyerInput
from members.blocking import MemberClosed
from members.finding import CardBlocked, MemberNotFound
from members.models import Subscription
from members.owning import OwnCard
from members.selling import OccurredAtOutOfWindow
from members.subscribing import (
    OtherPlanHeld,
    Paid,
    PlanNotFound,
    PlanNotOnSale,
    ReferenceReused,
    SubscriptionOver,
)


class SubscriptionInput(StrictSerializer):
    """A fee that was paid: who pays for which plan, your own reference, and how much it was."""

    member = BuyerInput()
    plan = PatternField(SLUG)
    reference = TextField(max_length=80, help_text="Yours: the same one is recorded once.")
    paid = MoneyField(source="paid_cents")
    occurred_at = MomentField(required=False, help_text="Now, when left out.")


class CancellationInput(StrictSerializer):
    """Whether the fee of the last term was given back, which ends the membership at once."""

    fee_returned = YesNoField(required=False, default=False)


class SubscriptionOutput(MembershipOutput):
    """A paid membership, and whose it is."""

    member = serializers.CharField()


_PAID = {"member": {"card": "2000000000121"}, "plan": "club", "reference": "R-2026-118"}
_MEMBERSHIP = {**schemas.MEMBERSHIP, "member": schemas.MEMBER}


class Subscriptions(AnsweredOnceView):
    """Report a membership that was paid: it begins, or goes on for a term from its end.

    No money is taken here. Paid on or before the last day it is a renewal; later another one
    begins, on the day of payment. A member has one at a time. The same `reference` is recorded
    once, whatever the key.
    """

    operation = "recordSubscription"
    required_scope = Scope.PURCHASES_WRITE
    refusals = (
        MemberNotFound,
        CardBlocked,
        MemberClosed,
        PlanNotFound,
        PlanNotOnSale,
        OtherPlanHeld,
        ReferenceReused,
        OccurredAtOutOfWindow,
        OwnCard,
        reading.StoreNotAllowed,
    )

    @extend_schema(
        request=SubscriptionInput,
        responses={201: SubscriptionOutput},
        examples=[
            OpenApiExample("A year", value={**_PAID, "paid": "29.00"}, request_only=True),
            OpenApiExample("Paid", value=_MEMBERSHIP, response_only=True),
        ],
    )
    def post(self, request: ClientRequest) -> Response:
        at, book = timezone.now(), request.book
        asked = SubscriptionInput(data=request.data, context={"currency": book.currency})
        asked.is_valid(raise_exception=True)
        reading.check_sells(request.client)
        told: dict[str, Any] = asked.validated_data
        member = reading.find_buyer(told.pop("member"), at=at)
        reading.check_not_own(request, member)
        payment = subscribing.record(
            paid=Paid(
                member=member,
                plan=subscribing.get_plan(code=told.pop("plan")),
                occurred_at=told.pop("occurred_at", at),
                **told,
            ),
            key=request.operation_key,
            at=at,
            actor=request.client.public_id,
        )
        shown = _of(payment.subscription, at=at, book=book)
        return Response(shown, status.HTTP_201_CREATED)


class Cancellation(AnsweredOnceView):
    """Let a membership end with the term that is paid; at once where its fee was given back.

    Then its tier is taken back, and vouchers of it that nobody used are cancelled.
    """

    operation = "cancelSubscription"
    required_scope = Scope.PURCHASES_WRITE
    refusals = (NotFound, SubscriptionOver, OwnCard, reading.StoreNotAllowed)

    @extend_schema(
        request=CancellationInput,
        responses={200: SubscriptionOutput},
        examples=[
            OpenApiExample("At the end of the term", value={}, request_only=True),
            OpenApiExample("At once", value={"fee_returned": True}, request_only=True),
            OpenApiExample(
                "Cancelled", value={**_MEMBERSHIP, "state": "cancelled"}, response_only=True
            ),
        ],
    )
    def post(self, request: ClientRequest, subscription: str) -> Response:
        asked = CancellationInput(data=request.data)
        asked.is_valid(raise_exception=True)
        reading.check_sells(request.client)
        at, book = timezone.now(), request.book
        is_returned = asked.validated_data["fee_returned"]
        end = subscribing.give_back if is_returned else subscribing.cancel
        found = subscribing.get_subscription(public_id=subscription)
        reading.check_not_own(request, found.member)
        ended = end(subscription=found, at=at, actor=request.client.public_id)
        return Response(_of(ended, at=at, book=book))


def _of(subscription: Subscription, *, at: datetime, book: Rulebook) -> dict[str, Any]:
    shown = breakdowns.of_membership(subscription, day=book.business_day(at))
    return {**shown, "member": subscription.member.public_id}
