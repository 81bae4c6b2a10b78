"""How far goals are: each measure now, what it was, what it is to become, and by when.

A goal looks at the last period of its rhythm that is over, so that it never rises and falls with
the days of a month. Shares are exact; what is asked for of several goals is read together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from analytics import keeping, scopes, slicing
from analytics.figures import Direction
from analytics.keeping import Asked
from analytics.measures.registry import get_measure, get_measures
from analytics.measuring import Measure
from analytics.models import Action, Goal, Rhythm
from analytics.periods import Period, PeriodKind, month_end, month_start
from analytics.scopes import Cut
from loyalty.core.zones import add_months

Value = Fraction | int
_MONTHS = {Rhythm.MONTH: 1, Rhythm.QUARTER: 3, Rhythm.HALF: 6, Rhythm.YEAR: 12}


class Standing(StrEnum):
    """How a goal stands. Behind is whoever has come less far than their time has."""

    REACHED = "REACHED"
    ON_TRACK = "ON_TRACK"
    BEHIND = "BEHIND"
    LATE = "LATE"
    UNKNOWN = "UNKNOWN"


@dataclass(frozen=True)
class Progress:
    """A goal with its measure over the last periods, oldest first, and how far it has come.

    `share` of the way from the baseline to the target is between 0 and 1: None where the
    measure is not available.
    """

    goal: Goal
    measure: Measure
    periods: Sequence[Period]
    values: Sequence[Value | None]
    share: Fraction | None
    standing: Standing

    # Properties

    @property
    def value(self) -> Value | None:
        return self.values[-1]

    @property
    def period(self) -> Period:
        return self.periods[-1]


@dataclass(frozen=True)
class Aim:
    """What a measure's own chart draws of its goal: the target, and what was done when."""

    goal: Goal
    target: Fraction
    actions: Sequence[Action]

    # Properties

    @property
    def days(self) -> list[date]:
        """The days on which something was done, or is to be."""
        return [action.done_on or action.due_on for action in self.actions]


def get_progress(*, goals: Sequence[Goal], at: datetime, periods: int = 1) -> list[Progress]:
    """Return how far goals have come, with so many of the last periods, in their order.

    What can no longer be read, a measure that went or a cut by what is gone, is left out. All
    figures are asked for together. Raises books.ProgrammeMissing.
    """
    if not goals:
        return []
    today = scopes.get_scope(period=Period(at.date(), at.date()), at=at).today
    cuts = slicing.read_cuts(asked=[goal.cut for goal in goals])
    told = [
        (goal, cut) for goal, cut in zip(goals, cuts, strict=True) if cut and _is_read(goal, cut)
    ]
    spans = {goal.pk: last_periods(Rhythm(goal.rhythm), today=today, count=periods)
             for goal, _cut in told}  # fmt: skip
    asked = [Asked(goal.code, period, cut) for goal, cut in told for period in spans[goal.pk]]
    found = keeping.get(asked=asked, at=at)
    return [
        _progress(
            goal,
            spans[goal.pk],
            [found[Asked(goal.code, period, cut)].figure.value for period in spans[goal.pk]],
            today,
        )
        for goal, cut in told
    ]


def get_value(*, code: str, cut: Cut, rhythm: Rhythm, at: datetime) -> Value | None:
    """Return what a measure was in the last period that is over. Raises as `keeping.get`."""
    today = scopes.get_scope(period=Period(at.date(), at.date()), at=at).today
    asked = Asked(code, last_periods(rhythm, today=today, count=1)[0], cut)
    return keeping.get(asked=[asked], at=at)[asked].figure.value


def for_measure(*, code: str, cut: Cut, kind: PeriodKind) -> Aim | None:
    """Return what is aimed at with a measure of this cut and kind of period: the goal due first.

    Two statements; a third for the code of a store.
    """
    rows = Goal.objects.open().filter(code=code, rhythm=kind, cut=slicing.write_cut(cut=cut))
    goal = rows.select_related("owner").order_by("by_on", "pk").first()
    if goal is None:
        return None
    actions = Action.objects.filter(goal=goal).exclude(state="DROPPED")
    shown = actions.select_related("owner").order_by("due_on", "pk")
    return Aim(goal, exactly(goal.target), list(shown))


def read_cut(goal: Goal) -> Cut | None:
    """Return what a goal is cut by; None where that, or its measure, is no more."""
    [cut] = slicing.read_cuts(asked=[goal.cut])
    return cut if cut and _is_read(goal, cut) else None


def _is_read(goal: Goal, cut: Cut) -> bool:
    measure = get_measures().get(goal.code)
    return measure is not None and measure.allows(cut)


def last_periods(rhythm: Rhythm, *, today: date, count: int) -> list[Period]:
    """Return the last periods that are over before a day, oldest first."""
    months = _MONTHS[rhythm]
    this = month_start(today)
    start = add_months(day=this, months=-((this.month - 1) % months))
    starts = [add_months(day=start, months=-months * back) for back in range(count, 0, -1)]
    return [Period(first, month_end(add_months(day=first, months=months - 1))) for first in starts]


def exactly(value: Decimal | Fraction | int) -> Fraction:
    return Fraction(value)


def is_lower_better(measure: Measure, *, baseline: Decimal | None, target: Decimal) -> bool:
    """Say which way a goal goes: the measure's own, or where that has none the target's."""
    if measure.direction != Direction.NEUTRAL:
        return measure.direction == Direction.LOWER
    return baseline is not None and target < baseline


def is_reached(
    measure: Measure, *, baseline: Decimal | None, target: Decimal, value: Value
) -> bool:
    if is_lower_better(measure, baseline=baseline, target=target):
        return exactly(value) <= exactly(target)
    return exactly(value) >= exactly(target)


def _progress(
    goal: Goal, periods: Sequence[Period], values: Sequence[Value | None], today: date
) -> Progress:
    measure = get_measure(code=goal.code)
    share = _share(goal, measure, values[-1])
    return Progress(goal, measure, periods, values, share, _standing(goal, share, today))


def _share(goal: Goal, measure: Measure, value: Value | None) -> Fraction | None:
    if value is None:
        return None
    if is_reached(measure, baseline=goal.baseline, target=goal.target, value=value):
        return Fraction(1)
    start = exactly(goal.baseline or 0)
    way = exactly(goal.target) - start
    # Without a start, what is to fall has come no part of the way until it is there.
    is_told = way and (goal.baseline is not None or way > 0)
    share = (exactly(value) - start) / way if is_told else Fraction(0)
    return min(max(share, Fraction(0)), Fraction(1))


def _standing(goal: Goal, share: Fraction | None, today: date) -> Standing:
    if share == 1:
        return Standing.REACHED
    if today > goal.by_on:
        return Standing.LATE
    if share is None:
        return Standing.UNKNOWN
    elapsed = Fraction(max((today - goal.from_on).days, 0), (goal.by_on - goal.from_on).days)
    return Standing.ON_TRACK if share >= elapsed else Standing.BEHIND
