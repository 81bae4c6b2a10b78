"""What a member pays for: each membership in words, and its fees."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.programmes.rulebook import Rulebook
from members.models import Member, Subscription, SubscriptionPayment, SubscriptionState

_MOST = 5


@dataclass(frozen=True, kw_only=True)
class Membership:
    """A paid membership as it is on a day: running, running out, or over."""

    plan: str
    state: str
    is_renewed: bool
    is_over: bool
    since: date
    until: date
    fees: Sequence[SubscriptionPayment]


def get_memberships(*, member: Member, at: datetime, book: Rulebook) -> list[Membership] | None:
    """Return what a member paid for, the last first; None where no plan is sold.

    Two statements, or none.
    """
    if not book.has_plans:
        return None
    day = book.business_day(at)
    paid = Subscription.objects.filter(member=member).with_plan().prefetch_related("payments")
    return [_told(one, day) for one in paid.order_by("-until_on", "-pk")[:_MOST]]


def _told(one: Subscription, day: date) -> Membership:
    state = one.state_on(day)
    return Membership(
        plan=str(one.plan),
        state=str(state.label),
        is_renewed=state == SubscriptionState.ACTIVE,
        is_over=state == SubscriptionState.ENDED,
        since=one.since_on,
        until=one.until_on,
        fees=sorted(one.payments.all(), key=lambda fee: fee.from_on, reverse=True),
    )
