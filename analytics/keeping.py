"""Figures that are computed once and read many times, as long as what they count stands.

All that a page asks for is read in one statement; what is missing, or was computed from less
than is known by now, is computed from facts and kept. Two who compute the same keep the same.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from operator import attrgetter
from typing import Any

from analytics import freshness, packing
from analytics.figures import Figure
from analytics.freshness import Freshness
from analytics.measures.registry import get_measure
from analytics.models import Cause, KeptFigure
from analytics.periods import Period
from analytics.scopes import OF_RECEIPTS, WHOLE, Cut, Scope, get_scope

_KEY = ("first_on", "last_on", "short_by", "code", "cut")
_ROW_KEY = attrgetter(*_KEY)
_TOLD = ("figure", "stamp", "is_settled", "computed_at", "revised_at", "revised_by")


@dataclass(frozen=True, slots=True)
class Asked:
    """One figure: of a measure, a period and a cut."""

    code: str
    period: Period
    cut: Cut = WHOLE


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure, when it was computed, and when and why (a `Cause`) it last turned out otherwise.

    It is finished when its period was over and counted to the last day: then it only changes
    where something of that time is revised.
    """

    figure: Figure
    computed_at: datetime
    revised_at: datetime | None
    is_finished: bool
    revised_by: str = ""


def get(*, asked: Sequence[Asked], at: datetime, seen: Scope | None = None) -> dict[Asked, Kept]:
    """Return these figures: kept ones in a handful of statements, whatever their number.

    Whoever has a scope of that moment gives it as `seen`, and its settings are not read again.

    What no longer holds is computed and kept again. Raises MeasureUnknown or CutImpossible
    before anything is computed, and books.ProgrammeMissing.
    """
    found, made = _find(asked, at, seen)
    return {one: _kept(row) for one, row in (found | made).items()}


def compute_otherwise(*, asked: Asked, scope: Scope) -> Kept:
    """Return a figure by the settings of a scope where they are not the programme's: unkept.

    Raises CutImpossible.
    """
    measure = get_measure(code=asked.code)
    measure.check(asked.cut)
    seen = replace(scope, period=asked.period, cut=asked.cut)
    is_settled = freshness.read(seen).is_settled(seen)
    return Kept(measure.get_figure(seen), scope.at, None, is_settled)


def keep(*, asked: Sequence[Asked], at: datetime) -> int:
    """Compute and keep those of these figures that do not hold. Returns how many those were."""
    return len(_find(asked, at)[1])


def name_of(cut: Cut) -> str:
    """Return a cut as text: what it restricts, in one order; nothing of the whole."""
    told = {name: str(value) for name, value in asdict(cut).items() if value is not None}
    return json.dumps(told, sort_keys=True, ensure_ascii=False) if told else ""


def _find(
    asked: Sequence[Asked], at: datetime, seen: Scope | None = None
) -> tuple[dict[Asked, KeptFigure], dict[Asked, KeptFigure]]:
    """Return the figures that hold, and those that had to be computed."""
    for one in asked:
        get_measure(code=one.code).check(one.cut)
    if not asked:
        return {}, {}
    whole = seen or get_scope(period=asked[0].period, at=at)
    # Read before anything is computed: what is counted meanwhile makes a figure look older.
    fresh = freshness.read(whole)
    known = _read(asked)
    found: dict[Asked, KeptFigure] = {}
    made: dict[Asked, KeptFigure] = {}
    for one in dict.fromkeys(asked):
        scope = replace(whole, period=one.period, cut=one.cut)
        stamp = fresh.stamp(scope, is_of_facts=_is_of_facts(one))
        before = known.get(_key(one))
        if before is not None and before.stamp == stamp:
            found[one] = before
        else:
            made[one] = _compute(one, scope, fresh, before)
    _keep(list(made.values()))
    return found, made


def _is_of_facts(one: Asked) -> bool:
    """Tiers and segments are no facts: whose they were may be told otherwise later."""
    return get_measure(code=one.code).is_of_facts and one.cut.dimensions <= OF_RECEIPTS


def _read(asked: Sequence[Asked]) -> dict[tuple[Any, ...], KeptFigure]:
    rows = KeptFigure.objects.filter(
        first_on__in={one.period.first for one in asked},
        last_on__in={one.period.last for one in asked},
        code__in={one.code for one in asked},
        cut__in={name_of(one.cut) for one in asked},
    )
    return {_ROW_KEY(row): row for row in rows}


def _key(one: Asked) -> tuple[Any, ...]:
    period = one.period
    return period.first, period.last, period.short_by, one.code, name_of(one.cut)


def _compute(one: Asked, scope: Scope, fresh: Freshness, before: KeptFigure | None) -> KeptFigure:
    figure = packing.pack(get_measure(code=one.code).get_figure(scope))
    revised_at, revised_by = _get_revision(one, figure, scope, fresh, before)
    return KeptFigure(
        code=one.code,
        first_on=one.period.first,
        last_on=one.period.last,
        short_by=one.period.short_by,
        kind=one.period.kind,
        cut=name_of(one.cut),
        figure=figure,
        stamp=fresh.stamp(scope, is_of_facts=_is_of_facts(one)),
        is_settled=fresh.is_settled(scope),
        computed_at=scope.at,
        revised_at=revised_at,
        revised_by=revised_by,
    )


def _get_revision(
    one: Asked, figure: str, scope: Scope, fresh: Freshness, before: KeptFigure | None
) -> tuple[datetime | None, str]:
    """Return when what a figure is made of changed, and what that was.

    Only a settled figure can turn out otherwise: any other was known to be of a part.
    """
    if before is None or not before.is_settled:
        return None, ""
    has_same_rules = fresh.has_rules_of(before.stamp)
    if not _is_otherwise(before.figure, figure, has_same_rules=has_same_rules):
        return before.revised_at, before.revised_by
    since = before.computed_at
    late_at = fresh.revised_at(scope, since=since, is_of_facts=_is_of_facts(one))
    if has_same_rules:
        return late_at or scope.at, Cause.DATA
    changed_at = fresh.settings_changed_at
    if changed_at and changed_at <= since:
        changed_at = None
    if late_at and changed_at:
        return max(late_at, changed_at), Cause.BOTH
    return (late_at, Cause.DATA) if late_at else (changed_at or scope.at, Cause.RULES)


def _is_otherwise(before: str, after: str, *, has_same_rules: bool) -> bool:
    """Say whether a reader would find another figure, or another one in a column beside it.

    A release that shows more beside it, or less, revises nothing.
    """
    old, new = packing.unpack(before), packing.unpack(after)
    if (old.value, old.numerator, old.denominator) != (new.value, new.numerator, new.denominator):
        return True
    if has_same_rules:
        return old.columns != new.columns
    both = old.columns.keys() & new.columns.keys()
    return any(old.columns[name].value != new.columns[name].value for name in both)


def _keep(rows: Sequence[KeptFigure]) -> None:
    # In one order, whatever that of the page: two pages that keep the same would lock each other.
    KeptFigure.objects.bulk_create(
        sorted(rows, key=_ROW_KEY), update_conflicts=True, unique_fields=_KEY, update_fields=_TOLD
    )


def _kept(row: KeptFigure) -> Kept:
    return Kept(
        packing.unpack(row.figure),
        row.computed_at,
        row.revised_at,
        row.is_settled,
        row.revised_by,
    )
