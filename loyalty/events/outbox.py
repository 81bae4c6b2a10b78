"""The outbox: what happened, written in the transaction in which it happened.

Capabilities record; apps above subscribe in their `reactions.py`. Nothing here enqueues work:
the relay, run by beat, finds what is due, so a lost queue costs latency only.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.transaction import TransactionManagementError

from loyalty.core import ids
from loyalty.events.models import OutboxEvent

Reaction = Callable[[Sequence[OutboxEvent]], None]


# The columns of an event's row, with PostgreSQL's types, for who writes rows by hand.
COLUMNS = {
    "public_id": "text",
    "name": "text",
    "payload": "jsonb",
    "is_historic": "boolean",
    "occurred_at": "timestamptz",
    "due_at": "timestamptz",
    "attempts": "int",
    "delivered_to": "jsonb",
    "last_error": "text",
}


@dataclass(frozen=True)
class Event:
    """Something that happened: ids and figures, never a name or an address."""

    name: str
    payload: Mapping[str, Any]
    occurred_at: datetime
    is_historic: bool = False


@dataclass(frozen=True)
class Subscription:
    """Who wants to hear of which events. The name is kept with events it has finished.

    One that is outward talks to a server that is not ours.
    """

    name: str
    events: frozenset[str]
    reaction: Reaction
    is_outward: bool = False


_subscriptions: dict[str, Subscription] = {}


def record(
    name: str, payload: Mapping[str, Any], *, at: datetime, is_historic: bool = False
) -> None:
    """Record one event: it is delivered at least once if, and only if, the caller commits.

    Raises TransactionManagementError outside a transaction.
    """
    record_many([Event(name, payload, at, is_historic)])


def record_many(events: Iterable[Event]) -> None:
    """Record events in one statement. Raises as `record` does."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("An event is recorded in the transaction of its cause.")
    OutboxEvent.objects.bulk_create([_row(event) for event in events])


def rows_of(events: Iterable[Event]) -> list[tuple[Any, ...]]:
    """Return rows in the order of COLUMNS, for a writer that has a statement for them already."""
    return [
        (
            ids.new("evt"),
            event.name,
            json.dumps(event.payload),
            event.is_historic,
            event.occurred_at,
            event.occurred_at,
            0,
            "[]",
            "",
        )
        for event in events
    ]


def _row(event: Event) -> OutboxEvent:
    return OutboxEvent(
        public_id=ids.new("evt"),
        name=event.name,
        payload=dict(event.payload),
        is_historic=event.is_historic,
        occurred_at=event.occurred_at,
        due_at=event.occurred_at,
    )


def on(*names: str, is_outward: bool = False) -> Callable[[Reaction], Reaction]:
    """Subscribe a reaction to events of these names.

    It is called in a transaction of its own, with up to some hundred events at once, some of
    which it may have seen before, in no promised order. What it raises is retried later and
    keeps no other reaction waiting. Historic events come too: it must look at `is_historic`
    before it writes to a member or a partner.

    One that is outward is called after the others, with one event at a time and outside any
    transaction: it holds nothing while it waits for a server, and what fails repeats no other.
    """

    def subscribe(reaction: Reaction) -> Reaction:
        name = f"{reaction.__module__}.{reaction.__qualname__}"
        _subscriptions[name] = Subscription(name, frozenset(names), reaction, is_outward)
        return reaction

    return subscribe


def subscriptions() -> Sequence[Subscription]:
    """Return every subscription in the order of their registration, outward ones last."""
    return sorted(_subscriptions.values(), key=lambda subscription: subscription.is_outward)
