"""Everything the engine reads, compiled once and shared by every occasion. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from zoneinfo import ZoneInfo

from loyalty.core import zones
from loyalty.programmes.expiring import Expiry
from loyalty.programmes.ladder import Ladder, Rung
from loyalty.programmes.terms import Terms


class Rounding(StrEnum):
    FLOOR = "FLOOR"
    HALF_UP = "HALF_UP"
    CEILING = "CEILING"


class Multipliers(StrEnum):
    BEST = "BEST"
    ADD = "ADD"


@dataclass(frozen=True, kw_only=True)
class WalletTerms:
    """What the programme says of a wallet."""

    code: str
    name_fr: str = ""
    name_en: str = ""
    expiry: Expiry = field(default_factory=Expiry)
    pending_days: int = 0
    refund_grace_days: int = 30


@dataclass(frozen=True, kw_only=True)
class CategoryTree:
    """Categories by code: whose child each is, and which never earn."""

    parents: Mapping[str, str] = field(default_factory=dict)
    excluded: frozenset[str] = frozenset()

    def covering(self, codes: tuple[str, ...]) -> frozenset[str]:
        """Return the codes and all that is inside them."""
        return frozenset(codes) | {code for code in self.parents if self._is_in(code, codes)}

    def _is_in(self, code: str, codes: tuple[str, ...]) -> bool:
        above: set[str] = set()
        while code in self.parents and code not in above:
            above.add(code)
            code = self.parents[code]
            if code in codes:
                return True
        return False


@dataclass(frozen=True, kw_only=True)
class Version:
    """What a rule says from a moment on, with its categories opened up to their children."""

    pk: int
    number: int
    terms: Terms
    takes_effect_at: datetime | None = None
    ends_at: datetime | None = None
    stopped_at: datetime | None = None
    categories: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()

    def is_over_at(self, moment: datetime) -> bool:
        """Say whether the version has ended, or was stopped, by a moment."""
        return any(end is not None and end <= moment for end in (self.ends_at, self.stopped_at))


@dataclass(frozen=True, kw_only=True)
class RuleTerms:
    """A rule and its versions, the newest first. A rule that is not live has only its past."""

    code: str
    name_fr: str
    name_en: str
    priority: int = 0
    is_live: bool = True
    versions: tuple[Version, ...] = ()

    def version_at(self, moment: datetime) -> Version | None:
        """Return the version in force: the newest whose moment has come, unless it is over."""
        for version in self.versions:
            if version.takes_effect_at is None or version.takes_effect_at <= moment:
                is_over = version.is_over_at(moment) or not (self.is_live or version.stopped_at)
                return None if is_over else version
        return None


@dataclass(frozen=True, kw_only=True)
class Rulebook:
    """The programme as one value: settings, wallets, rules in order, categories, ladder."""

    revision: str
    name: str
    currency: str
    zone: ZoneInfo
    spending_wallet: str
    value_of_point: Decimal = Decimal("0.01")
    rounding: Rounding = Rounding.FLOOR
    multipliers: Multipliers = Multipliers.BEST
    wallets: Mapping[str, WalletTerms] = field(default_factory=dict)
    rules: tuple[RuleTerms, ...] = ()
    categories: CategoryTree = field(default_factory=CategoryTree)
    ladder: Ladder | None = None

    def wallet(self, code: str) -> WalletTerms:
        """Return what is said of a wallet. Of one without a policy: it never expires."""
        return self.wallets.get(code) or WalletTerms(code=code)

    def tier(self, code: str | None) -> Rung | None:
        return self.ladder.get(code) if self.ladder else None

    def business_day(self, moment: datetime) -> date:
        """Return the local day of the programme in which a moment falls."""
        return zones.business_day(moment=moment, zone=self.zone)


def open_up(*, version: Version, tree: CategoryTree) -> Version:
    """Return a version ready to be asked: its categories with all inside, exclusions joined."""
    excluded = tree.covering(version.terms.when.excluded_categories)
    return replace(
        version,
        categories=tree.covering(version.terms.when.categories),
        excluded_categories=excluded | tree.covering(tuple(tree.excluded)),
    )
