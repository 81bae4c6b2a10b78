"""A merged account answers for its own entries, and hands on what that leaves in it."""

import pytest
from django.db import transaction

from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry
from tests.conftest import NOON
from tests.ledger.conftest import open_account
from tests.ledger.doing import book_of, claw_back, days, earn, hold, read, redeem, stands
from tests.ledger.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(accounts) -> list[Account]:
    return accounts(2)


@pytest.fixture(autouse=True)
def _sound_books():
    yield
    assert verifying.verify().first_fault is None


def merge(source: Account, target: Account, *, key: str = "merge") -> tuple[Entry, Entry]:
    return posting.merge(source=source, target=target, key=key, at=NOON, actor="usr_1")


class TestAMergedAccount:
    """It answers for its own entries, and what that leaves in it goes on at once."""

    def test_hands_on_what_a_refund_gives_back(self, pair):
        one, other = pair
        earn(one, 30, "a", until=NOON + days(9))
        spent = redeem(one, 20, "b")
        merge(one, other)

        posting.refund(entry=spent, points=20, key="c", at=NOON + days(1), grace_days=30)

        assert book_of(one)[-2:] == [("REFUND", 20), ("TRANSFER_OUT", -20)]
        assert stands(other) == {"issued": 30, "available": 30}
        assert set(other.lots.values_list("expires_at", flat=True)) == {NOON + days(9)}

    def test_hands_on_what_a_grace_keeps_alive(self, pair):
        one, other = pair
        earn(one, 30, "a", until=NOON + days(9))
        spent = redeem(one, 30, "b")
        merge(one, other)

        posting.refund(entry=spent, points=30, key="c", at=NOON + days(10), grace_days=30)

        assert stands(one) == {"issued": 30, "removed": 30}
        assert other.lots.get().expires_at == NOON + days(40)
        assert other.lots.get().earned_at == NOON

    def test_hands_on_what_a_capture_lets_go(self, pair):
        one, other = pair
        earn(one, 30, "a")
        held = hold(one, 20, "h")
        merge(one, other)
        assert stands(one)["held"] == 20

        posting.capture(hold=held, points=15, key="c", at=NOON)

        assert stands(one) == {"issued": 30, "redeemed": 15, "removed": 15}
        assert stands(other) == {"issued": 15, "available": 15}

    @pytest.mark.parametrize("is_swept", [True, False])
    def test_hands_on_what_a_hold_forgets(self, pair, is_swept: bool):
        one, other = pair
        earn(one, 30, "a")
        hold(one, 20, "h")
        merge(one, other)

        if is_swept:
            assert posting.settle_due(at=NOON + days(1)) == 1
        else:
            posting.settle(account=one, at=NOON + days(1))

        assert book_of(one)[-2:] == [("LAPSE", 20), ("TRANSFER_OUT", -20)]
        assert stands(other) == {"issued": 30, "available": 30}
        assert posting.settle_due(at=NOON + days(1)) == 0

    def test_takes_back_the_very_points_that_went_on(self, pair):
        one, other = pair
        entry = earn(one, 30, "a", since=NOON + days(14))
        earn(other, 50, "b", until=NOON + days(1))
        merge(one, other)

        claw_back(entry, 20, "c", allow_debt=False)

        assert stands(other) == {"issued": 80, "pending": 10, "available": 50, "removed": 20}
        assert stands(one) == {"issued": 50, "removed": 50}

    def test_lets_the_other_owe_what_was_spent(self, pair):
        one, other = pair
        entry = earn(one, 30, "a")
        merge(one, other)
        redeem(other, 25, "b")

        claw_back(entry, 30, "c")

        assert stands(other)["debt"] == 25
        assert stands(one).get("debt", 0) == 0

    def test_when_clamped_takes_what_the_other_has_and_no_more(self, pair):
        one, other = pair
        entry = earn(one, 30, "a")
        merge(one, other)
        redeem(other, 25, "b")
        earn(other, 12, "d")

        taken = claw_back(entry, 30, "c", allow_debt=False)

        assert (taken.points, taken.waived) == (-17, 13)
        assert stands(other).get("available", 0) == 0
        assert stands(other).get("debt", 0) == 0

    def test_follows_from_one_merge_to_the_next(self, accounts):
        one, two, three = accounts(3)
        earn(one, 30, "a")
        spent = redeem(one, 20, "b")
        merge(one, two)
        merge(two, three, key="again")

        posting.refund(entry=spent, points=20, key="c", at=NOON, grace_days=30)

        assert [stands(account).get("available", 0) for account in (one, two, three)] == [0, 0, 30]

    def test_whose_survivor_is_closed_moves_nothing(self, pair):
        one, other = pair
        entry = earn(one, 30, "a")
        held = hold(one, 10, "h")
        merge(one, other)
        posting.close(account=other, key="bye", at=NOON, reason="closed", actor="u")

        assert claw_back(entry, 30, "c").waived == 30
        posting.void(hold=held, key="v", at=NOON)

        assert book_of(one)[-2:] == [("VOID", 10), ("CLOSE", -10)]
        assert stands(other) == {"issued": 20, "removed": 20}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestTenThreads:
    def test_answer_for_an_account_while_it_is_merged(self):
        one, other = open_account(), open_account()
        with transaction.atomic():
            entry = earn(one, 100, "a")
            earn(other, 100, "a")

        @posting.retried
        @transaction.atomic
        def act(number: int) -> None:
            if number == 5:
                merge(read(one), read(other))
            else:
                claw_back(entry, 10, f"c{number}")

        assert race(act, threads=10) == []
        assert stands(one).get("available", 0) == 0
        assert stands(other)["available"] == 110
