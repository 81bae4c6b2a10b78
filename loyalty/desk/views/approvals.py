"""What waits for another person: looked through, and decided one by one."""

from typing import cast

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from loyalty.core import digits
from loyalty.desk import approvals, export_requests, file_requests, rule_requests
from loyalty.desk.guarding import asks_again, needs
from loyalty.desk.views import deciding
from loyalty.desk.views.kinds import KINDS
from loyalty.identity.models import Approval, ApprovalKind, User

# Whoever writes rules sees what became of theirs.
_SEES = ("identity.view_approval", "programmes.add_ruleversion")


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
            before=digits.read(before),
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
    return deciding.decide(request, approval, kind=KINDS[ApprovalKind(kind)])
