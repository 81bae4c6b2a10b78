"""Doors that beat knocks on."""

from celery import shared_task
from django.utils import timezone

from loyalty.events import relaying

_BATCH = 500
_MOST_BATCHES = 100


@shared_task(acks_late=True)
def relay_events(**_future: object) -> None:
    """Deliver what is due. Safe to run twice, or late; the next tick goes on where it stops."""
    for _ in range(_MOST_BATCHES):
        if relaying.relay(at=timezone.now(), limit=_BATCH) < _BATCH:
            return
