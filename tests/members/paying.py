"""Short ways to sell a plan and to say that somebody paid for it."""

from datetime import datetime, timedelta
from typing import Any

from loyalty.programmes import revising
from loyalty.programmes.models import Plan, Tier
from members import subscribing
from members.models import Member, Subscription, SubscriptionPayment
from members.subscribing import Paid
from tests.conftest import NOON

DAY = timedelta(days=1)
COFFEE = {
    "voucher_fr": "Un café", "voucher_en": "A coffee", "voucher_cents": 280, "voucher_days": 30,
}  # fmt: skip


def sell(code: str = "club", *, tier: str = "", **said: Any) -> Plan:
    """Put a plan on sale: 29.00 for a year, unless told otherwise."""
    plan = Plan.objects.create(
        code=code, name_fr="Le Club", name_en="The Club",
        tier=Tier.objects.get(code=tier) if tier else None,
        **{"price_cents": 2_900, "term_months": 12, **said},
    )  # fmt: skip
    revising.touch()
    return plan


def pay(
    member: Member, plan: Plan, reference: str = "T1", *, at: datetime = NOON, **said: Any
) -> SubscriptionPayment:
    paid = Paid(
        member=member, plan=plan, reference=reference,
        **{"paid_cents": plan.price_cents, "occurred_at": at, **said},
    )  # fmt: skip
    return subscribing.record(paid=paid, key=f"key-{reference}", at=at, actor="cli_1")


def held(member: Member) -> Subscription:
    return Subscription.objects.select_related("plan", "member").get(member=member)
