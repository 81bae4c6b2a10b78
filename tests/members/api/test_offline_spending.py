"""Points that a till without a network let somebody use: taken once it is told, or noted."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client as Browser
from time_machine import Traveller

from loyalty.clients import issuing
from loyalty.clients.models import Client, Scope
from loyalty.identity.models import User
from loyalty.ledger import verifying
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Store
from members import purchasing, reconciling
from members.models import Member, OfflineSpending, Purchase
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import moved, points_of, sale
from tests.racing import at_once

CARD = {"card": "2000000000121"}
OFFLINE = {"means": "points", "offline": True}


@pytest.fixture
def till(shop: Store) -> Caller:
    scopes = [Scope.PURCHASES_WRITE, Scope.POINTS_SPEND, Scope.PROGRAMME_READ]
    return Caller(issuing.create_client(name="Till 1", scopes=scopes, store=shop, at=NOON))


@pytest.fixture
def rich(ada: Member) -> Member:
    """Ada, with 1000 points; tills may let 500 of them go in a day."""
    allow(500)
    purchasing.record(sale=sale(ada, "1000.00"), key="rich", at=NOON)
    return ada


def allow(points: int) -> None:
    Programme.objects.update(offline_points=points)
    revising.touch()


def set_down(**terms: object) -> None:
    """Change the programme's terms as staff do: what they were is kept."""
    programme = Programme.objects.get()
    for name, value in terms.items():
        setattr(programme, name, value)
    programme.save()
    revising.touch()


def lower(clock: Traveller, allowed: list[tuple[timedelta, int]]) -> None:
    """Allow so many points, so long ago each; then it is noon."""
    for ago, points in allowed:
        clock.move_to(NOON - ago)
        set_down(offline_points=points)
    clock.move_to(NOON)


def sold(key: str, amount: str = "3.00", total: str = "3.00", **said: Any) -> dict[str, Any]:
    paid = [{"means": "points", "offline": True, "amount": amount}]
    if amount != total:
        rest = f"{float(total) - float(amount):.2f}"
        paid.append({"means": "cash", "amount": rest})
    told = {"member": CARD, "total": total, "receipt": key, "payments": paid, **said}
    told.setdefault("occurred_at", (NOON - timedelta(hours=2)).isoformat())
    return {"operation": "recordPurchase", "key": key, "body": told}


def send(till: Caller, *items: dict[str, Any]) -> list[dict[str, Any]]:
    answer = till.post("/purchases/batch", {"items": list(items)}, key=None)
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


def noted() -> list[tuple[int, int, str]]:
    rows = OfflineSpending.objects.order_by("purchase__receipt")
    return list(rows.values_list("asked", "taken", "shortage"))


class TestPointsUsedOffline:
    def test_are_taken_once_they_are_told(self, till: Caller, rich: Member):
        [told] = send(till, sold("a", "3.00", "13.80"))

        paid = told["body"]["payments"][0]
        assert (paid["amount"], paid["points"], paid["offline"]) == ("3.00", 300, True)
        assert "short" not in paid
        assert noted() == [(300, 300, "")]
        assert points_of(rich, at=NOON) == 1000 - 300 + 13
        assert verifying.verify().first_fault is None

    def test_are_taken_once_however_often_they_are_told(self, till: Caller, rich: Member):
        first = send(till, sold("a"), sold("a"))
        again = send(till, sold("a"))

        assert [told["status"] for told in (*first, *again)] == [201, 201, 201]
        assert noted() == [(300, 300, "")]
        assert points_of(rich, at=NOON) == 1000 - 300 + 3

    def test_never_are_more_in_a_day_than_the_programme_allows(self, till: Caller, rich: Member):
        yesterday = (NOON - timedelta(days=1)).isoformat()

        told = send(till, sold("a"), sold("b"), sold("c"), sold("d", occurred_at=yesterday))

        assert [one["status"] for one in told] == [201] * 4
        assert noted() == [
            (300, 300, ""),
            (300, 200, "ALLOWANCE"),
            (300, 0, "ALLOWANCE"),
            (300, 300, ""),
        ]
        assert [one["body"]["payments"][0].get("short") for one in told] == [None, 100, 300, None]

    def test_are_noted_where_the_member_had_fewer(self, till: Caller, ada: Member):
        allow(500)
        purchasing.record(sale=sale(ada, "120.00"), key="some", at=NOON)

        [told] = send(till, sold("a"))

        assert (told["status"], told["body"]["payments"][0]["short"]) == (201, 180)
        assert noted() == [(300, 120, "BALANCE")]
        assert points_of(ada, at=NOON) == 3

    def test_are_noted_while_spending_is_locked(self, till: Caller, rich: Member):
        Member.objects.filter(pk=rich.pk).update(spending_locked_until=NOON + timedelta(hours=1))

        [told] = send(till, sold("a"))

        assert told["status"] == 201
        assert noted() == [(300, 0, "LOCKED")]
        assert points_of(rich, at=NOON) == 1003

    def test_come_back_with_the_goods_as_many_as_were_taken(self, till: Caller, rich: Member):
        told = send(till, sold("a"), sold("b"))

        backs = [
            till.post(f"/purchases/{one['body']['id']}/returns", {"amount": "3.00"}).json()
            for one in told
        ]

        assert [back["refund"][0]["amount"] for back in backs] == ["3.00", "3.00"]
        assert [back["refund"][0]["points"] for back in backs] == [300, 200]
        assert points_of(rich, at=NOON) == 1000
        assert verifying.verify().first_fault is None

    def test_of_which_none_were_there_come_back_as_none(self, till: Caller, rich: Member):
        Member.objects.filter(pk=rich.pk).update(spending_locked_until=NOON + timedelta(hours=1))
        [told] = send(till, sold("a"))

        back = till.post(f"/purchases/{told['body']['id']}/returns", {"amount": "3.00"}).json()

        assert back["refund"] == [{"means": "points", "amount": "3.00"}]
        assert points_of(rich, at=NOON) == 1000


class TestASaleWhoseGoodsAreGone:
    @pytest.mark.parametrize(
        "bounds", [{"pay_share_percent": 50}, {"pay_share_percent": 0}, {"pay_most_points": 250}]
    )
    def test_stands_whatever_points_may_pay_online(
        self, till: Caller, rich: Member, bounds: dict[str, int]
    ):
        Programme.objects.update(**bounds)
        revising.touch()

        [told] = send(till, sold("a", "3.00", "5.00"))

        assert told["status"] == 201
        assert noted() == [(300, 300, "")]
        assert points_of(rich, at=NOON) == 1000 - 300 + 5
        assert verifying.verify().first_fault is None

    @pytest.mark.parametrize(("lowered", "taken"), [(200, 200), (0, 0)])
    def test_stands_where_the_allowance_was_lowered_meanwhile(
        self, till: Caller, rich: Member, clock: Traveller, lowered: int, taken: int
    ):
        lower(clock, [(timedelta(days=30), 500), (timedelta(hours=1), lowered)])

        [told] = send(till, sold("a"))

        assert told["status"] == 201
        assert told["body"]["payments"][0]["short"] == 300 - taken
        assert noted() == [(300, taken, "ALLOWANCE")]
        assert points_of(rich, at=NOON) == 1000 - taken + 3
        assert verifying.verify().first_fault is None

    def test_stands_where_a_point_is_worth_less_since(
        self, till: Caller, rich: Member, clock: Traveller
    ):
        set_down(offline_points=300, value_of_point=Decimal("0.01"))
        clock.move_to(NOON + timedelta(minutes=1))
        set_down(value_of_point=Decimal("0.005"))

        [told] = send(till, sold("a"))

        assert told["status"] == 201
        assert noted() == [(600, 300, "ALLOWANCE")]
        assert points_of(rich, at=NOON) == 1000 - 300 + 3

    def test_stands_where_the_till_had_not_heard_that_it_was_lowered(
        self, till: Caller, rich: Member, clock: Traveller
    ):
        lower(clock, [(timedelta(days=30), 500), (timedelta(days=6), 200)])

        [told] = send(till, sold("a"))

        assert told["status"] == 201
        assert noted() == [(300, 200, "ALLOWANCE")]


class TestTheDayOfAClient:
    """A stolen key takes no more in a day than its client may, whatever days it tells."""

    WEEK = tuple((NOON - timedelta(days=days)).isoformat() for days in range(7))

    def test_bounds_what_is_taken_for_all_days_and_fails_no_sale(self, till: Caller, rich: Member):
        Client.objects.filter(pk=till.client.pk).update(spent_a_day=700)

        told = send(till, *[sold(day, occurred_at=day) for day in self.WEEK])

        taken = [(row.taken, row.shortage) for row in _all()]
        assert [one["status"] for one in told] == [201] * 7
        assert taken == [(300, ""), (300, ""), (100, "ALLOWANCE"), *[(0, "ALLOWANCE")] * 4]
        assert points_of(rich, at=NOON) == 1000 - 700 + 7 * 3

    def test_counts_them_beside_holds(self, till: Caller, rich: Member):
        Client.objects.filter(pk=till.client.pk).update(spent_a_day=500)
        send(till, sold("a"))

        refused = till.post("/holds", {"member": CARD, "points": 201}).json()

        assert (refused["code"], refused["left"]) == ("limit-exceeded", 200)
        assert till.post("/holds", {"member": CARD, "points": 200}).status_code == 201

    def test_begins_anew(self, till: Caller, rich: Member, clock: Traveller):
        Client.objects.filter(pk=till.client.pk).update(spent_a_day=300)
        send(till, sold("a"))
        clock.move_to(NOON + timedelta(days=1))

        send(till, sold("b", occurred_at=(NOON + timedelta(days=1)).isoformat()))

        assert noted() == [(300, 300, ""), (300, 300, "")]

    def test_is_asked_for_where_it_has_a_limit_alone(
        self, till: Caller, rich: Member, django_assert_max_num_queries
    ):
        send(till, sold("a"))
        with django_assert_max_num_queries(80) as free:
            till.post("/purchases", sold("b", "0.10", "0.10")["body"])
        Client.objects.filter(pk=till.client.pk).update(spent_a_day=700)

        with django_assert_max_num_queries(80) as bounded:
            till.post("/purchases", sold("c", "0.10", "0.10")["body"])

        assert len(bounded) == len(free) + 2


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_ten_tellings_take_no_more_than_the_day_of_their_client(
        self, till: Caller, rich: Member
    ):
        Client.objects.filter(pk=till.client.pk).update(spent_a_day=700)
        days = [(NOON - timedelta(days=n % 7)).isoformat() for n in range(10)]

        def tell(number: int) -> int:
            body = sold(f"s{number}", occurred_at=days[number])["body"]
            status: int = till.post("/purchases", body, f"k{number}").status_code
            return tell(number) if status == 409 else status

        assert at_once(tell, calls=10) == [201] * 10
        assert sum(row.taken for row in _all()) == 700
        assert verifying.verify().first_fault is None


class TestRefused:
    @pytest.mark.parametrize(
        ("allowed", "amount", "code"),
        [(0, "3.00", "offline-spending-off"), (299, "3.00", "offline-allowance-exceeded")],
    )
    def test_is_what_no_till_may_let_go(
        self, till: Caller, rich: Member, allowed: int, amount: str, code: str
    ):
        allow(allowed)
        before = moved()

        [told] = send(till, sold("a", amount))

        assert (told["status"], told["body"]["code"]) == (422, code)
        assert told["body"].get("limit") == (allowed or None)
        assert (moved(), noted()) == (before, [])

    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ({"member": None}, "needs-a-member"),
            ({"payments": [OFFLINE | {"amount": "1.50"}] * 2}, "only-once"),
            ({"payments": [OFFLINE | {"means": "cash", "amount": "3.00"}]}, "not-its-means"),
            ({"payments": [{"means": "points", "offline": True}]}, "required"),
            (
                {
                    "payments": [
                        {"means": "points", "offline": True, "amount": "0.00"},
                        {"means": "cash", "amount": "3.00"},
                    ]
                },
                "zero",
            ),
            ({"payments": [{"means": "points", "amount": "3.00"}]}, "not-its-means"),
            *[
                ({"payments": [{"means": "points", "offline": said, "amount": "3.00"}]}, "invalid")
                for said in ("true", 1, "1", "yes")
            ],
        ],
    )
    def test_is_what_cannot_be_read(
        self, till: Caller, rich: Member, said: dict[str, Any], code: str
    ):
        before = moved()

        [told] = send(till, sold("a", **said))

        assert told["status"] == 400
        assert [error["code"] for error in told["body"]["errors"]] == [code]
        assert (moved(), noted()) == (before, [])

    def test_is_a_till_that_may_not_spend(self, shop: Store, rich: Member):
        scopes = [Scope.PURCHASES_WRITE]
        seller = Caller(issuing.create_client(name="T", scopes=scopes, store=shop, at=NOON))

        [told] = send(seller, sold("a"))

        assert (told["status"], told["body"]["code"]) == (403, "scope-missing")
        assert noted() == []

    def test_is_more_than_was_allowed_in_the_seven_days_before(
        self, till: Caller, rich: Member, clock: Traveller
    ):
        lower(clock, [(timedelta(days=9), 500), (timedelta(days=8), 200)])
        before = moved()

        [told] = send(till, sold("a"))

        assert (told["status"], told["body"]["code"]) == (422, "offline-allowance-exceeded")
        assert told["body"]["limit"] == 200
        assert (moved(), noted()) == (before, [])

    def test_is_any_amount_where_points_are_worth_nothing(self, till: Caller, rich: Member):
        Programme.objects.update(value_of_point=0)
        revising.touch()
        before = moved()

        [told] = send(till, sold("a"))

        assert (told["status"], told["body"]["code"]) == (422, "offline-allowance-exceeded")
        assert (moved(), noted()) == (before, [])


class TestTheProgramme:
    def test_says_what_a_till_may_let_go(self, till: Caller, rich: Member):
        assert till.get("/programme").json()["offline_points"] == 500


class TestWhatWasMissing:
    def test_waits_for_somebody_who_settles_it_once(
        self, till: Caller, rich: Member, admin_user: User, admin_client: Browser
    ):
        send(till, sold("a"), sold("b"))
        short = OfflineSpending.objects.unsettled().get()

        asked = {"action": "settle", "_selected_action": [row.pk for row in _all()]}
        admin_client.post("/desk/members/offlinespending/", asked)
        reconciling.settle(spending=short, at=NOON + timedelta(days=1), by=admin_user)

        assert [(row.settled_at, row.settled_by) for row in _all()] == [
            (None, None),
            (NOON, admin_user),
        ]


def _all() -> list[OfflineSpending]:
    return list(OfflineSpending.objects.order_by("pk"))


class TestSales:
    def test_paid_so_are_weighed_again_like_any_other(self, till: Caller, rich: Member):
        send(till, sold("a"))
        purchase = Purchase.objects.get(receipt="a")

        assert purchase.payments[0].keys() == {
            *("means", "amount_cents", "offline", "points", "hold"),
        }
