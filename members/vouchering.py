"""Vouchers: given for something, taken once at a till."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import engines, zones
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.ledger import posting
from loyalty.programmes.models import Programme
from loyalty.programmes.terms import Gift
from members import blocking, codes
from members.models import Member, MemberState, Voucher, VoucherState


@dataclass(frozen=True)
class Code:
    """A code that somebody else made: how it is looked for, and how it is shown."""

    folded: str
    printed: str


class VoucherNotFound(Refusal):
    code = "voucher-not-found"
    is_miss = True
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
    stored = {known for known in (codes.read(code), codes.fold(code)) if known}
    voucher = Voucher.objects.with_member().filter(code__in=stored).first()
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
    code: Code | None = None,
    is_historic: bool = False,
) -> Voucher:
    """Give a member a voucher, good through so many days. Call it in a transaction.

    It expires when that business day ends: 90 days from 10 March is good all 8 June.
    `origin` is the public id of what gives it; the value is in cents, None where it has none.
    Without `code` it gets a new one of ours.
    """
    voucher = Voucher.objects.create(
        code=code.folded if code else codes.new(),
        printed=code.printed if code else "",
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


def issue_gifts(
    *,
    gifts: Sequence[tuple[Member, str, Gift, datetime]],
    recorded_at: datetime,
    zone: ZoneInfo,
    is_historic: bool = False,
) -> list[Voucher]:
    """Give members the vouchers of rules, each as of its moment, in two statements for all.

    Each gift is of a member, with the public id or the reference of what gives it. Call it in
    a transaction.
    """
    if not gifts:
        return []
    vouchers = Voucher.objects.bulk_create(
        Voucher(
            code=codes.new(),
            member=member,
            origin=origin,
            name_fr=gift.name_fr,
            name_en=gift.name_en,
            value_cents=gift.value_cents,
            issued_at=at,
            expires_at=_end_of(at, days=gift.days, zone=zone),
        )
        for member, origin, gift, at in gifts
    )
    outbox.record_many(
        outbox.Event("voucher.issued", voucher.facts(), recorded_at, is_historic)
        for voucher in vouchers
    )
    return vouchers


def _expiry(at: datetime, *, days: int) -> datetime:
    zone = Programme.objects.get().zone
    return _end_of(at, days=days, zone=zone)


def _end_of(at: datetime, *, days: int, zone: ZoneInfo) -> datetime:
    last_day = zones.business_day(moment=at, zone=zone) + timedelta(days=days)
    return zones.end_of_day(day=last_day, zone=zone)


@posting.retried
@transaction.atomic
def use(*, code: str, at: datetime, actor: str = "", is_historic: bool = False) -> Voucher:
    """Take a voucher, once and for all.

    Taking it is spending: whoever may not spend keeps it as it is. Raises VoucherNotFound,
    VoucherUsed, VoucherExpired, VoucherCancelled, MemberBlocked or SpendingLocked. Of two
    tills at the same moment one is refused.
    """
    voucher = get_voucher(code=code)
    posting.lock(voucher.member.holder_id)
    return take(voucher=voucher, at=at, actor=actor, is_historic=is_historic)


def take(*, voucher: Voucher, at: datetime, actor: str = "", is_historic: bool = False) -> Voucher:
    """Take a voucher whose member's accounts are locked. Needs `with_member`. Raises as `use`."""
    # Whoever blocks the member, or changes their address, has done so by then, or waits.
    member = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=voucher.member_id)
    voucher.refresh_from_db(fields=["state", "used_at", "used_by"])
    check_may_be_used(voucher=voucher, member=member, at=at, is_historic=is_historic)
    still_open = Voucher.objects.open(at=at).filter(pk=voucher.pk)
    taken = still_open.update(state=VoucherState.USED, used_at=at, used_by=actor)
    voucher.refresh_from_db(fields=["state", "used_at", "used_by"])
    if not taken:
        raise _why_not(voucher)
    outbox.record("voucher.used", voucher.facts(), at=at, is_historic=is_historic)
    return voucher


def check_may_be_used(
    *, voucher: Voucher, member: Member, at: datetime, is_historic: bool = False
) -> None:
    """Refuse a voucher that is not open, or whose member may not spend. Raises as `use`."""
    if voucher.state_at(at) != VoucherState.OPEN:
        raise _why_not(voucher)
    # Who has left keeps what they paid for, until it expires.
    if not is_historic and member.state != MemberState.CLOSED:
        blocking.check_may_spend(member=member, at=at)


def cancel(*, voucher: Voucher) -> None:
    """Make an unused voucher worthless, expired or not; raises VoucherUsed."""
    unused = Voucher.objects.filter(
        pk=voucher.pk, state__in=[VoucherState.OPEN, VoucherState.EXPIRED]
    )
    if not unused.update(state=VoucherState.CANCELLED):
        voucher.refresh_from_db(fields=["state", "used_at"])
        raise _why_not(voucher)
    voucher.state = VoucherState.CANCELLED


@transaction.atomic
def expire_due(*, at: datetime, limit: int, is_historic: bool = False) -> int:
    """Write down up to `limit` vouchers whose date is over, and tell of each once.

    Returns how many. Nothing waits for it: no till takes them meanwhile. Safe to repeat, and
    two at once take different ones.
    """
    due = Voucher.objects.due(at=at).order_by("expires_at", "pk")
    over = list(engines.lock_skipping(due)[:limit])
    if not over:
        return 0
    Voucher.objects.filter(pk__in=[voucher.pk for voucher in over]).update(
        state=VoucherState.EXPIRED
    )
    outbox.record_many(_expiries(over, is_historic=is_historic))
    return len(over)


def _expiries(over: Sequence[Voucher], *, is_historic: bool) -> list[outbox.Event]:
    keys = [voucher.pk for voucher in over]
    return [
        outbox.Event("voucher.expired", voucher.facts(), voucher.expires_at, is_historic)
        for voucher in Voucher.objects.with_member().filter(pk__in=keys).order_by("pk")
    ]


def _why_not(voucher: Voucher) -> Refusal:
    if voucher.state == VoucherState.USED:
        return VoucherUsed(used_at=voucher.used_at)
    if voucher.state == VoucherState.CANCELLED:
        return VoucherCancelled()
    return VoucherExpired(expired_at=voucher.expires_at)
