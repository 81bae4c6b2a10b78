"""Sending what is owed: each endpoint in a lane of its own, beside the others.

Calls are made in threads that touch no database; what came of them is written down here, as it
comes. In a lane one message follows the other; a server that does not answer ends its lane, and
what it was still to get waits a minute.
"""

import logging
from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.fernet import InvalidToken

from loyalty.core.clocks import Clock
from loyalty.webhooks import calling, delivering, registering, signing
from loyalty.webhooks.calling import Outcome
from loyalty.webhooks.delivering import Lane
from loyalty.webhooks.models import Delivery, Endpoint, Trouble

_EACH = 100
_THREADS = 16
# Well within a lease, so that nobody else takes what is still being sent.
_LONGEST = timedelta(seconds=20)
_LANE_PAUSE = timedelta(minutes=1)
# How long a slow call may keep what falls due beside it, in seconds.
_LOOK = 1.0
_NOT_ANSWERING = frozenset(
    {
        *(Trouble.NO_ADDRESS, Trouble.NOT_PUBLIC, Trouble.NO_CONNECTION, Trouble.NOT_SECURE),
        *(Trouble.TIMEOUT, Trouble.NO_ANSWER, Trouble.NO_SECRET),
    }
)
# Too many requests, or nobody behind the door: the next message would fare no better.
_BUSY = frozenset({429, 502, 503, 504})
_HEADERS = {"content-type": "application/json", "user-agent": "Loyalty-Webhooks/1"}

_log = logging.getLogger(__name__)


@dataclass
class _Way:
    """A lane on its way, and the one delivery that is being sent in it."""

    lane: Lane
    left: Iterator[Delivery]
    current: Delivery


@dataclass
class _Round:
    """What one sender does: its clock, its calls, and how many were accepted so far."""

    clock: Clock
    threads: ThreadPoolExecutor
    calls: "dict[Future[Outcome], _Way]" = field(default_factory=dict)
    accepted: int = 0

    @property
    def is_over(self) -> bool:
        return self.clock.passed() > _LONGEST


def send(*, at: datetime) -> int:
    """Send what is due to every endpoint, and what falls due beside a slow one meanwhile.

    Begins nothing after twenty seconds. Returns how many were accepted. May be run twice, at
    once, and be killed: what was in doubt is sent again, under the same id.
    """
    with ThreadPoolExecutor(_THREADS) as threads:
        work = _Round(Clock(at), threads)
        _begin_due(work)
        while work.calls:
            done, _still = wait(work.calls, timeout=_LOOK, return_when=FIRST_COMPLETED)
            for call in done:
                _go_on(work.calls.pop(call), call.result(), work)
            if work.calls and not done and not work.is_over:
                _begin_due(work)
    return work.accepted


def _begin_due(work: _Round) -> None:
    busy = [way.lane.endpoint.pk for way in work.calls.values()]
    for lane in delivering.take(at=work.clock.now(), each=_EACH, but_not=busy):
        _next(lane, iter(lane.deliveries), work)


def _go_on(way: _Way, outcome: Outcome, work: _Round) -> None:
    """Write down how a call went, and make the next one of the lane if it is worth it."""
    now, lane = work.clock.now(), way.lane
    delivering.note(delivery=way.current, lane=lane, outcome=outcome, at=now)
    registering.note(endpoint=lane.endpoint, outcome=outcome, at=now)
    if outcome.trouble is None:
        work.accepted += 1
    else:
        _log.warning(
            "%s to %s: %s %s", way.current.event, lane.endpoint.public_id, outcome.trouble.value,
            outcome.status or "",
        )  # fmt: skip
    if outcome.trouble in _NOT_ANSWERING or outcome.status in _BUSY:
        delivering.put_back(deliveries=list(way.left), lane=lane, due_at=now + _LANE_PAUSE)
    else:
        _next(lane, way.left, work)


def _next(lane: Lane, left: Iterator[Delivery], work: _Round) -> None:
    for delivery in left:
        now = work.clock.now()
        if work.is_over:
            delivering.put_back(deliveries=[delivery, *left], lane=lane, due_at=now)
        elif delivering.claim(delivery=delivery, lane=lane, at=now):
            call = work.threads.submit(_call, lane, delivery, now)
            work.calls[call] = _Way(lane, left, delivery)
            return


def _call(lane: Lane, delivery: Delivery, at: datetime) -> Outcome:
    try:
        secrets = _secrets(lane.endpoint, at)
    except InvalidToken:
        # SECRET_KEY was replaced, and the one before is not among its fallbacks.
        return Outcome(0, trouble=Trouble.NO_SECRET)
    body = delivery.body.encode()
    signed = signing.headers(message_id=delivery.event, body=body, secrets_in_force=secrets, at=at)
    return calling.call(url=lane.endpoint.url, headers=_HEADERS | signed, body=body)


def _secrets(endpoint: Endpoint, at: datetime) -> list[str]:
    """Return what signs now: the secret, and for a day the one that it replaced."""
    sealed = [endpoint.secret]
    if endpoint.old_secret_until is not None and endpoint.old_secret_until > at:
        sealed.append(endpoint.old_secret)
    return [signing.unseal(secret) for secret in sealed]
