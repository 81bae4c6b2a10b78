"""A version of a rule that waits for another person: looked at, and decided."""

from collections.abc import Mapping
from typing import cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.desk import rule_requests
from loyalty.desk.views import deciding
from loyalty.identity import approving
from loyalty.identity.models import Approval, User
from loyalty.programmes import releasing

_DONE: Mapping[str, Promise] = {
    "approve": gettext_lazy("Approved, and published."),
    "refuse": gettext_lazy("Refused. The rule says what it said."),
    "withdraw": gettext_lazy("Withdrawn. The rule says what it said."),
}


def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one request with what the version says; approve, refuse or withdraw it."""
    found = rule_requests.get_one(request, public_id=public_id, at=timezone.now())
    if found is None:
        raise Http404
    approval, asked = found
    if request.method == "POST":
        _answer(request, approval)
        return redirect("admin:approvals")
    told = {"title": _("Decide on a request"), "asked": asked}
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/approval_rule.html", context)


def _answer(request: HttpRequest, approval: Approval) -> None:
    at, user = timezone.now(), cast("User", request.user)
    answers = {
        "approve": lambda: releasing.approve(approval=approval, decided_by=user, at=at),
        "refuse": lambda: releasing.refuse(approval=approval, decided_by=user, at=at),
        "withdraw": lambda: approving.withdraw(approval=approval, by=user, at=at),
    }
    deciding.answer(request, answers=answers, said=_DONE)
