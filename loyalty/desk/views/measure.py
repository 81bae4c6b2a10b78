"""One measure: its chart, its table, who was counted, and all of it as files."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics import goals, planning
from analytics.measures.registry import MeasureUnknown, get_measure
from analytics.measuring import Measure
from loyalty.desk.guarding import needs
from loyalty.desk.measures import (
    cells,
    chapters,
    charting,
    drilling,
    filing,
    naming,
    page,
    picturing,
    sectors,
    series,
    tabling,
    telling,
)
from loyalty.desk.measures.reading import Reading
from loyalty.desk.measures.series import Series
from loyalty.desk.measures.telling import Told
from loyalty.desk.views.measures import MAY_READ, answer


@require_safe
@needs(MAY_READ)
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Show one measure of a period and a cut. Not found without a measure of this code."""
    measure = _measure(code)

    def tell(read: Reading) -> Mapping[str, Any]:
        aim = goals.for_measure(code=code, cut=read.scope.cut, kind=read.scope.period.kind)
        shown = page.get_page(
            measure=measure,
            read=read,
            by=request.GET.get("by", ""),
            scoring=request.GET.get("scoring", ""),
            aim=aim,
        )
        return {
            "aim": aim,
            "sectors": sectors.get_sectors(code=code, currency=read.scope.currency),
            "may_set": request.user.has_perm(planning.SETS),
            "told": shown.told,
            "pieces": shown.pieces,
            "drawings": shown.drawings,
            "here": chapters.slug_of(measure.family),
            "measure": measure,
        }

    return answer(request, "desk/measures/measure.html", tell, title=str(measure.name))


@require_safe
@needs(MAY_READ)
def table(request: HttpRequest, code: str) -> HttpResponse:
    """Give the table beneath the chart as CSV: exact values; or another that the page has."""
    measure = _measure(code)

    def tell(read: Reading) -> HttpResponse:
        if name := request.GET.get("table", ""):
            return _other(request, measure, read, name)
        one = _series(measure, read)
        text = filing.write_series(series=one, names=page.get_names(one, read))
        return filing.as_file(text, name=code, read=read)

    return answer(request, "desk/measures/measure.html", tell, title=str(measure.name))


@require_safe
@needs(MAY_READ)
def chart(request: HttpRequest, code: str) -> HttpResponse:
    """Give the chart as PNG. Not found where the measure cannot be told of the page's cut."""
    measure = _measure(code)

    def tell(read: Reading) -> HttpResponse:
        told = telling.tell(series=_series(measure, read), plot=charting.WIDE)
        if not told.is_told:
            raise Http404
        cut = ", ".join(f"{part.name} {part.value}" for part in read.picked.parts)
        unit = naming.unit_of(measure.unit, read.scope.currency)
        picture = picturing.draw(
            title=told.name,
            about=" · ".join(filter(None, [_span(told), cut, unit])),
            foot=read.programme,
            drawing="desk/measures/_bars.html",
            told={"drawn": told.chart, "code": code},
            has_year_line=told.has_year_line,
        )
        return filing.as_png(picture, name=filing.file_name(code, read))

    return answer(request, "desk/measures/measure.html", tell, title=str(measure.name))


@require_safe
@needs(MAY_READ)
def rows(request: HttpRequest, code: str) -> HttpResponse:
    """Show whom or what a measure counted, page by page; names to who may see members.

    Of a table its address may name one cell: a score or a group of scores, a month of a cohort.
    """
    measure = _measure(code)

    def tell(read: Reading) -> Mapping[str, Any]:
        told: dict[str, Any] = {
            "measure": measure,
            "here": chapters.slug_of(measure.family),
            # What else there is to cut by is offered on the measure's own page.
            "is_fixed": True,
        }
        if measure.allows(read.scope.cut):
            told["counted"] = drilling.get_counted(
                request=request,
                measure=measure,
                scope=read.scope,
                sheet=request.GET.get("sheet", "0"),
                place=request.GET.get("at", ""),
                cell=cells.pick(measure=measure, scope=read.scope, asked=request.GET.dict()),
            )
        return told

    title = _("Counted: %(measure)s") % {"measure": measure.name}
    return answer(request, "desk/measures/rows.html", tell, title=title)


def _other(request: HttpRequest, measure: Measure, read: Reading, name: str) -> HttpResponse:
    text = tabling.write(measure=measure, read=read, table=name, asked=request.GET.dict())
    if text is None:
        raise Http404
    return filing.as_file(text, name=f"{measure.code}-{name}", read=read)


def _span(told: Told) -> str:
    """Return from when to when a chart goes."""
    labels = [told.rows[0].label, told.rows[-1].label]
    return " – ".join(dict.fromkeys(labels))


def _measure(code: str) -> Measure:
    try:
        return get_measure(code=code)
    except MeasureUnknown:
        raise Http404 from None


def _series(measure: Measure, read: Reading) -> Series:
    [one] = series.get_series(measures=[measure], scope=read.scope)
    return one
