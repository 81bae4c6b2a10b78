"""Measures in words, with what stands beside each: why there is no figure, what the sector has."""

from collections.abc import Iterable
from dataclasses import replace

from loyalty.desk.measures import excusing, sectors, telling
from loyalty.desk.measures.series import Series
from loyalty.desk.measures.telling import Told


def tell(series: Iterable[Series], *, currency: str) -> list[Told]:
    """Return measures in words, in their order. Two statements at most."""
    series = list(series)
    reasons = excusing.get_reasons(series)
    known = sectors.get_latest(codes=[one.measure.code for one in series], currency=currency)
    return [
        replace(told, why=reasons.get(told.code, ""), sector=known.get(told.code, ""))
        for told in map(_told, series)
    ]


def _told(series: Series) -> Told:
    return telling.tell(series=series)
