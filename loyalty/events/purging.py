"""What is over is kept for whoever asks, and then forgotten.

Delivered events for thirty days; for thirteen months, that a message was sent and how it ended.
"""

from datetime import datetime, timedelta

from loyalty.events.models import Message, OutboxEvent
from loyalty.events.models.messages import OPEN_STATES

_KEPT_DAYS = 30
_MESSAGES_KEPT_DAYS = 400


def purge(*, at: datetime, keep_days: int = _KEPT_DAYS, limit: int = 1_000) -> int:
    """Forget up to `limit` events that were delivered long ago; return how many they were.

    The longest delivered go first. What some reaction still waits for is never forgotten.
    May be repeated, interrupted, and run by two at once.
    """
    old = OutboxEvent.objects.delivered(before=at - timedelta(days=keep_days))
    chosen = list(old.order_by("relayed_at").values_list("pk", flat=True)[:limit])
    forgotten, _by_model = OutboxEvent.objects.filter(pk__in=chosen).delete()
    return forgotten


def purge_messages(
    *, at: datetime, keep_days: int = _MESSAGES_KEPT_DAYS, limit: int = 1_000
) -> int:
    """Forget up to `limit` messages that ended and are old; return how many they were.

    What they were about is older than what may be written about again. May be repeated.
    """
    old = Message.objects.filter(created_at__lt=at - timedelta(days=keep_days))
    ended = old.exclude(state__in=OPEN_STATES).order_by("created_at")
    chosen = list(ended.values_list("pk", flat=True)[:limit])
    forgotten, _by_model = Message.objects.filter(pk__in=chosen).delete()
    return forgotten


def forget(*, recipient: str) -> int:
    """Forget every message of somebody who was erased, sent or not."""
    forgotten, _by_model = Message.objects.filter(recipient=recipient).delete()
    return forgotten
