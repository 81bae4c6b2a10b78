"""A few measures of the last whole month, each beside the month before."""

from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.formats import date_format

from analytics import keeping, scopes
from analytics.figures import Direction, Figure
from analytics.keeping import Asked
from analytics.measures.registry import get_measure
from analytics.measuring import Measure
from analytics.periods import DAY, Period, month_start
from analytics.scopes import WHOLE, Cut, Scope
from loyalty.desk.home import words
from loyalty.identity.models import User
from loyalty.programmes.models import Store

NEEDED = "analytics.view_membermonth"
_CODES = ("retention_rate", "repeat_purchase_rate", "redemption_rate", "average_basket")


@dataclass(frozen=True)
class Told:
    """One measure: what it is, what it was, whether that is good, and its definition."""

    code: str
    name: str
    definition: str
    value: str
    before: str
    trend: str
    is_good: bool
    has_value: bool


@dataclass(frozen=True)
class Board:
    """The measures of a month, by its name and that of the month they are compared with.

    `period` is the month as addresses of the measures' pages say it. Without a store they are
    of the whole programme.
    """

    month: str
    month_before: str
    period: str
    measures: tuple[Told, ...]
    store: Store | None

    # Properties

    @property
    def is_empty(self) -> bool:
        return not any(one.has_value for one in self.measures)


def get_board(
    *, reader: User | AnonymousUser, at: datetime, stores: QuerySet[Store] | None = None
) -> Board | None:
    """Return the key measures of the last whole month, or None for who may not read them.

    Whoever is bound to stores reads those of the first, as on the pages of the measures, as far as
    a store has them: the whole chain is not theirs to read.
    """
    if not reader.has_perm(NEEDED):
        return None
    store = None if stores is None else stores.order_by("name").first()
    if stores is not None and store is None:
        return None
    cut = WHOLE if store is None else Cut(store_id=store.pk)
    today = scopes.get_scope(period=Period(at.date(), at.date()), at=at, cut=cut)
    last_day = month_start(today.today) - DAY
    now = replace(today, period=Period(month_start(last_day), last_day))
    before = replace(now, period=now.previous)
    return Board(
        month=_month(now),
        month_before=_month(before),
        period=f"{now.period.first:%Y-%m}",
        measures=_get_told(now, before),
        store=store,
    )


def _get_told(now: Scope, before: Scope) -> tuple[Told, ...]:
    """Return the measures that can be told of a cut, from kept figures."""
    measures = [one for code in _CODES if (one := get_measure(code=code)).allows(now.cut)]
    pairs = [
        (one, Asked(one.code, now.period, now.cut), Asked(one.code, before.period, now.cut))
        for one in measures
    ]
    asked = [one for _measure, *both in pairs for one in both]
    found = keeping.get(asked=asked, at=now.at, seen=now)
    return tuple(
        _told(one, found[this].figure, found[past].figure, now.currency)
        for one, this, past in pairs
    )


def _told(measure: Measure, figure: Figure, past: Figure, currency: str) -> Told:
    value, before = figure.value, past.value
    trend = _trend(value, before)
    better = "down" if measure.direction == Direction.LOWER else "up"
    return Told(
        code=measure.code,
        name=str(measure.name),
        definition=str(measure.definition),
        value=words.of_measure(value, measure.unit, currency),
        before=words.of_measure(before, measure.unit, currency),
        trend=trend,
        is_good=trend in {"same", better},
        has_value=value is not None or before is not None,
    )


def _trend(value: Fraction | int | None, before: Fraction | int | None) -> str:
    if value is None or before is None:
        return "none"
    if value == before:
        return "same"
    return "up" if value > before else "down"


def _month(scope: Scope) -> str:
    return date_format(scope.period.first, "YEAR_MONTH_FORMAT")
