"""Segments: the list, a new one, and one with its conditions, its members and its uses."""

from fractions import Fraction
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from analytics.models import SegmentDefinition
from analytics.segments import defining, terms
from analytics.segments.defining import Counted
from loyalty.core.refusals import Refusal
from loyalty.desk import seeing
from loyalty.desk.exporting import lists
from loyalty.desk.guarding import needs
from loyalty.desk.home import words
from loyalty.desk.segments import editing, showing
from loyalty.desk.segments.editing import Editor
from loyalty.identity.models import User
from loyalty.programmes import revising
from loyalty.programmes.models import Segment

SEES, DEFINES = "programmes.view_segment", "programmes.change_segment"
Told = dict[str, Any]


class NamesForm(forms.ModelForm[Segment]):
    """What a new segment is called."""

    class Meta:
        model = Segment
        fields = ("code", "name_fr", "name_en")
        help_texts = {"code": gettext_lazy("As rules speak of it: big-spenders.")}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SEES)
def show(request: HttpRequest) -> HttpResponse:
    """List the segments; a POST adds the standard ones that are not there yet."""
    if request.method == "POST":
        _check_defines(request)
        made = defining.add_standard(at=timezone.now())
        revising.touch()
        said = ngettext("%d segment added.", "%d segments added.", len(made)) % len(made)
        messages.success(request, said)
        return redirect("admin:segments")
    told = {
        "title": _("Segments"),
        "segments": showing.get_list(at=timezone.now(), is_bound=_is_bound(request)),
        "may_define": request.user.has_perm(DEFINES),
    }
    return _page(request, "desk/segments.html", told)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(DEFINES)
def new(request: HttpRequest) -> HttpResponse:
    """Write the conditions of a new segment."""
    act = request.POST.get("act", "")
    form = NamesForm(request.POST if act == "save" else None, initial=request.POST.dict())
    editor = _edit(request, Editor(showing.get_names()))
    if _is_live(request):
        return _live(request, editor)
    if act == "save" and (made := _make(form, editor)):
        return redirect("admin:segment", made.segment_id)
    told = {"title": _("New segment"), "form": form, "editor": editor}
    return _page(request, "desk/segment_new.html", told | _counts(act, editor))


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SEES)
def segment(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one segment; a POST edits its conditions and counts, for who may define it."""
    row, at, act = _find(pk), timezone.now(), request.POST.get("act", "")
    if request.method == "POST":
        _check_defines(request)
    names = showing.get_names()
    shown = showing.get_one(segment=row, names=names, at=at, is_bound=_is_bound(request))
    known = shown.definition
    editor = Editor(names) if known is None else editing.of_definition(
        terms.read(known.terms), names=names)  # fmt: skip
    editor = _edit(request, editor)
    if _is_live(request):
        return _live(request, editor)
    if act == "save" and (said := editing.read(editor)):
        defining.define(segment=row, said=said, at=at)
        messages.success(request, _("Kept. The night finds its members, or do it now."))
        return redirect("admin:segment", pk)
    told = {
        "title": str(row),
        "shown": shown,
        "editor": editor,
        "uses": showing.get_uses(segment=row),
        "sample": showing.get_sample(segment=row, reader=cast("User", request.user), at=at),
        "may_define": request.user.has_perm(DEFINES),
        "may_export": request.user.has_perm(lists.PERMISSION)
        and request.user.has_perm("members.view_member"),
    }
    return _page(request, "desk/segment.html", told | _counts(act, editor))


@require_POST
@needs(DEFINES)
def assign(request: HttpRequest, pk: int) -> HttpResponse:
    """Find the members of a defined segment now; or keep it by hand from now on."""
    row = _find(pk)
    if "by_hand" in request.POST:
        defining.keep_by_hand(segment=row)
        messages.success(request, _("Kept by hand from now on: its members stay as they are."))
        return redirect("admin:segment", pk)
    known = SegmentDefinition.objects.select_related("segment").filter(segment=row).first()
    if known is None:
        raise Http404
    moved = defining.assign(definition=known, at=timezone.now())
    said = _("%(joined)d joined, %(left)d left.")
    messages.success(request, said % {"joined": moved.joined, "left": moved.left})
    return redirect("admin:segment", pk)


def _is_bound(request: HttpRequest) -> bool:
    return not seeing.reads_all_figures(request)


def _make(form: NamesForm, editor: Editor) -> SegmentDefinition | None:
    said = editing.read(editor)
    if not form.is_valid() or said is None:
        return None
    names = form.cleaned_data
    made = defining.make(
        code=names["code"], name_fr=names["name_fr"], name_en=names["name_en"], said=said,
        at=timezone.now(),
    )  # fmt: skip
    revising.touch()
    return made


def _edit(request: HttpRequest, before: Editor) -> Editor:
    """Return what was sent as the button says: with a row more or less, or as it is."""
    if request.method != "POST":
        return before
    act = request.POST.get("act", "count")
    editor = editing.of_post(request.POST, names=before.names, is_final=act in ("save", "count"))
    if act == "add":
        editing.add(editor, request.POST.get("new", ""))
    elif act.startswith("remove:"):
        editing.remove(editor, act.partition(":")[2])
    return editor


def _is_live(request: HttpRequest) -> bool:
    return request.method == "POST" and bool(request.htmx)  # type: ignore[attr-defined]  # its middleware adds it


def _live(request: HttpRequest, editor: Editor) -> HttpResponse:
    return TemplateResponse(request, "desk/_segment_count.html", _counts("count", editor))


def _counts(act: str, editor: Editor) -> Told:
    """Count whom the conditions hold, where somebody asks and they are whole."""
    if act != "count":
        return {}
    said = editing.read(editor)
    if said is None:
        return {"is_unready": True}
    try:
        counted: Counted = defining.get_count(definition=terms.read(said), at=timezone.now())
    except Refusal as refusal:
        return {"uncounted": refusal.title}
    share = words.of_share(Fraction(counted.members, counted.of)) if counted.of else ""
    return {"counted": counted, "share": share}


def _find(pk: int) -> Segment:
    row = Segment.objects.filter(pk=pk).first()
    if row is None:
        raise Http404
    return row


def _check_defines(request: HttpRequest) -> None:
    if not request.user.has_perm(DEFINES):
        raise PermissionDenied


def _page(request: HttpRequest, template: str, told: Told) -> HttpResponse:
    return TemplateResponse(request, template, admin.site.each_context(request) | told)
