"""Doors for tills: vouchers, shown and taken."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Scope
from members import vouchering
from members.api import answers, reading, schemas
from members.api.outputs import OneVoucherOutput
from members.api.serializers import NothingInput
from members.blocking import MemberBlocked, SpendingLocked
from members.owning import OwnCard
from members.vouchering import VoucherCancelled, VoucherExpired, VoucherNotFound, VoucherUsed

_OPEN = {
    **schemas.VOUCHER,
    "state": "open",
    "member": schemas.MEMBER,
    "issued_at": "2026-11-21T10:15:00+01:00",
    "used_at": None,
}


class OneVoucher(ClientView):
    """What a voucher stands for, and whether a till would take it now.

    The code is what a person reads or a scanner sees, in any case, with or without dashes.
    """

    operation = "getVoucher"
    required_scope = Scope.REWARDS_WRITE
    also_with = (Scope.POINTS_SPEND,)
    refusals = (VoucherNotFound,)

    @extend_schema(
        responses={200: OneVoucherOutput},
        examples=[OpenApiExample("Open", value=_OPEN, response_only=True)],
    )
    def get(self, request: ClientRequest, code: str) -> Response:
        voucher = vouchering.get_voucher(code=code)
        shown = answers.of_one_voucher(voucher=voucher, at=timezone.now(), book=request.book)
        return Response(shown)


class VoucherUse(AnsweredOnceView):
    """Take a voucher, once and for all: of two tills at the same moment one is refused.

    It is spending: a blocked member's voucher, and for a day that of one whose address was
    changed, is refused and stays open.
    """

    operation = "useVoucher"
    required_scope = Scope.REWARDS_WRITE
    also_with = (Scope.POINTS_SPEND,)
    refusals = (
        VoucherNotFound,
        VoucherUsed,
        VoucherExpired,
        VoucherCancelled,
        MemberBlocked,
        SpendingLocked,
        OwnCard,
        reading.StoreNotAllowed,
    )

    @extend_schema(
        request=NothingInput,
        responses={200: OneVoucherOutput},
        examples=[
            OpenApiExample("Nothing to say", value={}, request_only=True),
            OpenApiExample(
                "Used",
                value={**_OPEN, "state": "used", "used_at": "2026-11-22T17:02:11+01:00"},
                response_only=True,
            ),
        ],
    )
    def post(self, request: ClientRequest, code: str) -> Response:
        NothingInput(data=request.data).is_valid(raise_exception=True)
        reading.check_sells(request.client)
        at = timezone.now()
        voucher = vouchering.use(code=code, at=at, actor=request.client.public_id)
        reading.check_not_own(request, voucher.member)
        return Response(answers.of_one_voucher(voucher=voucher, at=at, book=request.book))
