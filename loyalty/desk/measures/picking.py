"""Which period and which cut a page of measures shows: all of it is in its address."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from analytics import reporting
from analytics.periods import DAY, EARLIEST, LATEST, Period, PeriodKind, month_end, month_start
from analytics.reporting import PeriodImpossible
from analytics.scopes import Cut
from loyalty.core.zones import add_months
from loyalty.desk.measures.cutting import Control, Offer, Part

_MONTH, _QUARTER = r"([0-9]{4})-([0-9]{2})", r"([0-9]{4})-Q([1-4])"
_HALF, _YEAR = r"([0-9]{4})-H([12])", r"([0-9]{4})"
# A hundred years. A chart goes a dozen periods further back.
_MOST_DAYS = 36_525
# What a page shows of a period, and goes on showing of another: which answers, what its pieces
# are of, which of its tables, which cell of one.
_KEPT = ("answers", "score", "by", "sheet", "cell", "cohort", "since", "scoring")
_LONGEST = 40
_LENGTHS = {
    PeriodKind.MONTH: 1,
    PeriodKind.QUARTER: 3,
    PeriodKind.HALF: 6,
    PeriodKind.YEAR: 12,
}


@dataclass(frozen=True)
class Picked:
    """What the address asks for: a period of one kind, and what of it.

    `kept` is what else the page was asked for: its own choices of period and cut keep it, and
    what leads to other pages does not.
    """

    period: Period
    kind: PeriodKind
    today: date
    offer: Offer = field(default_factory=Offer)
    said: Mapping[str, str] = field(default_factory=dict)
    kept: Mapping[str, str] = field(default_factory=dict)

    # Properties

    @property
    def cut(self) -> Cut:
        return self.offer.cut_of(self.said)

    @property
    def label(self) -> str:
        return label_of(self.period)

    @property
    def parts(self) -> list[Part]:
        """What the figures are cut by, each with the address that is without it."""

        def without(dimension: str) -> Mapping[str, str]:
            return {**self.said, dimension: ""}

        return [
            Part(name, words, self._choice(self.period, without(dimension)) if may_go else None)
            for dimension, name, words, may_go in self.offer.name_parts(self.said)
        ]

    @property
    def controls(self) -> list[Control]:
        return self.offer.controls_of(self.said)

    @property
    def is_finished(self) -> bool:
        return self.period.is_finished(today=self.today)

    @property
    def query(self) -> str:
        """The address of this very choice, without the question mark."""
        return self._query(self.period, self.said)

    @property
    def before_query(self) -> str:
        """The period just before, of the same kind."""
        return self._choice(self.period.previous(today=date.max), self.said)

    @property
    def after_query(self) -> str | None:
        """The period just after, of the same kind; None where it has not begun."""
        after = _after(self.period)
        return self._choice(after, self.said) if after.first <= self.today else None

    @property
    def kinds(self) -> list[tuple[str, str, bool]]:
        """Each kind of period around the last day of this one: name, query, current."""
        day = min(self.period.last, self.today)
        names = {
            PeriodKind.MONTH: _("Month"),
            PeriodKind.QUARTER: _("Quarter"),
            PeriodKind.HALF: _("Half-year"),
            PeriodKind.YEAR: _("Year"),
        }
        return [
            (name, self._choice(_around(day, kind), self.said), kind == self.kind)
            for kind, name in names.items()
        ]

    def query_with(self, **said: str) -> str:
        """Return the address of this period, cut otherwise: "" takes a cut away."""
        return self._query(self.period, {**self.said, **said})

    def _choice(self, period: Period, said: Mapping[str, str]) -> str:
        return self._query(period, {**said, **self.kept})

    def _query(self, period: Period, said: Mapping[str, str]) -> str:
        kept = {name: value for name, value in said.items() if value}
        return urlencode({"period": key_of(period)} | kept)


def pick(*, asked: Mapping[str, str], today: date, offer: Offer | None = None) -> Picked:
    """Read what an address asks for. Without a period it is the last month that is over.

    `offer` is what the reader may cut by; what is not in it is not found, and all is shown.
    Raises reporting.PeriodImpossible for a period that cannot be read.
    """
    if asked.get("from") or asked.get("to"):
        period = _range(f"{asked.get('from', '')}_{asked.get('to', '')}")
    elif key := asked.get("period"):
        period = _read(key)
    else:
        period = _around(month_start(today) - DAY, PeriodKind.MONTH)
    offer = offer or Offer()
    kept = {name: value for name in _KEPT if _is_short(value := asked.get(name, ""))}
    return Picked(period, period.kind, today, offer, offer.read(asked), kept)


def key_of(period: Period) -> str:
    """Return what an address calls a period: 2026-10, 2026-Q4, 2026-H2, 2026, or its two days."""
    first = period.first
    match period.kind:
        case PeriodKind.MONTH:
            return f"{first:%Y-%m}"
        case PeriodKind.QUARTER:
            return f"{first:%Y}-Q{_part_of_year(first, 3)}"
        case PeriodKind.HALF:
            return f"{first:%Y}-H{_part_of_year(first, 6)}"
        case PeriodKind.YEAR:
            return f"{first:%Y}"
    return f"{period.first.isoformat()}_{period.last.isoformat()}"


def label_of(period: Period) -> str:
    """Return what a person calls a period: octobre 2026, T4 2026, S2 2026, 2026, du … au …."""
    first = period.first
    match period.kind:
        case PeriodKind.MONTH:
            return date_format(first, "YEAR_MONTH_FORMAT")
        case PeriodKind.QUARTER:
            told = {"quarter": _part_of_year(first, 3), "year": first.year}
            return _("Q%(quarter)d %(year)d") % told
        case PeriodKind.HALF:
            return _("H%(half)d %(year)d") % {"half": _part_of_year(first, 6), "year": first.year}
        case PeriodKind.YEAR:
            return str(first.year)
    if period.first == period.last:
        return date_format(period.first)
    return _("%(first)s to %(last)s") % {
        "first": date_format(period.first),
        "last": date_format(period.last),
    }


def _read(key: str) -> Period:
    if found := re.fullmatch(_MONTH, key):
        return _of_months(int(found[1]), int(found[2]), 1)
    if found := re.fullmatch(_QUARTER, key):
        return _of_months(int(found[1]), int(found[2]) * 3 - 2, 3)
    if found := re.fullmatch(_HALF, key):
        return _of_months(int(found[1]), int(found[2]) * 6 - 5, 6)
    if found := re.fullmatch(_YEAR, key):
        return _of_months(int(found[1]), 1, 12)
    return _range(key)


def _range(key: str) -> Period:
    first, _dash, last = key.partition("_")
    try:
        days = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise PeriodImpossible from None
    return _on_a_page(reporting.read_period(first=days[0], last=days[1]))


def _of_months(year: int, month: int, count: int) -> Period:
    try:
        first = date(year, month, 1)
    except ValueError:
        raise PeriodImpossible from None
    return _on_a_page(Period(first, month_end(add_months(day=first, months=count - 1))))


def _on_a_page(period: Period) -> Period:
    """Refuse what is too long, or too far off, for the periods before and after beside it."""
    is_near = EARLIEST.year < period.first.year and period.last.year < LATEST.year
    if not is_near or period.days > _MOST_DAYS:
        raise PeriodImpossible
    return period


def _is_short(value: str) -> bool:
    return 0 < len(value) <= _LONGEST and value.isprintable()


def _around(day: date, kind: PeriodKind) -> Period:
    """Return the period of a kind that holds a day."""
    count = _LENGTHS[kind]
    return _of_months(day.year, (day.month - 1) // count * count + 1, count)


def _after(period: Period) -> Period:
    count = _LENGTHS.get(period.kind)
    first = period.last + DAY
    if count is None:
        return Period(first, first + (period.days - 1) * DAY)
    return Period(first, month_end(add_months(day=first, months=count - 1)))


def _part_of_year(day: date, months: int) -> int:
    return (day.month - 1) // months + 1
