"""Doors for tills: members and purchases. One request in, one call, one answer out."""

from typing import Any

from django.utils import timezone
from rest_framework import status
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Scope
from loyalty.ledger import posting
from members import enrolling, finding, purchasing
from members.api import answers, reading, schemas
from members.api.serializers import EnrolmentInput, LookupInput
from members.blocking import MemberBlocked, MemberClosed, SpendingLocked
from members.finding import CardBlocked, MemberNotFound
from members.holding import PointsCannotPay
from members.identifying import IdentifierTaken
from members.models import Member
from members.owning import OwnCard
from members.receipts import DuplicateReceipt, NotKnownYet
from members.reconciling import OfflineAllowanceExceeded, OfflineSpendingOff
from members.referring import (
    CircularReferral,
    OwnReferral,
    ReferralCodeUnknown,
    ReferralsOff,
    ReferrerInactive,
)
from members.selling import OccurredAtOutOfWindow
from members.tendering import HoldNotOpen
from members.vouchering import VoucherCancelled, VoucherExpired, VoucherNotFound, VoucherUsed

# What a payment with a hold or a voucher may be refused for.
_PAYING = (
    HoldNotOpen,
    PointsCannotPay,
    posting.HoldExpired,
    posting.HoldAlreadyCaptured,
    posting.HoldAlreadyVoided,
    posting.AmountExceedsHold,
    VoucherNotFound,
    VoucherUsed,
    VoucherExpired,
    VoucherCancelled,
    SpendingLocked,
    OfflineSpendingOff,
    OfflineAllowanceExceeded,
)
_TILLS = (Scope.PURCHASES_WRITE, Scope.POINTS_SPEND, Scope.REWARDS_WRITE, Scope.MEMBERS_WRITE)


class Lookup(ClientView):
    """Find a member by one identifier, sent in the body so that no log keeps it.

    `code` is what a scanner read: a card's number, or the code on a member's phone, which is
    good for 30 seconds and taken by the first call that sends it: `spend_proof` then says so to
    `createHold` and `redeemReward`, where the programme asks for it. Who they are is shown to
    clients with `members:read`. An identifier that nobody has and one that this client may not
    see look alike.
    """

    operation = "lookupMember"
    required_scope = Scope.MEMBERS_READ
    also_with = _TILLS
    refusals = (MemberNotFound, CardBlocked)

    @schemas.lookup_member
    def post(self, request: ClientRequest) -> Response:
        asked = LookupInput(data=request.data)
        asked.is_valid(raise_exception=True)
        named, at = asked.validated_data, timezone.now()
        present = finding.get_present(code=named.get("code"), at=at)
        member = present or finding.get_member(**named, at=at)
        told: dict[str, Any] = {"client": request.client, "at": at, "book": request.book}
        shown = answers.of_member(member=member, is_there=present is not None, **told)
        proof = answers.of_proof(member=present, **told)
        return Response({**shown, "spend_proof": proof})


class Members(AnsweredOnceView):
    """Enrol somebody. Without a printed card they get a number of ours.

    With the referral code of a member, that member and the newcomer get what the rules say once
    the newcomer has bought. A code with which they cannot join enrols nobody: leave it out.
    Whoever stands at the web till brings nobody with their own, and does not enrol themselves
    (`own-card`).
    """

    operation = "enrolMember"
    required_scope = Scope.MEMBERS_WRITE
    makes = "member"
    # What somebody has who has just joined is what they were given for it.
    earns = ("balance.available", "balance.pending")
    refusals = (
        IdentifierTaken,
        reading.StoreNotAllowed,
        ReferralsOff,
        ReferralCodeUnknown,
        ReferrerInactive,
        OwnReferral,
        CircularReferral,
        OwnCard,
    )

    @schemas.enrol_member
    def post(self, request: ClientRequest) -> Response:
        asked = EnrolmentInput(data=request.data)
        asked.is_valid(raise_exception=True)
        told, at = asked.validated_data, timezone.now()
        reading.check_not_own_code(request, told.get("referral_code", ""))
        member = enrolling.enrol(
            **{**told, "store": reading.choose_store(request.client, told.get("store"))},
            key=request.operation_key,
            at=at,
            actor=request.client.public_id,
        )
        # Now that it is known how they are called; what was written is undone with the refusal.
        reading.check_not_own(request, member)
        shown = answers.of_newcomer(member=member, client=request.client, at=at, book=request.book)
        return Response(shown, status.HTTP_201_CREATED)


class OneMember(ClientView):
    """Who this is, as the client's scopes allow; tier, balance and open vouchers."""

    operation = "getMember"
    required_scope = Scope.MEMBERS_READ
    also_with = _TILLS
    refusals = (MemberNotFound,)

    @schemas.get_member
    def get(self, request: ClientRequest, member: str) -> Response:
        return _member(finding.get_member(public_id=member), request)


class MemberBalance(ClientView):
    """A member's points: the quickest call."""

    operation = "getBalance"
    required_scope = Scope.MEMBERS_READ
    also_with = _TILLS
    refusals = (MemberNotFound,)

    @schemas.get_balance
    def get(self, request: ClientRequest, member: str) -> Response:
        return Response(answers.of_points(member=member, at=timezone.now(), book=request.book))


class Preview(ClientView):
    """What `recordPurchase` would award for the same body. Writes nothing."""

    operation = "previewPurchase"
    required_scope = Scope.PURCHASES_WRITE
    refusals = (
        MemberNotFound,
        CardBlocked,
        MemberBlocked,
        MemberClosed,
        OccurredAtOutOfWindow,
        NotKnownYet,
        OwnCard,
        reading.StoreNotAllowed,
        *_PAYING,
    )

    @schemas.preview_purchase
    def post(self, request: ClientRequest) -> Response:
        at, book = timezone.now(), request.book
        sale = reading.read_sale(request, at=at, book=book, takes_code=False)
        award = purchasing.preview(sale=sale, at=at)
        return Response(answers.of_preview(award=award, sale=sale, book=book))


class Purchases(AnsweredOnceView):
    """Record a purchase, give its points, and say what the member has now.

    The rules, tier and counters are those of `occurred_at`. A payment may name a hold of the
    member's, which needs `points:spend`, or the code of a voucher, which needs that or
    `rewards:write`: the sale captures or takes it, all of it is done or nothing.
    """

    operation = "recordPurchase"
    required_scope = Scope.PURCHASES_WRITE
    makes = "purchase"
    earns = ("award.points",)
    refusals = (*Preview.refusals, DuplicateReceipt)

    @schemas.record_purchase
    def post(self, request: ClientRequest) -> Response:
        at, book = timezone.now(), request.book
        purchase = purchasing.record(
            sale=reading.read_sale(request, at=at, book=book),
            key=request.operation_key,
            at=at,
            client=request.client.public_id,
        )
        shown = answers.of_purchase(purchase=purchase, client=request.client, at=at, book=book)
        return Response(shown, status.HTTP_201_CREATED)

    def count_let_go(self, answer: Any) -> int:
        return sum(paid.get("points", 0) for paid in answer["payments"] if paid.get("offline"))


def _member(member: Member, request: ClientRequest) -> Response:
    shown = answers.of_member(
        member=member, client=request.client, at=timezone.now(), book=request.book
    )
    return Response(shown)
