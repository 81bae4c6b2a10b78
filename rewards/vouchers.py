"""Vouchers: issued with a redemption, taken once at a till."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.programmes.models import Programme
from rewards import codes
from rewards.models import Redemption, Voucher, VoucherState


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
    voucher = Voucher.objects.with_details().filter(code=stored).first() if stored else None
    if voucher is None:
        raise VoucherNotFound
    return voucher


def issue(*, redemption: Redemption, at: datetime, is_historic: bool = False) -> Voucher:
    """Give a redemption its voucher, good through the reward's number of days.

    It expires when that business day ends: 90 days from 10 March is good all 8 June.
    """
    zone = Programme.objects.get().zone
    today = zones.business_day(moment=at, zone=zone)
    last_day = today + timedelta(days=redemption.reward.voucher_days)
    voucher = Voucher.objects.create(
        code=codes.new(),
        member=redemption.member,
        redemption=redemption,
        issued_at=at,
        expires_at=zones.end_of_day(day=last_day, zone=zone),
    )
    outbox.record("voucher.issued", voucher.facts(), at=at, is_historic=is_historic)
    return voucher


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


def cancel(voucher: Voucher) -> None:
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
