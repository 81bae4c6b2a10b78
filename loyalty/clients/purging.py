"""Bodies of stored answers are kept 90 days; the claim of the key is kept for ever."""

from datetime import datetime, timedelta

from loyalty.clients.models import Answer

KEPT = timedelta(days=90)


def purge(*, at: datetime, limit: int = 1000) -> int:
    """Forget up to `limit` bodies older than 90 days and return how many. May be repeated."""
    old = Answer.objects.filter(answered_at__lt=at - KEPT, body__isnull=False)
    chosen = list(old.order_by("answered_at").values_list("pk", flat=True)[:limit])
    return Answer.objects.filter(pk__in=chosen).update(body=None)
