"""The page of one measure: itself over time, and side by side. All of it is asked for at once."""

from dataclasses import dataclass

from analytics import keeping
from analytics.measuring import Measure
from loyalty.desk.measures import breaking, charting, series, telling
from loyalty.desk.measures.breaking import Pieces
from loyalty.desk.measures.reading import Reading
from loyalty.desk.measures.telling import Told, Value


@dataclass(frozen=True)
class Page:
    """What there is to say of one measure. Without pieces it cannot be told by anything."""

    told: Told
    pieces: Pieces | None


def get_page(*, measure: Measure, read: Reading, by: str, target: Value | None = None) -> Page:
    """Return a measure over time, with its target drawn if there is one, and by a dimension."""
    plan = breaking.plan(measure=measure, read=read, asked=by)
    asked = series.ask(measures=[measure], scope=read.scope)
    asked += plan.asked.values() if plan else []
    found = keeping.get(asked=asked, at=read.at, seen=read.scope)
    [one] = series.tell(measures=[measure], scope=read.scope, found=found)
    return Page(
        told=telling.tell(series=one, plot=charting.WIDE, target=target),
        pieces=breaking.tell(plan=plan, measure=measure, read=read, found=found) if plan else None,
    )
