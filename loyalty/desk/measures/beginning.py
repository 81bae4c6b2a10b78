"""Pages of measures before there is anything to measure."""

from collections.abc import Iterable

from analytics.models import StoreDay
from loyalty.desk.measures.telling import Told


def is_before_the_first(told: Iterable[Told]) -> bool:
    """Say whether nothing was ever sold. A statement only where all of these say nothing."""
    return not any(one.count for one in told) and not StoreDay.objects.exists()
