"""The shop that is measured: ten live rules, a ladder, members with a year behind them, a till.

Built through the product's own doors, from one seed, so that every run measures the same shop.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from benchmarks import databases
from benchmarks.cluster import Cluster

SEED = 20_261_121
TIERS = (("silver", 50_000), ("gold", 5_000_000))
CATEGORIES = ("coffee", "tea", "bakery", "grocery", "gift-card")
ALL_DAYS = [1, 2, 3, 4, 5, 6, 7]
RULES: dict[str, dict[str, Any]] = {
    "coffee-twice": {
        "when": {"categories": ["coffee"]},
        "then": {"give": "multiplier", "factor": "2"},
    },
    "tea": {
        "when": {"categories": ["tea"]},
        "then": {"give": "rate", "points": "1", "per_cents": 500},
    },
    "any-day": {"when": {"weekdays": ALL_DAYS}, "then": {"give": "fixed", "points": 3}},
    "big-basket": {
        "when": {"minimum_basket_cents": 1_000},
        "then": {"give": "fixed", "points": 5},
    },
    "bigger-basket": {
        "when": {"minimum_basket_cents": 10_000_000},
        "then": {"give": "fixed", "points": 500},
    },
    "other-store": {"when": {"stores": ["elsewhere"]}, "then": {"give": "fixed", "points": 7}},
    "gold": {"when": {"tiers": ["gold"]}, "then": {"give": "multiplier", "factor": "1.5"}},
    "birthday": {
        "when": {"birthday_within_days": 3},
        "then": {"give": "multiplier", "factor": "3"},
    },
    "not-on-gifts": {
        "when": {"excluded_categories": ["gift-card"]},
        "then": {"give": "rate", "points": "1", "per_cents": 1_000},
    },
}


@dataclass(frozen=True)
class Shopper:
    """A member of the scene, as a till knows them."""

    public_id: str
    card: str


@dataclass(frozen=True)
class Scene:
    """A database with a shop in it, to be copied and never written to again."""

    database: str
    api_key: str
    shoppers: tuple[Shopper, ...]


def build(
    cluster: Cluster, *, database: str, shoppers: int, lots: int, rules: int = len(RULES) + 1
) -> Scene:
    """Make a shop whose members each have `lots` open lots, one for each day they came.

    `rules` counts the base rule. Beyond the ten there are more of the last kind.
    """
    cluster.create(database)
    databases.migrate(database)
    at = timezone.now()
    set_up(at=at)
    members = enrol(count=shoppers, at=at - timedelta(days=300))
    give_lots(members, lots=lots, until=at)
    add_rules(count=rules - 1, at=at - timedelta(hours=1))
    api_key = issue_key(at=at)
    cluster.freeze(database)
    return Scene(database=database, api_key=api_key, shoppers=tuple(map(shopper_of, members)))


def set_up(*, at: datetime) -> None:
    """Make the programme: 1 point a euro, 365 days."""
    from loyalty.programmes import setting_up
    from loyalty.programmes.models import Category, Store

    setting_up.set_up(
        name="Bench",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=TIERS,
        at=at,
    )
    Store.objects.create(code="here", name="Here")
    Store.objects.create(code="elsewhere", name="Elsewhere")
    Category.objects.bulk_create(Category(code=code, name=code) for code in CATEGORIES)


def add_rules(*, count: int, at: datetime) -> None:
    """Add live rules in force from a moment on, beside the base rule."""
    from loyalty.programmes import revising
    from loyalty.programmes.models import Rule, RuleState, RuleVersion

    held = Rule.objects.count() - 1
    for code, terms in list(_many_rules(count))[held:]:
        rule = Rule.objects.create(code=code, name_fr=code, name_en=code, state=RuleState.LIVE)
        RuleVersion.objects.create(
            rule=rule, number=1, terms=terms, takes_effect_at=at, created_at=at
        )
    revising.touch()


def _many_rules(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    codes = list(RULES)
    for number in range(count):
        if number < len(codes):
            yield codes[number], RULES[codes[number]]
        else:
            yield f"more-{number}", RULES[codes[-1]]


def enrol(*, count: int, at: datetime) -> list[Any]:
    """Enrol members by the product's own enrolment, each with a card and a birthday."""
    from members import enrolling
    from members.models import Member

    already = Member.objects.count()
    return [
        enrolling.enrol(
            at=at,
            first_name="Ada",
            last_name=f"Lovelace {number}",
            email=f"ada.{number}@example.org",
            birthday=birthday_far_from(at),
            is_historic=True,
        )
        for number in range(already, already + count)
    ]


def birthday_far_from(at: datetime) -> tuple[int, int]:
    """Return a birthday that no run of the benchmark falls on: 300 days on from 300 ago, + 180."""
    far = at + timedelta(days=480)
    return far.month, min(far.day, 28)


def give_lots(members: Sequence[Any], *, lots: int, until: datetime) -> None:
    """Record one past purchase a day for each member: each leaves an open lot."""
    from members import purchasing
    from members.selling import Sale

    chance = random.Random(SEED)
    first = until - timedelta(days=280)
    for number in range(lots):
        moment = first + timedelta(days=number * 270 / max(lots, 1))
        for member in members:
            sale = Sale(
                member=member,
                occurred_at=moment,
                total_cents=chance.randint(500, 5_000),
                receipt=f"{member.pk}-{number}",
            )
            key = f"past-{member.pk}-{number}"
            purchasing.record(sale=sale, key=key, at=moment, is_historic=True)


def open_lots(member: Any, *, count: int, at: datetime) -> None:
    """Give a member so many lots at once, each with an expiry of its own."""
    from loyalty.ledger import posting
    from loyalty.ledger.planning import Grant

    with transaction.atomic():
        posting.earn(
            account=posting.lock(member.holder_id)["points"],
            grants=[
                Grant(
                    wallet="points",
                    points=10,
                    available_at=at,
                    expires_at=at + timedelta(days=30, hours=number),
                )
                for number in range(count)
            ],
            reference=f"lots-{member.pk}",
            key=f"lots-{member.pk}",
            at=at,
            is_historic=True,
        )


def issue_key(*, at: datetime) -> str:
    """Make a client that may do everything, and return its key's secret."""
    from loyalty.clients import issuing
    from loyalty.clients.models import Scope
    from loyalty.programmes.models import Store

    store = Store.objects.get(code="here")
    client = issuing.create_client(name="till 1", scopes=list(Scope), store=store, at=at)
    return issuing.issue_key(client=client, at=at)[1]


def shopper_of(member: Any) -> Shopper:
    return Shopper(public_id=member.public_id, card=member.cards.get().number)


def basket(*, lines: int, receipt: str, card: str, at: datetime) -> dict[str, Any]:
    """Return the body of a purchase with so many lines; the same lines for the same receipt."""
    chance = random.Random(f"{SEED} {receipt}")
    items = [_line(number, chance) for number in range(lines)]
    total = sum(Decimal(item["amount"]) for item in items)
    return {
        "member": {"card": card},
        "receipt": receipt,
        "occurred_at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "total": str(total),
        "lines": items,
        "payments": [{"means": "card", "amount": str(total)}],
    }


def _line(number: int, chance: random.Random) -> dict[str, Any]:
    cents = chance.randint(100, 2_000)
    return {
        "sku": f"SKU{number:04}",
        "name": f"Article {number}",
        "category": CATEGORIES[number % len(CATEGORIES)],
        "quantity": "1",
        "amount": f"{cents // 100}.{cents % 100:02}",
    }
