from datetime import datetime, timedelta

import pytest

from loyalty.core import ids
from loyalty.events import purging, tasks
from loyalty.events.models import OutboxEvent
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


def happened(*, relayed_at: datetime | None, at: datetime = NOON - 40 * DAY) -> str:
    return OutboxEvent.objects.create(
        public_id=ids.new("evt"),
        name="purchase.recorded",
        occurred_at=at,
        due_at=at,
        relayed_at=relayed_at,
    ).public_id


def kept() -> list[str]:
    return list(OutboxEvent.objects.order_by("pk").values_list("public_id", flat=True))


class TestPurge:
    def test_forgets_what_was_delivered_more_than_thirty_days_ago(self):
        happened(relayed_at=NOON - 30 * DAY - timedelta(microseconds=1))
        young = happened(relayed_at=NOON - 30 * DAY)

        assert purging.purge(at=NOON) == 1
        assert kept() == [young]

    def test_keeps_what_nobody_has_finished_however_old(self):
        waiting = happened(relayed_at=None, at=NOON - 400 * DAY)

        assert purging.purge(at=NOON) == 0
        assert kept() == [waiting]

    def test_forgets_the_oldest_first_and_no_more_than_the_limit(self):
        last = happened(relayed_at=NOON - 31 * DAY)
        happened(relayed_at=NOON - 33 * DAY)
        happened(relayed_at=NOON - 32 * DAY)

        assert purging.purge(at=NOON, limit=2) == 2
        assert kept() == [last]
        assert purging.purge(at=NOON, limit=2) == 1
        assert purging.purge(at=NOON, limit=2) == 0

    def test_keeps_as_long_as_asked(self):
        event = happened(relayed_at=NOON - 5 * DAY)

        assert purging.purge(at=NOON, keep_days=5) == 0
        assert kept() == [event]
        assert purging.purge(at=NOON, keep_days=4) == 1


class TestTask:
    def test_goes_on_until_nothing_is_left(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(tasks, "_PURGED_AT_ONCE", 2)
        # The task reads the real clock: these were delivered long before, whatever it says.
        for _ in range(5):
            happened(relayed_at=NOON - 4_000 * DAY)
        waiting = happened(relayed_at=None)

        assert tasks.purge_events() == 5
        assert kept() == [waiting]
