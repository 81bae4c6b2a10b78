"""The worked examples of the ledger's design, to the point."""

import pytest

from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Lot
from tests.conftest import NOON
from tests.ledger.doing import book_of, days, earn, left_in_lots, read, redeem

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound_books(account: Account):
    yield
    assert verifying.verify().first_fault is None


def test_seventy_of_fifty_and_fifty_leaves_nothing_and_thirty(account: Account):
    earn(account, 50, "a", until=NOON + days(10))
    earn(account, 50, "b", until=NOON + days(20))

    redeem(account, 70, "c")

    assert left_in_lots(account) == [0, 30]


def test_the_earliest_expiry_goes_first_whenever_it_was_earned(account: Account):
    earn(account, 50, "a", until=NOON + days(20))
    earn(account, 50, "b", until=NOON + days(10))

    redeem(account, 70, "c")

    assert left_in_lots(account) == [30, 0]


def test_ninety_day_lots_are_gone_after_ninety_one(account: Account):
    earn(account, 575, "a", until=NOON + days(90))
    redeem(account, 500, "b")
    assert read(account).available == 75

    earn(account, 805, "c", until=NOON + days(90))
    redeem(account, 500, "d")
    assert left_in_lots(account) == [0, 380]

    posting.settle(account=account, at=NOON + days(91))
    stands = read(account)
    assert (stands.available, stands.expired, stands.redeemed) == (0, 380, 1000)


def test_no_more_comes_back_than_was_spent(account: Account):
    earn(account, 1000, "a")
    spent = redeem(account, 300, "b")
    posting.refund(entry=spent, points=25, key="c", at=NOON, grace_days=30)

    with pytest.raises(posting.RefundExceedsSpent) as refusal:
        posting.refund(entry=spent, points=280, key="d", at=NOON, grace_days=30)

    assert refusal.value.figures == {"left": 275}
    assert read(account).available == 725


def test_pending_points_are_refused_on_day_13_and_spendable_on_day_14(account: Account):
    earn(account, 100, "a", since=NOON + days(14), until=NOON + days(100))

    with pytest.raises(posting.InsufficientPoints):
        redeem(account, 1, "b", at=NOON + days(13))
    redeem(account, 100, "c", at=NOON + days(14))

    assert book_of(account) == [("EARN", 100), ("ACTIVATE", 100), ("REDEEM", -100)]
    effects = list(account.entries.order_by("number").values_list("occurred_at", flat=True))
    assert effects == [NOON, NOON + days(14), NOON + days(14)]


class TestRefund:
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
        stands = read(account)
        assert (stands.available, stands.redeemed, stands.expired) == (20, 0, 10)


class TestAPastEffect:
    def test_what_is_already_due_is_settled_in_the_same_breath(self, account: Account):
        earn(
            account, 40, "a", at=NOON + days(30), occurred_at=NOON,
            since=NOON + days(5), until=NOON + days(20),
        )  # fmt: skip

        assert book_of(account) == [("EARN", 40), ("ACTIVATE", 40), ("EXPIRE", -40)]
        effects = list(account.entries.order_by("number").values_list("occurred_at", flat=True))
        assert effects == [NOON, NOON + days(5), NOON + days(20)]
        assert left_in_lots(account) == [0]

    def test_a_late_fact_never_changes_what_was_consumed(self, account: Account):
        earn(account, 10, "a", until=NOON + days(50))
        redeem(account, 10, "b", at=NOON + days(2))

        earn(account, 10, "c", at=NOON + days(3), occurred_at=NOON, until=NOON + days(9))

        assert left_in_lots(account) == [0, 10]

    def test_an_accounts_time_never_runs_backwards(self, account: Account):
        earn(account, 10, "a", at=NOON + days(5))

        entry = redeem(account, 4, "b", at=NOON)

        assert entry.occurred_at == NOON + days(5)
