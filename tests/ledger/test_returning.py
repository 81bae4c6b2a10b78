"""What earned points is taken back: from its own lots, from others, then it is owed or waived."""

import pytest
from django.db import transaction

from loyalty.events.models import OutboxEvent
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry, Lot, Movement
from tests.conftest import NOON
from tests.ledger.conftest import open_account
from tests.ledger.doing import (
    book_of,
    claw_back,
    days,
    earn,
    hold,
    left_in_lots,
    moved,
    read,
    redeem,
    refuses,
    stands,
)  # fmt: skip
from tests.ledger.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound_books():
    yield
    assert verifying.verify().first_fault is None


class TestClawback:
    def test_takes_from_its_own_lot_first_whatever_dies_before(self, account: Account):
        earn(account, 50, "a", until=NOON + days(1))
        entry = earn(account, 50, "b", until=NOON + days(90))

        taken = claw_back(entry, 30, "c")

        assert left_in_lots(account) == [50, 20]
        assert (taken.kind, taken.points, taken.parent) == ("CLAWBACK", -30, entry)
        assert (taken.reference, taken.forgiven, taken.waived) == ("b", None, None)
        assert OutboxEvent.objects.latest("id").name == "points.taken-back"

    def test_takes_points_that_still_wait(self, account: Account):
        entry = earn(account, 50, "a", since=NOON + days(14))

        claw_back(entry, 50, "b")

        assert stands(account) == {"issued": 50, "removed": 50}
        assert moved(account, "pending", "removed") == 50

    def test_then_takes_from_the_others_in_their_order(self, account: Account):
        entry = earn(account, 50, "a", until=NOON + days(1))
        redeem(account, 40, "r")
        earn(account, 20, "b", until=NOON + days(20))
        earn(account, 20, "c", until=NOON + days(10))
        earn(account, 99, "d", since=NOON + days(2))

        claw_back(entry, 45, "e")

        assert left_in_lots(account) == [0, 5, 0, 99]
        assert stands(account)["pending"] == 99

    def test_leaves_alone_what_is_held(self, account: Account):
        entry = earn(account, 50, "a")
        hold(account, 40, "h")

        claw_back(entry, 50, "b")

        assert stands(account) == {"issued": 50, "held": 40, "removed": 50, "debt": 40}

    def test_forgives_what_expired_unused(self, account: Account):
        entry = earn(account, 100, "a", until=NOON + days(9))
        redeem(account, 60, "r")
        earn(account, 500, "b", at=NOON + days(9))

        taken = claw_back(entry, 30, "c", at=NOON + days(9))
        assert (taken.points, taken.forgiven) == (0, 30)
        taken = claw_back(entry, 70, "d", at=NOON + days(9))
        assert (taken.points, taken.forgiven) == (-60, 10)

        assert stands(account)["available"] == 440
        refuses(
            lambda: claw_back(entry, 1, "e", at=NOON + days(9)), code="clawback-exceeds-earned"
        )

    def test_with_debt_leaves_a_negative_balance_that_later_points_repay(self, account: Account):
        entry = earn(account, 150, "a")
        redeem(account, 100, "r")

        taken = claw_back(entry, 150, "b")
        assert (taken.points, taken.available_after, taken.debt_after) == (-150, 0, 100)
        earn(account, 130, "c")

        assert book_of(account)[-2:] == [("EARN", 130), ("REPAY", -100)]
        assert stands(account) == {
            "issued": 280, "available": 30, "redeemed": 100, "removed": 150,
        }  # fmt: skip
        assert Movement.objects.get(lot=None).source == "debt"

    def test_clamped_takes_what_there_is_and_waives_the_rest_for_good(self, account: Account):
        entry = earn(account, 150, "a")
        redeem(account, 100, "r")

        taken = claw_back(entry, 150, "b", allow_debt=False)

        assert (taken.points, taken.waived) == (-50, 100)
        earn(account, 500, "c")
        refused = refuses(lambda: claw_back(entry, 1, "d"), code="clawback-exceeds-earned")
        assert refused.figures == {"left": 0}
        assert stands(account)["available"] == 500

    def test_in_parts_comes_to_no_more_than_was_earned(self, account: Account):
        entry = earn(account, 100, "a")
        for points in (33, 33):
            claw_back(entry, points, f"b{points}-{Entry.objects.count()}")

        refused = refuses(lambda: claw_back(entry, 35, "c"), code="clawback-exceeds-earned")
        claw_back(entry, 34, "d")

        assert refused.figures == {"left": 34}
        assert stands(account) == {"issued": 100, "removed": 100}

    def test_twice_is_once(self, account: Account):
        entry = earn(account, 100, "a")

        assert claw_back(entry, 40, "b") == claw_back(entry, 40, "b", at=NOON + days(9))
        refuses(lambda: claw_back(entry, 41, "b"), code="idempotency-key-reused")
        refuses(lambda: claw_back(entry, 40, "b", allow_debt=False), code="idempotency-key-reused")

        assert stands(account)["available"] == 60

    def test_takes_back_a_gift_too(self, account: Account):
        gift = posting.adjust(
            account=account, points=30, expires_at=None, reason="gift", actor="s", key="a", at=NOON
        )

        claw_back(gift, 30, "b")

        assert stands(account) == {"issued": 30, "removed": 30}

    def test_is_for_what_was_earned_only(self, account: Account):
        earn(account, 100, "a")
        spent = redeem(account, 40, "b")

        refuses(lambda: claw_back(spent, 40, "c"), code="not-earned")

    def test_of_nothing_is_a_mistake(self, account: Account):
        entry = earn(account, 100, "a")

        with pytest.raises(ValueError, match="one or more"):
            claw_back(entry, 0, "b")

        assert book_of(account) == [("EARN", 100)]


class TestRefund:
    def test_repays_what_is_owed_meanwhile(self, account: Account):
        entry = earn(account, 50, "a")
        spent = redeem(account, 50, "b")
        claw_back(entry, 20, "c")

        posting.refund(entry=spent, points=30, key="d", at=NOON, grace_days=30)

        assert book_of(account)[-2:] == [("REFUND", 30), ("REPAY", -20)]
        assert stands(account) == {"issued": 50, "available": 10, "redeemed": 20, "removed": 20}

    def test_in_thirds_gives_all_of_it(self, account: Account):
        earn(account, 100, "a")
        spent = redeem(account, 100, "b")

        for points in (33, 33, 34):
            posting.refund(entry=spent, points=points, key=f"{points}{Entry.objects.count()}",
                           at=NOON, grace_days=30)  # fmt: skip

        assert stands(account) == {"issued": 100, "available": 100}


class TestTheWayBack:
    """Points go back the way they came: last drawn first, each to its own lot."""

    @pytest.fixture
    def spent(self, account: Account):
        earn(account, 10, "a", until=NOON + days(10))
        earn(account, 10, "b", until=NOON + days(20))
        earn(account, 10, "c", until=NOON + days(30))
        return redeem(account, 25, "d")

    def test_fills_the_last_lot_first(self, account: Account, spent):
        posting.refund(entry=spent, points=8, key="e", at=NOON, grace_days=30)
        assert left_in_lots(account) == [0, 3, 10]

        posting.refund(entry=spent, points=17, key="f", at=NOON, grace_days=30)
        assert left_in_lots(account) == [10, 10, 10]

    def test_gives_a_dead_lots_points_a_grace_and_keeps_their_age(self, account: Account, spent):
        later = NOON + days(15)

        posting.refund(entry=spent, points=20, key="e", at=later, grace_days=30)

        assert left_in_lots(account) == [0, 10, 10, 5]
        revived = Lot.objects.get(account=account, number=4)
        assert (revived.earned_at, revived.expires_at) == (NOON, later + days(30))

    @pytest.mark.parametrize("grace_days", [None, 0])
    def test_without_a_grace_they_expire_at_once(self, account: Account, spent, grace_days):
        posting.refund(entry=spent, points=25, key="e", at=NOON + days(15), grace_days=grace_days)

        assert left_in_lots(account) == [0, 10, 10]
        row = read(account)
        assert (row.available, row.redeemed, row.expired) == (20, 0, 10)


class TestAClosedAccount:
    @pytest.fixture
    def closed(self, account: Account) -> tuple[Account, Entry, Entry]:
        entry = earn(account, 100, "a")
        spent = redeem(account, 60, "b")
        posting.close(account=account, key="bye", at=NOON, reason="closed", actor="usr_1")
        return account, entry, spent

    def test_moves_no_points_for_a_later_return(self, closed):
        account, entry, spent = closed
        before = stands(account)

        back = posting.refund(entry=spent, points=60, key="c", at=NOON, grace_days=30)
        taken = claw_back(entry, 100, "d")

        assert (back.points, back.waived) == (0, 60)
        assert (taken.points, taken.waived) == (0, 100)
        assert stands(account) == before == {"issued": 100, "redeemed": 60, "removed": 40}
        refuses(lambda: claw_back(entry, 1, "e"), code="clawback-exceeds-earned")

    def test_earns_and_spends_no_more(self, closed):
        account, _entry, _spent = closed

        refuses(lambda: earn(account, 5, "c"), code="account-closed")
        refuses(lambda: redeem(account, 5, "c"), code="account-closed")
        refuses(lambda: hold(account, 5, "c"), code="account-closed")

    def test_still_answers_what_was_asked_before(self, closed):
        account, entry, spent = closed

        assert earn(account, 100, "a", at=NOON + days(3)) == entry
        assert redeem(account, 60, "b", at=NOON + days(3)) == spent


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestTenThreads:
    def test_take_back_no_more_than_was_earned(self):
        account = open_account()
        with transaction.atomic():
            entry = earn(account, 100, "a")
            redeem(account, 50, "b")
        refused: list[int] = []

        def runner(number: int) -> None:
            try:
                with transaction.atomic():
                    claw_back(entry, 15, f"c{number}")
            except posting.ClawbackExceedsEarned:
                refused.append(number)

        assert race(runner, threads=10) == []
        assert len(refused) == 4
        assert stands(account) == {"issued": 100, "redeemed": 50, "removed": 90, "debt": 40}

    def test_give_back_no_more_than_was_spent(self):
        account = open_account()
        with transaction.atomic():
            earn(account, 100, "a")
            spent = redeem(account, 100, "b")
        refused: list[int] = []

        def runner(number: int) -> None:
            try:
                with transaction.atomic():
                    posting.refund(
                        entry=spent, points=15, key=f"c{number}", at=NOON, grace_days=30
                    )
            except posting.RefundExceedsSpent:
                refused.append(number)

        assert race(runner, threads=10) == []
        assert len(refused) == 4
        assert stands(account) == {"issued": 100, "available": 90, "redeemed": 10}
