"""Vouchers: given for something, taken once at a till."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.programmes.models import Programme
from members import codes
from members.models import Member, Voucher, VoucherState


class VoucherNotFound(Refusal):
    code = "voucher-not-found"
    status = 404
    title = _("There is no such voucher.")


class VoucherUsed(Refusal):
    code = "voucher-used"
    title = _("This voucher has been used.")


class VoucherExpired(Refusal):
    code = "voucher-expired"
    title = _("This voucher has expired.")


class VoucherCancelled(Refusal):
    code = "voucher-cancelled"
    title = _("This voucher was cancelled.")


def get_voucher(*, code: str) -> Voucher:
    """Return a voucher by what a person typed or a till scanned, or raise VoucherNotFound."""
    stored = codes.read(code)
    voucher = Voucher.objects.with_member().filter(code=stored).first() if stored else None
    if voucher is None:
        raise VoucherNotFound
    return voucher


def issue(
    *,
    member: Member,
    origin: str,
    name_fr: str,
    name_en: str,
    value_cents: int | None,
    days: int,
    at: datetime,
    is_historic: bool = False,
) -> Voucher:
    """Give a member a voucher, good through so many days. Call it in a transaction.

    It expires when that business day ends: 90 days from 10 March is good all 8 June.
    `origin` is the public id of what gives it; the value is in cents, None where it has none.
    """
    voucher = Voucher.objects.create(
        code=codes.new(),
        member=member,
        origin=origin,
        name_fr=name_fr,
        name_en=name_en,
        value_cents=value_cents,
        issued_at=at,
        expires_at=_expiry(at, days=days),
    )
    outbox.record("voucher.issued", voucher.facts(), at=at, is_historic=is_historic)
    return voucher


def _expiry(at: datetime, *, days: int) -> datetime:
    zone = Programme.objects.get().zone
    last_day = zones.business_day(moment=at, zone=zone) + timedelta(days=days)
    return zones.end_of_day(day=last_day, zone=zone)


@transaction.atomic
def use(*, code: str, at: datetime, actor: str = "", is_historic: bool = False) -> Voucher:
    """Take a voucher, once and for all.

    Raises VoucherNotFound, VoucherUsed, VoucherExpired or VoucherCancelled. Of two tills at
    the same moment one is refused.
    """
    voucher = get_voucher(code=code)
    still_open = Voucher.objects.open(at=at).filter(pk=voucher.pk)
    taken = still_open.update(state=VoucherState.USED, used_at=at, used_by=actor)
    voucher.refresh_from_db(fields=["state", "used_at", "used_by"])
    if not taken:
        raise _why_not(voucher)
    outbox.record("voucher.used", voucher.facts(), at=at, is_historic=is_historic)
    return voucher


def cancel(*, voucher: Voucher) -> None:
    """Make an unused voucher worthless, expired or not; raises VoucherUsed."""
    unused = Voucher.objects.filter(pk=voucher.pk, state=VoucherState.OPEN)
    if not unused.update(state=VoucherState.CANCELLED):
        voucher.refresh_from_db(fields=["state", "used_at"])
        raise _why_not(voucher)
    voucher.state = VoucherState.CANCELLED


def _why_not(voucher: Voucher) -> Refusal:
    if voucher.state == VoucherState.USED:
        return VoucherUsed(used_at=voucher.used_at)
    if voucher.state == VoucherState.CANCELLED:
        return VoucherCancelled()
    return VoucherExpired(expired_at=voucher.expires_at)
