"""What a member has, wallet by wallet, the one they spend first."""

from dataclasses import dataclass
from datetime import date, datetime

from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.programmes.rulebook import Rulebook
from members import words
from members.models import Member


@dataclass(frozen=True)
class Having:
    """What a member has in one wallet, by its policy's name, and until when some of it."""

    wallet: str
    balance: Balance
    last_day: date | None


def get_wallets(*, member: Member, book: Rulebook, at: datetime) -> tuple[Having, ...]:
    """Return what a member has at a moment. Two statements."""
    found = balances.get_balances(holder_ids=[member.holder_id], at=at)
    mine = found.get(member.holder_id, {})
    codes = sorted(mine, key=lambda code: (code != book.spending_wallet, code))
    return tuple(
        Having(words.of_wallet(code, book=book), mine[code], _last_day(mine[code], book=book))
        for code in codes
    )


def _last_day(balance: Balance, *, book: Rulebook) -> date | None:
    """Return the last day on which the points that expire next can be used."""
    following = balance.next_expiry
    return book.last_day(following.at) if following else None
