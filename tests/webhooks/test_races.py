"""Senders at once, on real connections."""

from collections import Counter
from datetime import datetime

import pytest

from loyalty.core import engines
from loyalty.webhooks import delivering, sending
from loyalty.webhooks.models import Delivery
from tests.conftest import NOON
from tests.racing import at_once, read_together
from tests.webhooks.conftest import Register
from tests.webhooks.receivers import Receiver

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def owed(register: Register, receiver: Receiver) -> Counter[str]:
    """Sixty deliveries for one endpoint."""
    endpoint = register(receiver.url).endpoint
    return Counter(delivering.ping(endpoint=endpoint, at=NOON).event for _ in range(60))


def claim_blindly(*, delivery: Delivery, at: datetime, **_told: object) -> bool:
    Delivery.objects.filter(pk=delivery.pk).update(tried_at=at)
    return True


class TestSendersAtOnce:
    def test_send_each_once(self, owed: Counter[str], receiver: Receiver, monkeypatch):
        monkeypatch.setattr(sending, "_EACH", 5)

        def send_all(_number: int) -> int:
            return sum(sending.send(at=NOON) for _ in range(12))

        sent = at_once(send_all, calls=4)

        assert sum(sent) == 60
        assert Counter(receiver.ids) == owed
        assert Delivery.objects.filter(state="DELIVERED", attempts=1).count() == 60

    def test_would_each_send_all_without_the_lock(
        self, owed: Counter[str], receiver: Receiver, monkeypatch
    ):
        """The control: four who have all read before any has taken, and a claim that is blind."""
        monkeypatch.setattr(engines, "lock_skipping", read_together(list, threads=4))
        monkeypatch.setattr(delivering, "claim", claim_blindly)

        at_once(lambda _number: sending.send(at=NOON), calls=4)

        assert Counter(receiver.ids) == Counter(dict.fromkeys(owed, 4))
