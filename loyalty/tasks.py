"""Doors that beat knocks on."""

from celery import shared_task
from django.utils import timezone

from loyalty import night
from loyalty.events.models import JobState


@shared_task(acks_late=True)
def tick_night(**_future: object) -> None:
    """Do the nights that are owed, oldest first. Safe to run twice, at once, or late.

    Stops at a step that another worker holds, or that failed: the next tick goes on there.
    """
    for day in night.due(at=timezone.now()):
        steps = night.run(day=day, at=timezone.now())
        if steps[-1].state != JobState.DONE:
            return
