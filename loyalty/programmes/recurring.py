"""Days that come again, by a recurrence rule of RFC 5545: "every first Tuesday". Pure.

A subset: days alone (weekly, monthly or yearly), without count or end, which a rule's own
days say. It is worked out by python-dateutil.
"""

import re
from datetime import date, datetime, time
from functools import lru_cache

from dateutil.rrule import rrule, rrulestr

_DAY_OF_WEEK = r"[-+]?\d{0,2}(MO|TU|WE|TH|FR|SA|SU)"
_PARTS = {
    "FREQ": r"WEEKLY|MONTHLY|YEARLY",
    "INTERVAL": r"[1-9]\d?",
    "BYDAY": rf"{_DAY_OF_WEEK}(,{_DAY_OF_WEEK})*",
    "BYMONTHDAY": r"-?[1-9]\d?(,-?[1-9]\d?)*",
    "BYMONTH": r"[1-9]\d?(,[1-9]\d?)*",
    "BYSETPOS": r"-?[1-9]\d{0,2}(,-?[1-9]\d{0,2})*",
    "WKST": r"MO|TU|WE|TH|FR|SA|SU",
}
# With none of these the first day would decide, and a rule may have none.
_SAY_WHICH_DAY = {"BYDAY", "BYMONTHDAY"}
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_NTH = re.compile(r"FREQ=MONTHLY;BYDAY=(-1|[1-4])(MO|TU|WE|TH|FR|SA|SU)")
MOST_LETTERS = 200
_ANY_DAY = date(2000, 1, 1)
# A leap day comes again within eight.
_YEARS = 8


class NotARecurrence(ValueError):
    """The text is no recurrence of days that this module understands."""


def check(*, recurrence: str, from_day: date | None) -> None:
    """Refuse what is no recurrence of days. Raises NotARecurrence.

    An interval above 1 is counted from a first day, which must then be given.
    """
    parts = _parts(recurrence)
    if parts.get("INTERVAL", "1") != "1" and from_day is None:
        raise NotARecurrence(recurrence)
    if next(iter(_rule(recurrence, from_day or _ANY_DAY)), None) is None:
        raise NotARecurrence(recurrence)


@lru_cache(maxsize=4_096)
def comes_on(*, recurrence: str, day: date, from_day: date | None) -> bool:
    """Say whether a recurrence, counted from its first day if it has one, falls on a day."""
    if from_day is not None and day < from_day:
        return False
    # Every period holds the same days, so that without an interval none before counts.
    first = from_day if from_day and "INTERVAL" in _parts(recurrence) else day
    moment = datetime.combine(day, time.min)
    # Never beyond the day: some recurrences fall on no day at all.
    return any(found == moment for found in _rule(recurrence, first, until=moment))


def nth_weekday(*, recurrence: str) -> tuple[int, int] | None:
    """Return which weekday of each month a recurrence means: the last Tuesday is (-1, 2).

    None when it means something else.
    """
    found = _NTH.fullmatch(recurrence)
    return (int(found[1]), _WEEKDAYS.index(found[2]) + 1) if found else None


def of_nth_weekday(*, place: int, weekday: int) -> str:
    """Return the recurrence of a weekday of each month, such as the last Tuesday: (-1, 2)."""
    return f"FREQ=MONTHLY;BYDAY={place}{_WEEKDAYS[weekday - 1]}"


def _parts(recurrence: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in recurrence.split(";")]
    parts = {name: value for name, _equals, value in pairs}
    is_understood = (
        len(recurrence) <= MOST_LETTERS
        and len(parts) == len(pairs)
        and "FREQ" in parts
        and bool(_SAY_WHICH_DAY & parts.keys())
        # A week is worked out from its first day on alone, and has no "last Tuesday".
        and not (parts["FREQ"] == "WEEKLY" and parts.keys() & {"BYSETPOS", "BYMONTHDAY"})
        and all(
            name in _PARTS and re.fullmatch(_PARTS[name], value) for name, value in parts.items()
        )
    )
    if not is_understood:
        raise NotARecurrence(recurrence)
    return parts


def _rule(recurrence: str, first: date, *, until: datetime | None = None) -> rrule:
    """Return the days from the first one on; up to a moment, or for some years."""
    start = datetime.combine(first, time.min)
    try:
        rule = rrulestr(recurrence, dtstart=start)
    except ValueError as error:
        raise NotARecurrence(recurrence) from error
    return rule.replace(until=until or start.replace(year=first.year + _YEARS, day=1))
