"""What a measure is asked about: a period, seen from a moment, cut or whole."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from analytics.models import MeasureSettings
from analytics.periods import BEGINNING, Period
from loyalty.core import zones
from loyalty.programmes import books
from loyalty.programmes.models import Programme


@dataclass(frozen=True, slots=True)
class Cut:
    """Which receipts count: those of one store, of one channel, or all."""

    store_id: int | None = None
    channel: str | None = None


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
    cut: Cut = WHOLE

    @cached_property
    def today(self) -> date:
        return zones.business_day(moment=self.at, zone=self.zone)

    @cached_property
    def previous(self) -> Period:
        return self.period.previous(today=self.today)

    @property
    def is_finished(self) -> bool:
        return self.period.is_finished(today=self.today)

    @property
    def as_of(self) -> date:
        """The day that figures "to date" go to: the last of the period, or today if earlier."""
        return min(self.period.last, self.today)

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


def get_scope(*, period: Period, at: datetime, cut: Cut = WHOLE) -> Scope:
    """Return the scope of a period. Raises books.ProgrammeMissing."""
    programme = Programme.objects.first()
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
        cut=cut,
    )
