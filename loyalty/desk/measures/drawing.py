"""What a number is not enough for: cohorts, the grid of scores, the curve, the flow, a budget."""

from collections.abc import Iterable
from dataclasses import dataclass

from analytics.rfm import Scoring
from analytics.scopes import Scope
from loyalty.desk.measures import budgeting, cohorts, flow, grid, lorenz
from loyalty.desk.measures.budgeting import Budget
from loyalty.desk.measures.cohorts import Matrix
from loyalty.desk.measures.flow import Drawn
from loyalty.desk.measures.grid import Grid
from loyalty.desk.measures.lorenz import Lorenz
from loyalty.desk.measures.series import Series


@dataclass(frozen=True)
class Drawings:
    """The drawings of a page: None where none of its measures has them, or nothing is drawn."""

    matrix: Matrix | None = None
    grid: Grid | None = None
    lorenz: Lorenz | None = None
    flow: Drawn | None = None
    budget: Budget | None = None


def draw(*, series: Iterable[Series], scope: Scope) -> Drawings:
    """Return what these measures are drawn as besides their bars. No statement."""
    known = {one.measure.code: one for one in series if one.now is not None}
    scored, flowing, shared, followed, planned = map(
        known.get, ("rfm", "points_flow", "pareto_share", "cohort_retention", "budget")
    )
    return Drawings(
        matrix=cohorts.draw(followed.now.figure, scope=scope)
        if followed and followed.now
        else None,
        grid=grid.draw(scored.now.figure, scoring=Scoring(scope.rfm_scoring))
        if scored and scored.now
        else None,
        lorenz=lorenz.draw_figure(shared.now.figure) if shared and shared.now else None,
        flow=flow.draw(flowing) if flowing else None,
        budget=budgeting.draw(planned) if planned else None,
    )
