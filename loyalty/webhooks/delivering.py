"""The post bag: which endpoint is owed which event, who carries it, and how each try went.

Each endpoint has rows of its own, so one that does not answer keeps no other waiting. A sender
takes rows by lease, claims each just before it calls and says just after how that went: what it
leaves in doubt when it dies is sent again, under the same id.
"""

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet

from loyalty.core import engines, ids
from loyalty.events.models import OutboxEvent
from loyalty.webhooks import announcing
from loyalty.webhooks.calling import Outcome
from loyalty.webhooks.models import (
    Delivery,
    DeliveryQuerySet,
    DeliveryState,
    Endpoint,
    Trouble,
)

_LEASE = timedelta(minutes=10)
# Ten tries over three days and two hours, and a little chance on top of each pause.
PAUSES = (
    timedelta(seconds=5),
    timedelta(minutes=5),
    timedelta(minutes=30),
    *(timedelta(hours=hours) for hours in (2, 5, 10, 14, 20, 22)),
)
_MOST_CHANCE = 0.1
_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Lane:
    """What one sender holds for one endpoint, until when."""

    endpoint: Endpoint
    deliveries: Sequence[Delivery]
    leased_until: datetime


def owe(*, events: Sequence[OutboxEvent], endpoints: Iterable[Endpoint], at: datetime) -> int:
    """Owe each endpoint the events it chose, once each however often they come.

    Returns how many it looked at. Three statements for up to some hundred; nothing is sent.
    """
    chosen = list(endpoints)
    heard = {name for endpoint in chosen for name in endpoint.events}
    told = announcing.tell(events=[event for event in events if event.name in heard])
    rows = [
        _row(endpoint, event, data, at)
        for event, data in told
        for endpoint in chosen
        if _hears(endpoint, event.name, data)
    ]
    Delivery.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def ping(*, endpoint: Endpoint, at: datetime) -> Delivery:
    """Owe an endpoint a message that means nothing, to see whether it arrives."""
    body = announcing.write(name=announcing.PING, data={"webhook": endpoint.public_id}, at=at)
    return Delivery.objects.create(
        endpoint=endpoint, event=ids.new("ping"), name=announcing.PING, body=body,
        occurred_at=at, due_at=at,
    )  # fmt: skip


def _hears(endpoint: Endpoint, name: str, data: announcing.Facts) -> bool:
    if name not in endpoint.events:
        return False
    return endpoint.store is None or data.get("store") == endpoint.store.code


def _row(endpoint: Endpoint, event: OutboxEvent, data: announcing.Facts, at: datetime) -> Delivery:
    return Delivery(
        endpoint=endpoint,
        event=event.public_id,
        name=event.name,
        body=announcing.write(name=event.name, data=data, at=event.occurred_at),
        occurred_at=event.occurred_at,
        due_at=at,
    )


@transaction.atomic
def take(*, at: datetime, each: int, but_not: Iterable[int] = ()) -> list[Lane]:
    """Lease up to `each` due deliveries of every endpoint: no other sender gets them meanwhile.

    `but_not` are endpoints that the caller is still busy with, by key.
    """
    lanes = []
    for endpoint in Endpoint.objects.with_due(at=at).exclude(pk__in=but_not).order_by("pk"):
        due = Delivery.objects.due(at=at).filter(endpoint=endpoint).order_by("due_at", "id")
        deliveries = list(engines.lock_skipping(due)[:each])
        if deliveries:
            lane = Lane(endpoint, deliveries, at + _LEASE)
            _of(deliveries).update(due_at=lane.leased_until)
            lanes.append(lane)
    return lanes


def claim(*, delivery: Delivery, lane: Lane, at: datetime) -> bool:
    """Say that this one is sent next. False: do not, it is no longer ours, or nobody's."""
    is_on = Exists(Endpoint.objects.active().filter(pk=OuterRef("endpoint_id")))
    mine = _held([delivery], lane).filter(is_on)
    return bool(mine.update(attempts=F("attempts") + 1, tried_at=at))


def note(*, delivery: Delivery, lane: Lane, outcome: Outcome, at: datetime) -> None:
    """Write down how a try went: delivered, to be tried again after a pause, or given up."""
    said = {"status": outcome.status, "took_ms": outcome.took_ms, "trouble": outcome.trouble or ""}
    mine = _held([delivery], lane)
    if outcome.trouble is None:
        mine.update(state=DeliveryState.DELIVERED, **said)
    elif delivery.attempts < len(PAUSES):
        mine.update(due_at=at + _pause(delivery.attempts), **said)
    else:
        mine.update(state=DeliveryState.FAILED, **said)


def put_back(*, deliveries: Iterable[Delivery], lane: Lane, due_at: datetime) -> None:
    """Give back what was taken and not tried."""
    _held(deliveries, lane).update(due_at=due_at)


def drop(*, endpoint: Endpoint) -> None:
    """Send nothing more of what an endpoint was owed: it was switched off."""
    waiting = Delivery.objects.filter(endpoint=endpoint, state=DeliveryState.WAITING)
    waiting.update(state=DeliveryState.FAILED, trouble=Trouble.SWITCHED_OFF)


def again(*, deliveries: DeliveryQuerySet, at: datetime) -> int:
    """Owe again what is over, under the same ids, to endpoints that are on. Returns how many."""
    is_on = Exists(Endpoint.objects.active().filter(pk=OuterRef("endpoint_id")))
    over = deliveries.over().filter(is_on)
    return over.update(state=DeliveryState.WAITING, attempts=0, due_at=at)


def purge(*, at: datetime, limit: int = 1_000) -> int:
    """Forget up to `limit` deliveries that are over and thirty days old. May be repeated."""
    old = Delivery.objects.over().filter(occurred_at__lt=at - _KEPT).order_by("occurred_at")
    chosen = list(old.values_list("pk", flat=True)[:limit])
    forgotten, _by_model = Delivery.objects.filter(pk__in=chosen).delete()
    return forgotten


def _of(deliveries: Iterable[Delivery]) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk__in=[delivery.pk for delivery in deliveries])


def _held(deliveries: Iterable[Delivery], lane: Lane) -> QuerySet[Delivery]:
    """The rows, but for those whose lease lapsed and somebody took over: they are theirs."""
    return _of(deliveries).filter(state=DeliveryState.WAITING, due_at=lane.leased_until)


def _pause(attempts: int) -> timedelta:
    pause: timedelta = PAUSES[attempts]
    return pause * random.uniform(1, 1 + _MOST_CHANCE)  # noqa: S311  Not a secret.
