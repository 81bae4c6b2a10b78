"""Ten tills at the same moment: real threads, on PostgreSQL."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import transaction

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from loyalty.ledger import posting
from loyalty.programmes import books
from members import vouchering
from members.models import Member, Voucher, VoucherState
from rewards import limiting, pooling, redeeming, stocking
from rewards.models import PoolCode, Redemption, Reward, VoucherPool
from tests import racing
from tests.conftest import NOON
from tests.rewards.conftest import enrol, offer, open_programme, points_of

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 10


def at_once(action: Callable[[int], object]) -> list[str]:
    """Do it in ten threads that start together; say how each ended, in order of name."""

    def run(number: int) -> str:
        try:
            action(number)
        except Refusal as refusal:
            return refusal.code
        return "done"

    return sorted(racing.at_once(run, calls=THREADS))


class TestTheLastItemInStock:
    def test_goes_to_one_of_ten_members(self):
        open_programme()
        members = [enrol(f"Member {number}", points=500) for number in range(THREADS)]
        coffee = offer("Coffee", cost=200, stock=1)

        ended = at_once(
            lambda number: redeeming.redeem(
                member=members[number], reward=coffee, key=f"k{number}", at=NOON
            )
        )

        assert ended == ["done"] + ["reward-exhausted"] * 9
        assert Reward.objects.get().stock == 0
        assert sorted(points_of(member) for member in members) == [300] + [500] * 9
        assert Redemption.objects.count() == Voucher.objects.count() == 1

    def test_is_never_oversold_while_some_is_given_back(self):
        open_programme()
        members = [enrol(f"Member {number}", points=500) for number in range(THREADS)]
        coffee = offer("Coffee", cost=200, stock=4)

        def redeem_and_regret(number: int) -> None:
            redemption = redeeming.redeem(
                member=members[number], reward=coffee, key=f"k{number}", at=NOON
            )
            if number % 2:
                redeeming.cancel(redemption=redemption, key=f"c{number}", at=NOON)

        at_once(redeem_and_regret)

        kept = Redemption.objects.filter(cancelled_at=None).count()
        assert Reward.objects.get().stock == 4 - kept
        assert sum(points_of(member) for member in members) == 5_000 - 200 * kept


class TestOneKey:
    def test_pays_for_one_of_ten_members_and_is_refused_to_the_others(self):
        open_programme()
        members = [enrol(f"Member {number}", points=500) for number in range(THREADS)]
        coffee = offer("Coffee", cost=200)

        def redeem_and_look(number: int) -> None:
            with transaction.atomic():
                try:
                    redeeming.redeem(member=members[number], reward=coffee, key="one", at=NOON)
                except posting.KeyReused:
                    # The caller's own transaction goes on.
                    assert points_of(members[number]) == 500
                    raise

        ended = at_once(redeem_and_look)

        assert ended == ["done"] + ["idempotency-key-reused"] * 9
        assert sorted(points_of(member) for member in members) == [300] + [500] * 9
        assert Redemption.objects.count() == Voucher.objects.count() == 1


class TestOneMember:
    @pytest.fixture
    def ada(self) -> Member:
        open_programme()
        return enrol("Ada", points=500)

    def test_spends_no_more_than_the_balance(self, ada: Member):
        coffee = offer("Coffee", cost=200)

        ended = at_once(
            lambda number: redeeming.redeem(member=ada, reward=coffee, key=f"k{number}", at=NOON)
        )

        assert ended == ["done"] * 2 + ["insufficient-points"] * 8
        assert points_of(ada) == 100

    def test_redeems_once_under_one_key(self, ada: Member):
        coffee = offer("Coffee", cost=200, stock=5)

        ended = at_once(lambda _: redeeming.redeem(member=ada, reward=coffee, key="one", at=NOON))

        assert ended == ["done"] * THREADS
        assert (points_of(ada), Reward.objects.get().stock) == (300, 4)
        assert Redemption.objects.count() == Voucher.objects.count() == 1

    def test_cancels_once(self, ada: Member):
        coffee = offer("Coffee", cost=200, stock=5)
        redemption = redeeming.redeem(member=ada, reward=coffee, key="one", at=NOON)

        ended = at_once(
            lambda number: redeeming.cancel(redemption=redemption, key=f"c{number}", at=NOON)
        )

        assert ended == ["done"] + ["redemption-already-cancelled"] * 9
        assert (points_of(ada), Reward.objects.get().stock) == (500, 5)

    def test_uses_a_voucher_once(self, ada: Member):
        coffee = offer("Coffee", cost=200)
        voucher = redeeming.redeem(member=ada, reward=coffee, key="one", at=NOON).voucher

        ended = at_once(
            lambda number: vouchering.use(code=voucher.code, at=NOON, actor=f"till:{number}")
        )

        assert ended == ["done"] + ["voucher-used"] * 9

    def test_uses_or_cancels_a_voucher_and_never_both(self, ada: Member):
        coffee = offer("Coffee", cost=200)
        redemption = redeeming.redeem(member=ada, reward=coffee, key="one", at=NOON)

        def use_or_cancel(number: int) -> None:
            if number % 2:
                redeeming.cancel(redemption=redemption, key=f"c{number}", at=NOON)
            else:
                vouchering.use(code=redemption.voucher.code, at=NOON)

        ended = at_once(use_or_cancel)

        assert ended.count("done") == 1
        is_used = Voucher.objects.get().state == VoucherState.USED
        assert points_of(ada) == (300 if is_used else 500)


class TestTheControl:
    def test_reading_before_writing_oversells(self):
        """Without the conditional UPDATE several of ten take the last one: the test can fail."""
        open_programme()
        offer("Coffee", cost=200, stock=1)
        look = racing.read_together(Reward.objects.get, threads=THREADS)

        def look_then_take(_: int) -> None:
            reward = look()
            if not reward.stock:
                raise stocking.RewardExhausted
            Reward.objects.filter(pk=reward.pk).update(stock=reward.stock - 1)

        assert at_once(look_then_take) == ["done"] * THREADS


class TestOneMembersLimit:
    def test_is_never_passed_by_ten_at_once(self):
        open_programme()
        ada = enrol("Ada", points=5_000)
        coffee = offer("Coffee", cost=200, limit_count=3)

        ended = at_once(
            lambda number: redeeming.redeem(member=ada, reward=coffee, key=f"k{number}", at=NOON)
        )

        assert ended == ["done"] * 3 + ["reward-limit-reached"] * 7
        assert points_of(ada) == 4_400

    def test_is_passed_by_who_counts_before_the_lock(self):
        """The control: ten who have all counted before any has written all find room."""
        open_programme()
        ada = enrol("Ada", points=5_000)
        coffee = offer("Coffee", cost=200, limit_count=3)
        count = racing.read_together(limiting.check_limit, threads=THREADS)

        def count_then_take(number: int) -> None:
            count(member=ada, reward=coffee, at=NOON, book=books.get_book())
            Reward.objects.filter(pk=coffee.pk).update(limit_count=None)
            redeeming.redeem(member=ada, reward=coffee, key=f"k{number}", at=NOON)

        assert at_once(count_then_take) == ["done"] * THREADS


class TestAPool:
    @pytest.fixture
    def ticket(self) -> Reward:
        open_programme()
        pool = VoucherPool.objects.create(name="Cinema")
        pooling.add_codes(pool=pool, content=b"Cine-1\nCine-2\nCine-3\nCine-4\n")
        return offer("Ticket", cost=200, pool=pool)

    def test_gives_each_code_to_one_of_ten_members(self, ticket: Reward):
        members = [enrol(f"Member {number}", points=500) for number in range(THREADS)]

        ended = at_once(
            lambda number: redeeming.redeem(
                member=members[number], reward=ticket, key=f"k{number}", at=NOON
            )
        )

        assert ended == ["done"] * 4 + ["reward-exhausted"] * 6
        assert sorted(Voucher.objects.values_list("printed", flat=True)) == [
            "Cine-1",
            "Cine-2",
            "Cine-3",
            "Cine-4",
        ]
        assert sorted(points_of(member) for member in members) == [300] * 4 + [500] * 6

    def test_gives_one_code_to_all_who_read_before_they_take(self, ticket: Reward):
        """The control: without the lock on the row ten read the same free code."""
        look = racing.read_together(PoolCode.objects.free().order_by("pk").first, threads=THREADS)
        drawn = []

        def look_then_take(_: int) -> None:
            free = look()
            PoolCode.objects.filter(pk=free.pk).update(given_at=NOON)
            drawn.append(free.code)

        at_once(look_then_take)

        assert drawn == ["CINE1"] * THREADS

    def test_takes_the_same_file_once_from_ten_at_once(self, ticket: Reward):
        at_once(lambda _: pooling.add_codes(pool=ticket.pool, content=b"Cine-4\nCine-5\n"))

        assert PoolCode.objects.count() == 5


class TestTheNight:
    def test_tells_of_an_expired_voucher_once_from_ten_at_once(self):
        open_programme()
        ada, coffee = enrol("Ada", points=5_000), offer("Coffee", cost=10, voucher_days=1)
        for number in range(30):
            redeeming.redeem(member=ada, reward=coffee, key=f"k{number}", at=NOON)

        at_once(lambda _: vouchering.expire_due(at=NOON + timedelta(days=5), limit=7))
        while vouchering.expire_due(at=NOON + timedelta(days=5), limit=7):
            pass

        assert Voucher.objects.filter(state=VoucherState.EXPIRED).count() == 30
        assert OutboxEvent.objects.filter(name="voucher.expired").count() == 30
