"""What is owed arrives: signed, at least once, under one id, and nobody waits for anybody."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from loyalty.webhooks import calling, delivering, registering, sending, tasks
from loyalty.webhooks.models import Delivery, Endpoint
from tests.conftest import NOON
from tests.documents import python_of
from tests.members.bringing import buy
from tests.webhooks.conftest import Register, relay_all
from tests.webhooks.receivers import Receiver, receiving, talking

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def owe(endpoint: Endpoint, count: int = 1, *, at: datetime = NOON) -> list[str]:
    return [delivering.ping(endpoint=endpoint, at=at).event for _ in range(count)]


def states() -> list[tuple[object, ...]]:
    rows = Delivery.objects.order_by("pk")
    return list(rows.values_list("state", "attempts", "status", "trouble"))


class TestSend:
    def test_delivers_what_happened_signed(self, ada, register: Register, receiver: Receiver):
        made = register(receiver.url, events=["purchase.recorded"])
        bought = buy(ada)
        relay_all()

        now = datetime.now(UTC)
        assert sending.send(at=now) == 1

        (one,) = receiver.received
        said = Webhook(made.secret).verify(one.body, one.headers)
        assert said["type"] == "purchase.recorded"
        assert said["timestamp"] == "2026-03-10T11:00:00.000Z"
        assert said["data"]["purchase"] == bought.public_id
        assert one.headers["content-type"] == "application/json"
        delivery = Delivery.objects.get()
        assert one.headers["webhook-id"] == delivery.event
        assert states() == [("DELIVERED", 1, 204, "")]
        assert delivery.tried_at >= now
        assert delivery.took_ms is not None

    def test_is_verified_by_the_ten_lines_of_the_documents(self, register, receiver):
        made = register(receiver.url)
        owe(made.endpoint)
        sending.send(at=datetime.now(UTC))
        (one,) = receiver.received
        is_genuine = python_of("docs/integrators.md", defining="is_genuine")

        assert is_genuine(one.headers, one.body, made.secret)
        assert not is_genuine(one.headers, one.body + b" ", made.secret)
        assert not is_genuine({**one.headers, "webhook-timestamp": "1"}, one.body, made.secret)

    def test_is_taken_once_by_the_receiver_of_the_guide(self, register, receiver: Receiver):
        made = register(receiver.url)
        (event,) = owe(made.endpoint)
        sending.send(at=datetime.now(UTC))
        (one,) = receiver.received
        receive = python_of("docs/pos-guide.md", defining="receive")
        todo: dict[str, object] = {}

        first, again = (receive(one.headers, one.body, made.secret, todo) for _time in range(2))
        forged = receive(one.headers, one.body + b" ", made.secret, {})

        assert (first, again, forged) == (204, 204, 400)
        assert [(name, said["type"]) for name, said in todo.items()] == [(event, "ping")]

    def test_signs_with_both_secrets_for_a_day(self, register, receiver: Receiver):
        made = register(receiver.url)
        now = datetime.now(UTC)
        new = registering.rotate(endpoint=made.endpoint, at=now - 23 * HOUR)
        owe(made.endpoint)
        sending.send(at=now)

        registering.rotate(endpoint=made.endpoint, at=now - 24 * HOUR)
        owe(made.endpoint)
        sending.send(at=now)

        during, after = receiver.received
        for secret in (made.secret, new):
            Webhook(secret).verify(during.body, during.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook(new).verify(after.body, after.headers)

    def test_tries_again_under_the_same_id_after_growing_pauses(self, register, receiver):
        endpoint = register(receiver.url).endpoint
        receiver.status = 500
        (event,) = owe(endpoint)
        tried, at = [], NOON
        while Delivery.objects.filter(state="WAITING").exists():
            at = Delivery.objects.get().due_at
            sending.send(at=at)
            tried.append(at)

        assert receiver.ids == [event] * 10
        assert states() == [("FAILED", 10, 500, "STATUS")]
        for (before, after), pause in zip(pairwise(tried), delivering.PAUSES, strict=True):
            # A little chance on top, and a moment for the call.
            assert pause <= after - before <= pause * 1.1 + timedelta(seconds=20)
        assert timedelta(days=3) <= tried[-1] - tried[0] <= timedelta(days=3.5)
        assert Endpoint.objects.get().off_reason == "FAILING"

    def test_sends_nothing_before_its_time(self, register, receiver: Receiver):
        owe(register(receiver.url).endpoint, at=NOON + HOUR)

        assert sending.send(at=NOON) == 0
        assert receiver.received == []

    def test_goes_on_with_the_next_where_one_is_refused(self, register, receiver: Receiver):
        events = owe(register(receiver.url).endpoint, 3)
        receiver.statuses = [204, 400, 204]

        assert sending.send(at=NOON) == 2
        assert receiver.ids == events
        assert states() == [
            ("DELIVERED", 1, 204, ""),
            ("WAITING", 1, 400, "STATUS"),
            ("DELIVERED", 1, 204, ""),
        ]

    @pytest.mark.parametrize("status", [429, 502, 503, 504])
    def test_lets_a_busy_server_rest_for_a_minute(self, status: int, register, receiver):
        owe(register(receiver.url).endpoint, 3)
        receiver.statuses = [status]

        assert sending.send(at=NOON) == 0
        assert len(receiver.received) == 1
        assert states()[1:] == [("WAITING", 0, None, "")] * 2
        for delivery in Delivery.objects.order_by("pk")[1:]:
            rest = delivery.due_at - NOON
            assert timedelta(minutes=1) <= rest < timedelta(minutes=2)

    def test_follows_no_redirect(self, register, receiver: Receiver):
        owe(register(receiver.url).endpoint)
        receiver.status, receiver.location = 302, receiver.url

        sending.send(at=NOON)

        assert len(receiver.received) == 1
        assert states() == [("WAITING", 1, 302, "REDIRECT")]

    def test_sends_nothing_more_to_who_is_gone(self, register, receiver: Receiver):
        owe(register(receiver.url).endpoint, 3)
        receiver.status = 410

        sending.send(at=NOON)

        assert len(receiver.received) == 1
        assert [state for state, *_ in states()] == ["FAILED"] * 3
        assert Endpoint.objects.get().off_reason == "GONE"

    def test_sends_nothing_to_whom_staff_switch_off_meanwhile(self, register, receiver):
        endpoint = register(receiver.url).endpoint
        owe(endpoint, 2)
        held = delivering.take(at=NOON, each=2)
        endpoint.is_active = False
        registering.change(endpoint=endpoint)

        (lane,) = held
        assert not delivering.claim(delivery=lane.deliveries[0], lane=lane, at=NOON)

    def test_says_that_a_secret_cannot_be_read(self, register, receiver: Receiver, settings):
        owe(register(receiver.url).endpoint)
        settings.SECRET_KEY = "another-0123456789-abcdefghijklmnopqrstuvwxyz"

        sending.send(at=NOON)

        assert states() == [("WAITING", 1, None, "NO_SECRET")]
        assert receiver.received == []

    def test_calls_no_name_that_leads_inside(self, register, receiver: Receiver, settings):
        endpoint = register(receiver.url).endpoint
        owe(endpoint, 2)
        settings.WEBHOOKS_MAY_STAY_HERE = False

        sending.send(at=NOON)

        assert receiver.received == []
        assert states() == [("WAITING", 1, None, "NOT_PUBLIC"), ("WAITING", 0, None, "")]


class TestOneThatHangs:
    def test_delays_no_other(self, register, receiver: Receiver, monkeypatch):
        monkeypatch.setattr(sending, "_LOOK", 0.01)
        is_over = threading.Event()
        with talking(lambda _connection: is_over.wait(30)) as url:
            hung = register(url, name="Hung").endpoint
            quick = register(receiver.url, name="Quick").endpoint
            owe(hung, 2)
            first = owe(quick, 2)
            late: list[str] = []
            # What falls due for the other while the call hangs goes out too, and ends the wait.
            receiver.before = lambda: is_over.set() if len(receiver.received) == 3 else None

            def owe_late() -> None:
                if not late and len(receiver.received) == 2:
                    late.extend(owe(quick, at=NOON))

            monkeypatch.setattr(sending, "_begin_due", before(owe_late, sending._begin_due))
            assert sending.send(at=NOON) == 3

        assert receiver.ids == first + late
        assert hung.deliveries.filter(attempts=1, trouble="NO_ANSWER").count() == 1

    def test_is_called_once_and_then_left_alone(self, register, monkeypatch, stays_here):
        is_over = threading.Event()
        monkeypatch.setattr(calling.call, "__kwdefaults__", {"seconds": 0.2})
        with talking(lambda _connection: is_over.wait(30)) as url:
            owe(register(url).endpoint, 3)

            assert sending.send(at=NOON) == 0
            is_over.set()

        assert states() == [("WAITING", 1, None, "TIMEOUT"), *[("WAITING", 0, None, "")] * 2]


class TestAKilledSender:
    def test_leaves_what_it_sent_to_be_sent_again_under_the_same_id(
        self, register, receiver: Receiver, monkeypatch
    ):
        (event,) = owe(register(receiver.url).endpoint)
        with monkeypatch.context() as patch:
            patch.setattr(delivering, "note", die)
            with pytest.raises(SystemExit):
                sending.send(at=NOON)

        assert sending.send(at=NOON + timedelta(minutes=9)) == 0
        assert sending.send(at=NOON + timedelta(minutes=11)) == 1
        assert receiver.ids == [event, event]
        assert states() == [("DELIVERED", 2, 204, "")]


class TestTheTask:
    def test_sends_what_is_due_without_having_been_told(self, register, stays_here):
        with receiving() as receiver:
            owe(register(receiver.url).endpoint)
            tasks.send_webhooks()

        assert len(receiver.received) == 1


def die(**_told: object) -> None:
    raise SystemExit


def before(first, work):
    def both(*told):
        first()
        work(*told)

    return both
