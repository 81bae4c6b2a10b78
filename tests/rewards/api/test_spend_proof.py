"""Where the programme asks for the code on a member's phone, points are spent with it alone."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine

from loyalty.clients.models import Scope
from loyalty.ledger.models import Hold
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, SpendProof
from members import showing
from members.models import Card, Member
from rewards.models import Redemption, Reward
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_schemas import check
from tests.members.builders import give_voucher
from tests.racing import at_once
from tests.rewards.api.conftest import CARD, open_till
from tests.rewards.conftest import enrol, nothing_moved, offer, points_of

pytestmark = pytest.mark.django_db
SCOPES = [
    Scope.MEMBERS_READ, Scope.POINTS_SPEND, Scope.PROGRAMME_READ, Scope.PURCHASES_WRITE,
    Scope.REWARDS_WRITE,
]  # fmt: skip


@pytest.fixture
def till(programme: Programme) -> Caller:
    Programme.objects.update(spend_proof=SpendProof.CODE)
    revising.touch()
    return open_till("lyon", scopes=SCOPES)


def shown(at: Any = NOON) -> str:
    """Return the code on the phone of who has the card."""
    return showing.issue(card=Card.objects.get(number=CARD), at=at)


def scan(till: Caller, code: str) -> Any:
    return till.post("/members/lookup", {"code": code}, key=None).json()


def prove(till: Caller) -> str:
    return str(scan(till, shown())["spend_proof"]["token"])


def wish(reward: Reward, who: str = "card", value: str = CARD, **said: str) -> dict[str, Any]:
    return {"member": {who: value}, "reward": reward.public_id, **said}


class TestLookup:
    def test_of_a_code_tells_what_proves_the_member_for_fifteen_minutes(
        self, till: Caller, bea: Member
    ):
        found = scan(till, shown())

        check("Found", found)
        assert found["spend_proof"]["expires_at"] == "2026-03-10T12:15:00+01:00"

    def test_of_a_card_proves_nothing(self, till: Caller, bea: Member):
        assert scan(till, CARD)["spend_proof"] is None

    def test_proves_nothing_to_a_client_that_may_not_spend(self, till: Caller, bea: Member):
        screen = open_till("screen", scopes=[Scope.MEMBERS_READ])

        assert scan(screen, shown())["spend_proof"] is None

    def test_shows_codes_of_vouchers_to_whoever_scanned_it_alone(self, till: Caller, bea: Member):
        voucher = give_voucher(bea)
        by_id = till.get(f"/members/{bea.public_id}").json()

        found = [by_id, scan(till, CARD), scan(till, shown())]

        codes = [one["vouchers"][0]["code"] for one in found]
        assert codes == [None, None, voucher.spelled]

    def test_shows_codes_of_vouchers_where_the_card_is_enough(self, till: Caller, bea: Member):
        voucher = give_voucher(bea)
        Programme.objects.update(spend_proof=SpendProof.CARD)
        revising.touch()

        assert scan(till, CARD)["vouchers"][0]["code"] == voucher.spelled

    def test_says_in_the_programme_what_is_asked_for(self, till: Caller):
        assert till.get("/programme").json()["spend_proof"] == "code"


class TestRedeemReward:
    def test_is_refused_to_a_card_and_nothing_moves(self, till: Caller, bea: Member, tea: Reward):
        answer = till.post("/redemptions", wish(tea))

        check("Problem", answer.json())
        assert (answer.status_code, answer.json()["code"]) == (422, "spend-proof-required")
        assert answer.json()["retryable"] is False
        assert nothing_moved(bea, points=500)

    def test_says_so_in_french(self, till: Caller, bea: Member, tea: Reward):
        answer = till.post("/redemptions", wish(tea), **{"Accept-Language": "fr"}).json()

        assert answer["code"] == "spend-proof-required"
        assert answer["title"].startswith("Scannez le code sur le téléphone du membre\xa0: ")

    def test_takes_the_code_itself_and_is_repeated_without_another(
        self, till: Caller, bea: Member, tea: Reward
    ):
        asked = wish(tea, "code", shown())

        first, again = (till.post("/redemptions", asked, key="k") for _time in range(2))

        assert (first.status_code, again.status_code) == (201, 201)
        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
        assert points_of(bea) == 300

    def test_takes_a_code_once_under_two_keys(self, till: Caller, bea: Member, tea: Reward):
        asked = wish(tea, "code", shown())

        till.post("/redemptions", asked, key="one")
        other = till.post("/redemptions", asked, key="other")

        assert (other.status_code, other.json()["code"]) == (404, "member-not-found")
        assert points_of(bea) == 300

    def test_leaves_the_code_good_where_it_is_refused(
        self, till: Caller, bea: Member, tea: Reward
    ):
        asked = wish(tea, "code", shown())
        Reward.objects.update(stock=0)
        assert till.post("/redemptions", asked).json()["code"] == "reward-exhausted"
        Reward.objects.update(stock=1)

        assert till.post("/redemptions", asked).status_code == 201

    def test_takes_what_the_look_up_told_as_often_as_is_spent(
        self, till: Caller, bea: Member, tea: Reward
    ):
        asked = wish(tea, spend_proof=prove(till))

        answers = [till.post("/redemptions", asked).status_code for _time in range(2)]

        assert answers == [201, 201]
        assert points_of(bea) == 100

    def test_takes_no_proof_that_is_over(
        self, till: Caller, bea: Member, tea: Reward, clock: time_machine.Traveller
    ):
        asked = wish(tea, spend_proof=prove(till))
        clock.move_to(NOON + timedelta(minutes=15))

        assert till.post("/redemptions", asked).json()["code"] == "spend-proof-required"
        assert nothing_moved(bea, points=500)

    def test_takes_no_proof_given_to_another_till(self, till: Caller, bea: Member, tea: Reward):
        proof = prove(open_till("nice", scopes=SCOPES))

        answer = till.post("/redemptions", wish(tea, spend_proof=proof))

        assert answer.json()["code"] == "spend-proof-required"

    def test_takes_no_card_that_is_numbered_as_a_code(
        self, till: Caller, bea: Member, tea: Reward
    ):
        """A number that anybody may have printed shows nothing, however it reads."""
        number = shown()
        Card.objects.create(number=number, member=bea, issued_at=NOON)
        scan(till, number)

        answer = till.post("/redemptions", wish(tea, "code", number))

        assert answer.json()["code"] == "spend-proof-required"

    def test_asks_for_nothing_where_the_card_is_enough(
        self, till: Caller, bea: Member, tea: Reward
    ):
        Programme.objects.update(spend_proof=SpendProof.CARD)
        revising.touch()

        assert till.post("/redemptions", wish(tea)).status_code == 201


class TestPayingWithPoints:
    def test_is_refused_to_a_card_and_nothing_is_set_aside(self, till: Caller, bea: Member):
        answer = till.post("/holds", {"member": {"card": CARD}, "points": 100})

        assert (answer.status_code, answer.json()["code"]) == (422, "spend-proof-required")
        assert (nothing_moved(bea, points=500), Hold.objects.count()) == (True, 0)

    def test_needs_the_code_once_for_the_hold_and_its_sale(self, till: Caller, bea: Member):
        asked = {"member": {"card": CARD}, "points": 100, "spend_proof": prove(till)}
        hold = till.post("/holds", asked).json()["id"]
        sale = {
            "member": {"card": CARD}, "total": "10.00",
            "payments": [{"means": "points", "hold": hold}, {"means": "cash", "amount": "9.00"}],
        }  # fmt: skip

        sold = till.post("/purchases", sale)

        assert sold.status_code == 201
        assert sold.json()["payments"][0]["points"] == 100
        assert Hold.objects.get().state == "CAPTURED"

    def test_earns_with_the_card_alone(self, till: Caller, bea: Member):
        sold = till.post("/purchases", {"member": {"card": CARD}, "total": "10.00"})

        assert (sold.status_code, sold.json()["member"]) == (201, bea.public_id)


@pytest.mark.django_db(transaction=True)
def test_ten_redemptions_at_once_with_one_code_are_one(programme: Programme, till: Caller):
    bea = enrol("Bea", points=500, at=NOON - timedelta(days=1))
    Card.objects.create(number=CARD, member=bea, issued_at=NOON)
    asked = wish(offer("Tea", cost=200), "code", shown())

    answers = at_once(
        lambda number: till.post("/redemptions", asked, key=f"k{number}").status_code, calls=10
    )

    assert sorted(answers) == [201, *[404] * 9]
    assert (points_of(bea), Redemption.objects.count()) == (300, 1)
