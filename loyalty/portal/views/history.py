from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.core.pages import InvalidCursor
from loyalty.portal import history
from loyalty.portal.guarding import MemberRequest, for_members
from members import stating


@require_safe
@for_members
def show(request: MemberRequest) -> HttpResponse:
    """Show movements, newest first; htmx fetches the rows that follow."""
    member, at, book = request.member, timezone.now(), request.book
    asked = history.read(
        show=request.GET.get("show", ""),
        year=request.GET.get("year", ""),
        after=request.GET.get("after", ""),
        member=member,
        at=at,
        book=book,
    )
    try:
        shown = history.get_history(asked=asked, member=member, at=at, book=book)
    except InvalidCursor:
        return redirect("portal:history")
    page = "portal/_movements.html" if request.htmx else "portal/history.html"
    return render(request, page, {"history": shown, "currency": book.currency})


@require_safe
@for_members
def download(request: MemberRequest) -> StreamingHttpResponse:
    """Give all movements as a file that a spreadsheet opens."""
    pieces = history.stream(
        member=request.member,
        at=timezone.now(),
        book=request.book,
        language=get_language() or "fr",
    )
    name = _("points-history")
    return StreamingHttpResponse(
        pieces,
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


@require_safe
@for_members
def statement(request: MemberRequest) -> HttpResponse:
    """Give opening, movements and closing of `from` to `to`, this month unless told, as a file."""
    told = history.get_statement(
        first=request.GET.get("from", ""),
        last=request.GET.get("to", ""),
        member=request.member,
        at=timezone.now(),
        book=request.book,
    )
    name = _("points-statement")
    return HttpResponse(
        stating.as_csv(statement=told, language=get_language() or "fr"),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{name}-{told.first}-{told.last}.csv"'
        },
    )
