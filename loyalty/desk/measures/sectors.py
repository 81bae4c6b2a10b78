"""What the merchant entered of the sector beside a measure. Never made up by us."""

from collections.abc import Collection
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from analytics.measures.registry import get_measures
from analytics.models import Benchmark
from loyalty.desk.measures import saying


@dataclass(frozen=True)
class Sector:
    """What a measure is in a sector, in words, by whom."""

    pk: int
    value: str
    sector: str
    year: int
    source: str


def get_sectors(*, code: str, currency: str) -> list[Sector]:
    """Return what the merchant entered of the sector beside a measure, the latest year first."""
    return [
        Sector(row.pk, _say(row, currency), row.sector, row.year, row.source)
        for row in _rows([code])
    ]


def get_latest(*, codes: Collection[str], currency: str) -> dict[str, str]:
    """Return by code what the sector has in a line, of the latest year. One statement."""
    latest: dict[str, str] = {}
    for row in _rows(codes):
        told = {"sector": row.sector, "year": row.year, "value": _say(row, currency)}
        latest.setdefault(row.code, _("Sector (%(sector)s, %(year)s): %(value)s") % told)
    return latest


def _rows(codes: Collection[str]) -> list[Benchmark]:
    known = [code for code in codes if code in get_measures()]
    return list(Benchmark.objects.filter(code__in=known).order_by("-year", "sector", "pk"))


def _say(row: Benchmark, currency: str) -> str:
    return saying.say(Fraction(row.value), get_measures()[row.code].unit, currency)
