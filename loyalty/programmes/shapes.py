"""Reads JSON strictly: every value is what it should be, and no field is unknown. Pure.

Faults are collected, not raised, so that a form shows all of them at once.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, TypeVar

CODE = re.compile(r"[-a-zA-Z0-9_]{1,40}")
SKU = re.compile(r"[!-~][ -~]{0,59}")
# As a till or a label says it: no control characters, no blanks around it.
WORDS = re.compile(r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,58}[^\s\x00-\x1f\x7f])?")
NAME = re.compile(r"[^\s\x00-\x1f\x7f]([^\x00-\x1f\x7f]{0,78}[^\s\x00-\x1f\x7f])?")
MONTH_AND_DAY = re.compile(
    r"(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|[12][0-9])"
)
CHANNEL = re.compile(r"email|sms|post|phone")
EVENT = re.compile(r"[a-z][a-z0-9-]{1,39}")
RECURRENCE = re.compile(r"[-+=;,A-Z0-9]{1,200}")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")

Choice = TypeVar("Choice", bound=StrEnum)
_ABSENT = object()


@dataclass(frozen=True)
class Fault:
    """What is wrong with one value: where (a JSON pointer), and a stable code."""

    pointer: str
    code: str


class Malformed(ValueError):
    """The value is not what it should be; `faults` say where and why."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(", ".join(f"{fault.pointer} {fault.code}" for fault in self.faults))


@dataclass
class Shape:
    """One JSON object being read. Fields that were never asked for are faults."""

    value: Mapping[str, Any]
    faults: list[Fault]
    pointer: str = ""
    known: set[str] = field(default_factory=set)

    def refuse(self, name: str, code: str) -> None:
        self.faults.append(Fault(f"{self.pointer}/{name}" if name else self.pointer, code))

    def close(self) -> None:
        """Refuse every field that nobody asked for."""
        for name in sorted(set(self.value) - self.known):
            self.refuse(name, "unknown-field")

    def has(self, name: str) -> bool:
        return name in self.value

    def object(self, name: str) -> "Shape":
        """Return the object under a name; an absent one is empty."""
        value = self._take(name, default={})
        if not isinstance(value, Mapping):
            self.refuse(name, "not-an-object")
            value = {}
        return Shape(value, self.faults, f"{self.pointer}/{name}")

    def yes(self, name: str) -> bool:
        """Return true or false; an absent one is false."""
        value = self._take(name, default=False)
        if not isinstance(value, bool):
            self.refuse(name, "not-yes-or-no")
            return False
        return value

    def whole(self, name: str, *, least: int, most: int) -> int | None:
        """Return a whole number within bounds, both included."""
        value = self._take(name, default=_ABSENT)
        if value is _ABSENT:
            return None
        if isinstance(value, bool) or not isinstance(value, int):
            self.refuse(name, "not-a-whole-number")
        elif not least <= value <= most:
            self.refuse(name, "out-of-range")
        else:
            return value
        return None

    def exact(self, name: str, *, above: Decimal, most: Decimal, places: int) -> Decimal | None:
        """Return a decimal that was written as text, with at most so many places."""
        value = self._take(name, default=_ABSENT)
        if value is _ABSENT:
            return None
        try:
            number = Decimal(value) if isinstance(value, str) else None
        except InvalidOperation:
            number = None
        if number is None or not number.is_finite():
            self.refuse(name, "not-an-exact-decimal")
        elif not above < number <= most or number != round(number, places):
            self.refuse(name, "out-of-range")
        else:
            return number
        return None

    def day(self, name: str) -> date | None:
        value = self._take(name, default=_ABSENT)
        if value is _ABSENT:
            return None
        try:
            return date.fromisoformat(value)
        except (TypeError, ValueError):
            self.refuse(name, "not-a-date")
            return None

    def time(self, name: str) -> time | None:
        """Return a time of day written as 17:30."""
        value = self._take(name, default=_ABSENT)
        if value is _ABSENT:
            return None
        if isinstance(value, str) and _TIME.fullmatch(value):
            return time.fromisoformat(value)
        self.refuse(name, "not-a-time")
        return None

    def choice(self, name: str, choices: type[Choice], *, default: Choice) -> Choice:
        value = self._take(name, default=default)
        try:
            return choices(value)
        except ValueError:
            self.refuse(name, "unknown-choice")
            return default

    def maybe(self, name: str, choices: type[Choice]) -> Choice | None:
        """Return one of the choices, or None for an absent one."""
        if not self.has(name):
            return None
        return self.choice(name, choices, default=next(iter(choices)))

    def text(self, name: str, *, pattern: re.Pattern[str]) -> str:
        """Return text that matches as a whole; an absent one is empty."""
        value = self._take(name, default="")
        if isinstance(value, str) and (not value or pattern.fullmatch(value)):
            return value
        self.refuse(name, "not-a-code")
        return ""

    def texts(self, name: str, *, pattern: re.Pattern[str]) -> tuple[str, ...]:
        """Return a list of texts, sorted; none may be there twice."""

        def is_right(value: object) -> bool:
            return isinstance(value, str) and pattern.fullmatch(value) is not None

        return self._list(name, is_right, "not-a-code")

    def weekdays(self, name: str) -> tuple[int, ...]:
        """Return ISO weekdays, Monday 1 to Sunday 7, sorted."""

        def is_right(value: object) -> bool:
            return type(value) is int and 1 <= value <= 7

        return self._list(name, is_right, "not-a-weekday")

    def _list(self, name: str, is_right: Callable[[Any], bool], code: str) -> tuple[Any, ...]:
        values = self._take(name, default=[])
        if not isinstance(values, list):
            self.refuse(name, "not-a-list")
            return ()
        wrong = [place for place, value in enumerate(values) if not is_right(value)]
        for place in wrong:
            self.refuse(f"{name}/{place}", code)
        if wrong:
            return ()
        if len(set(values)) < len(values):
            self.refuse(name, "repeated")
        return tuple(sorted(set(values)))

    def _take(self, name: str, *, default: Any) -> Any:
        self.known.add(name)
        return self.value.get(name, default)
