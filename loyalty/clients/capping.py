"""How many points a client may give and take in a day: what a stolen key can do at most."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.clients import counting, throttling
from loyalty.clients.counting import Counted
from loyalty.clients.models import Client, Count
from loyalty.core.refusals import ConcurrentUpdate, Refusal

_SPENT = "spent"


class LimitExceeded(Refusal):
    """`limit` is what the client may in a day, `resets_at` when the next one begins."""

    code = "limit-exceeded"
    title = _("This client has reached the points that it may move in a day.")


@dataclass(frozen=True)
class Moved:
    """How many points a call gave and took.

    Those `let_go` had left the till before it told: they are within what `room` said.
    """

    earned: int = 0
    spent: int = 0
    let_go: int = 0


def count(*, client: Client, moved: Moved, at: datetime) -> None:
    """Count points that a client moved, in the transaction that moves them.

    One statement where the client has a limit for what moved, none otherwise. Raises
    LimitExceeded, which undoes the count with the rest; ConcurrentUpdate where somebody took
    meanwhile the room of points that were let go.
    """
    limits = [
        ("earned", moved.earned, client.earned_a_day),
        (_SPENT, moved.spent + moved.let_go, client.spent_a_day),
    ]
    for name, points, limit in limits:
        if limit is None or points <= 0:
            continue
        ends_at = throttling.end_of_day(at)
        [number] = counting.keep(counted=[Counted(_name(name, client, ends_at), points, ends_at)])
        if number > limit and name == _SPENT and moved.let_go:
            raise ConcurrentUpdate
        if number > limit:
            raise LimitExceeded(limit=limit, left=limit - number + points, resets_at=ends_at)


def room(*, client: Client, at: datetime) -> int | None:
    """Return how many points a client may still take today; None where it has no limit, without
    a statement."""
    if client.spent_a_day is None:
        return None
    named = _name(_SPENT, client, throttling.end_of_day(at))
    taken = Count.objects.filter(name=named).values_list("number", flat=True).first() or 0
    return max(0, client.spent_a_day - taken)


def _name(name: str, client: Client, ends_at: datetime) -> str:
    return f"{name}:{client.pk}:{ends_at:%Y-%m-%d}"
