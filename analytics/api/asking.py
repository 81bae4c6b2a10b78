"""From what a client asks in an address to figures that can be looked up."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from analytics import reporting, slicing
from analytics.keeping import Asked
from analytics.periods import Period, PeriodKind, month_end, months_from
from analytics.reporting import PeriodImpossible
from analytics.scopes import Cut, Dimension
from loyalty.core.refusals import FieldRefusal, ValidationFailed

COMPARED = ("previous", "year")
MOST_MONTHS = 36
# Schemas say the same of it.
_WORD = re.compile(r"[^\x00-\x1f\x7f]{0,40}")


@dataclass(frozen=True)
class Question:
    """A period and a cut, what to compare it with, and the months of a series."""

    period: Period
    cut: Cut
    compared: Mapping[str, Period]
    months: tuple[Period, ...]

    def asked(self, code: str) -> list[Asked]:
        """Return every figure of a measure that the answer holds; an empty period has none."""
        periods = [self.period, *self.compared.values(), *self.months]
        return [Asked(code, period, self.cut) for period in periods if not period.is_empty]


def check(*, asked: Mapping[str, str]) -> None:
    """Raise ValidationFailed, with each fault, for what cannot be read at all."""
    faults = list(_faults(asked))
    if faults:
        raise ValidationFailed(errors=faults)


def read(*, asked: Mapping[str, str], store: str | None, today: date) -> Question:
    """Return what is asked, and was checked, of a store by its code or of all.

    Raises reporting.PeriodImpossible and slicing.CutUnknown.
    """
    period = reporting.read_period(
        first=date.fromisoformat(asked["from"]), last=date.fromisoformat(asked["to"])
    )
    told = {name.value: asked.get(name, "") for name in Dimension} | {"store": store or ""}
    return Question(
        period=period,
        cut=slicing.read_cut(asked=told),
        compared={name: _compared(name, period, today) for name in _names(asked)},
        months=_months(period) if "by" in asked else (),
    )


def _compared(name: str, period: Period, today: date) -> Period:
    """Of a period that lasts, as many days as have begun are compared."""
    if name == "previous":
        return period.previous(today=today)
    begun = Period(period.first, min(period.last, today))
    return begun if begun.is_empty else begun.year_before()


def _months(period: Period) -> tuple[Period, ...]:
    """Raises PeriodImpossible for parts of months, and for more of them than a series has."""
    is_whole = period.first.day == 1 and period.last == month_end(period.last)
    firsts = months_from(period.first, period.last) if is_whole else []
    if not 1 <= len(firsts) <= MOST_MONTHS:
        raise PeriodImpossible(_("A series has 1 to 36 whole months."), limit=MOST_MONTHS)
    return tuple(Period(first, month_end(first)) for first in firsts)


def _names(asked: Mapping[str, str]) -> list[str]:
    said = asked.get("compare", "").split(",")
    return [name for name in COMPARED if name in said]


def _faults(asked: Mapping[str, str]) -> Iterator[FieldRefusal]:
    for name in ("from", "to"):
        if not _is_day(asked.get(name, "")):
            yield FieldRefusal(f"/{name}", "invalid", _("A day, as 2026-03-10."))
    if "by" in asked and asked["by"] != PeriodKind.MONTH.lower():
        yield FieldRefusal("/by", "invalid", "month")
    if "compare" in asked and not set(asked["compare"].split(",")) <= set(COMPARED):
        yield FieldRefusal("/compare", "invalid", ", ".join(COMPARED))
    for name in Dimension:
        if not _WORD.fullmatch(asked.get(name, "")):
            yield FieldRefusal(f"/{name}", "invalid", _("Up to 40 letters, figures and signs."))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
