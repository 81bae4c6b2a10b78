"""What happened, as the rules see it: a basket, a member's facts, a moment. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from loyalty.programmes.terms import Event


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a receipt. `category` is a code, or empty."""

    position: int
    amount_cents: int
    sku: str = ""
    category: str = ""
    quantity: Decimal = Decimal(1)


@dataclass(frozen=True, kw_only=True)
class Basket:
    """What was bought. Without lines it counts as one line of the total, of no category."""

    total_cents: int
    lines: tuple[Line, ...] = ()
    store: str = ""
    channel: str = "store"

    @property
    def counted_lines(self) -> tuple[Line, ...]:
        return self.lines or (Line(position=0, amount_cents=self.total_cents),)


@dataclass(frozen=True, kw_only=True)
class MemberFacts:
    """What rules may know of a member, as it was before the occasion itself.

    `tier` is a code; `multiplier` what it multiplies the base by, or None for what the
    programme says today. `birthday` is (month, day).
    """

    tier: str | None = None
    multiplier: Decimal | None = None
    birthday: tuple[int, int] | None = None
    enrolled_on: date | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with a purchase, so that its award can be explained later."""
        return {
            "tier": self.tier,
            "multiplier": None if self.multiplier is None else str(self.multiplier),
            "birthday": list(self.birthday) if self.birthday else None,
            "enrolled_on": self.enrolled_on.isoformat() if self.enrolled_on else None,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "MemberFacts":
        """Return facts as `as_json` wrote them."""
        multiplier, birthday = value.get("multiplier"), value.get("birthday")
        enrolled_on = value.get("enrolled_on")
        return cls(
            tier=value.get("tier"),
            multiplier=Decimal(multiplier) if multiplier else None,
            birthday=(birthday[0], birthday[1]) if birthday else None,
            enrolled_on=date.fromisoformat(enrolled_on) if enrolled_on else None,
        )


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Something that may earn: a purchase, an enrolment, a birthday.

    `day` is the business day of `at`. Without a member nobody earns.
    """

    name: str = Event.PURCHASE
    at: datetime
    day: date
    basket: Basket | None = None
    member: MemberFacts | None = None
