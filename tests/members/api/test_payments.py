"""recordPurchase and previewPurchase paid with points and vouchers, as tills see them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry, Hold
from loyalty.programmes import revising
from loyalty.programmes.models import Programme, Store
from members import blocking, enrolling, holding, purchasing, vouchering
from members.holding import Asked
from members.models import Member, Purchase, TillHold, Voucher
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import give_voucher, moved, points_of, sale

CARD = {"card": "2000000000121"}
CASH = {"means": "cash", "amount": "8.80"}


@pytest.fixture
def till(shop: Store) -> Caller:
    scopes = [Scope.PURCHASES_WRITE, Scope.POINTS_SPEND]
    return Caller(issuing.create_client(name="Till 1", scopes=scopes, store=shop, at=NOON))


@pytest.fixture
def rich(ada: Member) -> Member:
    """Ada, with 1000 points."""
    purchasing.record(sale=sale(ada, "1000.00"), key="rich", at=NOON)
    return ada


@pytest.fixture
def held(rich: Member, shop: Store) -> str:
    """The id of 500 points that are held, and pay 5.00."""
    return hold(rich, shop)


def hold(member: Member, shop: Store, *, key: str = "held", points: int = 500) -> str:
    asked = Asked(member=member, points=points)
    return str(holding.hold(asked=asked, key=key, at=NOON, store=shop).hold.public_id)


def bought(*payments: dict[str, Any], **said: Any) -> dict[str, Any]:
    return {"member": CARD, "total": "13.80", "payments": list(payments), **said}


def by(hold: str, **said: Any) -> dict[str, Any]:
    return {"means": "points", "hold": hold, **said}


def with_voucher(voucher: Voucher, **said: Any) -> dict[str, Any]:
    return {"means": "voucher", "voucher": voucher.spelled, **said}


def statements(work: Callable[[], Any]) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert work().status_code == 201
    return len(queries)


def facts() -> tuple[Any, ...]:
    """Everything that a refusal must leave as it is."""
    return (
        *moved(),
        list(Hold.objects.order_by("pk").values_list("state", "captured")),
        list(Voucher.objects.order_by("pk").values_list("state", flat=True)),
    )


class TestPayingWithPoints:
    def test_captures_the_hold_with_the_sale(self, till: Caller, rich: Member, held: str):
        response = till.post("/purchases", bought(by(held), CASH))

        assert response.status_code == 201
        purchase = Purchase.objects.get(public_id=response.json()["id"])
        assert response.json()["payments"] == [
            {"means": "points", "amount": "5.00", "hold": held, "points": 500},
            {"means": "cash", "amount": "8.80"},
        ]
        assert purchase.payments == [
            {"means": "points", "amount_cents": 500, "hold": held, "points": 500},
            {"means": "cash", "amount_cents": 880},
        ]
        spent = Entry.objects.get(kind="CAPTURE")
        assert (spent.points, spent.reference, spent.reason) == (
            -500, purchase.public_id, "payment",
        )  # fmt: skip
        # What the sale earned comes after what it spent.
        assert points_of(rich, at=NOON) == 1000 - 500 + 13
        assert verifying.verify().first_fault is None

    @pytest.mark.parametrize(
        ("paid", "captured"),
        [
            ({"amount": "1.25"}, 125),
            # What the card leaves: the rest of the points is released.
            ({}, 380),
        ],
    )
    def test_captures_what_is_needed_and_releases_the_rest(
        self, till: Caller, rich: Member, held: str, paid: dict[str, str], captured: int
    ):
        rest = f"{13.80 - captured / 100:.2f}"

        answer = till.post("/purchases", bought(by(held, **paid), {**CASH, "amount": rest}))

        assert answer.json()["payments"][0]["points"] == captured
        assert points_of(rich, at=NOON) == 1013 - captured
        assert (Hold.objects.get().captured, Hold.objects.get().state) == (captured, "CAPTURED")

    def test_is_refused_above_the_share_in_however_many_holds(
        self, till: Caller, rich: Member, shop: Store
    ):
        Programme.objects.update(pay_share_percent=50)
        revising.touch()
        asked = {"amount_cents": 500, "basket_cents": 1_000, "member": rich}
        holds = [
            str(holding.hold(asked=Asked(**asked), key=key, at=NOON, store=shop).hold.public_id)
            for key in ("one", "two")
        ]
        before = facts()

        answer = till.post("/purchases", bought(*map(by, holds), total="10.00"))

        assert (answer.status_code, answer.json()["code"]) == (422, "points-cannot-pay")
        assert answer.json()["limit"] == 500
        assert facts() == before

    def test_takes_several_holds_and_a_voucher(
        self, till: Caller, rich: Member, held: str, shop: Store
    ):
        other, coffee = hold(rich, shop, key="other", points=200), give_voucher(rich)

        paid = [by(held), by(other), with_voucher(coffee), {**CASH, "amount": "4.00"}]
        answer = till.post("/purchases", bought(*paid)).json()

        assert [one["amount"] for one in answer["payments"]] == ["5.00", "2.00", "2.80", "4.00"]
        assert coffee.code not in str(answer)
        coffee.refresh_from_db()
        assert (coffee.state, coffee.used_at, coffee.used_by) == (
            "USED", NOON, till.client.public_id,
        )  # fmt: skip
        assert points_of(rich, at=NOON) == 1000 - 700 + 13

    @pytest.mark.parametrize(("means", "points"), [([], 13), (["points"], 8)])
    def test_earns_on_it_or_not_as_the_programme_says(
        self, till: Caller, rich: Member, held: str, means: list[str], points: int
    ):
        Programme.objects.update(unearning_means=means)
        revising.touch()

        answer = till.post("/purchases", bought(by(held), CASH)).json()

        assert answer["award"]["points"] == points

    def test_is_previewed_and_nothing_is_written(self, till: Caller, rich: Member, held: str):
        coffee, before = give_voucher(rich), facts()
        paid = [by(held), with_voucher(coffee), {**CASH, "amount": "6.00"}]
        before = facts()

        answer = till.post("/purchases/preview", bought(*paid), key=None)

        assert (answer.status_code, answer.json()["award"]["points"]) == (200, 13)
        assert facts() == before

    def test_again_is_answered_with_the_same_bytes(self, till: Caller, held: str):
        first = till.post("/purchases", bought(by(held), CASH), key="k")
        before = facts()

        again = till.post("/purchases", bought(by(held), CASH), key="k")

        assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")
        assert facts() == before

    def test_costs_the_same_statements_however_many_lots(
        self, till: Caller, rich: Member, held: str, shop: Store
    ):
        one = statements(lambda: till.post("/purchases", bought(by(held), CASH)))
        for days in range(1, 6):
            told = sale(rich, occurred_at=NOON - timedelta(days=days))
            purchasing.record(sale=told, key=f"lot {days}", at=NOON)
        many = hold(rich, shop, key="many", points=590)

        paid = [by(many), {**CASH, "amount": "7.90"}]
        assert statements(lambda: till.post("/purchases", bought(*paid))) == one


class TestRefusedHolds:
    @pytest.mark.parametrize(
        ("ended", "code"),
        [
            ("captured", "hold-already-captured"),
            ("voided", "hold-already-voided"),
            ("lapsed", "hold-expired"),
            ("absent", "hold-not-open"),
            ("foreign", "hold-not-open"),
            ("of-another-store", "hold-not-open"),
            ("named-twice", "hold-not-open"),
        ],
    )
    @pytest.mark.parametrize("call", ["/purchases", "/purchases/preview"])
    def test_leave_everything_as_it_was(
        self,
        till: Caller,
        rich: Member,
        held: str,
        clock: Any,
        *,
        ended: str,
        code: str,
        call: str,
    ):
        paid = [by(held), CASH]
        row = TillHold.objects.with_details().get()
        if ended == "captured":
            holding.capture(held=row, key="c", at=NOON)
        elif ended == "voided":
            holding.void(held=row, key="v", at=NOON)
        elif ended == "lapsed":
            clock.move_to(NOON + timedelta(minutes=15))
        elif ended == "absent":
            paid[0] = by("hold_zzz")
        elif ended == "foreign":
            bob = enrolling.enrol(at=NOON, email="bob@example.org")
            TillHold.objects.update(member=bob)
        elif ended == "of-another-store":
            TillHold.objects.update(store=Store.objects.create(code="nice", name="Nice"))
        else:
            paid = [by(held, amount="2.00"), by(held, amount="3.00"), CASH]
        before = facts()

        answer = till.post(call, bought(*paid))

        assert (answer.status_code, answer.json()["code"]) == (422, code)
        assert facts() == before

    def test_are_those_of_an_anonymous_sale(self, till: Caller, held: str):
        before = facts()

        answer = till.post("/purchases", bought(by(held), CASH, member=None))

        assert answer.json()["code"] == "hold-not-open"
        assert facts() == before

    def test_of_more_than_they_hold_say_where(self, till: Caller, held: str):
        before = facts()

        paid = [by(held, amount="5.01"), {**CASH, "amount": "8.79"}]
        answer = till.post("/purchases", bought(*paid)).json()

        assert answer["code"] == "amount-exceeds-hold"
        assert answer["errors"][0]["pointer"] == "/payments/0/amount"
        assert facts() == before

    @pytest.mark.parametrize("code", ["member-blocked", "spending-locked"])
    def test_name_why_this_member_may_not_spend(
        self, till: Caller, rich: Member, held: str, code: str
    ):
        if code == "member-blocked":
            blocking.block(member=rich, at=NOON, actor="user:1")
        else:
            Member.objects.update(spending_locked_until=NOON + timedelta(hours=1))
        before = facts()

        assert till.post("/purchases", bought(by(held), CASH)).json()["code"] == code
        assert facts() == before


class TestRefusedVouchers:
    @pytest.mark.parametrize(
        ("ended", "status", "code"),
        [
            ("used", 422, "voucher-used"),
            ("cancelled", 422, "voucher-cancelled"),
            ("expired", 422, "voucher-expired"),
            ("absent", 404, "voucher-not-found"),
            ("named-twice", 422, "voucher-used"),
        ],
    )
    @pytest.mark.parametrize("call", ["/purchases", "/purchases/preview"])
    def test_leave_the_points_of_the_same_sale_held(
        self,
        till: Caller,
        rich: Member,
        held: str,
        *,
        ended: str,
        status: int,
        code: str,
        call: str,
    ):
        coffee = give_voucher(rich)
        paid = [by(held), with_voucher(coffee), {**CASH, "amount": "6.00"}]
        if ended == "used":
            vouchering.use(code=coffee.code, at=NOON)
        elif ended == "cancelled":
            vouchering.cancel(voucher=coffee)
        elif ended == "expired":
            Voucher.objects.update(expires_at=NOON)
        elif ended == "absent":
            paid[1] = {"means": "voucher", "voucher": "7K4M92QX"}
        else:
            paid[1:2] = [with_voucher(coffee, amount="1.40")] * 2
        before = facts()

        answer = till.post(call, bought(*paid))

        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert facts() == before


class TestWhatMeansNothing:
    @pytest.mark.parametrize(
        ("paid", "pointer"),
        [
            ([{"means": "cash"}], "/payments/0/amount"),
            ([{"means": "points", "amount": "13.80"}], "/payments/0/hold"),
            ([{"means": "voucher", "amount": "13.80"}], "/payments/0/voucher"),
            ([{"means": "cash", "amount": "13.80", "hold": "hold_1"}], "/payments/0/hold"),
            ([{"means": "points", "hold": "HELD"}], "/payments"),
            ([{"means": "points", "hold": "HELD", "amount": "0.00"}], "/payments/0/amount"),
            (
                [{"means": "points", "hold": "HELD"}, {"means": "cash", "amount": "13.80"}],
                "/payments/0/amount",
            ),
            ([{"means": "voucher", "voucher": "FREE"}], "/payments/0/amount"),
            ([{"means": "voucher", "voucher": "COFFEE", "amount": "2.81"}], "/payments/0/amount"),
        ],
    )
    def test_is_refused_where_it_stands(
        self, till: Caller, rich: Member, held: str, paid: list[dict[str, str]], pointer: str
    ):
        free, coffee = give_voucher(rich, value_cents=None), give_voucher(rich)
        said = {"HELD": held, "FREE": free.spelled, "COFFEE": coffee.spelled}
        paid = [{name: said.get(value, value) for name, value in one.items()} for one in paid]
        before = facts()

        answer = till.post("/purchases", bought(*paid))

        assert (answer.status_code, answer.json()["code"]) == (400, "validation-failed")
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
        assert facts() == before


class TestWhoMayPaySo:
    @pytest.mark.parametrize(
        ("scopes", "means", "status"),
        [
            ([], "points", 403),
            ([], "voucher", 403),
            ([Scope.REWARDS_WRITE], "points", 403),
            ([Scope.REWARDS_WRITE], "voucher", 201),
        ],
    )
    def test_is_who_may_spend(
        self, shop: Store, rich: Member, held: str, *, scopes: list[Scope], means: str, status: int
    ):
        client = issuing.create_client(
            name="Till", scopes=[Scope.PURCHASES_WRITE, *scopes], store=shop, at=NOON
        )
        coffee = give_voucher(rich, value_cents=500)
        paid = by(held) if means == "points" else with_voucher(coffee)
        before = facts()

        answer = Caller(client).post("/purchases", bought(paid, CASH))

        assert answer.status_code == status
        assert (facts() == before) == (status == 403)

    def test_is_no_till_for_training(self, till: Caller, held: str):
        Store.objects.update(is_training=True)
        before = facts()

        answer = till.post("/purchases", bought(by(held), CASH))

        assert (answer.status_code, answer.json()["code"]) == (403, "store-not-allowed")
        assert facts() == before
