"""Two years of a chain of shops, the same for the same seed. Pure.

Each member lives by a random number generator of their own, so that a demo of fifty members
tells the same lives as the first fifty of a demo of five hundred.
"""

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from loyalty.demo import world
from loyalty.demo.world import Product

_YEARS = timedelta(days=730)
_DAY = timedelta(days=1)
# How busy each month is, January first: gifts in December, holidays in August.
_SEASON = (0.9, 0.9, 1.0, 1.0, 1.1, 1.0, 0.8, 0.6, 1.1, 1.0, 1.2, 1.8)
# Days between visits, days a member stays on average, share of members.
_HABITS = ((11, 800, 1), (28, 450, 4), (70, 300, 5))
_OPENS, _CLOSES = 9, 19
# Of the members who came in a month, so many choose a reward at its end.
_WISHES = 0.07


@dataclass(frozen=True, kw_only=True)
class Person:
    """A member of the demo, as the till that enrols them types it in.

    Without a phone: the numbers kept for fiction are refused, and others are somebody's.
    """

    number: int
    first_name: str
    last_name: str
    email: str
    birthday: tuple[int, int]
    language: str
    shop: str


@dataclass(frozen=True, kw_only=True)
class Joined:
    moment: datetime
    person: Person


@dataclass(frozen=True, kw_only=True)
class Bought:
    """A basket: products with their quantities. Nobody's, if bought without a card.

    What a campaign tempted somebody to, who held out of it never bought.
    """

    moment: datetime
    shop: str
    basket: Sequence[tuple[Product, int]]
    person: Person | None = None
    campaign: str = ""


@dataclass(frozen=True, kw_only=True)
class Wished:
    """The member would like the best reward their points can have."""

    moment: datetime
    person: Person


Happening = Joined | Bought | Wished


def tell(*, seed: int, members: int, today: date, zone: ZoneInfo) -> list[Happening]:
    """Return what happened in the two years up to yesterday evening, oldest first.

    Member 1 is still there and comes often; the others as chance has it.
    """
    lives = (_life(seed, number, today, zone) for number in range(1, members + 1))
    happenings = [happening for life in lives for happening in life]
    return sorted(happenings, key=lambda happening: happening.moment)


def _life(seed: int, number: int, today: date, zone: ZoneInfo) -> Iterator[Happening]:
    chance = Random(f"{seed}:{number}")  # noqa: S311  A story, not a secret.
    person = _person(chance, number)
    every, stays, _share = chance.choices(_HABITS, [share for *_rest, share in _HABITS])[0]
    joined = today - _DAY * chance.randint(1, _YEARS.days)
    leaves = joined + _DAY * round(chance.expovariate(1 / stays))
    if number == 1:
        every, joined, leaves = 9, today - timedelta(days=600), today
    day = joined
    moment = _moment(chance, day, zone)
    yield Joined(moment=moment, person=person)
    while day < min(leaves, today):
        yield from _visit(chance, person, moment)
        month, last = day.month, moment
        day += _DAY * max(1, round(_pause(chance, every, day)))
        moment = _moment(chance, day, zone)
        # Rewards are chosen on the last visit of a month, by some.
        if day.month != month and chance.random() < _WISHES:
            yield Wished(moment=last + timedelta(minutes=2), person=person)
    for campaign in world.CAMPAIGNS:
        chance = Random(f"{seed}:{number}:{campaign.code}")  # noqa: S311  A story, as above.
        day = today + _DAY * (campaign.from_day + chance.randrange(campaign.days))
        if joined < day < min(leaves, today) and chance.random() < campaign.tempted:
            yield _tempted(chance, person, campaign.code, _moment(chance, day, zone))


def _tempted(chance: Random, person: Person, campaign: str, moment: datetime) -> Bought:
    """Let somebody come once more for a campaign; their other days stay as they were."""
    basket = _basket(chance)
    return Bought(moment=moment, person=person, shop=person.shop, basket=basket, campaign=campaign)


def _person(chance: Random, number: int) -> Person:
    first_name = "Camille" if number == 1 else chance.choice(world.FIRST_NAMES)
    last_name = "Martin" if number == 1 else chance.choice(world.LAST_NAMES)
    shops = [shop.code for shop in world.SHOPS]
    return Person(
        number=number,
        first_name=first_name,
        last_name=last_name,
        email=f"{_plain(first_name)}.{_plain(last_name)}.{number}@example.org",
        birthday=(chance.randint(1, 12), chance.randint(1, 28)),
        language="fr" if chance.random() < 0.9 else "en",
        shop=chance.choices(shops, [shop.share for shop in world.SHOPS])[0],
    )


def _plain(name: str) -> str:
    ascii_only = unicodedata.normalize("NFKD", name).encode("ascii", "ignore")
    return ascii_only.decode().lower()


def _pause(chance: Random, every: int, day: date) -> float:
    return chance.expovariate(1 / every) / _SEASON[day.month - 1]


def _moment(chance: Random, day: date, zone: ZoneInfo) -> datetime:
    """Return a moment of the opening hours; the evening is busier."""
    share = math.sqrt(chance.random())
    seconds = round(share * (_CLOSES - _OPENS) * 3600)
    return datetime.combine(day, time(_OPENS), tzinfo=zone) + timedelta(seconds=seconds)


def _visit(chance: Random, person: Person, moment: datetime) -> Iterator[Happening]:
    shops = [shop.code for shop in world.SHOPS]
    shop = person.shop if chance.random() < 0.85 else chance.choice(shops)
    yield Bought(moment=moment, person=person, shop=shop, basket=_basket(chance))
    if chance.random() < 0.25:
        later = moment + timedelta(minutes=chance.randint(3, 40))
        yield Bought(moment=later, shop=shop, basket=_basket(chance))


def _basket(chance: Random) -> Sequence[tuple[Product, int]]:
    kinds = chance.choices((1, 2, 3, 4), (5, 4, 2, 1))[0]
    shares = [product.share for product in world.PRODUCTS]
    chosen = dict.fromkeys(chance.choices(world.PRODUCTS, shares, k=kinds))
    return [(product, chance.choices((1, 2, 3), (8, 2, 1))[0]) for product in chosen]
