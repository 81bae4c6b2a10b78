"""Everything the engine reads, compiled once and shared by every occasion. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    expiry: Expiry = Expiry()
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
    categories: frozenset[str] = frozenset()
    excluded_categories: frozenset[str] = frozenset()


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
        """Return the version in force: the newest whose moment has come and that has not ended."""
        for version in self.versions:
            if version.takes_effect_at is not None and version.takes_effect_at > moment:
                continue
            if version.ends_at is None:
                return version if self.is_live else None
            return version if moment < version.ends_at else None
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
    categories: CategoryTree = CategoryTree()
    ladder: Ladder | None = None

    def wallet(self, code: str) -> WalletTerms:
        """Return what is said of a wallet. Of one without a policy: it never expires."""
        return self.wallets.get(code) or WalletTerms(code=code)

    def tier(self, code: str | None) -> Rung | None:
        return self.ladder.get(code) if self.ladder else None

    def business_day(self, moment: datetime) -> date:
        """Return the local day of the programme in which a moment falls."""
        return zones.business_day(moment=moment, zone=self.zone)


def compile_version(
    *,
    pk: int,
    number: int,
    terms: Terms,
    takes_effect_at: datetime | None,
    ends_at: datetime | None,
    tree: CategoryTree,
) -> Version:
    """Return a version ready to be asked: categories opened, exclusions joined."""
    excluded = tree.covering(terms.when.excluded_categories)
    return Version(
        pk=pk,
        number=number,
        terms=terms,
        takes_effect_at=takes_effect_at,
        ends_at=ends_at,
        categories=tree.covering(terms.when.categories),
        excluded_categories=excluded | tree.covering(tuple(tree.excluded)),
    )
