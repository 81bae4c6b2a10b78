"""Lists that staff take away: members, purchases, rewards, vouchers."""

from typing import cast

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from loyalty.core.refusals import Refusal
from loyalty.desk import seeing
from loyalty.desk.exporting import lists, taking, waiting, writing
from loyalty.desk.exporting.asking import ExportForm
from loyalty.desk.exporting.lists import Sort, Terms
from loyalty.desk.exporting.waiting import Order
from loyalty.desk.guarding import asks_again, needs
from loyalty.identity.models import User
from loyalty.programmes import books

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_http_methods(["GET", "HEAD", "POST"])
@needs(lists.PERMISSION)
@asks_again
def show(request: HttpRequest) -> HttpResponse:
    """Ask what of which list, and give it as a file."""
    sorts = lists.get_sorts(has_perm=request.user.has_perm)
    if not sorts:
        raise PermissionDenied
    chosen = next((sort for sort in sorts if sort.code == request.GET.get("what")), sorts[0])
    data = request.POST if request.method == "POST" else None
    form = ExportForm(
        data,
        sort=chosen,
        stores=seeing.get_stores(request),
        initial={"segment": request.GET.get("segment"), "file_format": "csv"},
    )
    if form.is_valid():
        return _take_or_ask(request, chosen, form)
    told = {
        "title": _("Exports"),
        "sorts": sorts,
        "chosen": chosen,
        "form": form,
        "ready": waiting.ready(user=cast("User", request.user), at=timezone.now()),
        "most_alone": settings.EXPORT_MEMBERS_ALONE,
        "is_bound": seeing.get_stores(request) is not None,
        "may_see_contacts": request.user.has_perm("members.change_member"),
        "may_see_codes": request.user.has_perm("members.change_voucher"),
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/exports.html", context)


@require_POST
@needs(lists.PERMISSION)
@asks_again
def taken(request: HttpRequest, approval: str) -> HttpResponse:
    """Give a list that somebody else approved, once. Of another person's there is none."""
    at, user = timezone.now(), cast("User", request.user)
    if not waiting.is_asked_by(user=user, public_id=approval):
        raise Http404
    try:
        order = waiting.take(public_id=approval, user=user, at=at)
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
        return redirect("admin:exports")
    terms = Terms(request=request, book=books.get_book(), at=at)
    return cast("HttpResponse", _give(order, terms))


def _take_or_ask(request: HttpRequest, sort: Sort, form: ExportForm) -> HttpResponse:
    terms = Terms(request=request, book=books.get_book(), at=timezone.now())
    order = waiting.take_or_ask(
        user=cast("User", request.user),
        sort=sort,
        asked=form.asked,
        file_format=form.cleaned_data["file_format"],
        has_codes=form.cleaned_data["has_codes"],
        terms=terms,
    )
    if order is None:
        messages.info(request, _("So many people: another person must approve it first."))
        return redirect("admin:exports")
    return cast("HttpResponse", _give(order, terms))


def _give(order: Order, terms: Terms) -> HttpResponseBase:
    sort, file_format = order.sort, order.file_format
    rows = taking.counted(sort=sort, asked=order.asked, terms=terms, export=order.export)
    write = writing.stream_csv if file_format == "csv" else writing.write_xlsx
    written = write(
        rows,
        columns=sort.columns(order.asked, terms),
        zone=terms.book.zone,
        language=get_language() or "fr",
        has_codes=order.has_codes,
    )
    answer = FileResponse if file_format == "xlsx" else StreamingHttpResponse
    name = f"{sort.code}-{terms.book.business_day(terms.at).isoformat()}.{file_format}"
    return answer(
        written,
        content_type=_TYPES[file_format],
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store, private",
        },
    )
