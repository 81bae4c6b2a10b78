"""A voucher is taken once, until its day ends."""

from datetime import timedelta

import pytest

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from members.models import Member, MemberState
from rewards import codes, redeeming, vouchers
from rewards.models import Reward, Voucher, VoucherState
from tests.conftest import NOON


@pytest.fixture
def voucher(ada: Member, coffee: Reward) -> Voucher:
    return redeeming.redeem(member=ada, reward=coffee, key="a", at=NOON).voucher


class TestUse:
    def test_takes_the_voucher(self, voucher: Voucher):
        used = vouchers.use(code=voucher.code, at=NOON, actor="till:1")

        voucher.refresh_from_db()
        assert used == voucher
        assert (voucher.state, voucher.used_at, voucher.used_by) == (
            VoucherState.USED,
            NOON,
            "till:1",
        )
        assert OutboxEvent.objects.get(name="voucher.used").payload["member"] == "mem_ada"

    def test_takes_the_code_as_a_person_types_it(self, voucher: Voucher):
        vouchers.use(code=codes.spell(voucher.code).lower(), at=NOON)

        assert Voucher.objects.get().state == VoucherState.USED

    def test_takes_it_until_the_last_instant(self, voucher: Voucher):
        vouchers.use(code=voucher.code, at=voucher.expires_at - timedelta(microseconds=1))

        assert Voucher.objects.get().state == VoucherState.USED

    def test_takes_what_was_paid_for_when_the_member_has_left(self, voucher: Voucher):
        Member.objects.update(state=MemberState.CLOSED, closed_at=NOON)

        vouchers.use(code=voucher.code, at=NOON)

        assert Voucher.objects.get().state == VoucherState.USED


class TestUseRefuses:
    def refused(self, refusal: type[Refusal], voucher: Voucher, **asked: object) -> None:
        before = Voucher.objects.values().get()
        said = OutboxEvent.objects.count()

        with pytest.raises(refusal):
            vouchers.use(**{"code": voucher.code, "at": NOON, **asked})

        assert Voucher.objects.values().get() == before
        assert OutboxEvent.objects.count() == said

    def test_a_second_use(self, voucher: Voucher):
        vouchers.use(code=voucher.code, at=NOON, actor="till:1")

        self.refused(vouchers.VoucherUsed, voucher, actor="till:2")

    def test_an_expired_one(self, voucher: Voucher):
        self.refused(vouchers.VoucherExpired, voucher, at=voucher.expires_at)

    def test_a_cancelled_one(self, voucher: Voucher):
        redeeming.cancel(redemption=voucher.redemption, key="b", at=NOON)

        self.refused(vouchers.VoucherCancelled, voucher)

    def test_an_unknown_one(self, voucher: Voucher):
        self.refused(vouchers.VoucherNotFound, voucher, code=codes.new())

    def test_a_mistyped_one_without_asking_the_database(
        self, voucher: Voucher, django_assert_num_queries: object
    ):
        last = "2" if voucher.code[0] != "2" else "3"

        with django_assert_num_queries(0), pytest.raises(vouchers.VoucherNotFound):
            vouchers.get_voucher(code=last + voucher.code[1:])
