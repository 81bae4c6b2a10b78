"""The page of one measure: itself over time, and side by side. All of it is asked for at once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from analytics import keeping
from analytics.goals import Aim
from analytics.measuring import Measure
from analytics.scopes import Dimension, Scope
from loyalty.desk.measures import (
    beside,
    breaking,
    charting,
    drawing,
    excusing,
    grid,
    naming,
    series,
    telling,
)
from loyalty.desk.measures.breaking import Pieces
from loyalty.desk.measures.drawing import Drawings
from loyalty.desk.measures.reading import Reading
from loyalty.desk.measures.series import Series
from loyalty.desk.measures.telling import Told


@dataclass(frozen=True)
class Page:
    """What there is to say of one measure. Without pieces it cannot be told by anything."""

    told: Told
    pieces: Pieces | None
    drawings: Drawings


def get_page(
    *, measure: Measure, read: Reading, by: str, scoring: str = "", aim: Aim | None = None
) -> Page:
    """Return a measure over time, with what is aimed at if anything is, and by a dimension.

    `scoring` is by which way the grid of scores is drawn, if not as the settings say.
    """
    plan = breaking.plan(measure=measure, read=read, asked=by)
    asked = series.ask(measures=[measure], scope=read.scope)
    asked += plan.asked.values() if plan else []
    found = keeping.get(asked=asked, at=read.at, seen=read.scope)
    [one] = series.tell(measures=[measure], scope=read.scope, found=found)
    names = get_names(one, read)
    told = telling.tell(
        series=one,
        plot=charting.WIDE,
        target=aim.target if aim else None,
        marks=aim.days if aim else (),
        names=names,
    )
    return Page(
        told=replace(
            told,
            why=excusing.get_reasons([one]).get(measure.code, ""),
            about=beside.get_about(one, names),
        ),
        pieces=breaking.tell(plan=plan, measure=measure, read=read, found=found) if plan else None,
        drawings=_get_drawings(one, read.scope, scoring),
    )


def get_names(one: Series, read: Reading) -> Mapping[str, str]:
    """Return what tiers or categories are called, where second figures are of them."""
    codes = one.now.figure.columns if one.now else {}
    if all(map(naming.is_named, codes)):
        return {}
    if one.measure.code == beside.PAIRS:
        return beside.get_categories()
    choices = read.picked.offer.choices_of(Dimension.TIER)
    return {choice.value: choice.label for choice in choices}


def _get_drawings(one: Series, scope: Scope, asked: str) -> Drawings:
    """Return what the measure is drawn as: from its figure, unless it is scored otherwise."""
    drawings = drawing.draw(series=[one], scope=scope)
    scoring = grid.read_scoring(asked, scope=scope)
    if drawings.grid is None or scoring == scope.rfm_scoring:
        return drawings
    otherwise = grid.get_figure(measure=one.measure, scope=scope, scoring=scoring)
    return replace(drawings, grid=grid.draw(otherwise, scoring=scoring))
