"""The paid membership that a member has: until when, and what it gives."""

from dataclasses import dataclass
from datetime import date, datetime

from loyalty.core import languages
from loyalty.programmes import rungs
from loyalty.programmes.rulebook import Rulebook
from members import benefits, memberships
from members.models import Member, Subscription, SubscriptionState


@dataclass(frozen=True, kw_only=True)
class Held:
    """A membership in words: what it gives is empty where it gives none."""

    plan: str
    until: date
    is_renewed: bool
    tier: str = ""
    voucher: str = ""
    next_on: date | None = None


def get_held(*, member: Member, at: datetime, book: Rulebook) -> Held | None:
    """Return what a member has paid for. No statement where no plan is sold, one where one is."""
    day = book.business_day(at)
    mine = memberships.get_held(member=member, day=day) if book.has_plans else None
    return _told(mine, book) if mine else None


def _told(mine: Subscription, book: Rulebook) -> Held:
    plan, gift = mine.plan, benefits.gift_of(plan=mine.plan)
    return Held(
        plan=str(plan),
        until=mine.until_on,
        is_renewed=mine.state == SubscriptionState.ACTIVE,
        tier=rungs.name_of(book.tier(plan.tier.code)) if plan.tier else "",
        voucher=languages.in_language(french=gift.name_fr, english=gift.name_en) if gift else "",
        next_on=mine.next_month_on,
    )
