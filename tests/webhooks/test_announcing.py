"""What others hear of: all that happens, in ids and figures, and nobody's name."""

import json
from collections import Counter
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from loyalty.ledger.posting import booking
from loyalty.programmes.models import Store
from loyalty.settings import BASE_DIR
from loyalty.webhooks import announcing, reactions, registering
from loyalty.webhooks.models import Delivery
from members.models import Card, Member, Purchase, Voucher
from tests.conftest import NOON
from tests.members.bringing import buy
from tests.webhooks import happenings
from tests.webhooks.conftest import Register, relay_all

pytestmark = pytest.mark.django_db

CANARIES = ("Ada", "Augusta", "Lovelace", "example.org", "612345678", "user:", "GOODWILL")


@pytest.fixture
def lived(programme, register: Register):
    """Everything happened, and an endpoint is owed it."""
    register()
    ada = happenings.live(programme)
    happenings.end(programme, ada)
    relay_all()
    return ada


class TestEvents:
    def test_are_owed_once_each_as_they_happened(self, lived):
        happened = OutboxEvent.objects.filter(name__in=announcing.EVENTS)

        owed = Counter(Delivery.objects.values_list("event", flat=True))

        assert owed == Counter(happened.values_list("public_id", flat=True))
        assert set(happened.values_list("name", flat=True)) == set(announcing.EVENTS)

    def test_hold_nobody_s_name_address_or_code(self, lived):
        bodies = " ".join(Delivery.objects.values_list("body", flat=True))

        assert [canary for canary in CANARIES if canary in bodies] == []
        assert [code for code in codes_of(lived) if code in bodies] == []

    def test_say_type_moment_and_data_like_the_documented_ones(self, lived):
        documented = {one["type"]: one for one in examples()}

        assert set(documented) == set(announcing.EVENTS)
        for name, example in documented.items():
            body = json.loads(Delivery.objects.filter(name=name).order_by("pk")[0].body)
            assert shape_of(body) == shape_of(example), name

    def test_tell_of_a_purchase_with_its_store_in_the_currency(self, lived):
        assert data_of("purchase.recorded") == {
            "purchase": Purchase.objects.get(total_cents=12_000).public_id,
            "member": lived.public_id,
            "store": "lyon",
            "business_on": "2026-03-10",
            "total": "120.00",
            "points": 120,
        }

    def test_tell_whose_points_moved_and_what_is_left(self, lived):
        assert data_of("points.spent") == {
            "member": lived.public_id,
            "wallet": "points",
            "points": -20,
            "available": 80,
            "reference": "rew_coffee",
        }

    def test_tell_what_was_changed_about_a_member_and_not_to_what(self, lived):
        assert data_of("member.updated") == {
            "member": lived.public_id,
            "changed": ["first_name"],
        }

    def test_leave_out_no_movement_of_the_ledger(self):
        assert set(booking.EVENTS.values()) <= set(announcing.EVENTS)


class TestMemberUpdated:
    @pytest.mark.parametrize(
        ("facts", "changed"),
        [
            ({"fields": ["email", "phone"]}, ["email", "phone"]),
            ({"state": "BLOCKED"}, ["state"]),
            ({"card": "replaced"}, ["card"]),
            ({"channel": "EMAIL", "purpose": "MARKETING", "is_given": True}, ["consents"]),
        ],
    )
    def test_names_what_changed(self, facts, changed, programme):
        event = OutboxEvent(
            name="member.updated", payload={"member": "mem_1", "actor": "user:1", **facts}
        )

        ((_event, data),) = announcing.tell(events=[event])

        assert data == {"member": "mem_1", "changed": changed}


class TestWhatIsOwed:
    def test_is_nothing_of_the_past(self, programme, register: Register):
        register()
        with transaction.atomic():
            outbox.record(
                "member.enrolled", {"member": "mem_1", "source": ""}, at=NOON, is_historic=True
            )

        relay_all()

        assert Delivery.objects.count() == 0

    def test_is_nothing_that_was_rolled_back(self, programme, register: Register):
        register()
        with transaction.atomic():
            outbox.record("member.enrolled", {"member": "mem_1", "source": ""}, at=NOON)
            transaction.set_rollback(True)

        relay_all()

        assert Delivery.objects.count() == 0

    def test_is_what_an_endpoint_chose(self, ada, register: Register):
        register(events=["purchase.recorded"])
        off = register(name="Off").endpoint
        off.is_active = False
        registering.change(endpoint=off)
        buy(ada)

        relay_all()

        assert list(Delivery.objects.values_list("endpoint__name", "name")) == [
            ("Mailer", "purchase.recorded")
        ]

    def test_is_for_a_store_s_own_what_happened_there(self, ada, register: Register):
        lyon, nice = (Store.objects.create(code=code, name=code) for code in ("lyon", "nice"))
        sales = ["purchase.recorded", "purchase.returned"]
        register(name="Lyon", events=sales, store=lyon)
        register(name="All", events=sales)
        there, elsewhere, nowhere = (
            buy(ada, key=key, store=store)
            for key, store in (("a", lyon), ("b", nice), ("c", None))
        )

        relay_all()

        assert heard_by("Lyon") == [there.public_id]
        assert heard_by("All") == [one.public_id for one in (there, elsewhere, nowhere)]

    def test_is_nothing_of_a_training_store_s_sales(self, ada, register: Register):
        register(events=["purchase.recorded", "points.earned"])
        buy(ada, store=Store.objects.create(code="school", name="School", is_training=True))

        relay_all()

        assert Delivery.objects.count() == 0

    def test_is_owed_once_though_the_relay_comes_back(self, ada, register: Register):
        register(events=["purchase.recorded"])
        buy(ada)
        relay_all()
        OutboxEvent.objects.update(relayed_at=None)

        relay_all()

        assert Delivery.objects.count() == 1

    def test_costs_as_many_statements_for_thirty_events_as_for_two(self, ada, register: Register):
        register()
        register(name="Another")

        def statements(count: int) -> int:
            for number in range(count):
                buy(ada, key=f"{count}-{number}")
            events = list(OutboxEvent.objects.filter(name__in=announcing.EVENTS))
            with CaptureQueriesContext(connection) as asked:
                reactions.owe(events)
            OutboxEvent.objects.all().delete()
            return len(asked)

        assert statements(1) == statements(10) == 4

    def test_costs_one_statement_where_nobody_listens(self, ada, django_assert_num_queries):
        buy(ada)
        events = list(OutboxEvent.objects.all())

        with django_assert_num_queries(1):
            reactions.owe(events)


def data_of(name: str) -> dict[str, object]:
    return json.loads(Delivery.objects.filter(name=name).order_by("pk")[0].body)["data"]


def heard_by(name: str) -> list[str]:
    bodies = Delivery.objects.filter(endpoint__name=name).order_by("pk").values_list("body")
    return [json.loads(body)["data"]["purchase"] for (body,) in bodies]


def codes_of(member: Member) -> list[str]:
    numbers = Card.objects.filter(member=member).values_list("number", flat=True)
    return [*Voucher.objects.values_list("code", flat=True), *numbers]


def examples() -> list[dict[str, Any]]:
    lines = (BASE_DIR / "docs" / "integrators.md").read_text().splitlines()
    return [json.loads(line) for line in lines if line.startswith('{"type"')]


def shape_of(said: dict[str, Any]) -> dict[str, Any]:
    """Return the names of what is said, in their order, and of what kind each one is."""
    kinds = {name: type(value).__name__ for name, value in said["data"].items()}
    # In no store, from nowhere: null.
    kinds = {name: "str" if kind == "NoneType" else kind for name, kind in kinds.items()}
    return {"names": [*said], "type": said["type"], "data": list(kinds.items())}
