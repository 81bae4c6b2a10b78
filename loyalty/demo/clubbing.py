"""The demo's paid membership, which a few members joined this week."""

from datetime import datetime, timedelta

from loyalty.core import keys
from loyalty.demo import world
from loyalty.programmes import publishing
from loyalty.programmes.models import Plan, Rule, Tier
from members import subscribing
from members.models import Member, MemberState
from members.subscribing import Paid

_VOUCHER_DAYS = 31


def open_up(*, at: datetime) -> None:
    """Put the plan on sale, and publish what its members earn beside."""
    club = world.CLUB
    Plan.objects.create(
        code=club.code,
        name_fr=club.name_fr,
        name_en=club.name_en,
        price_cents=club.price_cents,
        term_months=12,
        tier=Tier.objects.get(code=club.tier),
        voucher_fr=club.voucher_fr,
        voucher_en=club.voucher_en,
        voucher_cents=club.value_cents,
        voucher_days=_VOUCHER_DAYS,
    )
    rule = Rule.objects.create(code=club.rule, name_fr=club.rule_fr, name_en=club.rule_en)
    said = {
        "when": {"plans": [club.code]},
        "then": {"give": "rate", "points": "1", "per_cents": 10_00},
        "stacking": {"group": club.rule, "mode": "sum"},
    }
    publishing.publish(rule=rule, said=said, at=at, actor="demo")


def join(*, at: datetime) -> None:
    """Let those pay who are still there, each on a day of this week."""
    plan = Plan.objects.select_related("tier").get(code=world.CLUB.code)
    there = Member.objects.filter(state=MemberState.ACTIVE)
    for days, number in enumerate(world.SUBSCRIBERS):
        member = there.filter(email__endswith=f".{number}@example.org").first()
        if member is not None:
            subscribing.record(
                paid=Paid(
                    member=member,
                    plan=plan,
                    reference=f"CLUB-{number:04d}",
                    paid_cents=plan.price_cents,
                    occurred_at=at - timedelta(days=days),
                ),
                key=keys.digest(scope="demo", key=f"club {number}"),
                at=at,
                is_historic=True,
            )
