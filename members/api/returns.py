"""The door for what comes back to a till."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest
from loyalty.clients.models import Scope
from loyalty.core.refusals import ConcurrentUpdate, NotFound
from members import returning
from members.api import answers, reading, schemas
from members.api.outputs import ReturnOutput
from members.api.serializers import ReturnInput
from members.receipts import DuplicateReceipt, NotKnownYet
from members.returning import ReturnExceedsSale
from members.selling import OccurredAtOutOfWindow

_SHOWN = {
    "id": "ret_01m7zzcn5mkr9gvvxhzq1xspf4",
    "purchase": "pur_01m7zzcn5mkr9gvvxhzq1xspf4",
    "receipt": "T1-000131",
    "member": schemas.MEMBER,
    "total": "6.90",
    "left": "6.90",
    "taken_back": [{"wallet": "points", "points": 14}],
    "refund": [
        {
            "means": "points",
            "amount": "2.50",
            "hold": "hold_01m7zzcn5mkr9gvvxhzq1xspf4",
            "points": 250,
        },
        {"means": "card", "amount": "4.40"},
    ],
    "vouchers": [{**schemas.VOUCHER, "code": None, "state": "cancelled"}],
    "balance": schemas.BALANCE,
    "tier": schemas.TIER,
}


class Returns(AnsweredOnceView):
    """Record what comes back of a sale: lines and quantities, or an amount, or all that is left.

    It takes back what the rules of the sale would not have given for what is left; all returns
    of a sale together take what it earned, never more. Of an amount it is its share. Points that
    are spent already are owed, or let go, as the programme says.

    `refund` says how much of each payment comes back: points are in their lots again, a voucher
    comes back as a new one, and money is the till's to give. `vouchers` are those that the sale
    gave and is asked back: what nobody used is cancelled.

    An offline till that has no id writes `-` in the address and names the sale in `sale`; until
    that has arrived the answer is `not-known-yet`, to be sent again.
    """

    operation = "recordReturn"
    required_scope = Scope.PURCHASES_WRITE
    makes = "return"
    refusals = (
        NotFound,
        NotKnownYet,
        ConcurrentUpdate,
        ReturnExceedsSale,
        DuplicateReceipt,
        OccurredAtOutOfWindow,
        reading.StoreNotAllowed,
    )

    @extend_schema(
        request=ReturnInput,
        responses={201: ReturnOutput},
        examples=[
            OpenApiExample(
                "One of two packs",
                value={"receipt": "T1-000131", "lines": [{"line": 1, "quantity": "1"}]},
                request_only=True,
            ),
            OpenApiExample(
                "An amount, of a sale told offline",
                value={"sale": {"key": "7f0c"}, "receipt": "T1-000132", "amount": "5.00"},
                request_only=True,
            ),
            OpenApiExample("Recorded", value=_SHOWN, response_only=True),
        ],
    )
    def post(self, request: ClientRequest, purchase: str) -> Response:
        at, book = timezone.now(), request.book
        returned = returning.record(
            brought=reading.read_return(request, sale=purchase, at=at, book=book),
            key=request.operation_key,
            at=at,
            client=request.client.public_id,
        )
        shown = answers.of_return(returned=returned, client=request.client, at=at, book=book)
        return Response(shown, status.HTTP_201_CREATED)
