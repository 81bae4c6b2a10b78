"""Requests of members: the queue, and one of them, where it is answered."""

from collections.abc import Callable, Mapping
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from loyalty.core import digits, ids
from loyalty.core.refusals import Refusal
from loyalty.desk import cases as reading
from loyalty.desk import seeing
from loyalty.desk.cases import LodgeForm, Said, WriteForm
from loyalty.desk.guarding import needs
from loyalty.desk.views.member import ask, get_member
from loyalty.identity.models import User
from loyalty.programmes import books
from members import answering, claiming, lodging, resolving
from members.models import Case, CaseKind, Member
from members.seeing import get_home

_SEES = "members.view_case"


@require_safe
@needs(_SEES)
def show(request: HttpRequest) -> HttpResponse:
    """Show who waits for an answer, the longest first; or one's own, the late ones, or all."""
    asked = request.GET
    view = asked.get("view", "") if asked.get("view") in reading.VIEWS else "open"
    told = {
        "title": _("Requests"),
        "view": view,
        "kind": asked.get("kind", ""),
        "kinds": reading.kinds(),
        "at": timezone.now(),
        "queue": reading.get_queue(
            reader=cast("User", request.user),
            view=view,
            kind=asked.get("kind", ""),
            before=digits.read(asked.get("before", "")),
            at=timezone.now(),
        ),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/cases.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(_SEES)
def case(request: HttpRequest, case: str) -> HttpResponse:
    """Show all that was said in a request, and do what the reader decides."""
    said = reading.get_said(reader=cast("User", request.user), public_id=case)
    if said is None:
        raise Http404
    if request.method != "POST":
        return _page(request, said)
    if not request.user.has_perm(answering.PERMISSION):
        raise PermissionDenied
    action = request.POST.get("action", "")
    if action in _WORDS:
        return _write(request, said, action)
    if action == "give":
        return _give(request, said.case)
    if action not in _ACTS:
        raise BadRequest
    return _act(request, said.case, *_ACTS[action])


@require_http_methods(["GET", "HEAD", "POST"])
@needs(answering.PERMISSION)
def new(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what a member told somebody of the staff, and open a request of it."""
    member, by = get_member(request, pk), cast("User", request.user)
    form = LodgeForm(
        request.POST or None,
        stores=seeing.get_stores(request),
        initial={"key": ids.new("req"), "store": get_home(by)},
    )
    if form.is_valid() and (opened := _lodge(member, form, by)):
        messages.success(request, _("The request is open."))
        return redirect("admin:case", str(opened))
    return ask(
        request,
        member,
        title=_("New request of %s") % member,
        explained=_("Write down what they asked or complained about, in their words. It waits for "
                    "an answer as if they had written it."),
        act=_("Open the request"),
        form=form,
    )  # fmt: skip


def _lodge(member: Member, form: LodgeForm, by: User) -> Case | None:
    said = form.cleaned_data | {"kind": CaseKind(form.cleaned_data["kind"])}
    try:
        return lodging.lodge(member=member, by=by, at=timezone.now(), **said)
    except Refusal as refusal:
        for error in refusal.errors:
            form.add_error(error.pointer.removeprefix("/"), str(error.detail))
        if not refusal.errors:
            form.add_error(None, str(refusal.detail))
    return None


def _page(request: HttpRequest, said: Said, **forms: WriteForm) -> HttpResponse:
    told = {
        "title": said.case.subject or said.case.get_kind_display(),
        "said": said,
        "case": said.case,
        "at": timezone.now(),
        "currency": books.get_book().currency if said.claim else "",
        "may_answer": request.user.has_perm(answering.PERMISSION),
        "is_bound": said.claim and seeing.get_stores(request) is not None,
        "answer_form": WriteForm(label=_("Your answer"), prefix="answer"),
        "note_form": WriteForm(label=_("A note for colleagues"), prefix="note"),
    }
    context = admin.site.each_context(request) | told | forms
    return TemplateResponse(request, "desk/case.html", context)


def _write(request: HttpRequest, said: Said, action: str) -> HttpResponse:
    """Answer, or note; show the page again with what is wrong, and what was typed."""
    is_note = action == "note"
    name, label = ("note", _("A note for colleagues")) if is_note else ("answer", _("Your answer"))
    form = WriteForm(request.POST, label=label, prefix=name)
    if not form.is_valid():
        return _page(request, said, **{f"{name}_form": form})
    act, done = _WORDS[action]
    told = {"case": said.case, "text": form.cleaned_data["text"], "by": request.user}
    try:
        act(seen=_seen(request), at=timezone.now(), **told)
    except Refusal as refusal:
        detail = refusal.errors[0].detail if refusal.errors else refusal.detail
        form.add_error("text", str(detail))
        # As it is by now: whoever moved it on said something that is to be read first.
        now = reading.get_said(reader=cast("User", request.user), public_id=str(said.case))
        return _page(request, now or said, **{f"{name}_form": form})
    messages.success(request, str(done))
    return redirect("admin:case", str(said.case))


def _act(
    request: HttpRequest, case: Case, act: Callable[..., object], done: Promise
) -> HttpResponse:
    try:
        act(case=case, by=request.user, seen=_seen(request))
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, str(done))
    return redirect("admin:case", str(case))


def _give(request: HttpRequest, case: Case) -> HttpResponse:
    """Give the member the sale that was chosen, or say why not."""
    chosen = request.POST.get("purchase", "")
    told: Any = {"case": case, "by": request.user, "at": timezone.now()}
    try:
        claiming.give(purchase=digits.read(chosen) or 0, **told)
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("The receipt is on their card. Tell them so."))
    return redirect("admin:case", str(case))


def _seen(request: HttpRequest) -> int:
    return digits.read(request.POST.get("seen", "")) or 0


def _note(*, seen: int, **told: Any) -> None:
    """Notes go beside whatever was said meanwhile."""
    answering.note(**told)


_WORDS: Mapping[str, tuple[Callable[..., object], Promise]] = {
    "answer": (answering.answer, gettext_lazy("The answer is on its way to the member.")),
    "answer-resolve": (
        lambda **told: answering.answer(resolves=True, **told),
        gettext_lazy("The answer is on its way, and the request is resolved."),
    ),
    "note": (_note, gettext_lazy("The note is kept.")),
}
_ACTS: Mapping[str, tuple[Callable[..., object], Promise]] = {
    "take": (resolving.take, gettext_lazy("You look after this request from now on.")),
    "resolve": (
        lambda **told: resolving.resolve(at=timezone.now(), **told),
        gettext_lazy("The request is resolved."),
    ),
    "reopen": (
        lambda **told: resolving.reopen(at=timezone.now(), **told),
        gettext_lazy("The request is open again."),
    ),
}
