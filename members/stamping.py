"""Stamp cards: how full each is, what a full one gives, and what dies of it next."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from loyalty.core import languages
from loyalty.ledger.balances import Balance
from loyalty.programmes.rulebook import Rulebook, StampCard, WalletTerms

# A card that takes more is drawn as a bar: so many marks are counted by nobody.
_MARKS = 20
_NOTHING = Balance(available=0, pending=0, held=0, debt=0, next_expiry=None)


@dataclass(frozen=True, kw_only=True)
class Stamped:
    """A stamp card of a member. `stamps` is below zero while some are owed.

    So many as `expiring` die after `last_day`, unless the card is full before; none where
    stamps do not expire.
    """

    wallet: str
    name: str
    stamps: int
    full_at: int
    voucher: str
    expiring: int = 0
    last_day: date | None = None

    # Properties

    @property
    def got(self) -> int:
        """How many marks are stamped."""
        return max(0, min(self.stamps, self.full_at))

    @property
    def owed(self) -> int:
        return max(0, -self.stamps)

    @property
    def percent(self) -> int:
        return self.got * 100 // self.full_at

    @property
    def marks(self) -> list[tuple[int, bool]]:
        """The places of the card, and whether each is stamped; none of a card too large for it."""
        places = range(1, self.full_at + 1) if self.full_at <= _MARKS else ()
        return [(place, place <= self.got) for place in places]


def get_cards(*, wallets: Mapping[str, Balance], book: Rulebook) -> tuple[Stamped, ...]:
    """Return the programme's stamp cards as a member has filled them, begun or not."""
    return tuple(
        _stamped(terms, terms.card, wallets.get(code, _NOTHING), book)
        for code, terms in sorted(book.wallets.items())
        if terms.card
    )


def _stamped(terms: WalletTerms, card: StampCard, balance: Balance, book: Rulebook) -> Stamped:
    first = balance.next_expiry
    return Stamped(
        wallet=terms.code,
        name=languages.in_language(french=terms.name_fr, english=terms.name_en),
        stamps=balance.shown,
        full_at=card.stamps,
        voucher=languages.in_language(french=card.voucher.name_fr, english=card.voucher.name_en),
        expiring=first.points if first else 0,
        last_day=book.last_day(first.at) if first else None,
    )
