"""Four hundred days of a shop in Paris, lived on servers in three zones, come to the same figures.

The days hold three changes of clocks and a 29 February. What is expected is counted in local
days alone, without an instant or a zone. Nights are run daily around what is odd, weekly
otherwise: what they leave is settled by who comes next.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from time import localtime
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import override_settings

from loyalty import night
from loyalty.core import zones
from loyalty.ledger import balances, posting, verifying
from loyalty.programmes import setting_up
from loyalty.programmes.models import TierLadder, WalletPolicy
from members import enrolling, purchasing
from members.models import Member, TierChange
from tests.members.builders import points_of, publish, sale

pytestmark = pytest.mark.django_db

PARIS = ZoneInfo("Europe/Paris")
FIRST, DAYS = date(2027, 10, 1), 400
WAITS, LIVES, GIFT = 14, 30, 30
LAST = WAITS + 1 + LIVES
ODD = [date(2027, 10, 31), date(2028, 2, 29), date(2028, 3, 26), date(2028, 10, 29)]
HOURS = [time(0), time(2, 30), time(12), time(23, 59, 59, 999_999)]
SPENDS_AT = time(12, 30)
A_DAY = timedelta(days=1)
# In seconds, on 1 January 1970.
OFFSETS = {"UTC": 0, "Asia/Tokyo": 32_400, "America/St_Johns": -12_600}


def all_days() -> list[date]:
    return [FIRST + n * A_DAY for n in range(DAYS)]


def is_odd(day: date) -> bool:
    return any(abs((day - odd).days) <= 2 for odd in ODD)


def has_night(day: date) -> bool:
    return is_odd(day) or day.weekday() == 6


def euros_of(day: date) -> int:
    """A good month, a poor month; nothing on most days of a poor one."""
    if not is_odd(day) and day.day % (2 if day.month % 2 else 9):
        return 0
    return 10 + day.toordinal() % 7


def spends_on(day: date) -> bool:
    return day in ODD or day.day == 20


def bought_at(day: date) -> datetime:
    return datetime.combine(day, HOURS[day.toordinal() % 4], tzinfo=PARIS)


@dataclass
class Paper:
    """The same life on paper: points by the day that gave them."""

    lots: dict[date, int] = field(default_factory=dict)
    spent: int = 0
    expired: int = 0

    def usable(self, day: date) -> int:
        return sum(n for first, n in self.lots.items() if (day - first).days > WAITS)

    def at_midnight(self, day: date) -> int:
        """What can be used from the first instant of a day, before it has begun on paper."""
        return sum(n for first, n in self.lots.items() if WAITS < (day - first).days <= LAST)

    def open(self, day: date) -> None:
        """Begin a day: what had its last day yesterday is gone; a birthday brings a gift."""
        for first in [first for first in self.lots if (day - first).days > LAST]:
            self.expired += self.lots.pop(first)
        if (day.month, day.day) == (2, 29):
            self.earn(day, GIFT)

    def earn(self, day: date, points: int) -> None:
        self.lots[day] = self.lots.get(day, 0) + points

    def spend(self, points: int) -> None:
        self.spent += points
        for first in sorted(self.lots):
            part = min(points, self.lots[first])
            self.lots[first] -= part
            points -= part


@pytest.fixture
def ada(db: None) -> Member:
    opens = zones.start_of_day(day=FIRST, zone=PARIS)
    setting_up.set_up(
        name="Maison Verne",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal(1),
        expire_after_days=LIVES,
        tiers=[("silver", 100_00), ("gold", 150_00)],
        at=opens,
    )
    WalletPolicy.objects.update(pending_days=WAITS)
    TierLadder.objects.update(window_months=1, validity_months=1)
    publish("gift", {"when": {"event": "birthday"}, "then": {"give": "fixed", "points": GIFT}})
    return enrolling.enrol(at=opens, birthday=(2, 29))


# In which zone a server lives is its own affair: with PostgreSQL beside it one is enough.
@pytest.fixture(
    params=[
        "Asia/Tokyo",
        *(pytest.param(zone, marks=pytest.mark.sqlite) for zone in ("UTC", "America/St_Johns")),
    ]
)
def server(request: pytest.FixtureRequest) -> Iterator[str]:
    """Let the process live in a zone: what Django takes for local, and what C does."""
    with override_settings(TIME_ZONE=request.param):
        assert os.environ["TZ"] == request.param
        assert localtime(0).tm_gmtoff == OFFSETS[request.param]
        yield request.param


def buy(member: Member, day: date, paper: Paper) -> None:
    euros, at = euros_of(day), bought_at(day)
    if euros:
        said = sale(member, f"{euros}.00", occurred_at=at, receipt=str(day))
        purchasing.record(sale=said, key=str(day), at=at)
        paper.earn(day, euros)


def spend(member: Member, day: date, paper: Paper) -> None:
    points, at = paper.usable(day) // 2, datetime.combine(day, SPENDS_AT, tzinfo=PARIS)
    if spends_on(day) and points:
        with transaction.atomic():
            account = posting.lock(member.holder)["points"]
            posting.redeem(account=account, points=points, reference="r", key=f"r{day}", at=at)
        paper.spend(points)


def live(member: Member, day: date, paper: Paper) -> None:
    paper.open(day)
    acts = [buy, spend] if bought_at(day).time() < SPENDS_AT else [spend, buy]
    for act in acts:
        act(member, day, paper)
    close = zones.end_of_day(day=day, zone=PARIS)
    if is_odd(day) or day.day == 1:
        assert points_of(member, at=close - timedelta(microseconds=1)) == paper.usable(day), day
        assert points_of(member, at=close) == paper.at_midnight(day + A_DAY), day
        totals = balances.get_totals(at=zones.start_of_day(day=day, zone=PARIS))
        assert totals.expired == paper.expired, day
    if has_night(day):
        night.run(day=day, at=close + timedelta(minutes=10))


def test_figures_are_those_counted_in_local_days(ada: Member, server: str):
    paper = Paper()

    for day in all_days():
        live(ada, day, paper)

    assert paper.expired > 200 < paper.spent
    assert climbs(ada) == CLIMBS
    assert verifying.verify().first_fault is None


def climbs(member: Member) -> list[str]:
    changes = TierChange.objects.filter(member=member).order_by("pk")
    return [
        f"{change.changed_at.astimezone(PARIS):%Y-%m-%d %H:%M} {change.to_tier.code}"
        for change in changes
        if change.to_tier
    ]


# In Paris. A tier lasts for a month from the day it is reached, and its month is then looked at.
CLIMBS = [
    "2027-10-01 00:00 member",
    "2027-11-02 23:59 silver",
    "2027-11-12 02:30 gold",
    "2027-12-13 00:00 silver",
    "2028-01-13 00:00 silver",
    "2028-01-22 00:00 gold",
    "2028-02-23 00:00 member",
    "2028-03-04 12:00 silver",
    "2028-03-14 00:00 gold",
    "2028-04-15 00:00 silver",
    "2028-05-15 00:00 silver",
    "2028-05-22 02:30 gold",
    "2028-06-23 00:00 member",
    "2028-07-14 12:00 silver",
    "2028-07-22 12:00 gold",
    "2028-08-23 00:00 member",
    "2028-09-12 12:00 silver",
    "2028-09-22 00:00 gold",
    "2028-10-23 00:00 member",
    "2028-11-02 02:30 silver",
]
