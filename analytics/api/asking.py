"""From what a client asks in an address to figures that can be looked up."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from django.utils.translation import gettext_lazy as _

from analytics import reporting, slicing
from analytics.keeping import Asked
from analytics.periods import Period, PeriodKind, month_end, month_start, months_from
from analytics.reporting import PeriodImpossible
from analytics.rfm import Scoring
from analytics.scopes import Cut, Dimension
from loyalty.core.refusals import FieldRefusal, ValidationFailed

COMPARED = ("previous", "year")
SCORINGS = [scoring.value.lower() for scoring in Scoring]
MOST_MONTHS = 36
# Schemas say the same of it.
_WORD = re.compile(r"[^\x00-\x1f\x7f]{1,40}")


@dataclass(frozen=True)
class Question:
    """A period and a cut, what to compare it with, and the months of a series."""

    period: Period
    cut: Cut
    compared: Mapping[str, Period] = field(default_factory=dict)
    months: tuple[Period, ...] = ()

    def asked(self, code: str) -> list[Asked]:
        """Return every figure of a measure that the answer holds; an empty period has none."""
        periods = [self.period, *self.compared.values(), *self.months]
        return [Asked(code, period, self.cut) for period in periods if not period.is_empty]


def check(*, asked: Mapping[str, str]) -> None:
    """Raise ValidationFailed, with each fault, for what cannot be read at all."""
    _refuse([*_not_days(_days(asked)), *_not_beside(asked), *_not_cuts(asked)])


def check_period(*, asked: Mapping[str, str]) -> None:
    """As `check`, of a question with nothing beside its period."""
    _refuse([*_not_days(_days(asked)), *_not_cuts(asked)])


def check_day(*, asked: Mapping[str, str]) -> None:
    """As `check`, of a question as of the end of a day, or of today."""
    _refuse([*_not_days(_day(asked)), *_not_scoring(asked), *_not_cuts(asked)])


def check_at(*, asked: Mapping[str, str]) -> None:
    """As `check`, of nothing but a day."""
    _refuse(list(_not_days(_day(asked))))


def read(*, asked: Mapping[str, str], store: str | None, today: date) -> Question:
    """Return what is asked, and was checked, of a store by its code or of all.

    Raises reporting.PeriodImpossible and slicing.CutUnknown.
    """
    alone = read_period(asked=asked, store=store)
    return replace(
        alone,
        compared={name: _compared(name, alone.period, today) for name in _names(asked)},
        months=_months(alone.period) if "by" in asked else (),
    )


def read_period(*, asked: Mapping[str, str], store: str | None) -> Question:
    """As `read`, of a period with nothing beside it."""
    period = reporting.read_period(
        first=date.fromisoformat(asked["from"]), last=date.fromisoformat(asked["to"])
    )
    return Question(period, _read_cut(asked, store))


def read_day(*, asked: Mapping[str, str], store: str | None, today: date) -> Question:
    """As `read`, as of the end of a day: of its month up to it, as pages keep it.

    Today's month is kept whole, and so is one to come.
    """
    day = read_at(asked=asked) or today
    reporting.read_period(first=day, last=day)
    last = month_end(day) if day >= today else day
    return Question(Period(month_start(day), last), _read_cut(asked, store))


def read_at(*, asked: Mapping[str, str]) -> date | None:
    return date.fromisoformat(asked["at"]) if "at" in asked else None


def read_scoring(*, asked: Mapping[str, str]) -> Scoring | None:
    return Scoring(asked["scoring"].upper()) if "scoring" in asked else None


def _read_cut(asked: Mapping[str, str], store: str | None) -> Cut:
    told = {name.value: asked.get(name, "") for name in Dimension} | {"store": store or ""}
    return slicing.read_cut(asked=told)


def _compared(name: str, period: Period, today: date) -> Period:
    """Of a period that lasts, as many days as have begun are compared."""
    if name == "previous":
        return period.previous(today=today)
    return period.year_before(today=today)


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


def _refuse(faults: Sequence[FieldRefusal]) -> None:
    if faults:
        raise ValidationFailed(errors=faults)


def _days(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: asked.get(name, "") for name in ("from", "to")}


def _day(asked: Mapping[str, str]) -> dict[str, str]:
    return {"at": asked["at"]} if "at" in asked else {}


def _not_days(told: Mapping[str, str]) -> Iterator[FieldRefusal]:
    for name, text in told.items():
        if not _is_day(text):
            yield FieldRefusal(f"/{name}", "invalid", _("A day, as 2026-03-10."))


def _not_scoring(asked: Mapping[str, str]) -> Iterator[FieldRefusal]:
    if "scoring" in asked and asked["scoring"] not in SCORINGS:
        yield FieldRefusal("/scoring", "invalid", ", ".join(SCORINGS))


def _not_beside(asked: Mapping[str, str]) -> Iterator[FieldRefusal]:
    if "by" in asked and asked["by"] != PeriodKind.MONTH.lower():
        yield FieldRefusal("/by", "invalid", "month")
    if "compare" in asked and not set(asked["compare"].split(",")) <= set(COMPARED):
        yield FieldRefusal("/compare", "invalid", ", ".join(COMPARED))


def _not_cuts(asked: Mapping[str, str]) -> Iterator[FieldRefusal]:
    for name in Dimension:
        if name in asked and not _WORD.fullmatch(asked[name]):
            yield FieldRefusal(f"/{name}", "invalid", _("1 to 40 letters, figures and signs."))


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
