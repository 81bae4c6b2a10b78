"""Doors that beat knocks on."""

from datetime import date

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from loyalty import night
from loyalty.events import dispatching
from loyalty.events.models import JobState
from loyalty.filing import keeping, working
from loyalty.mailing import sending
from loyalty.programmes import clocking
from loyalty.programmes.models import Simulation
from members import reviewing, simulating
from members.models import ImportFile, TierReview

_MAILS = 1_000
_MOST_SENDERS = 20


@shared_task(acks_late=True)
def tick_night(**_future: object) -> None:
    """Do the nights that are owed, oldest first. Safe to run twice, at once, or late.

    Where many accounts are to be settled, other workers are asked to share them. Stops at a
    step that another worker holds, or that failed: the next tick goes on there.
    """
    for day in night.due(at=timezone.now()):
        for _ in range(night.count_helpers(day=day, at=timezone.now())):
            # Help that comes after the next tick is not needed: that one asks again.
            run_night.apply_async(
                kwargs={"day": day.isoformat()}, expires=settings.NIGHT_TICK_SECONDS
            )
        steps = night.run(day=day, at=timezone.now())
        if steps[-1].state != JobState.DONE:
            return


@shared_task(acks_late=True)
def run_night(*, day: str, **_future: object) -> None:
    """Do what is left of one day's night. Safe to run twice, at once, or late."""
    night.run(day=date.fromisoformat(day), at=timezone.now())


@shared_task(acks_late=True)
def send_messages(**_future: object) -> None:
    """Send what is due, and let other workers help where there is much. Safe to run twice."""
    waiting = dispatching.count_due(at=timezone.now(), most=_MAILS * _MOST_SENDERS)
    for _ in range(_MAILS, waiting, _MAILS):
        # Help that comes after the next tick is not needed: that one asks again.
        send_some.apply_async(expires=settings.MAIL_TICK_SECONDS)
    sending.send(at=timezone.now(), limit=_MAILS)


@shared_task(acks_late=True)
def send_some(**_future: object) -> None:
    """Send up to a thousand due messages. Safe to run twice, at once, or late."""
    sending.send(at=timezone.now(), limit=_MAILS)


@shared_task(acks_late=True)
def look_at_file(*, file_id: int, **_future: object) -> None:
    """Check an uploaded file. Safe to run twice, at once, or late."""
    for file in ImportFile.objects.select_related("uploaded_by").filter(pk=file_id):
        working.look(file=file, clock=timezone.now)


@shared_task(acks_late=True)
def bring_in_file(*, file_id: int, **_future: object) -> None:
    """Bring an uploaded file in, or go on with it. Safe to run twice, at once, or late."""
    for file in ImportFile.objects.select_related("uploaded_by").filter(pk=file_id):
        working.bring_in(file=file, clock=timezone.now)


@shared_task(acks_late=True)
def simulate(*, simulation_id: int, **_future: object) -> None:
    """Try a rule on what was bought. Safe to run twice, at once, or late."""
    for simulation in Simulation.objects.select_related("rule").filter(pk=simulation_id):
        simulating.run(simulation=simulation, clock=timezone.now)


@shared_task(acks_late=True)
def purge_files(**_future: object) -> int:
    """Throw uploaded files away after a day. Safe to run twice, at once, or late."""
    return keeping.purge(at=timezone.now())


@shared_task(acks_late=True)
def follow_switches(**_future: object) -> int:
    """Let accounts follow where inactivity begins to count, or ceases to. Safe to run twice."""
    return clocking.keep_up(at=timezone.now())


@shared_task(acks_late=True)
def review_tiers(*, review_id: int, **_future: object) -> None:
    """Look at, or apply, what a changed ladder moves. Safe to run twice, at once, or late."""
    reviewing.work(review=TierReview.objects.get(pk=review_id), clock=timezone.now)
