"""Tills and members who share their points: holds, sales paid with them, returns, attaching."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme, Store
from members import housing
from members.models import Member
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.homes import allow, enrol, settle

pytestmark = pytest.mark.django_db
QUARTER = timedelta(minutes=15)


@pytest.fixture(autouse=True)
def _sound_books(programme: Programme) -> Iterator[None]:
    allow()
    yield
    assert verifying.verify().first_fault is None


@pytest.fixture
def till(shop: Store) -> Caller:
    scopes = [Scope.MEMBERS_READ, Scope.PURCHASES_WRITE, Scope.POINTS_SPEND]
    return Caller(issuing.create_client(name="Till 1", scopes=scopes, store=shop, at=NOON))


@pytest.fixture
def bob(programme: Programme) -> Member:
    return enrol("Bob")


def sell(till: Caller, member: Member | None, total: str, **said: Any) -> Any:
    buyer = {"id": member.public_id} if member else None
    answer = till.post("/purchases", {"member": buyer, "total": total, **said})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def hold(till: Caller, member: Member, points: int) -> Any:
    answer = till.post("/holds", {"member": {"id": member.public_id}, "points": points})
    assert answer.status_code == 201, answer.json()
    return answer.json()


def end(till: Caller, held: Any, how: str, **said: int) -> Any:
    return till.post(f"/holds/{held['id']}/{how}", said).json()


def shown(till: Caller, member: Member) -> tuple[int, int]:
    """Return what a till is told that a member can spend, and what is set aside."""
    told = till.get(f"/members/{member.public_id}/balance").json()
    return told["available"], told["held"]


class TestAHold:
    def test_sets_aside_what_another_earned(self, till: Caller, ada: Member, bob: Member):
        settle(ada, bob)
        sell(till, ada, "100.00")

        held = hold(till, bob, 60)

        assert (held["member"], held["points"], held["value"]) == (bob.public_id, 60, "0.60")
        assert held["balance"]["available"] == 40
        assert (shown(till, ada), shown(till, bob)) == ((40, 60), (40, 60))
        assert Entry.objects.get(kind="HOLD").on_behalf_of == bob.public_id

    def test_is_used_in_part_and_the_rest_is_everybodys(
        self, till: Caller, ada: Member, bob: Member
    ):
        settle(ada, bob)
        sell(till, ada, "100.00")

        captured = end(till, hold(till, bob, 60), "capture", points=50)

        assert (captured["captured"], captured["balance"]["available"]) == (50, 50)
        assert (shown(till, ada), shown(till, bob)) == ((50, 0), (50, 0))

    def test_lets_nobody_else_of_the_household_spend_it(
        self, till: Caller, ada: Member, bob: Member
    ):
        settle(ada, bob)
        sell(till, ada, "100.00")
        hold(till, bob, 60)

        assert hold(till, ada, 100)["points"] == 40

    def test_that_lapses_gives_all_back(
        self, till: Caller, ada: Member, bob: Member, clock: time_machine.Traveller
    ):
        settle(ada, bob)
        sell(till, ada, "100.00")
        hold(till, bob, 60)

        clock.move_to(NOON + QUARTER)

        assert (shown(till, ada), shown(till, bob)) == ((100, 0), (100, 0))
        assert hold(till, ada, 100)["points"] == 100

    def test_pays_a_sale_of_who_has_it_alone(self, till: Caller, ada: Member, bob: Member):
        settle(ada, bob)
        sell(till, ada, "100.00")
        held = hold(till, bob, 60)
        paid = [{"means": "points", "hold": held["id"]}, {"means": "cash", "amount": "9.40"}]
        asked = {"total": "10.00", "payments": paid}

        refused = till.post("/purchases", {"member": {"id": ada.public_id}, **asked}).json()
        sold = sell(till, bob, **asked)

        assert refused["code"] == "hold-not-open"
        assert (sold["payments"][0]["points"], sold["balance"]["available"]) == (60, 50)
        assert shown(till, ada) == (50, 0)


class TestAHoldMadeBeforeJoining:
    @pytest.fixture
    def held(self, till: Caller, ada: Member, bob: Member) -> Any:
        sell(till, ada, "100.00")
        held = hold(till, ada, 60)
        settle(bob, ada)
        assert (shown(till, ada), shown(till, bob)) == ((40, 0), (40, 0))
        return held

    def test_is_used_and_its_rest_is_the_households(
        self, till: Caller, ada: Member, bob: Member, held: Any
    ):
        captured = end(till, held, "capture", points=50)

        assert (captured["state"], captured["balance"]["available"]) == ("captured", 50)
        assert (shown(till, ada), shown(till, bob)) == ((50, 0), (50, 0))

    def test_is_let_go_into_the_household(self, till: Caller, ada: Member, bob: Member, held: Any):
        voided = end(till, held, "void")

        assert (voided["state"], voided["balance"]["available"]) == ("voided", 100)
        assert shown(till, bob) == (100, 0)

    def test_pays_a_sale(self, till: Caller, ada: Member, bob: Member, held: Any):
        paid = [{"means": "points", "hold": held["id"]}, {"means": "cash", "amount": "9.40"}]

        sold = sell(till, ada, "10.00", payments=paid)

        assert sold["balance"]["available"] == 50
        assert shown(till, bob) == (50, 0)

    def test_lapses_into_the_household_when_it_is_settled(
        self, till: Caller, bob: Member, held: Any, clock: time_machine.Traveller
    ):
        clock.move_to(NOON + QUARTER)

        posting.settle_due(at=NOON + QUARTER, limit=10)

        assert shown(till, bob) == (100, 0)


class TestAHoldMadeBeforeLeaving:
    def test_is_used_from_what_the_household_had(self, till: Caller, ada: Member, bob: Member):
        settle(ada, bob)
        sell(till, ada, "100.00")
        held = hold(till, ada, 60)
        assert housing.leave(member=ada, at=NOON).taken == 40

        captured = end(till, held, "capture", points=50)

        assert (captured["state"], captured["captured"]) == ("captured", 50)
        assert (shown(till, ada), shown(till, bob)) == ((40, 0), (10, 0))

    def test_of_the_last_one_out_comes_back_to_them(self, till: Caller, ada: Member):
        settle(ada)
        sell(till, ada, "100.00")
        held = hold(till, ada, 60)
        assert housing.leave(member=ada, at=NOON).taken == 40

        voided = end(till, held, "void")

        assert voided["balance"]["available"] == 100
        assert shown(till, ada) == (100, 0)


class TestAReturn:
    @pytest.fixture
    def sold(self, till: Caller, ada: Member, bob: Member) -> Any:
        """Bob bought for 20.00, half of it paid with 1000 points that Ada had earned."""
        settle(ada, bob)
        sell(till, ada, "1500.00")
        held = hold(till, bob, 1000)
        paid = [{"means": "points", "hold": held["id"]}, {"means": "cash", "amount": "10.00"}]
        sold = sell(till, bob, "20.00", payments=paid)
        assert shown(till, ada) == (520, 0)
        return sold

    def test_gives_points_back_to_the_household(
        self, till: Caller, ada: Member, bob: Member, sold: Any
    ):
        told = till.post(f"/purchases/{sold['id']}/returns", {"amount": "10.00"}).json()

        assert [(one["means"], one["amount"], one.get("points")) for one in told["refund"]] == [
            ("points", "5.00", 500), ("cash", "5.00", None),
        ]  # fmt: skip
        assert told["taken_back"] == [{"wallet": "points", "points": 10}]
        assert told["balance"]["available"] == 1010
        assert (shown(till, ada), shown(till, bob)) == ((1010, 0), (1010, 0))

    def test_after_leaving_gives_them_back_to_the_household_they_came_from(
        self, till: Caller, ada: Member, bob: Member, sold: Any
    ):
        assert housing.leave(member=bob, at=NOON).taken == 20

        told = till.post(f"/purchases/{sold['id']}/returns", {}).json()

        assert told["refund"][0]["points"] == 1000
        assert (shown(till, ada), shown(till, bob)) == ((1500, 0), (0, 0))

    def test_of_points_spent_before_joining_gives_them_to_the_household(
        self, till: Caller, ada: Member, bob: Member
    ):
        sell(till, ada, "1500.00")
        held = hold(till, ada, 1000)
        sold = sell(till, ada, "10.00", payments=[{"means": "points", "hold": held["id"]}])
        settle(bob, ada)
        assert shown(till, bob) == (510, 0)

        told = till.post(f"/purchases/{sold['id']}/returns", {}).json()

        assert told["balance"]["available"] == 1500
        assert shown(till, bob) == (1500, 0)


class TestAttachMember:
    def attach(self, till: Caller, sold: Any, member: Member) -> Any:
        body = {"member": {"id": member.public_id}}
        return till.post(f"/purchases/{sold['id']}/member", body).json()

    def test_gives_the_points_to_the_household_and_the_spending_to_the_member(
        self, till: Caller, ada: Member, bob: Member
    ):
        settle(ada, bob)
        sold = sell(till, None, "120.00")

        told = self.attach(till, sold, bob)

        assert (told["member"], told["award"]["points"]) == (bob.public_id, 120)
        assert (told["balance"]["available"], told["tier"]["code"]) == (120, "silver")
        assert shown(till, ada) == (120, 0)
        assert till.get(f"/members/{ada.public_id}").json()["tier"]["code"] != "silver"
        assert Entry.objects.get(kind="EARN").on_behalf_of == bob.public_id

    def test_of_a_sale_before_joining_gives_to_who_shares_now(
        self, till: Caller, ada: Member, bob: Member
    ):
        sold = sell(till, None, "50.00")
        settle(ada, bob)

        assert self.attach(till, sold, bob)["balance"]["available"] == 50
        assert shown(till, ada) == (50, 0)
        assert housing.leave(member=bob, at=NOON).taken == 50

    def test_of_a_sale_while_sharing_gives_to_who_stands_alone_now(
        self, till: Caller, ada: Member, bob: Member
    ):
        settle(ada, bob)
        sold = sell(till, None, "50.00")
        housing.leave(member=bob, at=NOON)

        assert self.attach(till, sold, bob)["balance"]["available"] == 50
        assert (shown(till, ada), shown(till, bob)) == ((0, 0), (50, 0))

    def test_is_taken_back_from_the_household(self, till: Caller, ada: Member, bob: Member):
        settle(ada, bob)
        sold = sell(till, None, "50.00")
        self.attach(till, sold, bob)

        told = till.post(f"/purchases/{sold['id']}/returns", {"amount": "20.00"}).json()

        assert told["balance"]["available"] == 30
        assert shown(till, ada) == (30, 0)
