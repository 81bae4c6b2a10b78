"""A moment that goes on: whoever was told what time it is, and works for a while. Pure."""

import time
from datetime import datetime, timedelta


class Clock:
    """The caller's moment, going on: only doors read the real one."""

    def __init__(self, at: datetime) -> None:
        self._at = at
        self._started = time.monotonic()

    def now(self) -> datetime:
        return self._at + self.passed()

    def passed(self) -> timedelta:
        return timedelta(seconds=time.monotonic() - self._started)
