"""What happened, and which endpoints are owed it. Nothing historic leaves."""

from collections.abc import Sequence

from django.utils import timezone

from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from loyalty.webhooks import announcing, delivering
from loyalty.webhooks.models import Endpoint


@outbox.on(*announcing.EVENTS)
def owe(events: Sequence[OutboxEvent]) -> None:
    """Owe each endpoint what it chose to hear of. Without endpoints: one statement for all."""
    endpoints = list(Endpoint.objects.active().select_related("store"))
    told = [event for event in events if not event.is_historic]
    if endpoints and told:
        delivering.owe(events=told, endpoints=endpoints, at=timezone.now())
