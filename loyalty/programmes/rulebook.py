"""Everything the engine reads, compiled once and shared by every occasion. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Protocol
from zoneinfo import ZoneInfo

from loyalty.core import zones
from loyalty.ledger.planning import Idle
from loyalty.programmes import idling, money
from loyalty.programmes.campaigns import CampaignTerms
from loyalty.programmes.expiring import Expiry
from loyalty.programmes.idling import Activity, Inactivity
from loyalty.programmes.ladder import Ladder, Rung
from loyalty.programmes.terms import Event, Gift, Limits, Rate, Terms, When

_INSTANT = timedelta(microseconds=1)


class Rounding(StrEnum):
    FLOOR = "FLOOR"
    HALF_UP = "HALF_UP"
    CEILING = "CEILING"


class Multipliers(StrEnum):
    BEST = "BEST"
    ADD = "ADD"


class Budgeted(Protocol):
    """What has a budget in points, or in cents, or none."""

    @property
    def budget_points(self) -> int | None: ...
    @property
    def budget_cents(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class StampCard:
    """So many stamps of a wallet make a voucher."""

    stamps: int
    voucher: Gift


@dataclass(frozen=True, kw_only=True)
class WalletTerms:
    """What the programme says of a wallet."""

    code: str
    name_fr: str = ""
    name_en: str = ""
    expiry: Expiry = field(default_factory=Expiry)
    pending_days: int = 0
    refund_grace_days: int = 30
    allows_debt: bool = True
    inactivity: Inactivity | None = None
    card: StampCard | None = None


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
    """What a rule says from a moment on, with its categories opened up to their children.

    `categories` are all that it names and what is inside them; `families` the same, one set
    for each that it names.
    """

    pk: int
    number: int
    terms: Terms
    takes_effect_at: datetime | None = None
    ends_at: datetime | None = None
    stopped_at: datetime | None = None
    categories: frozenset[str] = frozenset()
    families: tuple[frozenset[str], ...] = ()
    excluded_categories: frozenset[str] = frozenset()

    @property
    def asked(self) -> set[str]:
        """Return the conditions that are set, and what the gift needs to know."""
        when, effect = self.terms.when, self.terms.then.effect
        silent = vars(When())
        asked = {name for name, value in vars(when).items() if value != silent[name]}
        return asked | ({"carried"} if isinstance(effect, Rate) and effect.carries else set())

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
    pk: int = 0
    campaign: CampaignTerms | None = None
    audience: str = ""

    @property
    def pot(self) -> str:
        return self.campaign.pot if self.campaign else ""

    @property
    def audiences(self) -> frozenset[str]:
        """Return the segments of which one must be a member: its own, and its campaign's."""
        of_campaign = self.campaign.audience if self.campaign else ""
        return frozenset({self.audience, of_campaign} - {""})

    @property
    def is_ever_counted(self) -> bool:
        limits = (version.terms.limits for version in self.versions)
        return self.campaign is not None or any(one.is_counted for one in limits)

    def windows(self, limits: Limits, day: date) -> set[str]:
        """Return the periods of a day in which members are counted: of a campaign, ever."""
        return {*limits.windows(day), *(["ever"] if self.campaign else [])}

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
    counts_tax: bool = True
    unearning_means: frozenset[str] = frozenset()
    pay_share_percent: int = 100
    pay_least_points: int = 1
    pay_most_points: int | None = None
    # What a member may use in a day at tills without a network.
    offline_points: int = 0
    attach_days: int = 7
    # What shows at a till that it is the member who spends.
    spend_proof: str = "CARD"
    multipliers: Multipliers = Multipliers.BEST
    wallets: Mapping[str, WalletTerms] = field(default_factory=dict)
    rules: tuple[RuleTerms, ...] = ()
    categories: CategoryTree = field(default_factory=CategoryTree)
    ladder: Ladder | None = None
    has_products: bool = False
    has_plans: bool = False
    # What somebody takes along who leaves a household; empty where there are none.
    household_rule: str = ""
    household_size: int = 0
    # How many full days old a friend's first purchase must be; None where nobody is referred.
    referral_days: int | None = None
    referral_least_cents: int = 0
    referral_most: int | None = None

    @cached_property
    def asked(self) -> frozenset[str]:
        """Return what its rules ask for, by name, so that nothing else is looked up."""
        versions = [version for rule in self.rules for version in rule.versions]
        asked = {name for version in versions for name in version.asked}
        has_audience = any(rule.audiences for rule in self.rules)
        return frozenset(asked | ({"segments"} if has_audience else set()))

    @cached_property
    def most_visits(self) -> int:
        """Return how many purchases of a member some rule counts, at most."""
        whens = (version.terms.when for rule in self.rules for version in rule.versions)
        return max((when.nth_visit or 0 for when in whens), default=0)

    def wallet(self, code: str) -> WalletTerms:
        """Return what is said of a wallet. Of one without a policy: it never expires."""
        return self.wallets.get(code) or WalletTerms(code=code)

    def idle(
        self,
        wallet: str,
        *did: Activity,
        at: datetime,
        occurred_at: datetime | None = None,
    ) -> Idle | None:
        """Return until when an account of a wallet stays awake by what happened, if it sleeps."""
        terms = self.wallet(wallet).inactivity
        return idling.idle(terms=terms, did=did, at=at, occurred_at=occurred_at, zone=self.zone)

    def tier(self, code: str | None) -> Rung | None:
        return self.ladder.get(code) if self.ladder else None

    @cached_property
    def _counted(self) -> tuple[RuleTerms, ...]:
        return tuple(rule for rule in self.rules if rule.is_ever_counted)

    def counted_at(
        self, moment: datetime, *, event: str = Event.PURCHASE
    ) -> Iterator[tuple[RuleTerms, Version]]:
        """Yield the rules in force at a moment whose limits need counters, with what they say."""
        for rule in self._counted:
            version = rule.version_at(moment)
            if version is None or version.terms.when.event != event:
                continue
            if rule.campaign or version.terms.limits.is_counted:
                yield rule, version

    def budgets(self, rule: RuleTerms, limits: Limits) -> Iterator[tuple[str, int]]:
        """Yield the budgets from which a rule draws, by the name each is counted under."""
        for name, said in ((rule.code, limits), (rule.pot, rule.campaign)):
            if said is not None and (most := self.budget_of(said)) is not None:
                yield name, most

    @cached_property
    def campaigns(self) -> tuple[CampaignTerms, ...]:
        """Return the campaigns that rules belong to, each once."""
        found = {rule.campaign.code: rule.campaign for rule in self.rules if rule.campaign}
        return tuple(found.values())

    def budget_of(self, limits: Budgeted) -> int | None:
        """Return the points that a budget comes to; money at what a point is worth today."""
        if limits.budget_points is not None or limits.budget_cents is None:
            return limits.budget_points
        cents = self.value_of_point.scaleb(money.places(currency=self.currency))
        return int(limits.budget_cents / cents) if cents else None

    def business_day(self, moment: datetime) -> date:
        """Return the local day of the programme in which a moment falls."""
        return zones.business_day(moment=moment, zone=self.zone)

    def last_day(self, end: datetime) -> date:
        """Return the last local day of what is good until an instant: the day that it ends."""
        return self.business_day(end - _INSTANT)


def open_up(*, version: Version, tree: CategoryTree) -> Version:
    """Return a version ready to be asked: its categories with all inside, exclusions joined."""
    excluded = tree.covering(version.terms.when.excluded_categories)
    return replace(
        version,
        categories=tree.covering(version.terms.when.categories),
        families=tuple(tree.covering((code,)) for code in version.terms.when.categories),
        excluded_categories=excluded | tree.covering(tuple(tree.excluded)),
    )
