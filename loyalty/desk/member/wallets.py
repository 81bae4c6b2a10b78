"""What a member has, wallet by wallet, the one they spend first."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import ngettext

from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.programmes import summaries
from loyalty.programmes.rulebook import Rulebook
from loyalty.templatetags import look
from members import awaiting, explaining, stamping, words
from members.awaiting import Waiting
from members.models import Member
from members.stamping import Stamped

_NOTHING = Balance(available=0, pending=0, held=0, debt=0, next_expiry=None)


@dataclass(frozen=True)
class Awaited:
    """Points that wait for an event, in words, and the last day on which it is not too late."""

    points: int
    until_event: str
    last_day: date


@dataclass(frozen=True)
class Having:
    """What a member has in one wallet, by its policy's name, and until when some of it.

    With the day `sleeps_on` all that is left is lost, unless they do something before (`kept_by`).
    """

    wallet: str
    balance: Balance
    last_day: date | None
    waiting: tuple[Awaited, ...] = ()
    card: Stamped | None = None
    sleeps_on: date | None = None
    kept_by: str = ""


def get_wallets(*, member: Member, book: Rulebook, at: datetime) -> tuple[Having, ...]:
    """Return what a member has at a moment, and each stamp card, begun or not.

    Two statements, and one where something waits.
    """
    found = balances.get_balances(holder_ids=[member.holder_id], at=at)
    mine = found.get(member.holder_id, {})
    cards = {card.wallet: card for card in stamping.get_cards(wallets=mine, book=book)}
    mine = dict.fromkeys(cards, _NOTHING) | mine
    codes = sorted(mine, key=lambda code: (code != book.spending_wallet, code))
    is_pending = any(balance.pending for balance in mine.values())
    waiting = awaiting.get_waiting(holder_id=member.holder_id, at=at) if is_pending else []
    return tuple(
        Having(
            wallet=words.of_wallet(code, book=book),
            balance=mine[code],
            last_day=_last_day(mine[code], book=book),
            waiting=tuple(_awaited(one, book=book) for one in waiting if one.wallet == code),
            card=cards.get(code),
            sleeps_on=_sleeps_on(mine[code], book=book),
            kept_by=_kept_by(code, book=book),
        )
        for code in codes
    )


def _sleeps_on(balance: Balance, *, book: Rulebook) -> date | None:
    return book.last_day(balance.inactive_at) if balance.inactive_at else None


def _kept_by(wallet: str, *, book: Rulebook) -> str:
    terms = book.wallet(wallet).inactivity
    return summaries.keeping(terms) if terms else ""


def _awaited(one: Waiting, *, book: Rulebook) -> Awaited:
    said = explaining.until_event(event=one.event)
    return Awaited(one.points, said, book.last_day(one.cancels_at))


def in_words(*, waiting: Iterable[Waiting], book: Rulebook) -> list[tuple[int, str]]:
    """Return what waits as choices: how many points, for what, and until when."""
    return [
        (
            one.lot,
            ngettext(
                "%(points)s point: %(until)s (%(day)s)",
                "%(points)s points: %(until)s (%(day)s)",
                one.points,
            )
            % {
                "points": look.number(one.points),
                "until": summaries.waits(event=one.event),
                "day": look.day(book.last_day(one.cancels_at)),
            },
        )
        for one in waiting
    ]


def _last_day(balance: Balance, *, book: Rulebook) -> date | None:
    """Return the last day on which the points that expire next can be used."""
    following = balance.next_expiry
    return book.last_day(following.at) if following else None
