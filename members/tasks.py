"""Doors that beat knocks on."""

from celery import shared_task
from django.utils import timezone

from loyalty.core import zones
from loyalty.events import jobs
from loyalty.programmes import books
from members import erasing, resolving

ERASURES = "erasures"


@shared_task(acks_late=True)
def erase_due(**_future: object) -> int:
    """Erase every member whose three days are over. Safe to run twice, at once, or late.

    Counted on the day's row of this job; what fails is recorded there and tried again.
    """
    at = timezone.now()
    try:
        zone = books.get_book().zone
    except books.ProgrammeMissing:
        return 0
    run = jobs.repeat(
        job=ERASURES,
        business_day=zones.business_day(moment=at, zone=zone),
        at=at,
        work=lambda: erasing.erase_due(at=at),
    )
    return run.rows


@shared_task(acks_late=True)
def purge_cases(**_future: object) -> int:
    """Forget what was said in cases that ended three years ago. Safe to run twice, or late."""
    return resolving.purge(at=timezone.now())
