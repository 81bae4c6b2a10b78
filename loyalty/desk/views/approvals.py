"""What waits for another person: looked through, and decided one by one."""

from collections.abc import Callable, Mapping
from typing import cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from loyalty.desk import approvals, export_requests, file_requests, rule_requests
from loyalty.desk.guarding import asks_again, needs
from loyalty.desk.views import deciding, export_approvals, file_approvals, rule_approvals
from loyalty.identity.models import Approval, ApprovalKind, User
from members import adjusting

# Whoever writes rules sees what became of theirs.
_SEES = ("identity.view_approval", "programmes.add_ruleversion")
_DONE: dict[str, Promise] = {
    "approve": gettext_lazy("Approved, and posted."),
    "refuse": gettext_lazy("Refused. Nothing has moved."),
    "withdraw": gettext_lazy("Withdrawn. Nothing has moved."),
}


@require_safe
@needs(*_SEES)
def show(request: HttpRequest) -> HttpResponse:
    """Show what waits and what was decided; `before` goes on with the latter."""
    at, before = timezone.now(), request.GET.get("before", "")
    told = {
        "title": _("Approvals"),
        "page": approvals.get_page(
            request,
            user=cast("User", request.user),
            at=at,
            before=int(before) if before.isascii() and before.isdecimal() else None,
        ),
        "files": file_requests.get_page(request, at=at) if not before else None,
        "lists": export_requests.get_page(request, at=at) if not before else None,
        "rules": rule_requests.get_page(request, at=at) if not before else None,
        "is_first": not before,
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/approvals.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(*_SEES)
@asks_again
def decide(request: HttpRequest, approval: str) -> HttpResponse:
    """Show one request with what speaks for it and against it; approve, refuse or withdraw it."""
    kinds = Approval.objects.filter(public_id=approval).values_list("kind", flat=True)
    kind = kinds.first()
    if kind is None:
        raise Http404
    return _DECIDING[ApprovalKind(kind)](request, approval)


def _adjustment(request: HttpRequest, public_id: str) -> HttpResponse:
    at, user = timezone.now(), cast("User", request.user)
    found = approvals.get_request(request, user=user, public_id=public_id, at=at)
    if found is None:
        raise Http404
    approval, asked = found
    if request.method == "POST":
        word = request.POST.get("word", "")
        deciding.answer(
            request,
            said=_DONE,
            answers={
                "approve": lambda: adjusting.approve(
                    approval=approval, decided_by=user, at=at, word=word
                ),
                "refuse": lambda: adjusting.refuse(
                    approval=approval, decided_by=user, at=at, word=word
                ),
                "withdraw": lambda: adjusting.withdraw(
                    approval=approval, by=user, at=at, word=word
                ),
            },
        )
        return redirect("admin:approvals")
    told = {"title": _("Decide on a request"), "asked": asked, "longest": adjusting.LONGEST_NOTE}
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/approval.html", context)


_DECIDING: Mapping[ApprovalKind, Callable[[HttpRequest, str], HttpResponse]] = {
    ApprovalKind.ADJUSTMENT: _adjustment,
    ApprovalKind.IMPORT: file_approvals.decide,
    ApprovalKind.EXPORT: export_approvals.decide,
    ApprovalKind.PUBLICATION: rule_approvals.decide,
}
