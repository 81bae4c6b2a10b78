"""Random stories of points: every verb that moves them, over some months, whatever it refuses."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from hypothesis import strategies as st

from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.ledger import posting
from loyalty.ledger.models import Entry, Hold
from loyalty.ledger.posting import Grant
from members.models import Member

VERBS = ("earn", "earn", "earn", "redeem", "redeem", "refund", "clawback", "adjust", "hold",
         "capture", "transfer", "sweep")  # fmt: skip
steps = st.lists(
    st.tuples(
        st.sampled_from(VERBS),
        st.integers(0, 1),
        st.integers(0, 24 * 12),
        st.integers(1, 60),
        st.integers(1, 70),
    ),
    max_size=25,
)


@dataclass
class Story:
    """Two members to whom things happen, one after the other, from a day on."""

    members: list[Member]
    start: date
    zone: ZoneInfo
    hours: int = 0
    played: int = 0
    entries: list[Entry] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)

    @property
    def now(self) -> datetime:
        return zones.start_of_day(day=self.start, zone=self.zone) + timedelta(hours=self.hours)

    def play(self, told: list[tuple[str, int, int, int, int]]) -> None:
        for verb, who, pause, points, days in told:
            self.hours += pause
            self.played += 1
            try:
                with transaction.atomic():
                    self._do(verb, who, points, days)
            except Refusal:
                continue

    def _do(self, verb: str, who: int, points: int, days: int) -> None:
        holders = [member.holder_id for member in self.members]
        locked = posting.lock_many(holders)
        mine, other = (locked[holders[place]]["points"] for place in (who, 1 - who))
        said: dict[str, Any] = {"key": f"step-{self.played}", "at": self.now}
        if verb == "earn":
            grant = Grant("points", points, self.now, self._close_of(days))
            self._note(posting.earn(account=mine, grants=[grant], reference=said["key"], **said))
        elif verb == "redeem":
            self._note(posting.redeem(account=mine, points=points, reference="r", **said))
        elif verb == "adjust":
            given = {"expires_at": None, "reason": "GOODWILL", "actor": "user:1"}
            signed = points if days % 2 else -points
            posting.adjust(account=mine, points=signed, **given, **said)
        elif verb == "transfer":
            posting.transfer(source=mine, target=other, points=points, **said)
        elif verb == "hold":
            lasts = timedelta(days=days)
            held = posting.hold(account=mine, points=points, lasts=lasts, reference="h", **said)
            self.holds.append(held)
        else:
            self._follow(verb, points, days, said)

    def _follow(self, verb: str, points: int, days: int, said: dict[str, Any]) -> None:
        """Do what follows from something that was done before, if there is anything."""
        if verb == "sweep":
            posting.settle_due(at=said["at"])
        elif verb == "capture" and self.holds:
            self._note(posting.capture(hold=self.holds.pop(), points=points, **said))
        elif self.entries:
            entry = self.entries[days % len(self.entries)]
            if verb == "refund":
                grace = 30 if days % 2 else None
                posting.refund(entry=entry, points=points, grace_days=grace, **said)
            elif verb == "clawback":
                posting.clawback(entry=entry, points=points, allow_debt=True, **said)

    def _note(self, entry: Entry) -> None:
        self.entries.append(entry)

    def _close_of(self, days: int) -> datetime:
        """Return the end of the business day so many days later."""
        today = zones.business_day(moment=self.now, zone=self.zone)
        return zones.end_of_day(day=today + timedelta(days), zone=self.zone)
