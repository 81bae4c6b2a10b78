from celery import shared_task
from django.utils import timezone

from loyalty.clients import purging

_CHUNK = 1000


@shared_task(acks_late=True)
def purge_answers(**_future: object) -> int:
    """Forget the bodies of answers older than 90 days, a thousand at a time."""
    at = timezone.now()
    forgotten = 0
    while done := purging.purge(at=at, limit=_CHUNK):
        forgotten += done
    return forgotten


@shared_task(acks_late=True)
def purge_counts(**_future: object) -> int:
    """Forget what was counted in windows of time that have ended."""
    return purging.purge_counts(at=timezone.now())
