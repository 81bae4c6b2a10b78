"""The open vouchers of a member, as each client may see them."""

from datetime import timedelta
from typing import Any

import pytest

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from members import blocking, enrolling, vouchering
from members.models import Member, Voucher
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import give_voucher


def caller(*scopes: Scope) -> Caller:
    return Caller(issuing.create_client(name="Till", scopes=list(scopes), store=None, at=NOON))


def vouchers_of(member: Member, asking: Caller, **headers: str) -> list[dict[str, Any]]:
    return asking.get(f"/members/{member.public_id}", **headers).json()["vouchers"]


class TestTheVouchersOfAMember:
    def test_are_shown_as_they_are_documented(self, ada: Member):
        voucher = give_voucher(ada)

        assert vouchers_of(ada, caller(Scope.POINTS_SPEND)) == [
            {
                "code": voucher.spelled,
                "name": "A coffee on the house",
                "value": "2.80",
                "expires_at": "2026-06-09T00:00:00+02:00",
                "valid_until": "2026-06-08",
            }
        ]

    def test_are_the_same_when_they_are_looked_up(self, ada: Member):
        give_voucher(ada)
        till = caller(Scope.REWARDS_WRITE)

        found = till.post("/members/lookup", {"code": "2000000000121"}, key=None).json()

        assert found["vouchers"] == vouchers_of(ada, till)
        assert len(found["vouchers"]) == 1

    def test_are_named_in_the_language_of_the_caller(self, till: Caller, ada: Member):
        give_voucher(ada)

        [shown] = vouchers_of(ada, till, **{"Accept-Language": "fr"})

        assert shown["name"] == "Un café offert"

    def test_have_no_value_where_they_stand_for_no_amount(self, till: Caller, ada: Member):
        give_voucher(ada, value_cents=None)

        assert [shown["value"] for shown in vouchers_of(ada, till)] == [None]

    def test_come_soonest_to_expire_first_and_only_those_that_a_till_would_take(
        self, ada: Member, clock: Any
    ):
        till = caller(Scope.POINTS_SPEND)
        late, soon = give_voucher(ada, days=60), give_voucher(ada, days=30)
        used, cancelled, expired = give_voucher(ada), give_voucher(ada), give_voucher(ada, days=1)
        vouchering.use(code=used.code, at=NOON)
        vouchering.cancel(voucher=cancelled)

        clock.move_to(expired.expires_at)

        shown = [voucher["code"] for voucher in vouchers_of(ada, till)]
        assert shown == [soon.spelled, late.spelled]

    def test_are_nobody_else_s(self, till: Caller, ada: Member):
        bob = enrolling.enrol(at=NOON, email="bob@example.org")
        give_voucher(ada)

        assert vouchers_of(bob, till) == []

    def test_cost_one_statement_however_many(
        self, till: Caller, ada: Member, django_assert_num_queries: Any
    ):
        # Key, member, account and lots, spending, cards, vouchers.
        vouchers_of(ada, till)
        for days in range(1, 6):
            give_voucher(ada, days=days)

        with django_assert_num_queries(7):
            assert len(vouchers_of(ada, till)) == 5


class TestTakingOne:
    def test_is_refused_by_name_while_the_member_is_blocked(self, ada: Member, clock: Any):
        voucher = give_voucher(ada)
        till = caller(Scope.POINTS_SPEND)
        blocking.block(member=ada, at=NOON, actor="user:1")

        answer = till.post(f"/vouchers/{voucher.code}/use", {}, key="u1")

        assert (answer.status_code, answer.json()["code"]) == (422, "member-blocked")
        voucher.refresh_from_db()
        assert (voucher.state, voucher.used_at) == ("OPEN", None)

    def test_is_refused_by_name_for_a_day_after_a_new_address(self, ada: Member, clock: Any):
        voucher = give_voucher(ada)
        till = caller(Scope.POINTS_SPEND)
        Member.objects.update(spending_locked_until=NOON + timedelta(hours=1))

        answer = till.post(f"/vouchers/{voucher.code}/use", {}, key="u1")

        assert (answer.status_code, answer.json()["code"]) == (422, "spending-locked")
        voucher.refresh_from_db()
        assert (voucher.state, voucher.used_at) == ("OPEN", None)


class TestTheirCodes:
    @pytest.mark.parametrize("scope", [Scope.POINTS_SPEND, Scope.REWARDS_WRITE])
    def test_are_shown_to_those_who_may_spend(self, ada: Member, scope: Scope):
        voucher = give_voucher(ada)

        assert [shown["code"] for shown in vouchers_of(ada, caller(scope))] == [voucher.spelled]

    @pytest.mark.parametrize(
        "scope", [Scope.MEMBERS_READ, Scope.MEMBERS_WRITE, Scope.PURCHASES_WRITE]
    )
    def test_are_kept_from_all_others(self, ada: Member, scope: Scope):
        voucher = give_voucher(ada)

        answer = caller(scope).get(f"/members/{ada.public_id}")

        assert [shown["code"] for shown in answer.json()["vouchers"]] == [None]
        assert voucher.spelled not in answer.content.decode()
        assert voucher.code not in answer.content.decode()
        assert Voucher.objects.get().spelled == voucher.spelled
