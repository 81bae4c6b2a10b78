"""The action plan: goals with how far they have come, and what is done for them."""

from datetime import date
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from analytics import planning, targets
from analytics.measures.registry import get_measures
from analytics.models import Action, ActionField, ActionKind, Goal, Outcome, Rhythm
from loyalty.core.refusals import Refusal
from loyalty.desk import seeing
from loyalty.desk.guarding import needs
from loyalty.desk.measures import charting, filing, sectors
from loyalty.desk.plan import showing
from loyalty.desk.plan.forms import ActionForm, ChangeGoalForm, EndGoalForm, FinishForm, GoalForm
from loyalty.desk.plan.showing import Shown
from loyalty.identity.models import User
from loyalty.programmes import books
from loyalty.programmes.models import Programme

_OPEN, _ENDED = 50, 20


@require_safe
@needs(planning.SEES)
def show(request: HttpRequest) -> HttpResponse:
    """Show the goals that are pursued, the one due first above, and those that ended."""
    told: dict[str, Any] = {"title": _("Action plan"), "may_set": _may(request, planning.SETS)}
    if not Programme.objects.exists():
        return _answer(request, "desk/plan.html", told | {"is_new": True})
    rows = list(_goals(request).open().order_by("by_on", "pk")[:_OPEN])
    told |= {
        "goals": _shown(request, rows, plot=charting.SMALL),
        "ended": _goals(request).exclude(ended_at=None).order_by("-ended_at", "-pk")[:_ENDED],
        "names": {code: measure.name for code, measure in get_measures().items()},
        "may_act": _may(request, planning.ACTS),
    }
    return _answer(request, "desk/plan.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(planning.SETS)
def new(request: HttpRequest) -> HttpResponse:
    """Ask what a measure is to become, by when and by whom, beside what the sector has."""
    if not Programme.objects.exists():
        return redirect("admin:plan")
    book, today = books.get_book(), _today()
    bound = seeing.get_stores(request)
    asked = request.GET.get("code", "")
    form = GoalForm(
        request.POST if request.method == "POST" else None,
        initial={"code": asked, "owner": request.user.pk, "rhythm": Rhythm.QUARTER},
        today=today,
        currency=book.currency,
        stores=None if bound is None else list(bound.order_by("name")),
    )
    if form.is_valid() and (goal := _set(request, form, today)):
        return redirect("admin:goal", goal.pk)
    code = request.POST.get("code", asked)
    told = {
        "title": _("New goal"),
        "form": form,
        "sectors": sectors.get_sectors(code=code, currency=book.currency),
    }
    return _answer(request, "desk/plan/new.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(planning.SEES)
def goal(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one goal on its measure's chart; a POST changes it, ends it, or plans an action."""
    row = _goals(request).filter(pk=pk).first()
    if row is None:
        raise Http404
    ActionForm.currency = books.get_book().currency
    forms = _forms(request, row)
    if request.method == "POST":
        act = request.POST.get("act", "")
        if act not in forms or not _may(
            request, planning.PLANS if act == "plan" else planning.CHANGES
        ):
            raise PermissionDenied
        if forms[act].is_valid() and _act(request, act, row, forms[act]):
            return redirect("admin:goal", pk)
    shown = _shown(request, [row], plot=charting.WIDE)
    if shown and request.GET.keys() & {"csv", "png"}:
        return _file(request, shown[0])
    told = {
        "title": shown[0].name if shown else row.code,
        "goal": row,
        "one": shown[0] if shown else None,
        "forms": forms,
        "sectors": sectors.get_sectors(code=row.code, currency=books.get_book().currency),
        "may_plan": _may(request, planning.PLANS) and row.ended_at is None,
        "may_change": _may(request, planning.CHANGES) and row.ended_at is None,
        "may_act": _may(request, planning.ACTS),
    }
    return _answer(request, "desk/plan/goal.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(planning.ACTS)
def action(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what came of an action, beside what its measure said since."""
    rows = seeing.rows_for(request, Action.objects.select_related("goal", "owner"))
    row: Action | None = rows.filter(pk=pk).first()
    if row is None:
        raise Http404
    FinishForm.currency = books.get_book().currency
    data = request.POST if request.method == "POST" else None
    form = FinishForm(data, initial={"cost_cents": row.cost_cents})
    if form.is_valid() and _finish(request, row, form):
        return redirect("admin:goal", row.goal_id)
    shown = _shown(request, [row.goal])
    told = {
        "title": row.title,
        "action": row,
        "form": form,
        "one": shown[0] if shown else None,
        "deed": next((one for s in shown for one in s.deeds if one.row.pk == pk), None),
    }
    return _answer(request, "desk/plan/action.html", told)


def _file(request: HttpRequest, one: Shown) -> HttpResponse:
    """Give the chart of a goal as PNG, or the table beneath it as CSV."""
    book, name = books.get_book(), f"goal-{one.goal.pk}"
    if "csv" in request.GET:
        return filing.as_csv(showing.write_csv(one, currency=book.currency), name=name)
    drawn = showing.draw_png(one, programme=book.name, currency=book.currency)
    return filing.as_png(drawn, name=name)


def _forms(request: HttpRequest, row: Goal) -> dict[str, Form]:
    """Return the forms of a goal's page by what each does; the one that was sent is filled in."""
    act = request.POST.get("act", "")

    def data(name: str) -> Any:
        return request.POST if act == name else None

    said = {"by_on": row.by_on, "owner": row.owner_id, "note": row.note}
    return {
        "plan": ActionForm(data("plan"), initial={"owner": request.user.pk}, prefix="plan"),
        "change": ChangeGoalForm(data("change"), initial=said, prefix="change"),
        "end": EndGoalForm(data("end"), prefix="end"),
    }


def _set(request: HttpRequest, form: GoalForm, today: date) -> Goal | None:
    said = form.cleaned_data
    try:
        return planning.set_goal(
            code=said["code"],
            cut=form.cut,
            rhythm=Rhythm(said["rhythm"]),
            target=said["target"],
            from_on=today,
            by_on=said["by_on"],
            owner=said["owner"],
            note=said["note"],
            by=cast("User", request.user),
            at=timezone.now(),
        )
    except (planning.GoalAlreadyReached, targets.TargetImpossible) as refusal:
        form.add_error("target", str(refusal.detail))
    except Refusal as refusal:
        form.add_error(None, str(refusal.detail))
    return None


def _act(request: HttpRequest, act: str, row: Goal, form: Form) -> bool:
    said, at, by = form.cleaned_data, timezone.now(), cast("User", request.user)
    try:
        if act == "plan":
            planning.plan_action(
                goal=row,
                kind=ActionKind(said["kind"]),
                field=ActionField(said["field"]),
                title=said["title"],
                owner=said["owner"],
                due_on=said["due_on"],
                cost_cents=said["cost_cents"] or 0,
                by=by,
                at=at,
            )
        elif act == "change":
            planning.change_goal(goal=row, by=by, **said)
        else:
            planning.end_goal(goal=row, outcome=Outcome(said["outcome"]), by=by, at=at)
    except targets.ActionDueTooSoon as refusal:
        form.add_error("due_on", str(refusal.detail))
        return False
    except Refusal as refusal:
        form.add_error(None, str(refusal.detail))
        return False
    messages.success(request, _("Kept."))
    return True


def _finish(request: HttpRequest, row: Action, form: FinishForm) -> bool:
    said, by = form.cleaned_data, cast("User", request.user)
    try:
        if "drop" in request.POST:
            planning.drop_action(action=row, result=said["result"], by=by)
        else:
            planning.finish_action(
                action=row,
                result=said["result"],
                cost_cents=said["cost_cents"] or 0,
                by=by,
                at=timezone.now(),
            )
    except Refusal as refusal:
        form.add_error(None, str(refusal.detail))
        return False
    messages.success(request, _("Kept."))
    return True


def _shown(
    request: HttpRequest, rows: list[Goal], *, plot: charting.Plot | None = None
) -> list[Shown]:
    return showing.get_shown(
        rows=rows,
        at=timezone.now(),
        today=_today(),
        currency=books.get_book().currency,
        plot=plot,
    )


def _goals(request: HttpRequest) -> Any:
    rows: QuerySet[Goal] = seeing.rows_for(request, Goal.objects.select_related("owner"))
    return rows


def _today() -> date:
    return books.get_book().business_day(timezone.now())


def _may(request: HttpRequest, permission: str) -> bool:
    return bool(request.user.has_perm(permission))


def _answer(request: HttpRequest, template: str, told: dict[str, Any]) -> HttpResponse:
    return TemplateResponse(request, template, admin.site.each_context(request) | told)
