"""Where the pages of measures get their figures: all of a page at once.

A figure that a measure cannot tell of a cut is absent from the answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from analytics.figures import Figure
from analytics.measures.registry import get_measure
from analytics.periods import Period
from analytics.scopes import WHOLE, Cut, Scope


@dataclass(frozen=True, slots=True)
class Asked:
    """One measure of one period, cut or whole."""

    code: str
    period: Period
    cut: Cut = WHOLE


@dataclass(frozen=True, slots=True)
class Kept:
    """A figure, when it was computed, when it was last revised, and whether its period is over."""

    figure: Figure
    computed_at: datetime
    revised_at: datetime | None
    is_finished: bool


def get(*, asked: Iterable[Asked], scope: Scope) -> Mapping[Asked, Kept]:
    """Return the figures that were asked for, as seen at the scope's moment."""
    return {
        one: Kept(
            get_measure(code=one.code).compute(replace(scope, period=one.period, cut=one.cut)),
            scope.at,
            None,
            one.period.is_finished(today=scope.today),
        )
        for one in dict.fromkeys(asked)
        if get_measure(code=one.code).allows(one.cut)
    }
