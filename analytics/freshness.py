"""How fresh all is that figures are made of: a stamp, which changes whenever a figure might.

A figure of months that are over, from facts of purchases alone, holds until something of that
time or before is revised, the settings change, or all facts are counted anew. Any other holds
until the next refresh, the next day while its period lasts, or a note of a change (`revising`).
"""

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from hashlib import blake2b
from pathlib import Path

from django.db.models import Max

from analytics.models import MeasureSettings, Refresh, Revision, Topic
from analytics.periods import month_end
from analytics.scopes import Scope
from loyalty.core import zones

_BYTES = 8


@dataclass(frozen=True)
class Freshness:
    """How often facts were counted, up to which day, what was revised since, and the rules."""

    steps: int
    rebuilds: int
    counted_until: date | None
    revisions: tuple[Revision, ...]
    rules: str

    @cached_property
    def settings_changed_at(self) -> datetime | None:
        """When somebody last changed the settings of measures: asked once, where it is asked."""
        moment: datetime | None = MeasureSettings.history.aggregate(last=Max("history_date"))[
            "last"
        ]
        return moment

    def is_settled(self, scope: Scope) -> bool:
        """Say whether the months of the scope had ended when they were last counted."""
        until = self.counted_until
        return until is not None and month_end(scope.period.last) < until

    def stamp(self, scope: Scope, *, is_of_facts: bool) -> str:
        """Return what a figure of this scope is computed from, as text to be compared."""
        sold = [one for one in self.revisions if one.topic == Topic.PURCHASES]
        revised = sum(one.times for one in sold if one.month <= scope.period.last)
        always = f"{self.rules}.{self.rebuilds}.{revised}"
        if is_of_facts and self.is_settled(scope):
            return always
        noted = sum(one.times for one in self.revisions)
        day = "" if scope.is_finished else scope.today.isoformat()
        return f"{always}.{self.steps}.{noted}.{day}"

    def has_rules_of(self, stamp: str) -> bool:
        """Say whether a figure of this stamp was computed by these settings and definitions."""
        return stamp.partition(".")[0] == self.rules

    def revised_at(self, scope: Scope, *, since: datetime, is_of_facts: bool) -> datetime | None:
        """Return when data of the scope's time was last revised, if since a moment."""
        told = (
            one.revised_at
            for one in self.revisions
            if one.month <= scope.period.last and (one.topic == Topic.PURCHASES or not is_of_facts)
        )
        return max((at for at in told if at > since), default=None)


def read(scope: Scope) -> Freshness:
    """Return how fresh all is that has committed, in two statements."""
    refresh = Refresh.objects.first() or Refresh()
    seen = refresh.refreshed_at
    return Freshness(
        steps=refresh.steps,
        rebuilds=refresh.rebuilds,
        counted_until=seen and zones.business_day(moment=seen, zone=scope.zone),
        revisions=tuple(Revision.objects.all()),
        rules=_get_rules(scope),
    )


def _get_rules(scope: Scope) -> str:
    """Return a digest of the settings, of what the programme counts in, and of the definitions.

    Of the settings that the figures are computed by, which may have changed a moment ago.
    """
    settings = (
        scope.lost_after_days,
        scope.rfm_scoring,
        scope.pair_support_percent,
        scope.least_answers,
    )
    told = (scope.zone.key, scope.currency, scope.wallet_id, settings, _definitions())
    return blake2b(repr(told).encode(), digest_size=_BYTES).hexdigest()


@cache
def _definitions() -> str:
    """A digest of this package as it runs: a figure that another release computed is not ours."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    digest = blake2b(digest_size=_BYTES)
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
