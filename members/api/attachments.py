"""The door for whoever shows the card after paying."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest
from loyalty.clients.models import Scope
from loyalty.clients.shapes import StrictSerializer
from loyalty.core.refusals import NotFound
from members import attaching, receipts
from members.api import answers, reading, schemas
from members.api.outputs import PurchaseOutput
from members.api.serializers import BuyerInput
from members.attaching import PurchaseAlreadyAttached, PurchaseReturned
from members.blocking import MemberBlocked, MemberClosed
from members.finding import CardBlocked, MemberNotFound
from members.owning import OwnCard
from members.selling import OccurredAtOutOfWindow


class AttachmentInput(StrictSerializer):
    """Whose the purchase becomes."""

    member = BuyerInput()


class Attachment(AnsweredOnceView):
    """Make an anonymous purchase a member's, who gets what it would have given them.

    Rules, tier and counters are those of the purchase's moment. For as many days as the programme
    says, as long as nothing of it came back; once.
    """

    operation = "attachMember"
    required_scope = Scope.PURCHASES_WRITE
    earns = ("award.points",)
    refusals = (
        NotFound,
        MemberNotFound,
        CardBlocked,
        MemberBlocked,
        MemberClosed,
        PurchaseAlreadyAttached,
        PurchaseReturned,
        OwnCard,
        OccurredAtOutOfWindow,
        reading.StoreNotAllowed,
    )

    @extend_schema(
        request=AttachmentInput,
        responses={200: PurchaseOutput},
        examples=[
            OpenApiExample(
                "By card", value={"member": {"card": "2000000000121"}}, request_only=True
            ),
            OpenApiExample("Attached", value=schemas.RECORDED, response_only=True),
        ],
    )
    def post(self, request: ClientRequest, purchase: str) -> Response:
        at, book = timezone.now(), request.book
        asked = AttachmentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        reading.check_sells(request.client)
        member = reading.find_buyer(asked.validated_data["member"], at=at)
        reading.check_not_own(request, member)
        attached = attaching.attach(
            purchase=receipts.get_sale(public_id=purchase),
            member=member,
            key=request.operation_key,
            at=at,
            client=request.client.public_id,
        )
        return Response(
            answers.of_purchase(purchase=attached, client=request.client, at=at, book=book)
        )
