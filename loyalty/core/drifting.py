"""How far two clocks are apart: ours and the database's."""

from datetime import timedelta

from django.utils import timezone

from loyalty.core import engines


def get_drift() -> timedelta:
    """Return how far our clock and the database's are apart at least.

    How long the answer took counts for nothing: a busy machine has no wrong clock.
    """
    before, told, after = timezone.now(), engines.get_clock(), timezone.now()
    return max(before - told, told - after, timedelta())
