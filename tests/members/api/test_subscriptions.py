"""recordSubscription and cancelSubscription: what a till or a shop reports as paid."""

from typing import Any

import pytest

from loyalty.programmes.models import Plan, Store
from members.models import Member, Subscription, SubscriptionPayment, Voucher
from tests.members.api.conftest import Caller
from tests.members.paying import COFFEE, sell


@pytest.fixture
def plan(programme) -> Plan:
    return sell(tier="gold", **COFFEE)


def pay(till: Caller, member: Member, key: str = "k1", **body: Any) -> Any:
    said = {
        "member": {"id": member.public_id}, "plan": "club", "reference": "R-1", "paid": "29.00",
        **body,
    }  # fmt: skip
    return till.post("/subscriptions", said, key=key)


class TestRecordSubscription:
    def test_answers_with_the_membership(self, till: Caller, ada: Member, plan: Plan):
        response = pay(till, ada)

        mine = Subscription.objects.get()
        assert response.status_code == 201
        assert response.json() == {
            "id": mine.public_id, "plan": "club", "name": "The Club", "state": "active",
            "since": "2026-03-10", "until": "2027-03-09", "member": ada.public_id,
        }  # fmt: skip
        payment = SubscriptionPayment.objects.get()
        assert (payment.paid_cents, payment.reported_by) == (2_900, till.client.public_id)
        assert Voucher.objects.get().origin == mine.public_id

    def test_is_shown_with_the_member(self, till: Caller, ada: Member, plan: Plan):
        shown = f"/members/{ada.public_id}"
        assert till.get(shown).json()["membership"] is None

        paid = pay(till, ada).json()

        del paid["member"]
        assert till.get(shown).json()["membership"] == paid
        assert till.get(shown).json()["tier"]["code"] == "gold"

    def test_repeats_its_answer_and_records_once(self, till: Caller, ada: Member, plan: Plan):
        first, again = pay(till, ada), pay(till, ada)

        assert again.content == first.content
        assert again["Idempotent-Replayed"] == "true"
        assert SubscriptionPayment.objects.count() == 1

    def test_records_a_reference_once_whatever_the_key(
        self, till: Caller, ada: Member, plan: Plan
    ):
        first, again = pay(till, ada), pay(till, ada, key="k2")

        assert (again.status_code, again.json()) == (201, first.json())
        assert Subscription.objects.get().months == 12

    def test_renews_with_another_reference(self, till: Caller, ada: Member, plan: Plan):
        pay(till, ada)

        assert pay(till, ada, key="k2", reference="R-2").json()["until"] == "2028-03-09"

    @pytest.mark.parametrize(
        ("body", "answer"),
        [
            ({"plan": "none"}, (404, "plan-not-found")),
            ({"paid": "-1.00"}, (400, "validation-failed")),
            ({"paid": 29}, (400, "validation-failed")),
            ({"reference": ""}, (400, "validation-failed")),
            ({"occurred_at": "2026-03-01T10:00:00+01:00"}, (422, "occurred-at-out-of-window")),
        ],
    )
    @pytest.mark.usefixtures("plan")
    def test_refuses(self, till: Caller, ada: Member, body: Any, answer: tuple[int, str]):
        response = pay(till, ada, **body)

        assert (response.status_code, response.json()["code"]) == answer
        assert Subscription.objects.exists() is False

    def test_refuses_what_was_paid_otherwise(self, till: Caller, ada: Member, plan: Plan):
        pay(till, ada)

        response = pay(till, ada, key="k2", paid="2.90")

        assert (response.status_code, response.json()["code"]) == (
            422, "payment-reference-reused",
        )  # fmt: skip

    def test_says_which_other_plan_runs(self, till: Caller, ada: Member, plan: Plan):
        pay(till, ada)
        sell("other")

        told = pay(till, ada, key="k2", reference="R-2", plan="other").json()

        assert (told["code"], told["plan"], told["until"]) == (
            "other-plan-held", "club", "2027-03-09",
        )  # fmt: skip

    def test_is_not_for_a_training_till(self, till: Caller, shop: Store, ada: Member, plan: Plan):
        Store.objects.update(is_training=True)

        assert pay(till, ada).json()["code"] == "store-not-allowed"


class TestCancelSubscription:
    def cancel(self, till: Caller, mine: str, **body: Any) -> Any:
        return till.post(f"/subscriptions/{mine}/cancel", body)

    def test_ends_it_with_its_term(self, till: Caller, ada: Member, plan: Plan):
        mine = pay(till, ada).json()["id"]

        told = self.cancel(till, mine).json()

        assert (told["state"], told["until"]) == ("cancelled", "2027-03-09")
        assert Subscription.objects.get().cancelled_by == till.client.public_id
        assert Voucher.objects.get().state == "OPEN"

    def test_ends_it_at_once_where_the_fee_was_given_back(
        self, till: Caller, ada: Member, plan: Plan
    ):
        mine = pay(till, ada).json()["id"]

        told = self.cancel(till, mine, fee_returned=True).json()

        assert told["state"] == "ended"
        assert Voucher.objects.get().state == "CANCELLED"
        assert till.get(f"/members/{ada.public_id}").json()["membership"] is None
        again = self.cancel(till, mine)
        assert (again.status_code, again.json()["code"]) == (422, "subscription-over")

    def test_finds_none_by_another_id(self, till: Caller, plan: Plan):
        assert self.cancel(till, "sub_zzz").status_code == 404
