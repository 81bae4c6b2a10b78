"""A voucher is taken once, until its day ends."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from members import codes, vouchering
from members.models import Member, MemberState, Voucher, VoucherState
from tests.conftest import NOON
from tests.members.builders import give_voucher


@pytest.fixture
def voucher(ada: Member) -> Voucher:
    return give_voucher(ada)


class TestIssue:
    def test_gives_a_voucher_good_through_a_local_day(self, ada: Member):
        voucher = give_voucher(ada, days=90)

        assert codes.read(voucher.code) == voucher.code
        assert (voucher.member, voucher.state) == (ada, VoucherState.OPEN)
        # 10 March in winter time + 90 days = all of 8 June, in summer time.
        assert voucher.expires_at == datetime(2026, 6, 8, 22, 0, tzinfo=UTC)

    def test_tells_what_gave_it_and_never_the_code(self, ada: Member):
        voucher = give_voucher(ada, origin="rdm_1")

        event = OutboxEvent.objects.get(name="voucher.issued")
        assert event.payload == {
            "origin": "rdm_1",
            "member": ada.public_id,
            "expires_at": voucher.expires_at.isoformat(),
        }

    def test_gives_it_a_name_in_both_languages(self, voucher: Voucher):
        with translation.override("fr"):
            assert voucher.name == "Un café offert"
        with translation.override("en"):
            assert voucher.name == "A coffee on the house"


class TestUse:
    def test_takes_the_voucher(self, ada: Member, voucher: Voucher):
        used = vouchering.use(code=voucher.code, at=NOON, actor="till:1")

        voucher.refresh_from_db()
        assert used == voucher
        assert (voucher.state, voucher.used_at, voucher.used_by) == (
            VoucherState.USED,
            NOON,
            "till:1",
        )
        assert OutboxEvent.objects.get(name="voucher.used").payload["member"] == ada.public_id

    def test_takes_the_code_as_a_person_types_it(self, voucher: Voucher):
        vouchering.use(code=codes.spell(voucher.code).lower(), at=NOON)

        assert Voucher.objects.get().state == VoucherState.USED

    def test_takes_it_until_the_last_instant(self, voucher: Voucher):
        vouchering.use(code=voucher.code, at=voucher.expires_at - timedelta(microseconds=1))

        assert Voucher.objects.get().state == VoucherState.USED

    def test_takes_what_was_paid_for_when_the_member_has_left(self, voucher: Voucher):
        Member.objects.update(state=MemberState.CLOSED, closed_at=NOON)

        vouchering.use(code=voucher.code, at=NOON)

        assert Voucher.objects.get().state == VoucherState.USED


class TestUseRefuses:
    def refused(self, refusal: type[Refusal], voucher: Voucher, **asked: object) -> None:
        before = Voucher.objects.values().get()
        said = OutboxEvent.objects.count()

        with pytest.raises(refusal):
            vouchering.use(**{"code": voucher.code, "at": NOON, **asked})

        assert Voucher.objects.values().get() == before
        assert OutboxEvent.objects.count() == said

    def test_a_second_use(self, voucher: Voucher):
        vouchering.use(code=voucher.code, at=NOON, actor="till:1")

        self.refused(vouchering.VoucherUsed, voucher, actor="till:2")

    def test_an_expired_one(self, voucher: Voucher):
        self.refused(vouchering.VoucherExpired, voucher, at=voucher.expires_at)

    def test_a_cancelled_one(self, voucher: Voucher):
        vouchering.cancel(voucher=voucher)

        self.refused(vouchering.VoucherCancelled, voucher)

    def test_an_unknown_one(self, voucher: Voucher):
        self.refused(vouchering.VoucherNotFound, voucher, code=codes.new())

    def test_a_mistyped_one_without_asking_the_database(
        self, voucher: Voucher, django_assert_num_queries: object
    ):
        last = "2" if voucher.code[0] != "2" else "3"

        with django_assert_num_queries(0), pytest.raises(vouchering.VoucherNotFound):
            vouchering.get_voucher(code=last + voucher.code[1:])


class TestCancel:
    def test_makes_an_unused_one_worthless_even_when_it_has_expired(self, voucher: Voucher):
        Voucher.objects.update(expires_at=NOON)

        vouchering.cancel(voucher=voucher)

        assert voucher.state == Voucher.objects.get().state == VoucherState.CANCELLED

    def test_refuses_a_used_one(self, voucher: Voucher):
        vouchering.use(code=voucher.code, at=NOON)

        with pytest.raises(vouchering.VoucherUsed):
            vouchering.cancel(voucher=voucher)

        assert Voucher.objects.get().state == VoucherState.USED
