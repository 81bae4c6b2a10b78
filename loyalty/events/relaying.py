"""The relay: brings recorded events to their reactions, at least once.

Beat runs it every few seconds, which makes it its own sweeper: what a killed relay held is due
again when its lease lapses, and no queue has to remember anything.
"""

import logging
import random
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from loyalty.core import engines, faults
from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from loyalty.events.outbox import Subscription

_LEASE = timedelta(minutes=2)
_FIRST_PAUSE = timedelta(seconds=5)
_LONGEST_PAUSE = timedelta(hours=1)
_MOST_DOUBLINGS = 12

_log = logging.getLogger(__name__)


@dataclass
class _Round:
    """What one relay holds: its events, and by event id who failed and how."""

    events: Sequence[OutboxEvent]
    leased_until: datetime
    faults: dict[int, str] = field(default_factory=dict)
    done: dict[int, list[str]] = field(default_factory=dict)


def relay(*, at: datetime, limit: int = 500) -> int:
    """Deliver up to `limit` due events and return how many were held, delivered or not.

    Several relays may run at once: each event is held by one of them. A reaction that raises
    is tried again after a growing pause with some chance in it, alone: reactions that
    succeeded are not called again for that event.
    """
    held = _lease(at=at, limit=limit)
    for subscription in outbox.subscriptions():
        wanted = [event for event in held.events if _wants(subscription, event)]
        _deliver(subscription, wanted, held)
    _mark_delivered(held, at=at)
    _postpone_failed(held, at=at)
    return len(held.events)


@transaction.atomic
def _lease(*, at: datetime, limit: int) -> _Round:
    """Take due events, members' before history, and keep other relays away from them."""
    due = OutboxEvent.objects.due(at=at).order_by("is_historic", "due_at", "id")
    events = list(engines.lock_skipping(due)[:limit])
    leased_until = at + _LEASE
    OutboxEvent.objects.filter(pk__in=[event.pk for event in events]).update(due_at=leased_until)
    return _Round(events, leased_until)


def _wants(subscription: Subscription, event: OutboxEvent) -> bool:
    return event.name in subscription.events and subscription.name not in event.delivered_to


def _deliver(subscription: Subscription, events: Sequence[OutboxEvent], held: _Round) -> None:
    """Call the reaction with all, and after a failure with halves, down to the event at fault."""
    if not events:
        return
    if subscription.is_outward and len(events) > 1:
        for event in events:
            _deliver(subscription, [event], held)
        return
    try:
        with nullcontext() if subscription.is_outward else transaction.atomic():
            subscription.reaction(events)
    except Exception as error:  # noqa: BLE001  Whatever one reaction raises, others go on.
        if len(events) == 1:
            _note_failure(subscription, events[0], held, error)
            return
        middle = len(events) // 2
        _deliver(subscription, events[:middle], held)
        _deliver(subscription, events[middle:], held)
    else:
        for event in events:
            held.done.setdefault(event.pk, []).append(subscription.name)


def _note_failure(
    subscription: Subscription, event: OutboxEvent, held: _Round, error: Exception
) -> None:
    fault = faults.describe(error)
    held.faults[event.pk] = f"{subscription.name}: {fault}"[:200]
    _log.error("%s failed on %s: %s", subscription.name, event.public_id, fault)


def _mark_delivered(held: _Round, *, at: datetime) -> None:
    delivered = [event.pk for event in held.events if event.pk not in held.faults]
    OutboxEvent.objects.filter(pk__in=delivered).update(relayed_at=at, last_error="")


def _postpone_failed(held: _Round, *, at: datetime) -> None:
    """Set the next try. Only where the lease is still ours: a later relay knows better."""
    for event in held.events:
        if event.pk not in held.faults:
            continue
        OutboxEvent.objects.filter(pk=event.pk, due_at=held.leased_until).update(
            attempts=F("attempts") + 1,
            due_at=at + _pause(event.attempts),
            last_error=held.faults[event.pk],
            delivered_to=event.delivered_to + held.done.get(event.pk, []),
        )


def _pause(attempts: int) -> timedelta:
    """Return a pause that doubles with each attempt, of which up to a half is chance."""
    doublings = min(attempts, _MOST_DOUBLINGS)
    longest: timedelta = min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311  Not a secret.
