"""Which lost members somebody asks for, as the address says it. What it gets wrong is left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal, InvalidOperation

from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from loyalty.programmes import money
from loyalty.programmes.models import Store, Tier

WORTH, LONGEST = "worth", "longest"
ORDERS: Mapping[str, Promise] = {
    WORTH: _("Most valuable first"),
    LONGEST: _("Longest away first"),
}
TOLD: Mapping[str, Promise] = {
    "": _("all"),
    "untold": _("reason not known"),
    "told": _("reason known"),
}
_MOST = Decimal(10_000_000)


@dataclass(frozen=True)
class Place:
    """Where a page goes on: after a member, and after what they are ordered by."""

    value: int | date
    member: int


@dataclass(frozen=True)
class Picked:
    """Filters, an order, and a place in it. `least_cents` is what they must have bought for."""

    order: str = WORTH
    told: str = ""
    store: Store | None = None
    tier: Tier | None = None
    least_cents: int = 0
    least: str = ""
    after: Place | None = None

    # Properties

    @property
    def is_narrowed(self) -> bool:
        return bool(self.told or self.store or self.tier or self.least)

    @property
    def query(self) -> str:
        """The filters and the order as an address says them, from the first page on."""
        said = {
            "order": "" if self.order == WORTH else self.order,
            "told": self.told,
            "store": self.store.code if self.store else "",
            "tier": self.tier.code if self.tier else "",
            "least": self.least,
        }
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def orders(self) -> list[tuple[Promise, str, bool]]:
        """Each order: its name, its address, and whether it is this one."""
        return [
            (name, replace(self, order=order, after=None).query, order == self.order)
            for order, name in ORDERS.items()
        ]

    def query_after(self, place: Place) -> str:
        value = place.value.isoformat() if isinstance(place.value, date) else place.value
        return f"{self.query}&{urlencode({'after': f'{value}_{place.member}'})}".lstrip("&")


def pick(
    *, asked: Mapping[str, str], stores: Sequence[Store], tiers: Sequence[Tier], currency: str
) -> Picked:
    """Read an address. `stores` are those that the reader may ask about."""
    order = asked.get("order", "")
    order = order if order in ORDERS else WORTH
    least_cents = _cents(asked.get("least", ""), currency)
    told = asked.get("told", "")
    return Picked(
        order=order,
        told=told if told in TOLD else "",
        store=next((one for one in stores if one.code == asked.get("store")), None),
        tier=next((one for one in tiers if one.code == asked.get("tier")), None),
        least_cents=least_cents,
        least=asked.get("least", "") if least_cents else "",
        after=_place(asked.get("after", ""), order),
    )


def _cents(text: str, currency: str) -> int:
    try:
        amount = Decimal(text.replace(",", "."))
        return money.to_cents(amount=amount, currency=currency) if 0 < amount <= _MOST else 0
    except (InvalidOperation, ValueError):
        return 0


def _place(text: str, order: str) -> Place | None:
    value, _dash, member = text.partition("_")
    try:
        read = int(value) if order == WORTH else date.fromisoformat(value)
        place = Place(read, int(member))
    except ValueError:
        return None
    is_sound = 0 < place.member < 2**63 and (isinstance(read, date) or abs(read) < 2**63)
    return place if is_sound else None
