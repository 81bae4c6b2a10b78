"""What happened is sent again: one, a range, what failed, or all; and old rows are forgotten."""

from datetime import timedelta

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.webhooks import delivering, registering, replaying, tasks
from loyalty.webhooks.models import Delivery, DeliveryState, Endpoint
from tests.conftest import NOON
from tests.members.bringing import buy
from tests.webhooks.conftest import Register, relay_all

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def endpoint(register: Register) -> Endpoint:
    return register(events=["purchase.recorded"]).endpoint


def ended(endpoint: Endpoint, state: str, *, days_ago: int = 0) -> Delivery:
    delivery = delivering.ping(endpoint=endpoint, at=NOON - days_ago * DAY)
    Delivery.objects.filter(pk=delivery.pk).update(state=state, attempts=10, tried_at=NOON)
    return delivery


def waiting() -> list[int]:
    rows = Delivery.objects.filter(state="WAITING", attempts=0, due_at=NOON)
    return list(rows.order_by("pk").values_list("pk", flat=True))


def replay(endpoint: Endpoint, *, is_all: bool = False) -> int:
    return replaying.replay(
        endpoint=endpoint, since=NOON - 2 * DAY, until=NOON, at=NOON, is_all=is_all
    )


class TestAgain:
    def test_owes_what_is_over_anew(self, endpoint):
        failed, arrived = (ended(endpoint, state) for state in ("FAILED", "DELIVERED"))
        delivering.ping(endpoint=endpoint, at=NOON + DAY)

        assert delivering.again(deliveries=Delivery.objects.all(), at=NOON) == 2
        assert waiting() == [failed.pk, arrived.pk]

    def test_owes_nothing_to_whom_is_off(self, endpoint):
        ended(endpoint, "FAILED")
        endpoint.is_active = False
        registering.change(endpoint=endpoint)

        assert delivering.again(deliveries=Delivery.objects.all(), at=NOON) == 0
        assert waiting() == []


class TestReplay:
    def test_owes_what_failed_between_two_moments(self, endpoint):
        ended(endpoint, "FAILED", days_ago=3)
        first = ended(endpoint, "FAILED", days_ago=2)
        ended(endpoint, "DELIVERED", days_ago=1)
        last = ended(endpoint, "FAILED", days_ago=1)
        ended(endpoint, "FAILED")

        assert replay(endpoint) == 2
        assert waiting() == [first.pk, last.pk]

    def test_owes_what_arrived_too_when_asked(self, endpoint):
        arrived = ended(endpoint, "DELIVERED", days_ago=1)

        assert replay(endpoint, is_all=True) == 1
        assert waiting() == [arrived.pk]

    def test_owes_what_happened_while_it_was_off(self, ada, endpoint):
        endpoint.is_active = False
        registering.change(endpoint=endpoint)
        for number in range(3):
            buy(ada, key=f"off-{number}")
        OutboxEvent.objects.update(occurred_at=NOON - DAY, due_at=NOON - DAY)
        relay_all(at=NOON - DAY)
        assert Delivery.objects.count() == 0
        endpoint.is_active = True
        registering.change(endpoint=endpoint)

        assert replay(endpoint) == 3
        assert replay(endpoint) == 0
        events = OutboxEvent.objects.filter(name="purchase.recorded").order_by("pk")
        assert list(Delivery.objects.order_by("pk").values_list("event", flat=True)) == list(
            events.values_list("public_id", flat=True)
        )

    def test_owes_nothing_to_whom_is_off(self, ada, endpoint):
        buy(ada)
        relay_all(at=NOON)
        endpoint.is_active = False
        registering.change(endpoint=endpoint)

        assert replay(endpoint, is_all=True) == 0

    def test_leaves_what_others_are_owed_alone(self, endpoint, register):
        other = register(name="Other").endpoint
        ended(other, "FAILED", days_ago=1)

        assert replay(endpoint) == 0

    def test_is_asked_of_a_worker(self, endpoint):
        ended(endpoint, "FAILED", days_ago=1)

        tasks.replay_webhook(
            endpoint_id=endpoint.pk,
            since=(NOON - 2 * DAY).isoformat(),
            until=NOON.isoformat(),
            is_all=False,
        )

        assert Delivery.objects.get().state == DeliveryState.WAITING


class TestPurge:
    def test_forgets_what_is_over_after_thirty_days(self, endpoint):
        old = ended(endpoint, "DELIVERED", days_ago=31)
        oldest = ended(endpoint, "FAILED", days_ago=32)
        kept = ended(endpoint, "FAILED", days_ago=30)
        still_owed = delivering.ping(endpoint=endpoint, at=NOON - 40 * DAY)

        assert delivering.purge(at=NOON, limit=1) == 1
        assert set(Delivery.objects.values_list("pk", flat=True)) == {
            old.pk, kept.pk, still_owed.pk,
        }  # fmt: skip
        assert delivering.purge(at=NOON) == 1
        assert delivering.purge(at=NOON) == 0
        assert not Delivery.objects.filter(pk__in=[old.pk, oldest.pk]).exists()
