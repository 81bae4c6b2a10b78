"""What rewards do about what happened elsewhere."""

from collections.abc import Sequence

from django.utils import timezone

from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from rewards import readiness
from rewards.readiness import Rise


@outbox.on("points.earned", "points.activated", "points.adjusted", "points.refunded")
def tell_who_has_enough(events: Sequence[OutboxEvent]) -> None:
    """Tell which rewards the points have put within reach. History tells nobody anything."""
    told = [event.payload for event in events if not event.is_historic]
    rises = [
        Rise(
            holder_id=payload["holder"],
            account_id=payload["account"],
            wallet=payload["wallet"],
            number=payload["entry"],
            available=payload["available"],
        )
        for payload in told
    ]
    if rises:
        readiness.tell(rises=rises, at=timezone.now())
