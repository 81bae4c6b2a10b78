"""Doors that beat knocks on."""

from celery import shared_task
from django.utils import timezone

from loyalty.identity import approving, codes, sessions


@shared_task(acks_late=True)
def purge_codes(**_future: object) -> int:
    """Forget old e-mailed codes. Safe to run twice, or late."""
    return codes.purge(at=timezone.now())


@shared_task(acks_late=True)
def purge_sessions(**_future: object) -> int:
    """Forget sessions that are over. Safe to run twice, or late."""
    return sessions.purge(at=timezone.now())


@shared_task(acks_late=True)
def lapse_approvals(**_future: object) -> int:
    """Close what nobody decided in time. Safe to run twice, or late."""
    at = timezone.now()
    closed = 0
    while done := approving.lapse_due(at=at):
        closed += done
    return closed
