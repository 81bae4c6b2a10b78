"""How many points a client may give and take in a day: what a stolen key can do at most."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.clients import counting, throttling
from loyalty.clients.counting import Counted
from loyalty.clients.models import Client
from loyalty.core.refusals import Refusal


class LimitExceeded(Refusal):
    """`limit` is what the client may in a day, `resets_at` when the next one begins."""

    code = "limit-exceeded"
    title = _("This client has reached the points that it may move in a day.")


@dataclass(frozen=True)
class Moved:
    """How many points a call gave and took."""

    earned: int = 0
    spent: int = 0


def count(*, client: Client, moved: Moved, at: datetime) -> None:
    """Count points that a client moved, in the transaction that moves them.

    One statement where the client has a limit for what moved, none otherwise. Raises
    LimitExceeded, which undoes the count with the rest.
    """
    limits = {"earned": client.earned_a_day, "spent": client.spent_a_day}
    for name, limit in limits.items():
        points = getattr(moved, name)
        if limit is None or points <= 0:
            continue
        ends_at = throttling.end_of_day(at)
        [number] = counting.keep(
            counted=[Counted(f"{name}:{client.pk}:{ends_at:%Y-%m-%d}", points, ends_at)]
        )
        if number > limit:
            raise LimitExceeded(limit=limit, left=limit - number + points, resets_at=ends_at)
