"""What the figures of a page may be cut by: what is offered, what an address says, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.formats import date_format
from django.utils.text import capfirst

from analytics import slicing
from analytics.scopes import Cut, Dimension, ValueGroup
from analytics.slicing import NO_TIER, Choice
from loyalty.programmes.models import Store
from members import words

# Typed, and not chosen from a list: what there is of them grows with the members.
_TYPED = frozenset({Dimension.ENROLLED, Dimension.SOURCE})
_LONGEST = 40


@dataclass(frozen=True)
class Control:
    """One dimension to choose from; without choices it is typed."""

    dimension: Dimension
    name: str
    choices: Sequence[Choice]
    said: str
    has_all: bool = True


@dataclass(frozen=True)
class Part:
    """What is cut by now: the dimension, its value, and the address without it, if it may go."""

    name: str
    value: str
    without: str | None


@dataclass(frozen=True)
class Offer:
    """What a reader may cut by. `is_bound`: by one of these stores, and never by none."""

    stores: Sequence[Store] = ()
    is_bound: bool = False
    found: dict[Dimension, Sequence[Choice]] = field(default_factory=dict)

    def choices_of(self, dimension: Dimension) -> Sequence[Choice]:
        """Return what a dimension can be cut by, as pages say it. Each is asked for once."""
        if dimension not in self.found:
            self.found[dimension] = self._get_choices(dimension)
        return self.found[dimension]

    def read(self, asked: Mapping[str, str]) -> dict[str, str]:
        """Return what of an address is offered; whoever is bound gets a store of theirs."""
        said = {
            dimension.value: asked.get(dimension.value, "")
            for dimension in Dimension
            if self._knows(dimension, asked.get(dimension.value, ""))
        }
        if self.is_bound and "store" not in said:
            said["store"] = self.stores[0].code
        return said

    def unknown_of(self, asked: Mapping[str, str]) -> str:
        """Return the first value of an address that is not offered, absent or foreign, or ""."""
        said = (asked.get(dimension.value, "") for dimension in Dimension)
        named = zip(Dimension, said, strict=True)
        return next((key for name, key in named if key and not self._knows(name, key)), "")

    def cut_of(self, said: Mapping[str, str]) -> Cut:
        """Return the cut that `read` found, without asking for it again."""
        tier, enrolled, value = said.get("tier"), said.get("enrolled"), said.get("value")
        ids = {store.code: store.pk for store in self.stores}
        return Cut(
            store_id=ids.get(said.get("store", "")),
            channel=said.get("channel"),
            tier="" if tier == NO_TIER else tier,
            segment=said.get("segment"),
            kind=said.get("kind"),
            enrolled=slicing.read_month(enrolled) if enrolled else None,
            source=said.get("source"),
            value=ValueGroup(value) if value else None,
        )

    def name_parts(self, said: Mapping[str, str]) -> list[tuple[str, str, str, bool]]:
        """Return of each cut in force its code, its name, its value in words, may it go."""
        return [
            (
                dimension.value,
                str(slicing.NAMES[dimension]),
                self.say(dimension, key),
                self.may_go(dimension),
            )
            for dimension in Dimension
            if (key := said.get(dimension.value))
        ]

    def say(self, dimension: Dimension, key: str) -> str:
        """Return a value in words."""
        if dimension == Dimension.ENROLLED and (month := slicing.read_month(key)):
            return date_format(month, "YEAR_MONTH_FORMAT")
        if dimension in _TYPED:
            return key
        known = {choice.value: choice.label for choice in self.choices_of(dimension)}
        return known.get(key, key)

    def may_go(self, dimension: Dimension) -> bool:
        return not (self.is_bound and dimension == Dimension.STORE)

    def controls_of(self, said: Mapping[str, str]) -> list[Control]:
        """Return a control for each dimension that has something to choose from."""
        return [
            Control(
                dimension,
                str(slicing.NAMES[dimension]),
                () if dimension in _TYPED else self.choices_of(dimension),
                said.get(dimension.value, ""),
                self.may_go(dimension),
            )
            for dimension in Dimension
            if dimension in _TYPED or self.choices_of(dimension)
        ]

    def _get_choices(self, dimension: Dimension) -> Sequence[Choice]:
        if dimension == Dimension.STORE:
            return [Choice(store.code, store.name) for store in self.stores]
        found = slicing.get_choices(dimension=dimension)
        if dimension != Dimension.CHANNEL:
            return found
        return [Choice(one.value, capfirst(words.of_place(one.value))) for one in found]

    def _knows(self, dimension: Dimension, key: str) -> bool:
        if not key:
            return False
        if dimension == Dimension.ENROLLED:
            return slicing.read_month(key) is not None
        if dimension == Dimension.SOURCE:
            return len(key) <= _LONGEST and key.isprintable()
        return key in {choice.value for choice in self.choices_of(dimension)}
