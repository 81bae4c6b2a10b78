"""Which memberships are paid for, read from their dates; and their end before their time."""

from collections.abc import Sequence
from datetime import date, datetime

from loyalty.ledger import posting
from members.models import Member, Subscription, SubscriptionState


def get_held(*, member: Member, day: date) -> Subscription | None:
    """Return what a member has paid for a day: the last to end, of several after a merge."""
    held = Subscription.objects.holding(day=day).filter(member=member)
    return held.with_plan().order_by("-until_on", "-pk").first()


def get_last(*, member: Member) -> Subscription | None:
    """Return what a member paid for last, over or not. One statement."""
    paid = Subscription.objects.filter(member=member).with_plan()
    return paid.order_by("-until_on", "-pk").first()


def end_all(*, member: Member, at: datetime) -> None:
    """End whatever a member has paid for, since they leave. Fees are the shop's to give back."""
    Subscription.objects.unended().filter(member=member).update(
        state=SubscriptionState.ENDED, ended_at=at, next_month_on=None
    )


def lock(*, pks: Sequence[int]) -> list[Subscription]:
    """Lock memberships with their members' accounts; return those that still run, as they are."""
    mine = Subscription.objects.filter(pk__in=pks)
    posting.lock_many(sorted(set(mine.values_list("member__holder_id", flat=True))))
    return list(mine.unended().with_plan().order_by("pk"))
