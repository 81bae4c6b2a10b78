"""A member's vouchers: those a till takes, those it took, those that are over."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from loyalty.portal import showing
from loyalty.programmes.rulebook import Rulebook
from members.models import Member, Voucher, VoucherState

PER_PAGE = 20
# How each view of the list orders what it shows: what matters next, or what was last.
ORDERS: Mapping[str, Sequence[str]] = {
    "open": ("expires_at", "pk"),
    "used": ("-used_at", "-pk"),
    "over": ("-expires_at", "-pk"),
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """A voucher in the list. `on` is its last day, or the day on which it was used."""

    pk: int
    name: str
    state: str
    on: date


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A page of the list, and the pages before and after it, if any."""

    view: str
    rows: Sequence[Row]
    newer: int | None
    older: int | None


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A voucher to hold out: its code in groups, and as a QR code while a till would take it."""

    name: str
    state: str
    code: str
    qr: SafeString | None
    last_day: date
    used_on: date | None
    value_cents: int | None


def get_list(*, member: Member, view: str, page: int, at: datetime, book: Rulebook) -> Listed:
    """Return one page of one view, of `open` where there is no such view. One statement."""
    view = view if view in ORDERS else "open"
    start = (page - 1) * PER_PAGE
    mine = _in_view(Voucher.objects.filter(member=member), view, at=at)
    found = list(mine.order_by(*ORDERS[view])[start : start + PER_PAGE + 1])
    return Listed(
        view=view,
        rows=[_row(voucher, at=at, book=book) for voucher in found[:PER_PAGE]],
        newer=page - 1 if page > 1 else None,
        older=page + 1 if len(found) > PER_PAGE else None,
    )


def get_shown(*, member: Member, pk: int, at: datetime, book: Rulebook) -> Shown:
    """Return a voucher of the member's own. Raises Http404 for any other."""
    voucher = Voucher.objects.filter(member=member, pk=pk).first()
    if voucher is None:
        raise Http404
    state = voucher.state_at(at)
    is_open = state == VoucherState.OPEN
    scanned = voucher.printed or voucher.code
    return Shown(
        name=voucher.name,
        state=state,
        code=voucher.spelled if voucher.printed else voucher.spelled.replace("-", " "),
        qr=showing.draw(scanned, title=_("QR code of your voucher")) if is_open else None,
        last_day=book.last_day(voucher.expires_at),
        used_on=book.business_day(voucher.used_at) if voucher.used_at else None,
        value_cents=voucher.value_cents,
    )


def _in_view(mine: QuerySet[Voucher], view: str, *, at: datetime) -> QuerySet[Voucher]:
    if view == "used":
        return mine.filter(state=VoucherState.USED)
    is_open = Q(state=VoucherState.OPEN, expires_at__gt=at)
    if view == "open":
        return mine.filter(is_open)
    return mine.exclude(is_open).exclude(state=VoucherState.USED)


def _row(voucher: Voucher, *, at: datetime, book: Rulebook) -> Row:
    used_on = book.business_day(voucher.used_at) if voucher.used_at else None
    return Row(
        pk=voucher.pk,
        name=voucher.name,
        state=voucher.state_at(at),
        on=used_on or book.last_day(voucher.expires_at),
    )
