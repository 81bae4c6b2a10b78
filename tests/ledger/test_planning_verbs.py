"""The verbs of holds, returns and transfers on paper: no database."""

from datetime import timedelta

import pytest

from loyalty.ledger import planning
from loyalty.ledger.planning import Draft, Note
from tests.ledger.test_planning import book, draft, lot, stands, told

DAY = timedelta(days=1)


def hold(paper: Draft, points: int, *, days: int = 1) -> int:
    """Set points aside; return the number of the hold."""
    entry = planning.hold(paper, points=points, lasts=days * DAY, public_id="hold_1", note=Note())
    return entry.number


def earned(*lots: int, points: int, **more: int) -> planning.Earned:
    so_far = {"expired": 0, "taken_back": 0, "forgiven": 0} | more
    return planning.Earned(number=1, points=points, lots=frozenset(lots), **so_far)


def claw_back(paper: Draft, points: int, of: planning.Earned, most_debt: int | None = None):
    return planning.clawback(paper, earned=of, points=points, most_debt=most_debt, note=Note())


class TestHold:
    def test_keeps_points_from_their_date(self):
        paper = draft(book(lot(1, 5, until=3), lot(2, 5, until=9)))
        number = hold(paper, 7, days=6)
        paper.turn_to(paper.now + 5 * DAY)

        planning.capture(paper, number=number, points=6, note=Note())

        assert told(paper) == [("HOLD", -7, 0), ("CAPTURE", -6, 5)]
        assert stands(paper.book) == {"issued": 10, "available": 4, "redeemed": 6}

    def test_lapses_before_what_dies_at_that_instant(self):
        paper = draft(book(lot(1, 5, until=3), lot(2, 5, until=3)))
        hold(paper, 7, days=3)
        paper.turn_to(paper.now + 3 * DAY)

        planning.settle(paper)

        assert told(paper) == [("HOLD", -7, 0), ("LAPSE", 7, 3), ("EXPIRE", -3, 3)]
        assert stands(paper.book) == {"issued": 10, "expired": 10}
        assert paper.book.next_event_at is None

    def test_lapsed_gives_back_what_then_dies_at_its_own_instant(self):
        paper = draft(book(lot(1, 5, until=3), debt=0))
        hold(paper, 5, days=1)
        paper.turn_to(paper.now + 9 * DAY)

        planning.settle(paper)

        assert told(paper) == [("HOLD", -5, 0), ("LAPSE", 5, 1), ("EXPIRE", -5, 3)]

    def test_is_the_next_event(self):
        start = book(lot(1, 5, until=3))
        paper = draft(start)

        hold(paper, 2, days=1)

        assert start.next_event_at == paper.now + DAY

    def test_that_is_not_there_cannot_end(self):
        with pytest.raises(planning.NotOpen):
            planning.void(draft(book(lot(1, 5))), number=7, note=Note())


CLAWBACKS = {
    "its own lot first": (
        book(lot(1, 5, until=1), lot(2, 5)), 3, earned(2, points=5), None,
        {1: 5, 2: 2}, (-3, None, None),
    ),
    "even while it waits": (
        book(lot(1, 5), lot(2, 5, since=3)), 5, earned(2, points=5), None,
        {1: 5, 2: 0}, (-5, None, None),
    ),
    "then others, but none that waits": (
        book(lot(1, 5), lot(2, 2), lot(3, 9, since=3)), 7, earned(2, points=9), None,
        {1: 0, 2: 0, 3: 9}, (-7, None, None),
    ),
    "then it is owed": (
        book(lot(1, 5)), 9, earned(1, points=9), None, {1: 0}, (-9, None, None),
    ),
    "or waived": (
        book(lot(1, 5)), 9, earned(1, points=9), 0, {1: 0}, (-5, None, 4),
    ),
    "or owed as far as somebody else can pay, and then waived": (
        book(lot(1, 5)), 9, earned(1, points=9), 3, {1: 0}, (-8, None, 1),
    ),
    "what expired is forgiven before others are asked": (
        book(lot(1, 5), lot(2, 1)), 4, earned(2, points=9, expired=2), None,
        {1: 4, 2: 0}, (-2, 2, None),
    ),
    "and only once": (
        book(lot(1, 5)), 3, earned(2, points=9, expired=4, taken_back=4, forgiven=4), None,
        {1: 2}, (-3, None, None),
    ),
}  # fmt: skip


class TestClawback:
    @pytest.mark.parametrize("case", CLAWBACKS)
    def test_takes(self, case: str):
        from copy import deepcopy

        start, points, of, most_debt, left, said = CLAWBACKS[case]
        start = deepcopy(start)
        for number in of.lots:
            start.lots.setdefault(number, lot(number, 0))

        entry = claw_back(draft(start), points, of, most_debt)

        found = {number: one.remaining for number, one in start.lots.items() if number in left}
        assert found == left
        assert (entry.points, entry.more.forgiven, entry.more.waived) == said

    def test_forgives_what_expires_while_it_is_settled(self):
        paper = draft(book(lot(1, 5, until=3), lot(2, 9)), day=4)

        entry = claw_back(paper, 5, earned(1, points=5))

        assert (entry.points, entry.more.forgiven) == (0, 5)
        assert stands(paper.book) == {"issued": 14, "available": 9, "expired": 5}

    def test_refuses_more_than_is_left(self):
        with pytest.raises(planning.NotEnough):
            claw_back(draft(book(lot(1, 5))), 2, earned(1, points=5, taken_back=4))


class TestTransfer:
    def test_opens_one_lot_for_each_that_gives(self):
        one, two = book(lot(1, 5, until=9), lot(2, 5, until=3)), book(lot(1, 1))
        two.account = 2

        left, arrived = planning.transfer(
            draft(one), draft(two), points=7, name="tra_1", note=Note()
        )

        assert (left.points, arrived.points) == (-7, 7)
        assert [(copy.came_from, copy.original) for copy in arrived.opened] == [
            ((1, 2), 5), ((1, 1), 2),
        ]  # fmt: skip
        assert [copy.expires_at for copy in arrived.opened] == [
            one.lots[2].expires_at, one.lots[1].expires_at,
        ]  # fmt: skip
        assert (left.more.transfer, arrived.more.transfer) == ("tra_1", "tra_1")

    def test_of_two_clocks_is_a_mistake(self):
        with pytest.raises(ValueError, match="one clock"):
            planning.transfer(
                draft(book(lot(1, 5))), draft(book(), day=1), points=1, name="t", note=Note()
            )

    def test_of_a_debt_pays_it_in_one_account_and_owes_it_in_the_other(self):
        one, two = book(debt=4), book(lot(1, 9))
        two.account = 2
        source, target = draft(one), draft(two)

        planning.merge(source, target, name="tra_1", note=Note())

        assert told(source) == [("TRANSFER_OUT", 4, 0)]
        assert told(target) == [("TRANSFER_IN", -4, 0), ("REPAY", -4, 0)]
        assert stands(one) == {"issued": 4, "removed": 4}
        assert stands(two) == {"issued": 9, "available": 5, "removed": 4}
