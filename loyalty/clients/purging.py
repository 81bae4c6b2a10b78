"""Bodies of stored answers are kept 90 days at most, counts as long as their window.

The claim of a key is kept for ever.
"""

from datetime import datetime, timedelta

from django.db.models import Q

from loyalty.clients.models import Answer, Count

KEPT = timedelta(days=90)


def purge(*, at: datetime, limit: int = 1000) -> int:
    """Forget up to `limit` bodies older than 90 days and return how many. May be repeated."""
    old = Answer.objects.filter(answered_at__lt=at - KEPT, body__isnull=False)
    chosen = list(old.order_by("answered_at").values_list("pk", flat=True)[:limit])
    return Answer.objects.filter(pk__in=chosen).update(body=None)


def forget(*, subject: str) -> int:
    """Forget the bodies of all answers that are about, or name, this id; return how many."""
    about = Answer.objects.filter(Q(subject=subject) | Q(body__contains=subject))
    return about.filter(body__isnull=False).update(body=None)


def purge_counts(*, at: datetime) -> int:
    """Forget what was counted in windows that have ended, and return how many. May be repeated."""
    return Count.objects.filter(ends_at__lte=at).delete()[0]
