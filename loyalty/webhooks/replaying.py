"""Sending again what happened between two moments, as long as it is remembered: thirty days."""

from datetime import datetime

from loyalty.events.models import OutboxEvent
from loyalty.webhooks import delivering
from loyalty.webhooks.models import Delivery, DeliveryState, Endpoint

_AT_ONCE = 500


def replay(
    *, endpoint: Endpoint, since: datetime, until: datetime, at: datetime, is_all: bool
) -> int:
    """Owe an endpoint again what happened from `since` to before `until`. Returns how many.

    What failed, and what happened while it was off, or also what arrived when `is_all`. Ids stay
    the same. An endpoint that is off is owed nothing. May be repeated, and interrupted.
    """
    if not endpoint.is_active:
        return 0
    known = Delivery.objects.filter(
        endpoint=endpoint, occurred_at__gte=since, occurred_at__lt=until
    )
    over = known if is_all else known.filter(state=DeliveryState.FAILED)
    count = delivering.again(deliveries=over, at=at)
    return count + _owe_missed(endpoint, since, until, at)


def _owe_missed(endpoint: Endpoint, since: datetime, until: datetime, at: datetime) -> int:
    """Owe what was relayed while nobody listened. What is not relayed yet comes by itself."""
    missed = OutboxEvent.objects.filter(
        relayed_at__gte=since, occurred_at__gte=since, occurred_at__lt=until,
        is_historic=False, name__in=endpoint.events,
    )  # fmt: skip
    keys = list(missed.order_by("pk").values_list("pk", flat=True))
    owed = 0
    for start in range(0, len(keys), _AT_ONCE):
        events = OutboxEvent.objects.filter(pk__in=keys[start : start + _AT_ONCE]).order_by("pk")
        owed += _owe_new(endpoint, list(events), at)
    return owed


def _owe_new(endpoint: Endpoint, events: list[OutboxEvent], at: datetime) -> int:
    ids = [event.public_id for event in events]
    owed = Delivery.objects.filter(endpoint=endpoint, event__in=ids)
    known = set(owed.values_list("event", flat=True))
    new = [event for event in events if event.public_id not in known]
    return delivering.owe(events=new, endpoints=[endpoint], at=at)
