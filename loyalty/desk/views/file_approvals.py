"""A file of purchases that waits for another person: looked at, and decided."""

from collections.abc import Mapping
from typing import cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.desk import file_requests
from loyalty.desk.views import deciding, imports
from loyalty.filing import asking
from loyalty.identity.models import Approval, User
from members.models import ImportFile

_DONE: Mapping[str, Promise] = {
    "refuse": gettext_lazy("Refused. Nothing was written."),
    "withdraw": gettext_lazy("Withdrawn. Nothing was written."),
}


def decide(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show one request with what the file would do; approve, refuse or withdraw it."""
    found = file_requests.get_one(request, public_id=public_id, at=timezone.now())
    if found is None:
        raise Http404
    approval, asked = found
    if request.method == "POST":
        _answer(request, approval)
        return redirect("admin:approvals")
    told = {"title": _("Decide on a request"), "asked": asked}
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/approval_file.html", context)


def _answer(request: HttpRequest, approval: Approval) -> None:
    at, user = timezone.now(), cast("User", request.user)
    answers = {
        "approve": lambda: asking.approve(approval=approval, decided_by=user, at=at),
        "refuse": lambda: asking.refuse(approval=approval, decided_by=user, at=at),
        "withdraw": lambda: asking.withdraw(approval=approval, by=user, at=at),
    }
    if deciding.answer(request, answers=answers, said=_DONE) != "approve":
        return
    if imports.bring_in(request, ImportFile.objects.get(approval=approval)):
        messages.success(request, _("Approved: the file is being brought in."))
