from collections.abc import Sequence
from datetime import timedelta

import pytest

from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from loyalty.events.relaying import relay
from tests.conftest import NOON

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def heard() -> list[str]:
    """The numbers of the events that a well-behaved reaction was called with."""
    numbers: list[str] = []

    @outbox.on("purchase.recorded")
    def listen(events: Sequence[OutboxEvent]) -> None:
        numbers.extend(event.payload["number"] for event in events)

    return numbers


def happen(*numbers: str, name: str = "purchase.recorded") -> None:
    outbox.record_many([outbox.Event(name, {"number": number}, NOON) for number in numbers])


class TestRelay:
    def test_delivers_each_event_once(self, heard: list[str]):
        happen("1", "2")

        assert relay(at=NOON) == 2
        assert relay(at=NOON + HOUR) == 0
        assert heard == ["1", "2"]
        assert OutboxEvent.objects.filter(relayed_at=NOON).count() == 2

    def test_calls_a_reaction_once_for_a_whole_batch(self):
        calls: list[int] = []
        outbox.on("purchase.recorded")(lambda events: calls.append(len(events)))
        happen("1", "2", "3")

        relay(at=NOON)

        assert calls == [3]

    def test_calls_only_those_who_asked(self, heard: list[str]):
        happen("1", name="member.closed")

        assert relay(at=NOON) == 1
        assert heard == []
        assert OutboxEvent.objects.get().relayed_at == NOON

    def test_takes_no_more_than_the_limit(self, heard: list[str]):
        happen("1", "2", "3")

        assert relay(at=NOON, limit=2) == 2
        assert relay(at=NOON, limit=2) == 1
        assert heard == ["1", "2", "3"]

    def test_leaves_what_is_not_due(self, heard: list[str]):
        happen("1")

        assert relay(at=NOON - HOUR) == 0
        assert heard == []

    def test_serves_the_present_before_history(self, heard: list[str]):
        outbox.record(
            "purchase.recorded", {"number": "old"}, at=NOON - 900 * HOUR, is_historic=True
        )
        happen("new")

        relay(at=NOON, limit=1)

        assert heard == ["new"]


class TestAReactionThatFails:
    @pytest.fixture
    def refused(self) -> list[str]:
        """The numbers that the failing reaction stumbles over; the others it accepts."""
        return ["2"]

    @pytest.fixture
    def accepted(self, refused: list[str]) -> list[str]:
        numbers: list[str] = []

        @outbox.on("purchase.recorded")
        def stumble(events: Sequence[OutboxEvent]) -> None:
            if any(event.payload["number"] in refused for event in events):
                raise LookupError("ada@example.org is not there")
            numbers.extend(event.payload["number"] for event in events)

        return numbers

    def test_keeps_no_other_event_waiting(self, accepted: list[str]):
        happen("1", "2", "3", "4")

        assert relay(at=NOON) == 4
        assert accepted == ["1", "3", "4"]
        assert OutboxEvent.objects.filter(relayed_at=NOON).count() == 3

    def test_keeps_no_other_reaction_waiting_nor_calls_it_again(
        self, accepted: list[str], heard: list[str]
    ):
        happen("2")

        relay(at=NOON)
        relay(at=NOON + HOUR)

        assert heard == ["2"]
        assert accepted == []
        assert OutboxEvent.objects.get().attempts == 2

    def test_is_tried_again_after_a_pause_that_grows(
        self, accepted: list[str], monkeypatch: pytest.MonkeyPatch
    ):
        monkeypatch.setattr("random.uniform", lambda least, most: most)
        happen("2")
        pauses = []
        at = NOON

        for _ in range(12):
            relay(at=at)
            due_at = OutboxEvent.objects.get().due_at
            pauses.append(int((due_at - at).total_seconds()))
            at = due_at

        assert pauses == [5, 10, 20, 40, 80, 160, 320, 640, 1280, 2560, 3600, 3600]

    def test_is_delivered_when_it_recovers(self, accepted: list[str], refused: list[str]):
        happen("2")
        relay(at=NOON)
        refused.clear()

        relay(at=NOON + HOUR)

        event = OutboxEvent.objects.get()
        assert accepted == ["2"]
        assert event.relayed_at == NOON + HOUR
        assert event.last_error == ""

    def test_writes_down_where_it_failed_and_no_word_of_whom(self, accepted: list[str], caplog):
        happen("2")

        relay(at=NOON)

        event = OutboxEvent.objects.get()
        assert "LookupError at test_relaying.py:" in event.last_error
        assert "ada" not in event.last_error + caplog.text

    def test_leaves_nothing_of_what_it_had_written(self):
        @outbox.on("purchase.recorded")
        def write_and_fail(events: Sequence[OutboxEvent]) -> None:
            OutboxEvent.objects.update(name="spoilt")
            raise LookupError

        happen("1")

        relay(at=NOON)

        assert OutboxEvent.objects.get().name == "purchase.recorded"


class TestALease:
    def test_keeps_another_relay_away(self, heard: list[str]):
        seen_by_another = []
        outbox.on("purchase.recorded")(lambda events: seen_by_another.append(relay(at=NOON)))
        happen("1")

        relay(at=NOON)

        assert seen_by_another == [0]
        assert heard == ["1"]

    def test_lapses_when_its_relay_was_killed(self, heard: list[str]):
        def die(events: Sequence[OutboxEvent]) -> None:
            raise KeyboardInterrupt

        outbox.on("purchase.recorded")(die)
        happen("1")
        with pytest.raises(KeyboardInterrupt):
            relay(at=NOON)
        outbox._subscriptions.popitem()
        heard.clear()

        assert relay(at=NOON + timedelta(seconds=119)) == 0
        assert relay(at=NOON + timedelta(seconds=120)) == 1
        assert heard == ["1"]
