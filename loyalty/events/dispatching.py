"""The post bag: messages that are owed, taken by senders, and how each one ended.

A sender takes some by lease, claims each one just before it hands it over, and says just after
how that went. So whatever dies, at most one message per sender is in doubt: it is SENDING when
its lease lapses, and whoever takes it next decides, by what it is about.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, QuerySet

from loyalty.core import engines, ids
from loyalty.events.models import Message, MessageKind, MessageReason, MessageState
from loyalty.events.models.messages import OPEN_STATES

_LEASE = timedelta(minutes=10)
_PATIENCE = timedelta(days=3)
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=4)
_MOST_DOUBLINGS = 10


@dataclass(frozen=True, kw_only=True)
class Notice:
    """Something to write to a member about, once for each key: ids, days and figures only.

    `at` is when it came about; it is not sent before `due_at`, if that is later.
    """

    recipient: str
    kind: MessageKind
    key: str
    at: datetime
    due_at: datetime | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Round:
    """What one sender holds, until when. `taken` counts what was given up on the way too."""

    messages: Sequence[Message]
    leased_until: datetime
    taken: int


def put(*, notices: Iterable[Notice]) -> int:
    """Owe a message for each notice whose key is new, and return how many were.

    Two statements for up to some thousand. Nothing is sent here.
    """
    by_key = {f"{notice.kind}:{notice.key}": notice for notice in notices}
    known = set(Message.objects.filter(key__in=by_key).values_list("key", flat=True))
    new = [_row(key, notice) for key, notice in by_key.items() if key not in known]
    # Somebody who raced us has written the same: theirs is as good as ours.
    Message.objects.bulk_create(new, ignore_conflicts=True)
    return len(new)


def _row(key: str, notice: Notice) -> Message:
    due_at = notice.due_at or notice.at
    return Message(
        public_id=ids.new("msg"),
        key=key,
        recipient=notice.recipient,
        kind=notice.kind,
        facts=dict(notice.facts),
        created_at=notice.at,
        due_at=due_at,
        give_up_at=due_at + _PATIENCE,
    )


def count_due(*, at: datetime, most: int) -> int:
    """Return how many messages are due, counting no further than `most`."""
    return Message.objects.due(at=at)[:most].count()


@transaction.atomic
def take(*, at: datetime, limit: int) -> Round:
    """Lease up to `limit` due messages: no other sender gets them for ten minutes.

    What could not be sent in three days is given up instead: FAILED, for staff to see.
    """
    due = Message.objects.due(at=at).order_by("due_at", "id")
    taken = list(engines.lock_skipping(due)[:limit])
    late = [message for message in taken if message.give_up_at <= at]
    if late:
        _of(late).update(state=MessageState.FAILED, reason=MessageReason.TOO_LATE)
    messages = [message for message in taken if message.give_up_at > at]
    held = Round(messages, at + _LEASE, len(taken))
    _of(messages).update(due_at=held.leased_until)
    return held


def claim(*, message: Message, held: Round, only_if: Exists | None = None) -> bool:
    """Say that this message is handed over next. False: do not, it is no longer ours.

    `only_if` is looked at in the same statement: it may have changed since the round began.
    """
    mine = _held([message], held)
    if only_if is not None:
        mine = mine.filter(only_if)
    return bool(mine.update(state=MessageState.SENDING, attempts=F("attempts") + 1))


def mark_sent(*, message: Message, held: Round, language: str, at: datetime) -> None:
    """Say that a message was handed over, in which language."""
    _held([message], held).update(
        state=MessageState.SENT, sent_at=at, language=language, reason="", last_error=""
    )


def leave_out(*, messages: Iterable[Message], held: Round, reason: MessageReason) -> None:
    """Send these never: each for the same reason, in one statement."""
    _held(messages, held).update(state=MessageState.SKIPPED, reason=reason)


def give_up(
    *, messages: Iterable[Message], held: Round, reason: MessageReason, error: str = ""
) -> None:
    """Leave these to staff."""
    _held(messages, held).update(state=MessageState.FAILED, reason=reason, last_error=error[:200])


def postpone(*, message: Message, held: Round, error: str, at: datetime) -> None:
    """Try a message again after a pause that doubles with each attempt, up to four hours."""
    _held([message], held).update(
        state=MessageState.WAITING, due_at=at + _pause(message.attempts), last_error=error[:200]
    )


def put_back(*, messages: Iterable[Message], held: Round, due_at: datetime) -> None:
    """Give messages back that were taken and not tried."""
    _held(messages, held).update(due_at=due_at)


def resend(*, messages: QuerySet[Message], at: datetime) -> int:
    """Owe again what was given up, for three days more. Others are left as they are."""
    return messages.filter(state=MessageState.FAILED).update(
        state=MessageState.WAITING,
        reason="",
        attempts=0,
        due_at=at,
        give_up_at=at + _PATIENCE,
    )


def _of(messages: Iterable[Message]) -> QuerySet[Message]:
    return Message.objects.filter(pk__in=[message.pk for message in messages])


def _held(messages: Iterable[Message], held: Round) -> QuerySet[Message]:
    """The rows, but for those whose lease lapsed and somebody took over: they are theirs."""
    return _of(messages).filter(state__in=OPEN_STATES, due_at=held.leased_until)


def _pause(attempts: int) -> timedelta:
    doublings = min(attempts, _MOST_DOUBLINGS)
    longest: timedelta = min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)
    return longest * random.uniform(0.5, 1)  # noqa: S311  Not a secret.
