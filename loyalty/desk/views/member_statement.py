"""A member's statement of some days: the period is in the address, the same as a file."""

from datetime import datetime

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from loyalty.desk.guarding import needs
from loyalty.desk.views.member import address_of, get_member
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import statements, stating
from members.models import Member
from members.stating import Statement


@require_safe
@needs("ledger.view_entry")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show opening, movements and closing of `from` to `to`, this month unless told."""
    member, at, book = get_member(request, pk), timezone.now(), books.get_book()
    told = {
        "title": _("Statement"),
        "member": member,
        "back": address_of(member),
        "statement": _get_statement(request, member, at, book),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/member_statement.html", context)


@require_safe
@needs("ledger.view_entry")
def download(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the same as a file that a spreadsheet opens."""
    member, at, book = get_member(request, pk), timezone.now(), books.get_book()
    statement = _get_statement(request, member, at, book)
    name = f"{member.public_id}-{statement.first}-{statement.last}"
    return HttpResponse(
        stating.as_csv(statement=statement, language=get_language() or "fr"),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
    )


def _get_statement(
    request: HttpRequest, member: Member, at: datetime, book: Rulebook
) -> Statement:
    first, last = stating.read_days(
        first=request.GET.get("from", ""),
        last=request.GET.get("to", ""),
        joined=book.business_day(member.enrolled_at),
        today=book.business_day(at),
    )
    account = statements.get_account(member=member, book=book)
    return stating.get_statement(account=account, first=first, last=last, at=at, book=book)
