"""Stamp cards as people see them: marks, what a full card gives, and what dies next."""

from datetime import date, timedelta

import pytest

from loyalty.ledger import balances
from loyalty.programmes import books, revising
from loyalty.programmes.models import WalletPolicy
from members import stamping
from members.models import Member
from members.stamping import Stamped
from tests.conftest import NOON
from tests.members.test_handing import buy, card

__all__ = ["card"]


def cards_of(member: Member) -> tuple[Stamped, ...]:
    held = balances.get_balances(holder_ids=[member.holder_id], at=NOON)[member.holder_id]
    return stamping.get_cards(wallets=held, book=books.get_book())


def stamped(stamps: int, *, full_at: int = 5) -> Stamped:
    return Stamped(wallet="s", name="Stamps", stamps=stamps, full_at=full_at, voucher="A coffee")


class TestTheCards:
    def test_are_shown_before_the_first_stamp(self, ada: Member, card: None):
        assert cards_of(ada) == (
            Stamped(wallet="stamps", name="Tampons", stamps=0, full_at=5, voucher="Un café"),
        )

    def test_say_how_many_stamps_die_next_and_their_last_day(self, ada: Member, card: None):
        WalletPolicy.objects.filter(wallet__code="stamps").update(
            expiry_kind="DAYS", expiry_count=30
        )
        revising.touch()
        buy(ada, "1", "2", at=NOON - timedelta(days=3))
        buy(ada, "3")

        (shown,) = cards_of(ada)

        assert (shown.stamps, shown.expiring, shown.last_day) == (3, 2, date(2026, 4, 6))

    def test_begin_anew_with_what_is_beyond_a_full_one(self, ada: Member, card: None):
        buy(ada, *"1234567")

        (shown,) = cards_of(ada)

        assert shown.stamps == 2

    def test_are_none_of_a_programme_without(self, ada: Member):
        assert cards_of(ada) == ()


class TestTheMarks:
    @pytest.mark.parametrize(
        ("stamps", "got", "owed", "percent"), [(-2, 0, 2, 0), (0, 0, 0, 0), (3, 3, 0, 60)]
    )
    def test_are_as_many_as_fill_the_card(self, stamps: int, got: int, owed: int, percent: int):
        card = stamped(stamps)

        assert (card.got, card.owed, card.percent) == (got, owed, percent)
        assert card.marks == [(place, place <= got) for place in range(1, 6)]

    def test_stop_at_a_full_card(self):
        assert stamped(7).got == 5

    @pytest.mark.parametrize(("full_at", "marks"), [(20, 20), (21, 0)])
    def test_give_way_to_a_bar_where_they_are_too_many(self, full_at: int, marks: int):
        assert len(stamped(3, full_at=full_at).marks) == marks
