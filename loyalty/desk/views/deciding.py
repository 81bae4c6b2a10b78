"""How somebody answers a request that waits for another person, whatever it is about."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from loyalty.core.refusals import Refusal
from loyalty.identity.models import Approval, User

Answers = Mapping[str, Callable[[], object]]
# The approval and what the page tells of it, if the reader may see it.
Found = tuple[Approval, Any] | None


@dataclass(frozen=True)
class Kind:
    """What is particular about requests of one kind: how they are found, named, told and answered.

    `answers` gives what each button does, with the word that was written beside it; `said` is
    what is said of each answer; `after` goes on once one was approved. `longest` is how long
    such a word may be; nought asks for none.
    """

    find: Callable[[HttpRequest, str, datetime], Found]
    answers: Callable[[Approval, User, datetime, str], Answers]
    named: str
    told: str
    said: Mapping[str, Promise]
    after: Callable[[HttpRequest, Approval], None] | None = None
    longest: int = 0


def decide(request: HttpRequest, public_id: str, *, kind: Kind) -> HttpResponse:
    """Show one request with what speaks for it and against it; approve, refuse or withdraw it."""
    at, user = timezone.now(), cast("User", request.user)
    found = kind.find(request, public_id, at)
    if found is None:
        raise Http404
    approval, asked = found
    if request.method == "POST":
        answers = kind.answers(approval, user, at, request.POST.get("word", ""))
        has_approved = _answer(request, answers, said=kind.said) == "approve"
        if has_approved and kind.after:
            kind.after(request, approval)
        return redirect("admin:approvals")
    told = {
        "title": _("Decide on a request"),
        "asked": asked,
        "named": kind.named,
        "told": kind.told,
        "longest": kind.longest,
    }
    return TemplateResponse(request, "desk/approval.html", admin.site.each_context(request) | told)


def _answer(request: HttpRequest, answers: Answers, *, said: Mapping[str, Promise]) -> str:
    """Do what the pressed button says, and say what came of it; return the answer if it was done.

    What is refused is said, and nothing else happens. Any other word is no answer.
    """
    word = request.POST.get("answer", "")
    if word not in answers:
        return ""
    try:
        answers[word]()
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
        return ""
    if word in said:
        messages.success(request, str(said[word]))
    return word
