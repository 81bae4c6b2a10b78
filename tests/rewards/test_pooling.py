"""Codes from somebody else: brought in once each, and given once each."""

import pytest

from loyalty.identity import permitting
from loyalty.identity.roles import Role
from members import owning, vouchering
from members.models import Member, Voucher, VoucherState
from members.vouchering import Code
from rewards import catalogue, pooling, redeeming, stocking
from rewards.catalogue import Reach
from rewards.models import PoolCode, Redemption, Reward, VoucherPool
from tests.conftest import NOON
from tests.members.builders import give_voucher
from tests.members.staff import appoint
from tests.rewards.conftest import offer, points_of

FILE = b"code\nCine-0001\nCine-0002\nCine-0003\n"


@pytest.fixture
def cinema(db: None) -> VoucherPool:
    return VoucherPool.objects.create(name="Cinema")


@pytest.fixture
def ticket(programme: object, cinema: VoucherPool) -> Reward:
    return offer("Ticket", cost=100, pool=cinema)


def figures(pool: VoucherPool, content: bytes, **said: bool) -> tuple[int, int, int, int]:
    report = pooling.add_codes(pool=pool, content=content, **said)
    return report.lines, report.added, report.known, report.refused


def errors(pool: VoucherPool, content: bytes) -> list[tuple[int, str]]:
    report = pooling.add_codes(pool=pool, content=content)
    return [(error.line, error.code) for error in report.errors]


class TestAddCodes:
    def test_adds_each_line_and_passes_the_heading_over(self, cinema: VoucherPool):
        assert figures(cinema, FILE) == (3, 3, 0, 0)

        assert list(PoolCode.objects.order_by("pk").values_list("code", "printed")) == [
            ("CINE0001", "Cine-0001"),
            ("CINE0002", "Cine-0002"),
            ("CINE0003", "Cine-0003"),
        ]

    def test_changes_nothing_the_second_time(self, cinema: VoucherPool):
        pooling.add_codes(pool=cinema, content=FILE)

        assert figures(cinema, FILE) == (3, 0, 3, 0)
        assert PoolCode.objects.count() == 3

    def test_writes_nothing_when_only_asked_to_look(self, cinema: VoucherPool):
        assert figures(cinema, FILE, is_dry_run=True) == (3, 3, 0, 0)
        assert PoolCode.objects.exists() is False

    def test_refuses_single_lines_with_their_numbers_and_takes_the_rest(
        self, cinema: VoucherPool, ada: Member
    ):
        other = VoucherPool.objects.create(name="Theatre")
        PoolCode.objects.create(pool=other, code="THEA0001", printed="THEA-0001")
        give_voucher(ada, code=Code(folded="OLD00001", printed="old-00001"))
        content = "Cine-1\n\ncine 1\nabc\nété-2026\nThea-0001\nOld00001\nGood-2;rest\nLast-1\n"

        found = errors(cinema, content.encode())

        assert found == [
            (3, "twice-in-file"),
            (4, "bad-code"),
            (5, "bad-code"),
            (6, "in-another-pool"),
            (7, "already-a-voucher"),
            (8, "too-many-values"),
        ]
        assert list(cinema.codes.order_by("pk").values_list("printed", flat=True)) == [
            "Cine-1",
            "Last-1",
        ]

    @pytest.mark.parametrize(
        "content",
        [
            b"\xef\xbb\xbfcode\r\nCine-1\r\n",
            b"Code,\nCine-1,\n",
            b'"Cine-1"\n',
            b"Cine-1",
            b"Bons;\n  Cine-1 ;\n",
        ],
    )
    def test_reads_files_as_people_have_them(self, cinema: VoucherPool, content: bytes):
        assert figures(cinema, content) == (1, 1, 0, 0)
        assert PoolCode.objects.get().printed == "Cine-1"

    @pytest.mark.parametrize("content", [b"", b" \n ", b"a\0b", b"x" * 5_000_001])
    def test_refuses_what_is_no_list_of_codes(self, cinema: VoucherPool, content: bytes):
        with pytest.raises(pooling.BadCodesFile):
            pooling.add_codes(pool=cinema, content=content)

    def test_refuses_a_line_that_is_longer_than_any_value(self, cinema: VoucherPool):
        assert errors(cinema, b"Cine-0001\n" + b"x" * 200_000 + b"\n") == [(2, "bad-code")]

    def test_finds_a_duplicate_across_chunks(self, cinema: VoucherPool):
        lines = [f"CODE-{number:05}" for number in range(1_500)] + ["code-00003"]

        assert errors(cinema, "\n".join(lines).encode()) == [(1_501, "twice-in-file")]
        assert PoolCode.objects.count() == 1_500


class TestARewardWithAPool:
    def test_gives_the_next_code_as_its_voucher(self, ada: Member, ticket: Reward):
        pooling.add_codes(pool=ticket.pool, content=FILE)

        redemption = redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)

        assert (redemption.voucher.code, redemption.voucher.spelled) == ("CINE0001", "Cine-0001")
        assert PoolCode.objects.get(code="CINE0001").given_at == NOON
        assert PoolCode.objects.free().count() == 2

    def test_is_exhausted_when_the_pool_is_empty_and_takes_nothing(
        self, ada: Member, ticket: Reward
    ):
        with pytest.raises(stocking.RewardExhausted):
            redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)

        assert points_of(ada) == 500
        assert (Redemption.objects.count(), Voucher.objects.count()) == (0, 0)
        (offered,) = catalogue.get_offers(member=ada, at=NOON)
        assert offered.reach == Reach.EXHAUSTED

    def test_never_gives_the_code_of_a_cancelled_one_again(self, ada: Member, ticket: Reward):
        pooling.add_codes(pool=ticket.pool, content=b"Cine-0001\nCine-0002\n")
        first = redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)
        boss = appoint(Role.ADMINISTRATOR)
        redeeming.cancel(redemption=first, key="x", at=NOON, by=boss, reason="bad-code")

        second = redeeming.redeem(member=ada, reward=ticket, key="b", at=NOON)
        with pytest.raises(stocking.RewardExhausted):
            redeeming.redeem(member=ada, reward=ticket, key="c", at=NOON)

        assert second.voucher.spelled == "Cine-0002"
        assert figures(ticket.pool, b"Cine-0001\n") == (1, 0, 1, 0)
        assert Voucher.objects.get(code="CINE0001").state == VoucherState.CANCELLED

    def test_gives_no_points_back_to_a_till_once_the_code_was_seen(
        self, ada: Member, ticket: Reward
    ):
        pooling.add_codes(pool=ticket.pool, content=FILE)
        done = redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)
        left = points_of(ada)

        with pytest.raises(redeeming.CodeShown):
            redeeming.cancel(redemption=done, key="x", at=NOON, actor="cli_1")

        done.refresh_from_db()
        assert (done.cancelled_at, points_of(ada)) == (None, left)
        assert Voucher.objects.get().state == VoucherState.OPEN

    def test_gives_them_back_by_staff_with_a_reason(self, ada: Member, ticket: Reward):
        pooling.add_codes(pool=ticket.pool, content=FILE)
        done = redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)
        care = appoint(Role.CUSTOMER_CARE)

        for reason in ("", "because"):
            with pytest.raises(redeeming.CancelReasonMissing):
                redeeming.cancel(redemption=done, key="x", at=NOON, by=care, reason=reason)
        assert points_of(ada) < 500
        redeeming.cancel(redemption=done, key="x", at=NOON, by=care, reason="bad-code")

        assert points_of(ada) == 500
        assert Redemption.objects.get().cancel_reason == "bad-code"

    def test_gives_nothing_back_to_ones_own_card(self, ada: Member, ticket: Reward):
        pooling.add_codes(pool=ticket.pool, content=FILE)
        done = redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)
        left, care = points_of(ada), appoint(Role.CUSTOMER_CARE)
        Member.objects.update(email=care.email)

        with pytest.raises(owning.OwnCard):
            redeeming.cancel(redemption=done, key="x", at=NOON, by=care, reason="bad-code")

        done.refresh_from_db()
        assert (done.cancelled_at, points_of(ada)) == (None, left)

    def test_gives_nothing_back_by_who_may_not_cancel(self, ada: Member, ticket: Reward):
        pooling.add_codes(pool=ticket.pool, content=FILE)
        done = redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)
        cashier = appoint(Role.CASHIER)

        with pytest.raises(permitting.NotPermitted):
            redeeming.cancel(redemption=done, key="x", at=NOON, by=cashier, reason="bad-code")

        assert Redemption.objects.get().cancelled_at is None

    def test_takes_no_code_when_the_points_do_not_suffice(self, ada: Member, ticket: Reward):
        pooling.add_codes(pool=ticket.pool, content=FILE)
        Reward.objects.update(cost=501)

        with pytest.raises(redeeming.posting.InsufficientPoints):
            redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)

        assert PoolCode.objects.free().count() == 3

    def test_is_taken_at_a_till_by_its_code(self, ada: Member, ticket: Reward):
        pooling.add_codes(pool=ticket.pool, content=FILE)
        redeeming.redeem(member=ada, reward=ticket, key="a", at=NOON)

        vouchering.use(code="cine 0001", at=NOON)

        assert Voucher.objects.get().state == VoucherState.USED
