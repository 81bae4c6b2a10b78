"""A paid membership at the desk: on a member's page, a fee recorded, and its end."""

import pytest
from django.test import Client
from django.urls import reverse
from time_machine import travel

from loyalty.identity.roles import Role
from members.models import Member, Subscription, SubscriptionPayment
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import queries_of, words_of
from tests.members.conftest import ada, programme
from tests.members.paying import held, pay, sell

__all__ = ["ada", "programme"]


@pytest.fixture(autouse=True)
def _noon() -> object:
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def care(programme: object, sign_in: SignIn) -> Client:
    client = sign_in(Role.CUSTOMER_CARE)
    prove(client)
    return client


def address_of(member: Member, deed: str = "") -> str:
    return reverse(f"admin:member_fee{deed}", args=[member.pk])


def page_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


class TestThePageOfAMember:
    def test_says_what_is_paid_and_by_which_fees(self, ada: Member, care: Client):
        pay(ada, sell())

        told = words_of(care, page_of(ada))

        assert "Paid membership The Club paid 10 Mar 2026 – 9 Mar 2027 €29.00 · T1" in told
        assert "End it with its term Fee given back Record a fee" in told

    def test_says_so_in_french(self, ada: Member, care: Client):
        pay(ada, sell(tier="gold"))

        told = words_of(care, page_of(ada), "fr")

        assert "Abonnement Le Club payé 10 mars 2026 – 9 mars 2027 29,00 € · T1" in told
        assert "10 mars 2026 Membre → Or abonnement jusqu’au 9 mars 2027" in told

    def test_says_nothing_where_no_plan_is_sold(self, ada: Member, care: Client):
        assert "Paid membership" not in words_of(care, page_of(ada))

    def test_asks_as_many_statements_for_one_as_for_four(self, ada: Member, care: Client):
        plan = sell(term_months=1)
        pay(ada, plan)
        care.get(page_of(ada))
        one = queries_of(care, page_of(ada))
        for number in range(3):
            pay(ada, plan, f"more {number}")

        assert queries_of(care, page_of(ada)) == one

    def test_offers_nothing_to_who_may_only_look(self, ada: Member, sign_in: SignIn):
        pay(ada, sell())
        client = sign_in(Role.MARKETING)
        prove(client)

        told = words_of(client, page_of(ada))

        assert ("The Club" in told, "Record a fee" in told) == (True, False)
        assert client.get(address_of(ada)).status_code == 403


class TestAFee:
    def record(self, care: Client, member: Member, **said: str) -> str:
        form = care.get(address_of(member)).context["form"]
        sent = {"key": form.initial["key"], "paid": "29.00", "reference": "F-12", **said}
        page = care.post(address_of(member), sent, follow=True).content.decode()
        return " ".join(page.split())

    def test_lets_the_membership_begin(self, ada: Member, care: Client):
        plan = sell()

        page = self.record(care, ada, plan=str(plan.pk))

        assert "The fee is recorded." in page
        payment = SubscriptionPayment.objects.get()
        assert (payment.reference, payment.paid_cents) == ("F-12", 2_900)
        assert payment.reported_by.startswith("user:")
        note = ada.history.latest()
        assert note.history_change_reason == "membership-paid"

    def test_is_refused_in_words_where_another_plan_runs(self, ada: Member, care: Client):
        pay(ada, sell())
        other = sell("other")

        page = self.record(care, ada, plan=str(other.pk))

        assert "The member has another membership, which has not ended." in page
        assert Subscription.objects.count() == 1

    def test_of_ones_own_card_is_for_a_colleague(self, ada: Member, care: Client):
        plan = sell()
        ada.user_id = care.session["_auth_user_id"]
        ada.save(update_fields=["user"])

        self.record(care, ada, plan=str(plan.pk))

        assert Subscription.objects.exists() is False


class TestTheEnd:
    def test_comes_with_the_term(self, ada: Member, care: Client):
        pay(ada, sell())

        care.post(address_of(ada, "_cancel"))

        assert held(ada).state == "CANCELLED"
        assert "will not be renewed" in words_of(care, page_of(ada))
        assert ada.history.latest().history_change_reason == "membership-cancelled"

    def test_comes_at_once_with_the_fee_given_back(self, ada: Member, care: Client):
        pay(ada, sell(tier="gold"))

        care.post(address_of(ada, "_back"))

        assert held(ada).state == "ENDED"
        told = words_of(care, page_of(ada))
        assert "€29.00 · T1 (given back)" in told
        assert "given tier taken back: paid membership" in told

    @pytest.mark.parametrize("deed", ["_cancel", "_back"])
    def test_is_not_found_where_nothing_is_paid(self, ada: Member, care: Client, deed: str):
        assert care.post(address_of(ada, deed)).status_code == 404
