"""What a rule can say, as values. Pure."""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Any

from loyalty.programmes.expiring import Expiry
from loyalty.programmes.terms.limits import Limits


class Event(StrEnum):
    PURCHASE = "purchase"
    ENROLMENT = "enrolment"
    BIRTHDAY = "birthday"
    ANNIVERSARY = "anniversary"
    PROFILE = "profile-completed"
    REFERRAL = "referral-confirmed"
    REFERRED = "referred"
    SURVEY = "survey-answered"
    CUSTOM = "custom"


# What others tell us; the rest is known here by itself.
TOLD = frozenset({Event.REFERRAL, Event.SURVEY})


class Stacking(StrEnum):
    """What a group of rules gives: all of them, the one that gives most, or the first."""

    SUM = "sum"
    BEST = "best"
    FIRST = "first"


class Give(StrEnum):
    RATE = "rate"
    PER_UNIT = "per-unit"
    MULTIPLIER = "multiplier"
    FIXED = "fixed"
    VOUCHER = "voucher"


class Holds(StrEnum):
    """What a basket must hold of the products that a rule names."""

    ANY = "any"
    ALL = "all"
    NONE = "none"


class Kind(StrEnum):
    """What a member is."""

    PERSON = "person"
    COMPANY = "company"


@dataclass(frozen=True, kw_only=True)
class When:
    """The conditions of a rule; all that are set must hold. Weekdays are ISO: Monday is 1.

    Hours are the programme's local time, the first included, the last not; when the last
    comes before the first they go past midnight. `recurrence` is an RFC 5545 rule of days.
    `custom` is what a custom event is called by whoever tells it. `consents` are channels by
    which the member agreed to offers, all of them; `nth_visit` is the number of the purchase
    among the member's own, 1 for the first.
    """

    event: Event = Event.PURCHASE
    custom: str = ""
    minimum_basket_cents: int | None = None
    maximum_basket_cents: int | None = None
    without_tax: bool = False
    minimum_quantity: int | None = None
    from_day: date | None = None
    to_day: date | None = None
    weekdays: tuple[int, ...] = ()
    from_time: time | None = None
    to_time: time | None = None
    recurrence: str = ""
    stores: tuple[str, ...] = ()
    tills: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    payment_means: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    holds: Holds = Holds.ANY
    excluded_categories: tuple[str, ...] = ()
    excluded_skus: tuple[str, ...] = ()
    excluded_brands: tuple[str, ...] = ()
    excluded_tags: tuple[str, ...] = ()
    kind: Kind | None = None
    segments: tuple[str, ...] = ()
    in_household: bool = False
    plans: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    nth_visit: int | None = None
    tiers: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    member_for_days: int | None = None
    birthday_within_days: int | None = None

    @property
    def names_products(self) -> bool:
        return bool(self.categories or self.skus or self.brands or self.tags)


@dataclass(frozen=True, kw_only=True)
class Rate:
    """Points per whole amount: `points` for every full `per_cents` of what is covered.

    If it carries, what is below one step counts with the member's next purchase.
    """

    points: Decimal
    per_cents: int
    carries: bool = False


@dataclass(frozen=True, kw_only=True)
class PerUnit:
    """Points for each unit bought: `points` times the quantity of what is covered."""

    points: Decimal


@dataclass(frozen=True, kw_only=True)
class Multiplier:
    """The base, times a factor above 1."""

    factor: Decimal


@dataclass(frozen=True, kw_only=True)
class Fixed:
    """A number of points, once."""

    points: int


@dataclass(frozen=True, kw_only=True)
class Gift:
    """A voucher, good through so many days; worth some cents, or what its name says."""

    name_fr: str
    name_en: str
    days: int
    value_cents: int | None = None

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


Effect = Rate | PerUnit | Multiplier | Fixed | Gift


@dataclass(frozen=True, kw_only=True)
class Then:
    """What a rule gives. What is not set is as the wallet's policy says.

    Pending for some days, until a day from which it is usable, or until an event of the member
    by this name, and cancelled where it has not come `cancel_days` days later.
    """

    effect: Effect
    wallet: str = ""
    pending_days: int | None = None
    pending_until: date | None = None
    pending_event: str = ""
    cancel_days: int | None = None
    expiry: Expiry | None = None


@dataclass(frozen=True, kw_only=True)
class Terms:
    """All that one version of a rule says."""

    then: Then
    when: When = field(default_factory=When)
    limits: Limits = field(default_factory=Limits)
    group: str = ""
    stacking: Stacking = Stacking.SUM


def give_of(effect: Effect) -> Give:
    """Return the word for a sort of effect."""
    match effect:
        case Rate():
            return Give.RATE
        case PerUnit():
            return Give.PER_UNIT
        case Multiplier():
            return Give.MULTIPLIER
        case Fixed():
            return Give.FIXED
        case Gift():
            return Give.VOUCHER
