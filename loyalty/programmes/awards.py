"""What an occasion gave, itemised, and why each other rule gave nothing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Any

from loyalty.ledger.planning import Grant
from loyalty.programmes.terms import Gift


class Why(StrEnum):
    """Why a rule gave nothing. Clients and screens rely on these."""

    ANONYMOUS = "anonymous"
    NOT_THIS_EVENT = "not-this-event"
    NOT_IN_PERIOD = "not-in-period"
    NOT_THIS_WEEKDAY = "not-this-weekday"
    NOT_THIS_DAY = "not-this-day"
    NOT_THIS_HOUR = "not-this-hour"
    NOT_THIS_STORE = "not-this-store"
    NOT_THIS_TILL = "not-this-till"
    NOT_THIS_CHANNEL = "not-this-channel"
    NOT_THIS_PAYMENT = "not-this-payment"
    NOT_THIS_TIER = "not-this-tier"
    NOT_THIS_KIND = "not-this-kind"
    NOT_THIS_SEGMENT = "not-this-segment"
    NOT_IN_HOUSEHOLD = "not-in-household"
    NOT_THIS_PLAN = "not-this-plan"
    NO_CONSENT = "no-consent"
    NOT_THIS_VISIT = "not-this-visit"
    NOT_THIS_SOURCE = "not-this-source"
    MEMBER_TOO_SHORT = "member-too-short"
    NOT_IN_BIRTHDAY_WINDOW = "not-in-birthday-window"
    BELOW_MINIMUM_BASKET = "below-minimum-basket"
    ABOVE_MAXIMUM_BASKET = "above-maximum-basket"
    HOLDS_EXCLUDED = "holds-excluded"
    NOT_ALL_PRODUCTS = "not-all-products"
    BELOW_MINIMUM_QUANTITY = "below-minimum-quantity"
    NO_COVERED_LINE = "no-covered-line"
    BELOW_ONE_STEP = "below-one-step"
    ABOVE_LIMIT = "above-limit"
    MEMBER_LIMIT_REACHED = "member-limit-reached"
    TOO_SOON = "too-soon"
    BUDGET_SPENT = "budget-spent"
    OUTSIDE_AUDIENCE = "outside-audience"
    HELD_OUT = "held-out"
    NO_BASE = "no-base"
    BETTER_RULE = "better-rule"
    EARLIER_RULE = "earlier-rule"
    BETTER_MULTIPLIER = "better-multiplier"


@dataclass(frozen=True)
class Pending:
    """The event that points wait for, and the last day on which it is not too late."""

    event: str
    last_day: date

    def as_json(self) -> dict[str, str]:
        return {"event": self.event, "until": self.last_day.isoformat()}


@dataclass(frozen=True, kw_only=True)
class AwardLine:
    """What one rule gave: points > 0, on which lines (none: the whole basket), on which basis.

    A tier's multiplier has no rule version. A voucher has no points and no wallet. `pending` is
    said of points that wait for an event.
    """

    rule: str
    name_fr: str
    name_en: str
    effect: str
    points: int
    wallet: str
    rule_version: int | None
    positions: tuple[int, ...] = ()
    basis_cents: int = 0
    gift: Gift | None = None
    pending: Pending | None = None

    def as_json(self) -> dict[str, Any]:
        told = vars(self) | {"positions": list(self.positions)}
        del told["gift"], told["pending"]
        told |= {"voucher": self.gift.as_json()} if self.gift else {}
        return told | ({"pending": self.pending.as_json()} if self.pending else {})


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A rule that gave nothing, and why."""

    rule: str
    why: Why

    def as_json(self) -> dict[str, Any]:
        return {"rule": self.rule, "why": self.why.value}


@dataclass(frozen=True, kw_only=True)
class CarriedOver:
    """What a rule carried of an amount below one step, before the occasion and after it.

    Below zero once a purchase whose rest had become points was returned.
    """

    rule: str
    before_cents: int
    after_cents: int

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Award:
    """All that an occasion gave. Each live rule is in `lines` or in `refused`, once."""

    wallet: str
    rounding: str
    lines: tuple[AwardLine, ...] = ()
    refused: tuple[Refused, ...] = ()
    grants: tuple[Grant, ...] = ()
    carried: tuple[CarriedOver, ...] = ()

    @property
    def points(self) -> int:
        """Points of the spending wallet."""
        return self.points_in(self.wallet)

    @property
    def gifts(self) -> tuple[Gift, ...]:
        """Return the vouchers that are given."""
        return tuple(line.gift for line in self.lines if line.gift)

    def points_in(self, wallet: str) -> int:
        return sum(line.points for line in self.lines if line.wallet == wallet)

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with a purchase. What each lot became is in the ledger."""
        told: dict[str, Any] = {
            "points": self.points,
            "wallet": self.wallet,
            "rounding": self.rounding,
            "lines": [line.as_json() for line in self.lines],
            "refused": [refused.as_json() for refused in self.refused],
        }
        if self.carried:
            told["carried"] = [carried.as_json() for carried in self.carried]
        return told


def merge(grants: Sequence[Grant]) -> tuple[Grant, ...]:
    """Return one grant for each wallet, availability, expiry and rule version, in order."""
    merged: dict[tuple[object, ...], Grant] = {}
    for grant in grants:
        dates = (grant.available_at, grant.expires_at, grant.wait)
        key = (grant.wallet, *dates, grant.rule_version)
        known = merged.get(key)
        points = grant.points + (known.points if known else 0)
        merged[key] = replace(grant, points=points)
    return tuple(merged.values())
