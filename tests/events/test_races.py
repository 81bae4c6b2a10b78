"""Relays and takers at once, on real connections."""

from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date, timedelta

import pytest
from django.db import transaction

from loyalty.core import engines
from loyalty.events import changes, jobs, outbox
from loyalty.events.models import Change, JobRun, OutboxEvent
from loyalty.events.relaying import relay
from tests import racing
from tests.conftest import NOON

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

THREADS = 4
MONDAY = date(2026, 3, 9)


def at_once(work: Callable[[], object]) -> list[object]:
    return racing.at_once(lambda _number: work(), calls=THREADS)


@pytest.fixture
def heard() -> Counter[int]:
    """How often the reaction was called with each event."""
    counts: Counter[int] = Counter()

    @outbox.on("purchase.recorded")
    def listen(events: Sequence[OutboxEvent]) -> None:
        counts.update(event.payload["number"] for event in events)

    return counts


@pytest.fixture
def events() -> None:
    with transaction.atomic():
        outbox.record_many(
            [outbox.Event("purchase.recorded", {"number": n}, NOON) for n in range(400)]
        )


def relay_all() -> None:
    while relay(at=NOON, limit=20):
        pass


class TestRelaysAtOnce:
    def test_deliver_each_event_once(self, events: None, heard: Counter[int]):
        at_once(relay_all)

        assert heard == Counter(range(400))
        assert OutboxEvent.objects.filter(relayed_at=NOON).count() == 400

    def test_would_each_deliver_the_same_without_the_lock(
        self, events: None, heard: Counter[int], monkeypatch
    ):
        """The control: four who have all read before any has taken hold the same event.

        One, since they would lock several in any order, and might then stop each other.
        """
        together = racing.read_together(list, threads=THREADS)
        monkeypatch.setattr(engines, "lock_skipping", together)

        at_once(lambda: relay(at=NOON, limit=1))

        assert heard == Counter({0: THREADS})

    def test_do_not_wait_for_one_another(self, events: None, heard: Counter[int]):
        with transaction.atomic():
            held = engines.lock_skipping(OutboxEvent.objects.order_by("id"))[:300]
            assert len(held) == 300

            assert sum(at_once(lambda: relay(at=NOON, limit=500))) == 100

        assert len(heard) == 100

    def test_see_nothing_of_what_has_not_committed(self, heard: Counter[int]):
        with transaction.atomic():
            outbox.record("purchase.recorded", {"number": 1}, at=NOON)
            assert at_once(lambda: relay(at=NOON)) == [0] * THREADS

        assert relay(at=NOON) == 1
        assert heard == Counter([1])


class TestTakersAtOnce:
    def test_take_each_change_once(self):
        changes.record("purchases", [(n, MONDAY) for n in range(200)])

        def take() -> set[changes.Day]:
            with transaction.atomic():
                return changes.take("purchases", 50)

        taken = at_once(take)

        assert Counter(day for days in taken for day in days) == Counter(
            (n, MONDAY) for n in range(200)
        )
        assert Change.objects.count() == 0


class TestJobsAtOnce:
    def test_do_the_work_once(self):
        done: list[int] = []

        def work() -> int:
            done.append(1)
            return 1

        at_once(lambda: jobs.run(job="settle", business_day=MONDAY, at=NOON, work=work))

        assert done == [1]
        assert JobRun.objects.get().attempts == 1

    def test_take_a_lapsed_lease_over_once(self):
        JobRun.objects.create(
            job="settle",
            business_day=MONDAY,
            state="RUNNING",
            started_at=NOON - timedelta(hours=1),
            leased_until=NOON,
        )
        done: list[int] = []

        at_once(
            lambda: jobs.run(
                job="settle", business_day=MONDAY, at=NOON, work=lambda: done.append(1) or 1
            )
        )

        assert done == [1]
        assert JobRun.objects.get().attempts == 2
