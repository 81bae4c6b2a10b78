import secrets

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core.refusals import Refusal
from loyalty.portal import asking
from loyalty.portal.asking import AskForm, ReplyForm, Talk
from loyalty.portal.guarding import MemberRequest, for_members
from members import answering, opening
from members.models import CaseKind

_FIELDS = {"/subject": "subject", "/body": "body", "/text": "body"}


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: MemberRequest) -> HttpResponse:
    """Show what the member asked, and take a question or a complaint."""
    form = AskForm(request.POST or None)
    if request.method == "POST" and asking.is_sound(form, key=_key_of(request), field="body"):
        try:
            case = opening.ask(
                member=request.member,
                kind=CaseKind(form.cleaned_data["kind"]),
                subject=form.cleaned_data["subject"],
                body=form.cleaned_data["body"],
                at=timezone.now(),
                key=_key_of(request),
            )
        except Refusal as refusal:
            _refuse(form, refusal)
        else:
            messages.success(request, _("Your message has arrived. We answer by e-mail and here."))
            return redirect("portal:case", case.public_id)
    told = {
        "cases": asking.get_cases(member=request.member),
        "form": form,
        "key": secrets.token_urlsafe(16),
    }
    return render(request, "portal/help.html", told)


@for_members
@require_http_methods(["GET", "HEAD", "POST"])
def case(request: MemberRequest, public_id: str) -> HttpResponse:
    """Show one request with all that was said, and take what the member adds."""
    talk = asking.get_talk(member=request.member, public_id=public_id)
    if talk is None:
        raise Http404
    form = ReplyForm(request.POST or None)
    if request.method == "POST" and asking.is_sound(form, key=_key_of(request), field="body"):
        return _reply(request, talk, form)
    return _talk(request, talk, form)


def _reply(request: MemberRequest, talk: Talk, form: ReplyForm) -> HttpResponse:
    try:
        answering.reply(
            case=talk.case,
            member=request.member,
            text=form.cleaned_data["body"],
            key=_key_of(request),
            at=timezone.now(),
        )
    except Refusal as refusal:
        _refuse(form, refusal)
        return _talk(request, talk, form)
    messages.success(request, _("Your message has arrived. We answer by e-mail and here."))
    return redirect("portal:case", talk.case.public_id)


def _talk(request: MemberRequest, talk: Talk, form: Form) -> HttpResponse:
    told = {"talk": talk, "case": talk.case, "form": form, "key": secrets.token_urlsafe(16)}
    return render(request, "portal/help_case.html", told)


def _key_of(request: MemberRequest) -> str:
    return request.POST.get("key", "")


def _refuse(form: Form, refusal: Refusal) -> None:
    """Say what was refused where it is, or above the message."""
    for error in refusal.errors:
        form.add_error(_FIELDS.get(error.pointer, "body"), str(error.detail))
    if not refusal.errors:
        form.add_error("body", str(refusal.detail))
