"""A list of people that waits for another person: looked at, and decided."""

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

from loyalty.desk import export_requests
from loyalty.desk.exporting import waiting
from loyalty.desk.views import deciding
from loyalty.identity import approving
from loyalty.identity.models import Approval, User

_DONE: Mapping[str, Promise] = {
    "approve": gettext_lazy("Approved: they can take the list once, for 24 hours."),
    "refuse": gettext_lazy("Refused. No list leaves."),
    "withdraw": gettext_lazy("Withdrawn. No list leaves."),
}


def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one request with how many people it is about; approve, refuse or withdraw it."""
    found = export_requests.get_one(request, public_id=public_id, at=timezone.now())
    if found is None:
        raise Http404
    approval, asked = found
    if request.method == "POST":
        _answer(request, approval)
        return redirect("admin:approvals")
    told = {"title": _("Decide on a request"), "asked": asked}
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/approval_export.html", context)


def _answer(request: HttpRequest, approval: Approval) -> None:
    at, user = timezone.now(), cast("User", request.user)
    answers = {
        "approve": lambda: waiting.approve(approval=approval, decided_by=user, at=at),
        "refuse": lambda: waiting.refuse(approval=approval, decided_by=user, at=at),
        "withdraw": lambda: approving.withdraw(approval=approval, by=user, at=at),
    }
    deciding.answer(request, answers=answers, said=_DONE)
