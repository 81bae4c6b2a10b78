"""What a measure is asked about: a period, seen from a moment, cut or whole."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from zoneinfo import ZoneInfo

from analytics.models import MeasureSettings
from analytics.periods import BEGINNING, DAY, Period, month_start
from loyalty.core import zones
from loyalty.programmes import books
from loyalty.programmes.models import Programme


class Dimension(StrEnum):
    """What a figure can be cut by, in the order in which pages offer it."""

    STORE = "store"
    CHANNEL = "channel"
    TIER = "tier"
    SEGMENT = "segment"
    KIND = "kind"
    ENROLLED = "enrolled"
    SOURCE = "source"
    VALUE_GROUP = "value"


class ValueGroup(StrEnum):
    """The fifth of all buyers, rounded up, who brought most to date, and everybody else."""

    BEST = "BEST"
    REST = "REST"


OF_RECEIPTS = frozenset({Dimension.STORE, Dimension.CHANNEL})
OF_MEMBERS = frozenset(Dimension) - OF_RECEIPTS
EVERY_WAY = frozenset(Dimension)
NO_WAY: frozenset[Dimension] = frozenset()


@dataclass(frozen=True, slots=True)
class Cut:
    """Which receipts count, by their store and channel, and of which members.

    Tier, segment and value group are those that members have at the end of the scope's period,
    by their codes: "" is no tier. `enrolled` is the first day of a month.
    """

    store_id: int | None = None
    channel: str | None = None
    tier: str | None = None
    segment: str | None = None
    kind: str | None = None
    enrolled: date | None = None
    source: str | None = None
    value: ValueGroup | None = None

    # Properties

    @property
    def dimensions(self) -> frozenset[Dimension]:
        """What this cuts by: nothing of the whole."""
        return frozenset(name for name in Dimension if getattr(self, FIELDS[name]) is not None)


FIELDS = {name: name.value for name in Dimension} | {Dimension.STORE: "store_id"}
WHOLE = Cut()


@dataclass(frozen=True)
class Scope:
    """A period as seen at a moment, with the programme's zone, currency and settings."""

    period: Period
    at: datetime
    zone: ZoneInfo
    currency: str
    wallet_id: int
    lost_after_days: int
    rfm_scoring: str
    pair_support_percent: int
    least_answers: int
    cut: Cut = WHOLE

    @cached_property
    def today(self) -> date:
        return zones.business_day(moment=self.at, zone=self.zone)

    @cached_property
    def previous(self) -> Period:
        return self.period.previous(today=self.today)

    @property
    def of_best(self) -> "Scope | None":
        """The same of the best fifth of buyers; None where it is cut by value already."""
        if self.cut.value is not None:
            return None
        return replace(self, cut=replace(self.cut, value=ValueGroup.BEST))

    @property
    def is_finished(self) -> bool:
        return self.period.is_finished(today=self.today)

    @property
    def as_of(self) -> date:
        """The day that figures "to date" go to: the last of the period, or today if earlier."""
        return min(self.period.last, self.today)

    @property
    def last_whole_month(self) -> date:
        """The first day of the last calendar month that is over by the end of the scope."""
        over = self.as_of if self.is_finished else self.as_of - DAY
        return month_start(month_start(over + DAY) - DAY)

    @property
    def to_date(self) -> Period:
        return Period(BEGINNING, self.as_of)

    @property
    def end_at(self) -> datetime:
        """The instant the period ends, or the moment it is seen at when that is earlier."""
        return min(zones.end_of_day(day=self.period.last, zone=self.zone), self.at)

    @property
    def start_at(self) -> datetime:
        return zones.start_of_day(day=self.period.first, zone=self.zone)


def get_scope(
    *, period: Period, at: datetime, cut: Cut = WHOLE, programme: Programme | None = None
) -> Scope:
    """Return the scope of a period. Raises books.ProgrammeMissing.

    Whoever has read the programme gives it, and it is not read again.
    """
    programme = programme or Programme.objects.first()
    if programme is None:
        raise books.ProgrammeMissing
    settings = MeasureSettings.objects.first() or MeasureSettings()
    return Scope(
        period=period,
        at=at,
        zone=programme.zone,
        currency=programme.currency,
        wallet_id=programme.spending_wallet_id,
        lost_after_days=settings.lost_after_days,
        rfm_scoring=settings.rfm_scoring,
        pair_support_percent=settings.pair_support_percent,
        least_answers=settings.least_answers,
        cut=cut,
    )
