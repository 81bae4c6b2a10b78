from datetime import UTC, datetime

import pytest
from django.test import Client

from loyalty.events.models import OutboxEvent

pytestmark = pytest.mark.usefixtures("programme")


class TestTheDesk:
    def test_shows_moments_as_the_shops_clocks_do(self, desk: Client):
        summer = datetime(2026, 7, 10, 21, 30, tzinfo=UTC)
        event = OutboxEvent.objects.create(
            public_id="evt_1", name="member.enrolled", occurred_at=summer, due_at=summer
        )

        page = desk.get(f"/desk/events/outboxevent/{event.pk}/change/").content.decode()

        assert "23:30" in page
        assert "21:30" not in page
