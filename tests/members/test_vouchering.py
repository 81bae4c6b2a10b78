"""A voucher is taken once, until its day ends."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from members import blocking, codes, vouchering
from members.models import Member, MemberState, Voucher, VoucherState
from members.vouchering import Code
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


class TestACodeFromSomebodyElse:
    def test_is_shown_as_printed_and_found_without_case_or_separators(self, ada: Member):
        code = Code(folded="CINE2026AB", printed="Cine-2026 ab")

        voucher = give_voucher(ada, code=code)

        assert (voucher.code, voucher.spelled) == ("CINE2026AB", "Cine-2026 ab")
        for typed in ("Cine-2026 ab", "cine2026ab", " CINE 2026-AB "):
            assert vouchering.get_voucher(code=typed) == voucher

    def test_is_taken_once_as_any_other(self, ada: Member):
        give_voucher(ada, code=Code(folded="CINE2026AB", printed="Cine-2026 ab"))

        vouchering.use(code="cine-2026-ab", at=NOON)

        with pytest.raises(vouchering.VoucherUsed):
            vouchering.use(code="CINE2026AB", at=NOON)


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
    def refusal(self, voucher: Voucher, **asked: object) -> str:
        """Return the code of the refusal, after which all is as it was."""
        before = Voucher.objects.values().get()
        said = OutboxEvent.objects.count()

        with pytest.raises(Refusal) as refusal:
            vouchering.use(**{"code": voucher.code, "at": NOON, **asked})

        assert Voucher.objects.values().get() == before
        assert OutboxEvent.objects.count() == said
        return refusal.value.code

    def test_a_second_use(self, voucher: Voucher):
        vouchering.use(code=voucher.code, at=NOON, actor="till:1")

        assert self.refusal(voucher, actor="till:2") == "voucher-used"

    def test_an_expired_one(self, voucher: Voucher):
        assert self.refusal(voucher, at=voucher.expires_at) == "voucher-expired"

    def test_a_cancelled_one(self, voucher: Voucher):
        vouchering.cancel(voucher=voucher)

        assert self.refusal(voucher) == "voucher-cancelled"

    def test_that_of_a_blocked_member_until_they_are_unblocked(
        self, ada: Member, voucher: Voucher
    ):
        blocking.block(member=ada, at=NOON, actor="user:1")

        assert self.refusal(voucher) == "member-blocked"

        blocking.unblock(member=ada, at=NOON, actor="user:1")
        assert vouchering.use(code=voucher.code, at=NOON).state == VoucherState.USED

    def test_that_of_a_member_whose_address_was_changed_for_a_day(
        self, ada: Member, voucher: Voucher
    ):
        until = NOON + timedelta(hours=24)
        Member.objects.update(spending_locked_until=until)

        assert self.refusal(voucher, at=until - timedelta(seconds=1)) == "spending-locked"

        assert vouchering.use(code=voucher.code, at=until).state == VoucherState.USED

    def test_an_unknown_one(self, voucher: Voucher):
        assert self.refusal(voucher, code=codes.new()) == "voucher-not-found"

    def test_a_mistyped_one(self, voucher: Voucher):
        last = "2" if voucher.code[0] != "2" else "3"

        assert self.refusal(voucher, code=last + voucher.code[1:]) == "voucher-not-found"

    def test_what_cannot_be_a_code_without_asking_the_database(
        self, voucher: Voucher, django_assert_num_queries: object
    ):
        with django_assert_num_queries(0):
            for typed in ("", "abc", "é" * 15, "9" * 41):
                with pytest.raises(vouchering.VoucherNotFound):
                    vouchering.get_voucher(code=typed)

    def test_one_that_the_night_has_written_down_as_expired(self, voucher: Voucher):
        vouchering.expire_due(at=voucher.expires_at, limit=10)

        assert self.refusal(voucher, at=voucher.expires_at) == "voucher-expired"


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

    def test_makes_one_worthless_that_was_written_down_as_expired(self, voucher: Voucher):
        vouchering.expire_due(at=voucher.expires_at, limit=10)

        vouchering.cancel(voucher=voucher)

        assert Voucher.objects.get().state == VoucherState.CANCELLED


class TestStateAt:
    def test_is_read_from_the_date_before_any_night(self, voucher: Voucher):
        last = voucher.expires_at - timedelta(microseconds=1)

        assert voucher.state_at(last) == VoucherState.OPEN
        assert voucher.state_at(voucher.expires_at) == VoucherState.EXPIRED

    def test_stays_used_or_cancelled_whatever_the_date(self, voucher: Voucher):
        voucher.state = VoucherState.USED
        assert voucher.state_at(voucher.expires_at) == VoucherState.USED
        voucher.state = VoucherState.CANCELLED
        assert voucher.state_at(voucher.expires_at) == VoucherState.CANCELLED


class TestExpireDue:
    def test_writes_down_what_is_over_and_tells_of_each_once(self, ada: Member):
        over, today = give_voucher(ada, days=1, origin="rdm_1"), give_voucher(ada, days=2)
        used = give_voucher(ada, days=1)
        vouchering.use(code=used.code, at=NOON)

        assert vouchering.expire_due(at=over.expires_at, limit=10) == 1
        assert vouchering.expire_due(at=over.expires_at, limit=10) == 0

        states = dict(Voucher.objects.values_list("pk", "state"))
        assert states == {over.pk: "EXPIRED", today.pk: "OPEN", used.pk: "USED"}
        event = OutboxEvent.objects.get(name="voucher.expired")
        assert event.payload["origin"] == "rdm_1"
        assert (event.occurred_at, event.is_historic) == (over.expires_at, False)

    def test_takes_the_oldest_first_and_no_more_than_asked(self, ada: Member):
        for days in (3, 1, 2):
            give_voucher(ada, days=days)
        at = NOON + timedelta(days=10)

        assert [vouchering.expire_due(at=at, limit=2) for _ in range(3)] == [2, 1, 0]
        told = OutboxEvent.objects.filter(name="voucher.expired").order_by("id")
        moments = list(told.values_list("occurred_at", flat=True))
        assert moments == sorted(moments)
        assert len(moments) == 3

    def test_asks_as_many_questions_for_20_as_for_2(
        self, ada: Member, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for count in (2, 20):
            for _ in range(count):
                give_voucher(ada, days=1)
            # A savepoint around them; the rows, the state, whose they are, the events.
            with django_assert_num_queries(6):
                assert vouchering.expire_due(at=NOON + timedelta(days=9), limit=99) == count
