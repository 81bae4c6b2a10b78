"""Goals and actions in words: how far each has come, what is late, and the chart it stands on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from analytics import goals, planning, slicing
from analytics.goals import Progress, Standing, Value
from analytics.measuring import Measure
from analytics.models import Action, ActionState, Goal
from analytics.periods import Period
from analytics.scopes import Dimension
from loyalty.core import spreadsheets
from loyalty.desk.measures import (
    charting,
    filing,
    naming,
    picking,
    picturing,
    saying,
    telling,
)
from loyalty.desk.measures.charting import Drawn, Plot, Point

PERIODS = 12
_HUNDRED = 100
WORDS: Mapping[Standing, Promise] = {
    Standing.REACHED: gettext_lazy("reached"),
    Standing.ON_TRACK: gettext_lazy("on track"),
    Standing.BEHIND: gettext_lazy("behind"),
    Standing.LATE: gettext_lazy("late"),
    Standing.UNKNOWN: gettext_lazy("not known yet"),
}


@dataclass(frozen=True)
class Deed:
    """An action in words. Without `after` nobody knows what the measure did since."""

    row: Action
    is_late: bool
    before: str
    after: str
    change: str


@dataclass(frozen=True)
class Shown:
    """A goal in words, with its chart. `percent` is how much of the way it has come."""

    goal: Goal
    measure: Measure
    name: str
    cut: str
    standing: Standing
    percent: int
    value: str
    baseline: str
    target: str
    period: str
    query: str
    chart: Drawn | None
    rows: Sequence[tuple[str, str]]
    values: Sequence[tuple[Period, Value | None]]
    deeds: Sequence[Deed]

    # Properties

    @property
    def words(self) -> str:
        return str(WORDS[self.standing])

    @property
    def late_deeds(self) -> int:
        return sum(deed.is_late for deed in self.deeds)


def get_shown(
    *,
    rows: Sequence[Goal],
    at: datetime,
    today: date,
    currency: str,
    plot: Plot | None = None,
) -> list[Shown]:
    """Return goals in their order with their actions; with a plot, over the last periods."""
    told = goals.get_progress(goals=rows, at=at, periods=PERIODS if plot else 1)
    deeds: dict[int, list[Action]] = {}
    found = Action.objects.filter(goal__in=[one.goal.pk for one in told])
    for row in found.select_related("owner").order_by("done_on", "due_on", "pk"):
        deeds.setdefault(row.goal_id, []).append(row)
    names = _names_of_cuts(one.goal for one in told)
    return [
        _shown(one, deeds.get(one.goal.pk, []), names, today=today, currency=currency, plot=plot)
        for one in told
    ]


def draw(progress: Progress, *, actions: Sequence[Action], plot: Plot, currency: str) -> Drawn:
    """Return a goal's measure over its periods, with its target and what was done for it."""
    days = [one.done_on or one.due_on for one in actions if one.state != ActionState.DROPPED]
    unit = progress.measure.unit
    points = [
        Point(
            label=saying.short(period),
            words=saying.brief(value, unit, currency),
            value=value,
            marks=telling.count_within(days, period),
        )
        for period, value in _told(progress)
    ]
    target = goals.exactly(progress.goal.target)
    said = _("Goal: %(value)s") % {"value": saying.say(target, unit, currency)}
    return charting.lay_out(points, plot=plot, target=target, target_words=said)


def write_csv(shown: Shown, *, currency: str) -> str:
    """Return a goal's measure over its periods as CSV, the oldest first, beside its target."""
    unit = shown.measure.unit
    target = filing.exact(goals.exactly(shown.goal.target), unit, currency)
    head = [pgettext("day", "from"), pgettext("day", "to"), shown.name, _("Target")]
    rows = (
        [
            period.first.isoformat(),
            period.last.isoformat(),
            filing.exact(value, unit, currency),
            target,
        ]
        for period, value in shown.values
    )
    return spreadsheets.write(head=head, rows=rows)


def draw_png(shown: Shown, *, programme: str, currency: str) -> bytes:
    """Return the chart of a goal as a picture."""
    unit = naming.unit_of(shown.measure.unit, currency)
    spans = list(dict.fromkeys([shown.rows[0][0], shown.rows[-1][0]]))
    return picturing.draw(
        title=shown.name,
        about=" · ".join(filter(None, [" – ".join(spans), shown.cut, unit])),
        foot=programme,
        drawing="desk/measures/_bars.html",
        told={"drawn": shown.chart, "code": shown.goal.pk},
    )


def _told(progress: Progress) -> list[tuple[Period, Value | None]]:
    """Return each period with its value, without what was before there was anything to count."""
    told = list(zip(progress.periods, progress.values, strict=True))
    while len(told) > 1 and told[0][1] is None:
        told.pop(0)
    return told


def _shown(
    one: Progress,
    actions: Sequence[Action],
    names: Mapping[tuple[str, str], str],
    *,
    today: date,
    currency: str,
    plot: Plot | None,
) -> Shown:
    goal, unit = one.goal, one.measure.unit

    def say(value: Value | None) -> str:
        return saying.say(value, unit, currency)

    return Shown(
        goal=goal,
        measure=one.measure,
        name=str(one.measure.name),
        cut=", ".join(names.get(pair, pair[1]) for pair in goal.cut.items()),
        standing=one.standing,
        percent=int((one.share or 0) * _HUNDRED),
        value=say(one.value),
        baseline=say(None if goal.baseline is None else Fraction(goal.baseline)),
        target=say(Fraction(goal.target)),
        period=picking.label_of(one.period),
        query=urlencode({"period": picking.key_of(one.period), **goal.cut}),
        chart=draw(one, actions=actions, plot=plot, currency=currency) if plot else None,
        rows=[(picking.label_of(period), say(value)) for period, value in _told(one)],
        values=_told(one),
        deeds=[_deed(row, one, today=today, currency=currency) for row in actions],
    )


def _deed(row: Action, one: Progress, *, today: date, currency: str) -> Deed:
    before = None if row.before is None else Fraction(row.before)
    after = one.value if row.after is None else Fraction(row.after)
    change = ""
    # As they are kept: what differs by less is the same.
    is_moved = planning.rounded(before) != planning.rounded(after)
    if before is not None and after is not None and is_moved:
        change = saying.say_change(after, before, one.measure)
    unit = one.measure.unit
    return Deed(
        row=row,
        is_late=is_late(row, today=today),
        before=saying.say(before, unit, currency),
        after=saying.say(after, unit, currency),
        change=change,
    )


def is_late(row: Action, *, today: date) -> bool:
    return row.state == ActionState.OPEN and row.due_on < today


def _names_of_cuts(rows: Iterable[Goal]) -> dict[tuple[str, str], str]:
    """Return what cuts are called: a statement for each dimension that a goal is cut by."""
    used = {name for goal in rows for name in goal.cut}
    return {
        (dimension.value, choice.value): f"{slicing.NAMES[dimension]} {choice.label}"
        for dimension in Dimension
        if dimension.value in used
        for choice in slicing.get_choices(dimension=dimension)
    }
