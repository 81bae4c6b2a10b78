"""What an occasion gave, itemised, and why each other rule gave nothing. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from loyalty.ledger.planning import Grant


class Why(StrEnum):
    """Why a rule gave nothing. Clients and screens rely on these."""

    ANONYMOUS = "anonymous"
    NOT_THIS_EVENT = "not-this-event"
    NOT_IN_PERIOD = "not-in-period"
    NOT_THIS_WEEKDAY = "not-this-weekday"
    NOT_THIS_STORE = "not-this-store"
    NOT_THIS_TIER = "not-this-tier"
    NOT_IN_BIRTHDAY_WINDOW = "not-in-birthday-window"
    BELOW_MINIMUM_BASKET = "below-minimum-basket"
    NO_COVERED_LINE = "no-covered-line"
    BELOW_ONE_STEP = "below-one-step"
    NO_BASE = "no-base"
    BETTER_RULE = "better-rule"
    EARLIER_RULE = "earlier-rule"
    BETTER_MULTIPLIER = "better-multiplier"


@dataclass(frozen=True, kw_only=True)
class AwardLine:
    """What one rule gave: points > 0, on which lines (none: the whole basket), on which basis.

    A tier's multiplier has no rule version.
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

    def as_json(self) -> dict[str, Any]:
        return vars(self) | {"positions": list(self.positions)}


@dataclass(frozen=True, kw_only=True)
class Refused:
    """A rule that gave nothing, and why."""

    rule: str
    why: Why

    def as_json(self) -> dict[str, Any]:
        return {"rule": self.rule, "why": self.why.value}


@dataclass(frozen=True, kw_only=True)
class Award:
    """All that an occasion gave. Each live rule is in `lines` or in `refused`, once."""

    wallet: str
    rounding: str
    lines: tuple[AwardLine, ...] = ()
    refused: tuple[Refused, ...] = ()
    grants: tuple[Grant, ...] = ()

    @property
    def points(self) -> int:
        """Points of the spending wallet."""
        return self.points_in(self.wallet)

    def points_in(self, wallet: str) -> int:
        return sum(line.points for line in self.lines if line.wallet == wallet)

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with a purchase. What each lot became is in the ledger."""
        return {
            "points": self.points,
            "wallet": self.wallet,
            "rounding": self.rounding,
            "lines": [line.as_json() for line in self.lines],
            "refused": [refused.as_json() for refused in self.refused],
        }


def merge(grants: Sequence[Grant]) -> tuple[Grant, ...]:
    """Return one grant for each wallet, availability, expiry and rule version, in order."""
    merged: dict[tuple[object, ...], Grant] = {}
    for grant in grants:
        key = (grant.wallet, grant.available_at, grant.expires_at, grant.rule_version)
        known = merged.get(key)
        points = grant.points + (known.points if known else 0)
        merged[key] = Grant(
            wallet=grant.wallet,
            points=points,
            available_at=grant.available_at,
            expires_at=grant.expires_at,
            rule_version=grant.rule_version,
        )
    return tuple(merged.values())
