"""Doors that beat and the desk knock on."""

from datetime import datetime

from celery import shared_task
from django.utils import timezone

from loyalty.webhooks import delivering, replaying, sending
from loyalty.webhooks.models import Endpoint


@shared_task(acks_late=True)
def send_webhooks(**_future: object) -> None:
    """Send what endpoints are owed. Safe to run twice, at once, or late."""
    sending.send(at=timezone.now())


@shared_task(acks_late=True)
def replay_webhook(
    *, endpoint_id: int, since: str, until: str, is_all: bool, **_future: object
) -> None:
    """Owe an endpoint again what happened between two moments. Safe to run twice, or late."""
    for endpoint in Endpoint.objects.select_related("store").filter(pk=endpoint_id):
        replaying.replay(
            endpoint=endpoint,
            since=datetime.fromisoformat(since),
            until=datetime.fromisoformat(until),
            at=timezone.now(),
            is_all=is_all,
        )


@shared_task(acks_late=True)
def purge_webhooks(**_future: object) -> int:
    """Forget old deliveries, a thousand at a time. Safe to run twice, or late."""
    at, forgotten = timezone.now(), 0
    while done := delivering.purge(at=at):
        forgotten += done
    return forgotten
