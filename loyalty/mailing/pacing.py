"""Which notices of points that end a member is owed: of each sort at most one in seven days.

A notice tells of a week: the day on which points end, and the six days after it. The next week
begins after that one, so its notice, a week later, still comes before its first day.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from loyalty.events.models import MessageKind

FIRST, LAST = timedelta(days=30), timedelta(days=7)
WEEK = timedelta(days=7)


@dataclass(frozen=True, kw_only=True)
class Told:
    """A notice of the week that begins on a day, and the day on which it goes out.

    It never does if it was left out: there was nothing left to tell.
    """

    kind: MessageKind
    first: date
    due_on: date
    is_left_out: bool = False

    def covers(self, *, day: date, kind: MessageKind) -> bool:
        """Return whether this one tells of a day at least as urgently as `kind` would."""
        is_as_urgent = self.kind in {kind, MessageKind.EXPIRY_7}
        return is_as_urgent and self.first <= day < self.first + WEEK


def kind_for(*, left: timedelta) -> MessageKind:
    """Return which notice is due with so many days left."""
    return MessageKind.EXPIRY_7 if left <= LAST else MessageKind.EXPIRY_30


def plan(*, days: Collection[date], told: Collection[Told], morning: date) -> list[Told]:
    """Return the notices to add on a morning, for points that end on these days.

    The same morning again adds nothing to what it told.
    """
    known, new = list(told), list[Told]()
    for day in sorted(days):
        kind = kind_for(left=day - morning)
        if any(one.covers(day=day, kind=kind) for one in known):
            continue
        paced = (one.due_on + WEEK for one in known if one.kind == kind and not one.is_left_out)
        due_on = max([morning, *paced])
        # Points that were given for less than a week, after the week's notice.
        if due_on > day:
            continue
        notice = Told(kind=kind, first=day, due_on=due_on)
        known.append(notice)
        new.append(notice)
    return new
