"""What leaving costs a member, in figures, before they do it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from loyalty.ledger import balances
from loyalty.programmes.rulebook import Rulebook
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
    """Return what a member has in the wallet they spend from. Three statements at most."""
    found = balances.get_balances(holder_ids=[member.holder_id], at=at)
    has = found.get(member.holder_id, {}).get(book.spending_wallet)
    still_open = Voucher.objects.open(at=at).filter(member=member)
    return Stake(
        available=has.available if has else 0,
        pending=has.pending if has else 0,
        vouchers=[_kept(voucher, book) for voucher in still_open.order_by("expires_at", "pk")],
    )


def _kept(voucher: Voucher, book: Rulebook) -> Kept:
    last_day = book.last_day(voucher.expires_at)
    return Kept(name=voucher.name, code=voucher.spelled, last_day=last_day)
