"""Referrers and their friends, for tests of who brings whom."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from loyalty.programmes import revising
from loyalty.programmes.models import Programme
from members import confirming, enrolling, purchasing, referring
from members.models import Member, Purchase, Referral
from tests.conftest import NOON
from tests.members.builders import publish, sale

PARIS = ZoneInfo("Europe/Paris")
# A friend of Tuesday 10 March who buys on that day counts once Tuesday the 24th is over.
DAYS = 14
BOUGHT_ON, DUE_ON = date(2026, 3, 10), date(2026, 3, 24)
DAY = timedelta(days=1)


def allow(days: int | None = DAYS, *, least_cents: int = 0, most: int | None = None) -> None:
    """Let members refer friends."""
    Programme.objects.update(
        referral_days=days, referral_least_cents=least_cents, referral_most=most
    )
    revising.touch()


def reward() -> None:
    """Let the referrer get 100 points and the friend 50."""
    for code, event, points in (("brings", "referral-confirmed", 100), ("comes", "referred", 50)):
        publish(code, {"when": {"event": event}, "then": {"give": "fixed", "points": points}})


def code_of(member: Member) -> str:
    return referring.get_code(member=member, at=NOON)


def bring(referrer: Member, name: str = "Bob", *, at: datetime = NOON, **told) -> Member:
    """Let a friend join with the code of somebody."""
    told.setdefault("email", f"{name.lower()}@friends.example")
    return enrolling.enrol(at=at, first_name=name, referral_code=code_of(referrer), **told)


def buy(member: Member, euros: str = "20.00", *, at: datetime = NOON, key: str = "") -> Purchase:
    key = key or f"buy {member.pk} {at}"
    return purchasing.record(sale=sale(member, euros, occurred_at=at), key=key, at=at)


def night(day: date = DUE_ON, *, late: timedelta = timedelta(hours=3)) -> int:
    """Do the referrals of a night, so long after its midnight."""
    midnight = datetime.combine(day + DAY, time(), tzinfo=PARIS)
    return confirming.confirm(day=day, at=midnight + late)


def of(friend: Member) -> Referral:
    return Referral.objects.get(friend=friend)


def became(friend: Member) -> tuple[str, str]:
    """Return what a friend's referral came to, and why."""
    referral = of(friend)
    return (referral.state, referral.why)
