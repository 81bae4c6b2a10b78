"""Doors that beat knocks on."""

from celery import shared_task
from django.utils import timezone

from loyalty.events import purging, relaying

_BATCH = 500
_MOST_BATCHES = 100
_PURGED_AT_ONCE = 1_000


@shared_task(acks_late=True)
def relay_events(**_future: object) -> None:
    """Deliver what is due. Safe to run twice, or late; the next tick goes on where it stops."""
    for _ in range(_MOST_BATCHES):
        if relaying.relay(at=timezone.now(), limit=_BATCH) < _BATCH:
            return


@shared_task(acks_late=True)
def purge_events(**_future: object) -> int:
    """Forget delivered events and ended messages that are old, a thousand at a time."""
    at = timezone.now()
    forgotten = 0
    while done := purging.purge(at=at, limit=_PURGED_AT_ONCE):
        forgotten += done
    while done := purging.purge_messages(at=at, limit=_PURGED_AT_ONCE):
        forgotten += done
    return forgotten
