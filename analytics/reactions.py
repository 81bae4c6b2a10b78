"""What measures do about what happened elsewhere: they ask how it was. History asks nobody."""

from collections.abc import Sequence

from django.utils import timezone

from analytics import forgetting, inviting
from analytics.inviting import Occasion
from analytics.models import SurveyTrigger
from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from members.models import Member, Purchase
from rewards.models import Redemption


@outbox.on("purchase.recorded")
def ask_of_purchases(events: Sequence[OutboxEvent]) -> None:
    """Ask some of those who bought, unless they have brought it back."""
    at = timezone.now()
    ids = _told(events, "purchase")
    surveys = inviting.get_running(trigger=SurveyTrigger.PURCHASE, at=at) if ids else []
    if not surveys:
        return
    sales = Purchase.objects.filter(public_id__in=ids, member__isnull=False)
    occasions = [
        Occasion(
            reference=sale.public_id,
            member=sale.member.public_id,
            at=sale.occurred_at,
            store_id=sale.store_id,
            channel=sale.channel,
        )
        for sale in sales.select_related("member").order_by("occurred_at", "pk")
        if sale.member and not 0 < sale.total_cents <= sale.returned_cents
    ]
    inviting.invite(surveys=surveys, occasions=occasions, at=at)


@outbox.on("reward.redeemed")
def ask_of_rewards(events: Sequence[OutboxEvent]) -> None:
    """Ask some of those who took a reward."""
    at = timezone.now()
    ids = _told(events, "redemption")
    surveys = inviting.get_running(trigger=SurveyTrigger.REDEMPTION, at=at) if ids else []
    if not surveys:
        return
    taken = Redemption.objects.filter(public_id__in=ids).select_related("member")
    occasions = [
        Occasion(
            reference=one.public_id, member=one.member.public_id, at=one.redeemed_at,
        )
        for one in taken.order_by("redeemed_at", "pk")
    ]  # fmt: skip
    inviting.invite(surveys=surveys, occasions=occasions, at=at)


@outbox.on("case.resolved")
def ask_of_cases(events: Sequence[OutboxEvent]) -> None:
    """Ask how we did, whoever's request was resolved."""
    at = timezone.now()
    told = [event for event in events if not event.is_historic and event.payload.get("member")]
    surveys = inviting.get_running(trigger=SurveyTrigger.CASE, at=at) if told else []
    occasions = [
        Occasion(
            reference=event.payload["case"],
            member=event.payload["member"],
            at=event.occurred_at,
        )
        for event in told
    ]
    if surveys:
        inviting.invite(surveys=surveys, occasions=occasions, at=at)


@outbox.on("member.erased")
def forget(events: Sequence[OutboxEvent]) -> None:
    """Forget what somebody who was erased wrote; that they gave a score stays."""
    names = [event.payload["member"] for event in events]
    for member in Member.objects.filter(public_id__in=names):
        forgetting.forget(member=member)


def _told(events: Sequence[OutboxEvent], name: str) -> list[str]:
    return [event.payload[name] for event in events if not event.is_historic]
