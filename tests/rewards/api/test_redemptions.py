"""Rewards at the till: paid once, given back once, refused without anything moving."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.clients import shifting
from loyalty.clients.models import Scope
from loyalty.identity.roles import Role
from members import blocking, vouchering
from members.models import Member, Voucher, VoucherState
from rewards import redeeming
from rewards.models import Redemption, Reward
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_schemas import check
from tests.members.staff import appoint
from tests.rewards.api.conftest import CARD, open_till
from tests.rewards.conftest import nothing_moved, offer, points_of

pytestmark = pytest.mark.django_db


def wish(reward: Reward) -> dict[str, Any]:
    return {"member": {"card": CARD}, "reward": reward.public_id}


def redeem(till: Caller, reward: Reward, key: str = "") -> Any:
    return till.post("/redemptions", wish(reward), key=key)


class TestRedeemReward:
    def test_takes_the_points_and_gives_the_voucher(self, till: Caller, bea: Member, tea: Reward):
        response = redeem(till, tea)

        voucher = Voucher.objects.get()
        done = response.json()
        check("Redemption", done)
        assert response.status_code == 201
        assert response["Location"] == f"/api/v1/redemptions/{done['id']}"
        assert (done["member"], done["reward"]) == (bea.public_id, tea.public_id)
        assert (done["points"], done["balance"]["available"]) == (200, 300)
        assert done["voucher"]["code"] == voucher.spelled
        assert (done["voucher"]["value"], done["voucher"]["state"]) == ("2.80", "open")
        assert points_of(bea) == 300
        assert Reward.objects.get().stock == 1
        assert Redemption.objects.get().actor == till.client.public_id

    def test_takes_nothing_more_when_it_is_sent_again(
        self, till: Caller, bea: Member, tea: Reward
    ):
        first, again = redeem(till, tea, "k"), redeem(till, tea, "k")

        assert again.content == first.content
        assert again["Idempotent-Replayed"] == "true"
        assert points_of(bea) == 300
        assert Voucher.objects.count() == 1

    def test_refuses_too_few_points_and_says_how_many(
        self, till: Caller, bea: Member, tea: Reward
    ):
        Reward.objects.update(cost=501)

        problem = redeem(till, tea).json()

        check("Problem", problem)
        assert (problem["status"], problem["code"]) == (422, "insufficient-points")
        assert (problem["available"], problem["required"]) == (500, 501)
        assert nothing_moved(bea, points=500)

    def test_refuses_an_empty_shelf(self, till: Caller, bea: Member, tea: Reward):
        Reward.objects.update(stock=0)

        assert redeem(till, tea).json()["code"] == "reward-exhausted"
        assert nothing_moved(bea, points=500)

    def test_refuses_what_is_not_offered_as_what_does_not_exist(
        self, till: Caller, bea: Member, tea: Reward
    ):
        Reward.objects.update(is_active=False)
        body = {"member": {"card": CARD}, "reward": "rew_absent"}

        hidden, absent = redeem(till, tea).json(), till.post("/redemptions", body).json()

        assert hidden["code"] == absent["code"] == "reward-unavailable"
        assert hidden["status"] == absent["status"] == 422
        assert nothing_moved(bea, points=500)

    def test_refuses_somebody_who_is_blocked(self, till: Caller, bea: Member, tea: Reward):
        blocking.block(member=bea, reason="lost", at=NOON, actor="usr_1")

        assert redeem(till, tea).json()["code"] == "member-blocked"
        assert nothing_moved(bea, points=500)

    def test_refuses_what_it_does_not_know_and_who_is_not_there(
        self, till: Caller, bea: Member, tea: Reward
    ):
        extra = till.post("/redemptions", {**wish(tea), "points": 1})
        nobody = till.post("/redemptions", {"member": {"card": "2000000000138"}, "reward": "x"})

        assert [one["pointer"] for one in extra.json()["errors"]] == ["/points"]
        assert (nobody.status_code, nobody.json()["code"]) == (404, "member-not-found")
        assert nothing_moved(bea, points=500)

    def test_needs_its_scope(self, bea: Member, tea: Reward):
        reader = open_till("nice", scopes=[Scope.MEMBERS_READ, Scope.POINTS_SPEND])

        assert redeem(reader, tea).json()["code"] == "scope-missing"
        assert nothing_moved(bea, points=500)

    def test_is_refused_to_a_till_that_trains(self, bea: Member, tea: Reward):
        school = open_till("school", is_training=True)

        assert redeem(school, tea).json()["code"] == "store-not-allowed"
        assert nothing_moved(bea, points=500)

    def test_costs_a_fixed_number_of_statements(
        self, till: Caller, bea: Member, tea: Reward, django_assert_max_num_queries: Any
    ):
        redeem(till, tea)

        with django_assert_max_num_queries(40):
            assert redeem(till, tea).status_code == 201


class TestCancelRedemption:
    def cancel(self, till: Caller, redemption: str, key: str = "") -> Any:
        return till.post(f"/redemptions/{redemption}/cancel", {}, key=key)

    def test_gives_the_points_back_and_voids_the_voucher(
        self, till: Caller, bea: Member, tea: Reward
    ):
        made = redeem(till, tea).json()

        response = self.cancel(till, made["id"])

        done = response.json()
        check("Redemption", done)
        assert response.status_code == 200
        assert done["cancelled_at"] == "2026-03-10T12:00:00+01:00"
        assert done["voucher"]["state"] == "cancelled"
        assert "Location" not in response
        assert (done["balance"]["available"], points_of(bea)) == (500, 500)
        assert Reward.objects.get().stock == 2
        assert Voucher.objects.get().state == VoucherState.CANCELLED

    def test_happens_once(self, till: Caller, bea: Member, tea: Reward):
        made = redeem(till, tea).json()
        first = self.cancel(till, made["id"], "c")

        again, other = self.cancel(till, made["id"], "c"), self.cancel(till, made["id"])

        assert again.content == first.content
        assert (other.status_code, other.json()["code"]) == (422, "redemption-already-cancelled")
        assert points_of(bea) == 500

    def test_is_refused_once_the_voucher_was_used(self, till: Caller, bea: Member, tea: Reward):
        made = redeem(till, tea).json()
        vouchering.use(code=made["voucher"]["code"], at=NOON)

        assert self.cancel(till, made["id"]).json()["code"] == "voucher-used"
        assert points_of(bea) == 300

    def test_is_not_for_another_store_and_says_no_more_than_of_nothing(
        self, till: Caller, bea: Member, tea: Reward
    ):
        made = redeem(till, tea).json()
        nice = open_till("nice")

        foreign, absent = self.cancel(nice, made["id"]), self.cancel(nice, "rdm_absent")

        assert foreign.status_code == absent.status_code == 404
        assert foreign.json()["code"] == absent.json()["code"] == "not-found"
        assert points_of(bea) == 300

    def test_is_not_for_whoever_stands_at_the_web_till(
        self, till: Caller, bea: Member, tea: Reward
    ):
        cashier = appoint(Role.CASHIER, "bea")
        Member.objects.filter(pk=bea.pk).update(email=cashier.email)
        store = till.client.store
        assert store is not None
        opened = shifting.start(user=cashier, store=store, at=NOON)
        done = redeem(till, tea).json()
        till.secret = opened.secret

        response = till.post(f"/redemptions/{done['id']}/cancel", {})

        assert (response.status_code, response.json()["code"]) == (403, "own-card")
        assert Redemption.objects.get().cancelled_at is None
        assert points_of(bea) == 300

    def test_undoes_what_the_member_did_at_home(self, till: Caller, bea: Member, tea: Reward):
        made = redeeming.redeem(
            member=bea, reward=tea, key="home", at=NOON, actor=f"member:{bea.public_id}"
        )

        assert self.cancel(till, made.public_id).status_code == 200
        assert points_of(bea) == 500


class TestVouchers:
    def test_are_shown_whatever_the_way_the_code_is_typed(
        self, till: Caller, bea: Member, tea: Reward
    ):
        code = redeem(till, tea).json()["voucher"]["code"]

        shown = [till.get(f"/vouchers/{typed}").json() for typed in (code, code.lower())]

        check("OneVoucher", shown[0])
        assert shown[0] == shown[1]
        assert (shown[0]["state"], shown[0]["member"]) == ("open", bea.public_id)

    def test_are_used_once(self, till: Caller, bea: Member, tea: Reward):
        code = redeem(till, tea).json()["voucher"]["code"]

        used = till.post(f"/vouchers/{code}/use", {}, key="u")
        again = till.post(f"/vouchers/{code}/use", {}, key="u")
        other = till.post(f"/vouchers/{code}/use", {})

        check("OneVoucher", used.json())
        assert (used.status_code, used.json()["state"]) == (200, "used")
        assert used.json()["used_at"] == "2026-03-10T12:00:00+01:00"
        assert again.content == used.content
        assert (other.status_code, other.json()["code"]) == (422, "voucher-used")
        assert Voucher.objects.get().used_by == till.client.public_id

    def test_expire_to_the_instant(
        self, till: Caller, bea: Member, tea: Reward, clock: time_machine.Traveller
    ):
        code = redeem(till, tea).json()["voucher"]["code"]
        end = Voucher.objects.get().expires_at

        clock.move_to(end - timedelta(seconds=1))
        assert till.get(f"/vouchers/{code}").json()["state"] == "open"
        clock.move_to(end)
        assert till.get(f"/vouchers/{code}").json()["state"] == "expired"
        refused = till.post(f"/vouchers/{code}/use", {})

        assert refused.json()["code"] == "voucher-expired"
        assert Voucher.objects.get().used_at is None

    def test_that_nobody_has_are_not_found(self, till: Caller):
        for code in ("AAAAA-AAAAA-AAAAA", "%C3%A9", "x" * 300):
            shown, used = till.get(f"/vouchers/{code}"), till.post(f"/vouchers/{code}/use", {})

            assert (shown.status_code, used.status_code) == (404, 404)
            assert shown.json()["code"] == used.json()["code"] == "voucher-not-found"

    def test_are_kept_from_who_may_not_spend(self, till: Caller, bea: Member, tea: Reward):
        code = redeem(till, tea).json()["voucher"]["code"]
        reader = open_till("nice", scopes=[Scope.MEMBERS_READ, Scope.PURCHASES_WRITE])

        assert reader.get(f"/vouchers/{code}").json()["code"] == "scope-missing"
        assert reader.post(f"/vouchers/{code}/use", {}).json()["code"] == "scope-missing"
        assert Voucher.objects.get().state == VoucherState.OPEN


class TestTheCatalogue:
    def test_is_what_everybody_sees(self, till: Caller, tea: Reward):
        answer = till.get("/rewards").json()

        check("Rewards", answer)
        assert answer == {
            "rewards": [
                {
                    "id": tea.public_id,
                    "name": "Tea",
                    "description": "",
                    "kind": "product",
                    "category": None,
                    "prices": [{"wallet": "points", "points": 200}],
                    "value": "2.80",
                    "left": 2,
                    "tier": None,
                    "offered_from": None,
                    "offered_until": None,
                }
            ]
        }

    def test_tells_a_member_what_is_near(self, till: Caller, bea: Member, tea: Reward):
        offer("Cake", cost=700)
        offer("Trip", cost=5_000)

        answer = till.get(f"/members/{bea.public_id}/rewards").json()

        check("Offers", answer)
        assert [(one["name"], one["reach"], one["missing"]) for one in answer["rewards"]] == [
            ("Tea", "now", []),
            ("Cake", "near", [{"wallet": "points", "points": 200}]),
            ("Trip", "later", [{"wallet": "points", "points": 4_500}]),
        ]

    def test_costs_the_same_for_two_rewards_and_for_twenty(
        self, till: Caller, bea: Member, tea: Reward
    ):
        paths = ["/rewards", f"/members/{bea.public_id}/rewards"]
        few = [self._count(till, path) for path in paths]
        for number in range(20):
            offer(f"Reward {number}", cost=300 + number)

        assert [self._count(till, path) for path in paths] == few == [3, 6]

    def _count(self, till: Caller, path: str) -> int:
        till.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert till.get(path).status_code == 200
        return len(queries)

    def test_of_nobody_is_not_found(self, till: Caller, tea: Reward):
        assert till.get("/members/mem_nobody/rewards").json()["code"] == "member-not-found"
