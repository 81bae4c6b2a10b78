"""Notes which months have changed after they were counted, and how often."""

from collections.abc import Collection
from datetime import date, datetime

from analytics.models import Topic
from analytics.queries import compose, execute

_NOTE = """
INSERT INTO analytics_revision (topic, month, revised_at, times)
VALUES ({topic}, {month}, {at}, 1)
ON CONFLICT (topic, month) DO UPDATE
SET revised_at = excluded.revised_at, times = analytics_revision.times + 1
"""


def note(*, topic: Topic, months: Collection[date], at: datetime) -> None:
    """Say that something of these months (by their first days) changed, in its transaction.

    Figures that were kept of them, or of a later time, and that read the topic, are computed
    again when they are next asked for.
    """
    for month in sorted(months):
        execute(compose(_NOTE, {"topic": topic.value, "month": month, "at": at}))
