"""Points go from one account to another as they are: with their dates, and their age."""

import pytest
from django.db import connection, transaction

from loyalty.core import unsealing
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry, Lot
from tests.conftest import NOON
from tests.ledger.conftest import open_account
from tests.ledger.doing import (
    book_of,
    claw_back,
    days,
    earn,
    hold,
    left_in_lots,
    read,
    redeem,
    refuses,
    stands,
)  # fmt: skip
from tests.ledger.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(accounts) -> list[Account]:
    return accounts(2)


@pytest.fixture(autouse=True)
def _sound_books(request: pytest.FixtureRequest):
    yield
    if "forged" not in request.fixturenames:
        assert verifying.verify().first_fault is None


@pytest.fixture
def forged() -> None:
    """The test spoils the books on purpose."""


def transfer(source: Account, target: Account, points: int | None, key: str, *, at=NOON):
    return posting.transfer(
        source=source, target=target, points=points, key=key, at=at, reason="gift"
    )


def merge(source: Account, target: Account, *, key: str = "merge", at=NOON):
    return posting.merge(source=source, target=target, key=key, at=at, actor="usr_1")


def unmerge(account: Account, *, key: str = "apart", at=NOON):
    return posting.unmerge(account=account, key=key, at=at, actor="usr_1")


class TestTransfer:
    def test_takes_what_dies_first_and_keeps_its_dates_and_age(self, pair):
        one, other = pair
        earn(one, 30, "a", until=NOON + days(90), occurred_at=NOON - days(5))
        earn(one, 30, "b", until=NOON + days(9))

        left, arrived = transfer(one, other, 40, "t", at=NOON + days(1))

        assert left_in_lots(one) == [20, 0]
        assert (left.points, arrived.points) == (-40, 40)
        assert left.transfer == arrived.transfer
        assert left.transfer is not None
        lots = Lot.objects.filter(account=other).order_by("number")
        assert list(lots.values_list("remaining", "expires_at", "earned_at")) == [
            (30, NOON + days(9), NOON),
            (10, NOON + days(90), NOON - days(5)),
        ]
        assert stands(one) == {"issued": 60, "available": 20, "removed": 40}
        assert stands(other) == {"issued": 40, "available": 40}

    def test_of_everything_takes_what_waits_along(self, pair):
        one, other = pair
        earn(one, 30, "a", since=NOON + days(3))
        earn(one, 12, "b")
        hold(one, 2, "h")

        transfer(one, other, None, "t")

        assert stands(one) == {"issued": 42, "held": 2, "removed": 40}
        assert stands(other) == {"issued": 40, "pending": 30, "available": 10}

    def test_repays_what_the_other_owes(self, pair):
        one, other = pair
        entry = earn(other, 10, "a")
        redeem(other, 10, "b")
        claw_back(entry, 10, "c")
        earn(one, 30, "a")

        transfer(one, other, 30, "t")

        assert book_of(other)[-2:] == [("TRANSFER_IN", 30), ("REPAY", -10)]
        assert stands(other)["available"] == 20

    def test_refuses_more_than_can_be_used(self, pair):
        one, other = pair
        earn(one, 30, "a", since=NOON + days(3))

        refuses(lambda: transfer(one, other, 1, "t"), code="insufficient-points")

        assert stands(other) == {}

    def test_twice_is_once(self, pair):
        one, other = pair
        earn(one, 30, "a")

        assert transfer(one, other, 20, "t") == transfer(one, other, 20, "t", at=NOON + days(1))
        refuses(lambda: transfer(one, other, 21, "t"), code="idempotency-key-reused")

        assert stands(other)["available"] == 20

    def test_needs_another_account_of_the_same_wallet(self, pair):
        holder = posting.open_holder(at=NOON, wallets=["stamps"])
        stamps = posting.lock(holder)["stamps"]

        for target in (pair[0], stamps):
            with pytest.raises(ValueError, match="same wallet"):
                transfer(pair[0], target, 1, "t")


class TestMerge:
    def test_moves_everything_with_the_three_expiries_kept(self, pair):
        one, other = pair
        for points in (10, 20, 30):
            earn(one, points, f"{points}", until=NOON + days(points))

        merge(one, other)

        lots = Lot.objects.filter(account=other).order_by("number")
        assert list(lots.values_list("remaining", "expires_at")) == [
            (10, NOON + days(10)), (20, NOON + days(20)), (30, NOON + days(30)),
        ]  # fmt: skip
        assert read(one).merged_into_id == other.pk
        assert stands(other) == {"issued": 60, "available": 60}

    def test_takes_what_is_owed_along(self, pair):
        one, other = pair
        entry = earn(one, 50, "a")
        redeem(one, 50, "b")
        claw_back(entry, 50, "c")
        earn(one, 5, "d", since=NOON + days(3))
        earn(other, 70, "e")

        left, arrived = merge(one, other)

        assert (left.points, arrived.points) == (45, -45)
        assert stands(one) == {"issued": 105, "redeemed": 50, "removed": 55}
        assert stands(other) == {"issued": 75, "pending": 5, "available": 20, "removed": 50}
        assert book_of(other)[-1] == ("REPAY", -50)

    def test_leaves_an_account_that_earns_and_spends_no_more(self, pair):
        one, other = pair
        earn(one, 30, "a")
        merge(one, other)

        refuses(lambda: earn(one, 5, "b"), code="account-merged")
        refuses(lambda: redeem(one, 5, "b"), code="account-merged")
        refuses(lambda: hold(one, 5, "b"), code="account-merged")
        refuses(lambda: transfer(other, one, 5, "b"), code="account-merged")
        refuses(lambda: merge(other, one, key="b"), code="account-merged")
        refuses(
            lambda: posting.close(account=one, key="b", at=NOON, reason="closed", actor="u"),
            code="account-merged",
        )

    def test_twice_is_once_even_of_nothing(self, pair):
        one, other = pair

        assert merge(one, other) == merge(one, other, at=NOON + days(3))
        assert book_of(one) == [("TRANSFER_OUT", 0)]
        assert book_of(other) == [("TRANSFER_IN", 0)]


class TestUnmerge:
    def test_returns_what_is_left_of_the_lots_that_came(self, pair):
        one, other = pair
        earn(one, 30, "a", until=NOON + days(20))
        earn(other, 50, "b", until=NOON + days(10))
        merge(one, other)
        redeem(other, 60, "c")

        left, arrived = unmerge(one)

        assert (left.account_id, arrived.account_id, arrived.points) == (other.pk, one.pk, 20)
        assert read(one).merged_into_id is None
        assert stands(other) == {"issued": 80, "redeemed": 60, "removed": 20}
        lot = Lot.objects.get(account=one, remaining__gt=0)
        assert (lot.remaining, lot.expires_at, lot.earned_at) == (20, NOON + days(20), NOON)

    def test_leaves_what_was_given_before_the_merge(self, pair):
        one, other = pair
        earn(one, 30, "a")
        transfer(one, other, 10, "t")
        merge(one, other)

        unmerge(one)

        assert (stands(one)["available"], stands(other)["available"]) == (20, 10)

    def test_lets_it_earn_and_spend_again(self, pair):
        one, other = pair
        earn(one, 30, "a")
        merge(one, other)
        unmerge(one)

        redeem(one, 30, "b")
        merge(one, other, key="again")

        assert stands(other) == {"issued": 30, "removed": 30}

    def test_twice_is_once(self, pair):
        one, other = pair
        earn(one, 30, "a")
        merge(one, other)

        assert unmerge(one) == unmerge(one, at=NOON + days(1))
        refuses(lambda: unmerge(one, key="other"), code="not-merged")
        assert stands(one)["available"] == 30


@pytest.mark.usefixtures("forged")
class TestVerify:
    @pytest.mark.parametrize("change", ["came_number = 9", "came_account_id = account_id"])
    def test_names_a_transfer_whose_lots_are_others(self, pair, change: str):
        one, other = pair
        earn(one, 30, "a", until=NOON + days(9))
        transfer(one, other, 30, "t")
        lot = Lot.objects.get(account=other)

        connection.check_constraints()
        with unsealing.ledger_unsealed(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE ledger_lot SET {change} WHERE id = %s", [lot.pk])
            connection.check_constraints()

        found = verifying.verify().first_fault or ""
        assert found.startswith(f"ledger_entry {lot.origin_id}:")


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestTenThreads:
    def test_give_to_each_other_without_deadlock_or_loss(self):
        one, other = open_account(), open_account()
        with transaction.atomic():
            earn(one, 100, "a")
            earn(other, 100, "a")

        def runner(number: int) -> None:
            pair = (one, other) if number % 2 else (other, one)
            for turn in range(5):
                with transaction.atomic():
                    transfer(*pair, 3, f"t{number}-{turn}")

        assert race(runner, threads=10) == []
        assert [read(account).available for account in (one, other)] == [100, 100]
        assert Entry.objects.exclude(transfer=None).count() == 100
