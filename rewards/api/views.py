"""Doors for tills: the catalogue, and rewards paid with points."""

from django.utils import timezone
from rest_framework import status
from rest_framework.response import Response

from loyalty.clients.answering import AnsweredOnceView
from loyalty.clients.calling import ClientRequest, ClientView
from loyalty.clients.models import Client, Scope
from loyalty.core.refusals import NotFound
from loyalty.ledger.posting import InsufficientPoints
from members import finding
from members.api import reading
from members.api.serializers import NothingInput
from members.blocking import MemberBlocked, MemberClosed, SpendingLocked
from members.finding import CardBlocked, MemberNotFound
from members.owning import OwnCard
from members.proving import SpendProofRequired
from members.vouchering import VoucherUsed
from rewards import catalogue, redeeming, stocking
from rewards.api import answers, schemas
from rewards.api.serializers import RedemptionInput
from rewards.limiting import RewardLimitReached
from rewards.models import Redemption, Reward
from rewards.redeeming import CodeShown, RedemptionAlreadyCancelled
from rewards.stocking import RewardExhausted, RewardNotEligible, RewardUnavailable


class Rewards(ClientView):
    """The catalogue as everybody sees it, cheapest first."""

    operation = "listRewards"
    required_scope = Scope.PROGRAMME_READ
    also_with = (Scope.REWARDS_WRITE, Scope.POINTS_SPEND)

    @schemas.list_rewards
    def get(self, request: ClientRequest) -> Response:
        book = request.book
        shelf = catalogue.get_shelf(at=timezone.now())
        return Response({"rewards": [answers.of_reward(reward=one, book=book) for one in shelf]})


class MemberRewards(ClientView):
    """What this member can have now, what is near, then the rest of the catalogue."""

    operation = "listMemberRewards"
    required_scope = Scope.REWARDS_WRITE
    also_with = (Scope.MEMBERS_READ, Scope.POINTS_SPEND)
    refusals = (MemberNotFound,)

    @schemas.list_member_rewards
    def get(self, request: ClientRequest, member: str) -> Response:
        book = request.book
        found = finding.get_member(public_id=member)
        offers = catalogue.get_offers(member=found, at=timezone.now(), book=book)
        shown = [answers.of_offer(offer=offer, book=book) for offer in offers]
        return Response({"member": found.public_id, "rewards": shown})


class Redemptions(AnsweredOnceView):
    """Pay for a reward with the member's points; the answer holds the voucher.

    All its prices are paid together or nothing is. Where the programme asks for more than the
    card, the member shows the code on their phone (`spend-proof-required`). What a till of a
    training store asks for is refused: points are real.
    """

    operation = "redeemReward"
    required_scope = Scope.REWARDS_WRITE
    spends = ("points",)
    refusals = (
        MemberNotFound,
        CardBlocked,
        MemberBlocked,
        MemberClosed,
        SpendingLocked,
        SpendProofRequired,
        RewardUnavailable,
        RewardNotEligible,
        RewardLimitReached,
        RewardExhausted,
        InsufficientPoints,
        OwnCard,
        reading.StoreNotAllowed,
    )

    @schemas.redeem_reward
    def post(self, request: ClientRequest) -> Response:
        asked = RedemptionInput(data=request.data)
        asked.is_valid(raise_exception=True)
        reading.check_sells(request.client)
        told, at = asked.validated_data, timezone.now()
        redemption = redeeming.redeem(
            member=reading.find_spender(request, told["member"], proof=told["spend_proof"], at=at),
            reward=_get_reward(told["reward"]),
            key=request.operation_key,
            at=at,
            actor=request.client.public_id,
        )
        shown = answers.of_redemption(redemption=redemption, at=at, book=request.book)
        return Response(shown, status.HTTP_201_CREATED)


class Cancel(AnsweredOnceView):
    """Give the points back to the lots they came from, and void the voucher.

    A till of a store undoes what the tills of that store did, and what members did
    themselves; what another store did and what does not exist look alike. Where a partner's
    code was given, only staff give the points back.
    """

    operation = "cancelRedemption"
    required_scope = Scope.REWARDS_WRITE
    refusals = (
        NotFound,
        RedemptionAlreadyCancelled,
        CodeShown,
        VoucherUsed,
        MemberClosed,
        OwnCard,
        reading.StoreNotAllowed,
    )

    @schemas.cancel_redemption
    def post(self, request: ClientRequest, redemption: str) -> Response:
        NothingInput(data=request.data).is_valid(raise_exception=True)
        reading.check_sells(request.client)
        at = timezone.now()
        cancelled = redeeming.cancel(
            redemption=_get_redemption(redemption, client=request.client),
            key=request.operation_key,
            at=at,
            actor=request.client.public_id,
        )
        reading.check_not_own(request, cancelled.member)
        shown = answers.of_redemption(redemption=cancelled, at=at, book=request.book)
        return Response(shown)


def _get_reward(public_id: str) -> Reward:
    reward = Reward.objects.filter(public_id=public_id).select_related("wallet").first()
    if reward is None:
        raise stocking.RewardUnavailable(reward=public_id)
    return reward


def _get_redemption(public_id: str, *, client: Client) -> Redemption:
    found = Redemption.objects.with_details().filter(public_id=public_id).first()
    if found is None or not _is_in_reach(found, client):
        raise NotFound
    return found


def _is_in_reach(redemption: Redemption, client: Client) -> bool:
    """Say whether a client may undo it: its store's tills did it, or the member did."""
    if client.store_id is None or redemption.actor in {
        "",
        f"member:{redemption.member.public_id}",
    }:
        return True
    return Client.objects.filter(public_id=redemption.actor, store=client.store_id).exists()
