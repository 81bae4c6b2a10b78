"""What leaving costs a member, in figures, before they do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.ledger import balances
from loyalty.portal import household
from loyalty.programmes.rulebook import Rulebook
from members import housing
from members.erasing import WAIT
from members.models import Member, Voucher

HOURS = int(WAIT.total_seconds() // 3600)


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A voucher that stays good to the end of its last day."""

    name: str
    code: str
    last_day: date


@dataclass(frozen=True, kw_only=True)
class Stake:
    """What a member has today: points that leaving removes, vouchers that stay good."""

    available: int
    pending: int
    vouchers: Sequence[Kept]

    # Properties

    @property
    def points(self) -> int:
        return self.available + self.pending


def get_stake(*, member: Member, at: datetime, book: Rulebook) -> Stake:
    """Return what a member has in the wallet they spend from. Four statements at most.

    Of a household what leaving it would take along, in a few more.
    """
    still_open = Voucher.objects.open(at=at).filter(member=member)
    available, pending = _points(member, at=at, book=book)
    return Stake(
        available=available,
        pending=pending,
        vouchers=[_kept(voucher, book) for voucher in still_open.order_by("expires_at", "pk")],
    )


def _points(member: Member, *, at: datetime, book: Rulebook) -> tuple[int, int]:
    """Return what is available and pending; what a household shares is told as one."""
    if stay := housing.get_stay(member=member):
        leaving = household.get_leaving(stay=stay, member=member, at=at, book=book)
        return leaving.takes, 0
    found = balances.get_balances(holder_ids=[member.holder_id], at=at)
    has = found.get(member.holder_id, {}).get(book.spending_wallet)
    return (has.available, has.pending) if has else (0, 0)


def _kept(voucher: Voucher, book: Rulebook) -> Kept:
    last_day = book.last_day(voucher.expires_at)
    return Kept(name=voucher.name, code=voucher.spelled, last_day=last_day)
