"""Relays, senders and withdrawals at once, on real connections."""

from collections import Counter

import pytest
from django.core import mail

from loyalty.core import engines
from loyalty.events import dispatching, outbox, relaying
from loyalty.events.models import Message, MessageKind
from loyalty.mailing import sending
from members import enrolling
from members.models import Member
from tests.conftest import NOON
from tests.mailing.conftest import make_member, owe
from tests.racing import at_once, read_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def members(programme) -> list[Member]:
    return [make_member(f"m{number}@example.org") for number in range(60)]


def received() -> Counter[str]:
    return Counter(one.to[0] for one in mail.outbox)


class TestSendersAtOnce:
    def test_hand_each_message_over_once(self, members: list[Member], monkeypatch):
        monkeypatch.setattr(sending, "_ROUND", 7)
        for member in members:
            owe(member, MessageKind.WELCOME, member.public_id)

        sent = at_once(lambda _number: sending.send(at=NOON), calls=4)

        assert sum(sent) == 60
        assert received() == Counter({member.email: 1 for member in members})
        assert Message.objects.filter(state="SENT", attempts=1).count() == 60

    def test_would_each_send_the_same_without_the_lock(self, members: list[Member], monkeypatch):
        """The control: leases taken together, and a claim that asks nobody.

        One message, since they would lock several in any order, and might then stop each other.
        """
        owe(members[0], MessageKind.WELCOME)
        monkeypatch.setattr(engines, "lock_skipping", read_together(list, threads=4))
        monkeypatch.setattr(dispatching, "claim", lambda **_said: True)

        at_once(lambda _number: sending.send(at=NOON), calls=4)

        assert received() == Counter({members[0].email: 4})

    def test_take_a_lapsed_claim_over_once(self, members: list[Member]):
        owe(members[0], MessageKind.WELCOME)
        Message.objects.update(state="SENDING", attempts=1)

        at_once(lambda _number: sending.send(at=NOON), calls=4)

        assert received() == Counter({members[0].email: 1})
        assert Message.objects.get().attempts == 2


class TestRelaysAtOnce:
    def test_owe_one_message_for_each_event(self, programme):
        for number in range(30):
            enrolling.enrol(at=NOON, email=f"new{number}@example.org")

        def relay(_number: int) -> None:
            while relaying.relay(at=NOON, limit=5):
                pass

        at_once(relay, calls=4)

        assert Message.objects.filter(kind="WELCOME").count() == 30

    def test_that_relay_the_same_event_owe_one_message(self, programme):
        enrolling.enrol(at=NOON, email="new@example.org")
        (subscription,) = [
            one for one in outbox.subscriptions() if one.name.endswith("reactions.welcome")
        ]
        events = list(outbox.OutboxEvent.objects.filter(name="member.enrolled"))

        at_once(lambda _number: subscription.reaction(events), calls=8)

        assert Message.objects.count() == 1
