"""The chapters of the measures. Nothing here says who anybody is."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from analytics.reporting import PeriodImpossible
from analytics.slicing import CutUnknown
from loyalty.desk import seeing
from loyalty.desk.guarding import needs
from loyalty.desk.measures import (
    beginning,
    chapters,
    comparing,
    effects,
    filing,
    naming,
    overview,
    reading,
)
from loyalty.desk.measures.effects import Effects
from loyalty.desk.measures.reading import Reading
from loyalty.programmes.models import Programme

MAY_READ = "analytics.view_measures"
OVERVIEW, CAMPAIGNS, STORES = "overview", "campaigns", "stores"
_FILES = {"measures": filing.write_measures, "cohorts": filing.write_cohorts}

Tell = Callable[[Reading], "Mapping[str, Any] | HttpResponse"]


@require_safe
@needs(MAY_READ)
def show(request: HttpRequest) -> HttpResponse:
    """Show what the measures of a period say, and what to do about it."""

    def tell(read: Reading) -> Mapping[str, Any]:
        shown = overview.get_overview(scope=read.scope)
        told = [one for answer in shown.answers for one in answer.told]
        is_new = beginning.is_before_the_first(told)
        return {"overview": shown, "here": OVERVIEW, "is_new": is_new}

    return answer(request, "desk/measures/overview.html", tell, title=_("Measures"))


@require_safe
@needs(MAY_READ)
def chapter(request: HttpRequest, chapter: str) -> HttpResponse:
    """Show a family of measures for a period and a cut, or its tables as CSV."""
    family = chapters.find(slug=chapter)
    if family is None:
        raise Http404

    def tell(read: Reading) -> Mapping[str, Any] | HttpResponse:
        if (table := request.GET.get("csv")) in _FILES:
            return filing.as_file(_FILES[table](scope=read.scope), name=table, read=read)
        shown = chapters.get_chapter(family=family, scope=read.scope)
        is_new = beginning.is_before_the_first(shown.told)
        return {"chapter": shown, "drawings": shown.drawings, "here": chapter, "is_new": is_new}

    title = naming.question_of(family)
    return answer(request, "desk/measures/chapter.html", tell, title=title)


@require_safe
@needs(MAY_READ)
def stores(request: HttpRequest) -> HttpResponse:
    """Show the key measures side by side, by store and by channel."""

    def tell(read: Reading) -> Mapping[str, Any] | HttpResponse:
        found = comparing.get_comparisons(read=read)
        if table := request.GET.get("csv"):
            wanted = next((one for one in found if one.dimension == table), None)
            if wanted is None:
                raise Http404
            text = comparing.write_csv(wanted)
            return filing.as_file(text, name=f"{STORES}-{table}", read=read)
        return {"comparisons": found, "here": STORES}

    title = _("How do the stores compare?")
    return answer(request, "desk/measures/stores.html", tell, title=title)


@require_safe
@needs(MAY_READ)
def campaigns(request: HttpRequest) -> HttpResponse:
    """Show the campaigns of a period, and what one of them changed: figures of all stores."""
    if not seeing.reads_all_figures(request):
        raise PermissionDenied

    def tell(read: Reading) -> Mapping[str, Any] | HttpResponse:
        asked = request.GET.get("campaign", "")
        told = effects.get_effects(period=read.scope.period, asked=asked, at=read.at)
        if files := request.GET.keys() & {"csv", "png"}:
            return _file_of_campaigns(request, read, told, kind=min(files))
        return {
            "told": told,
            "here": CAMPAIGNS,
            "is_fixed": True,
        }

    title = _("What do campaigns change?")
    return answer(request, "desk/measures/campaigns.html", tell, title=title)


def _file_of_campaigns(
    request: HttpRequest, read: Reading, told: Effects, *, kind: str
) -> HttpResponse:
    """Give the effect as CSV or PNG, or the campaigns of the period as CSV."""
    asked = request.GET[kind]
    if kind == "csv" and asked == "ran":
        return filing.as_file(effects.write_ran(told), name=CAMPAIGNS, read=read)
    if asked != "effect" or told.chosen is None or told.effect is None:
        raise Http404
    name = filing.file_name(f"campaign-{told.chosen.pk}", read)
    if kind == "csv":
        return filing.as_csv(effects.write_effect(told), name=name)
    return filing.as_png(effects.draw(told, programme=read.programme), name=name)


@require_safe
@needs(MAY_READ)
def moved(request: HttpRequest) -> HttpResponse:
    """Lead from where retention used to be to its chapter, with the period that was asked for."""
    where = reverse("admin:measures_chapter", args=["retention"])
    asked = urlencode(request.GET.dict())
    return redirect(f"{where}?{asked}" if asked else where, permanent=True)


def answer(request: HttpRequest, template: str, tell: Tell, *, title: str) -> HttpResponse:
    """Show a page of measures: what `tell` says of what the address asks for.

    Before there is a programme, and where the period is impossible or the cut unknown (400), it
    says so instead: nothing is shown as if it were cut.
    """
    at = timezone.now()
    told = {**admin.site.each_context(request), "title": title, "tabs": get_tabs(request)}
    programme = Programme.objects.first()
    if programme is None:
        return TemplateResponse(request, "desk/measures/none.html", told)
    try:
        read = reading.read(request=request, programme=programme, at=at)
    except (PeriodImpossible, CutUnknown) as refusal:
        picked = reading.pick_anew(request=request, programme=programme, at=at, said={})
        told |= {"refused": refusal.detail or refusal.title, "picked": picked}
        return TemplateResponse(request, "desk/measures/none.html", told, status=400)
    said = tell(read)
    if isinstance(said, HttpResponse):
        return said
    told |= {"picked": read.picked, "scope": read.scope, "at": at}
    told |= {"programme_name": read.programme, **said}
    return TemplateResponse(request, template, told)


def get_tabs(request: HttpRequest) -> list[tuple[str, str, str]]:
    """Return the chapters that the reader may open: the last of its address, its title, where."""
    families = [
        (slug, naming.title_of(family), reverse("admin:measures_chapter", args=[slug]))
        for family in chapters.get_families()
        for slug in [chapters.slug_of(family)]
    ]
    changed = (CAMPAIGNS, _("Campaigns"), reverse("admin:measures_campaigns"))
    return [
        (OVERVIEW, _("Overview"), reverse("admin:measures")),
        *families,
        *([changed] if seeing.reads_all_figures(request) else []),
        (STORES, _("Stores"), reverse("admin:measures_stores")),
    ]
