"""What happened, as the rules see it: a basket, a member's facts, a moment. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from loyalty.programmes.counters import Counters
from loyalty.programmes.terms import Event, Kind


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a receipt. `category` is a code, or empty; the tax is in the amount."""

    position: int
    amount_cents: int
    sku: str = ""
    category: str = ""
    quantity: Decimal = Decimal(1)
    brand: str = ""
    tags: tuple[str, ...] = ()
    tax_cents: int = 0


@dataclass(frozen=True, kw_only=True)
class Basket:
    """What was bought. Without lines it counts as one line of the total, of no category.

    The tax is in the total. `payments` are means, and the cents that each paid. `share` is
    what rules count of each amount.
    """

    total_cents: int
    lines: tuple[Line, ...] = ()
    store: str = ""
    channel: str = "store"
    till: str = ""
    tax_cents: int = 0
    payments: tuple[tuple[str, int], ...] = ()
    share: Fraction = Fraction(1)

    @property
    def counted_lines(self) -> tuple[Line, ...]:
        return self.lines or (
            Line(position=0, amount_cents=self.total_cents, tax_cents=self.tax_cents),
        )

    @property
    def all_tax_cents(self) -> int:
        """Return the tax in the total: that of its lines where they tell it."""
        return sum(line.tax_cents for line in self.lines) or self.tax_cents

    @property
    def payment_means(self) -> frozenset[str]:
        return frozenset(means for means, _cents in self.payments)


@dataclass(frozen=True, kw_only=True)
class MemberFacts:
    """What rules may know of a member, as it was before the occasion itself.

    `tier` is a code; `multiplier` what it multiplies the base by, or None for what the
    programme says today. `birthday` is (month, day). `carried` is what rules, by code, carried
    over from before, in cents; `held_out` the campaigns that they are kept out of. `visits` are
    the purchases before, counted no further than some rule asks; `consents` the channels by
    which they agreed to offers, `plans` the memberships that are paid for.
    """

    tier: str | None = None
    multiplier: Decimal | None = None
    birthday: tuple[int, int] | None = None
    enrolled_on: date | None = None
    source: str = ""
    carried: Mapping[str, int] = field(default_factory=dict)
    held_out: tuple[str, ...] = ()
    kind: str = Kind.PERSON
    segments: tuple[str, ...] = ()
    in_household: bool = False
    plans: tuple[str, ...] = ()
    consents: tuple[str, ...] = ()
    visits: int | None = None

    def as_json(self) -> dict[str, Any]:
        """Return what is stored with a purchase, so that its award can be explained later."""
        return {
            "tier": self.tier,
            "multiplier": None if self.multiplier is None else str(self.multiplier),
            "birthday": list(self.birthday) if self.birthday else None,
            "enrolled_on": self.enrolled_on.isoformat() if self.enrolled_on else None,
            "source": self.source,
            **({} if self.visits is None else {"visits": self.visits}),
            **{name: value for name, value in self._looked_up() if value},
        }

    def _looked_up(self) -> Iterator[tuple[str, Any]]:
        """Yield what is kept only where it says something."""
        yield "carried", dict(self.carried)
        yield "kind", "" if self.kind == Kind.PERSON else str(self.kind)
        yield "segments", list(self.segments)
        yield "in_household", self.in_household
        yield "plans", list(self.plans)
        yield "consents", list(self.consents)
        yield "held_out", list(self.held_out)

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
            source=value.get("source", ""),
            carried=value.get("carried", {}),
            held_out=tuple(value.get("held_out", ())),
            kind=value.get("kind", Kind.PERSON),
            segments=tuple(value.get("segments", ())),
            in_household=value.get("in_household", False),
            plans=tuple(value.get("plans", ())),
            consents=tuple(value.get("consents", ())),
            visits=value.get("visits"),
        )


@dataclass(frozen=True, kw_only=True)
class Occasion:
    """Something that may earn: a purchase, an enrolment, a birthday.

    `day` is the business day of `at`. Without a member nobody earns. `counters` are what rules
    with limits had given before.
    """

    name: str = Event.PURCHASE
    custom: str = ""
    at: datetime
    day: date
    basket: Basket | None = None
    member: MemberFacts | None = None
    counters: Counters = field(default_factory=Counters)
