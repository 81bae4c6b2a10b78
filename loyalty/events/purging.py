"""Delivered events are kept thirty days, for whoever asks what was said, and then forgotten."""

from datetime import datetime, timedelta

from loyalty.events.models import OutboxEvent

_KEPT_DAYS = 30


def purge(*, at: datetime, keep_days: int = _KEPT_DAYS, limit: int = 1_000) -> int:
    """Forget up to `limit` events that were delivered long ago; return how many they were.

    The longest delivered go first. What some reaction still waits for is never forgotten.
    May be repeated, interrupted, and run by two at once.
    """
    old = OutboxEvent.objects.delivered(before=at - timedelta(days=keep_days))
    chosen = list(old.order_by("relayed_at").values_list("pk", flat=True)[:limit])
    forgotten, _by_model = OutboxEvent.objects.filter(pk__in=chosen).delete()
    return forgotten
