"""Many tills at once, whether or not anybody answers them: an open loop over bare sockets."""

import asyncio
import json
import resource
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

PATIENCE_SECONDS = 30
_HOST = "127.0.0.1"


@dataclass
class Heard:
    """What tills were told: how often each status, and what was none of what is documented."""

    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    without_a_wait: int = 0
    longest: float = 0.0

    # Properties

    @property
    def calls(self) -> int:
        return self.statuses.total() + self.unanswered

    def note(self, status: int, head: str, seconds: float) -> None:
        self.statuses[status] += 1
        self.longest = max(self.longest, seconds)
        if status in (429, 503) and "retry-after:" not in head.lower():
            self.without_a_wait += 1

    def add(self, other: "Heard") -> None:
        """Count what others were told as well."""
        self.statuses += other.statuses
        self.unanswered += other.unanswered
        self.without_a_wait += other.without_a_wait
        self.longest = max(self.longest, other.longest)


@dataclass(frozen=True)
class Tills:
    """Tills of one key that sell, each sale once, to one shopper after another."""

    port: int
    api_key: str
    cards: tuple[str, ...]
    numbers: Iterator[int] = field(default_factory=count)

    def keep_busy(self, *, tills: int, seconds: float) -> Heard:
        """Let so many tills sell one sale after another."""
        return asyncio.run(self._keep_busy(tills, seconds))

    def sell_once(self) -> Heard:
        """Make one call, and wait for what comes of it."""
        return asyncio.run(self._sell_once())

    def press(self, *, calls_a_second: float, seconds: float) -> Heard:
        """Begin so many calls a second, however many are still waiting."""
        hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        return asyncio.run(self._press(calls_a_second, seconds))

    async def _keep_busy(self, tills: int, seconds: float) -> Heard:
        heard, until = Heard(), time.monotonic() + seconds

        async def sell() -> None:
            while time.monotonic() < until:
                await self._sell(heard)

        await asyncio.gather(*(sell() for _till in range(tills)))
        return heard

    async def _sell_once(self) -> Heard:
        heard = Heard()
        await self._sell(heard)
        return heard

    async def _press(self, calls_a_second: float, seconds: float) -> Heard:
        heard, began, made = Heard(), time.monotonic(), 0
        waiting: set[asyncio.Task[None]] = set()
        while (passed := time.monotonic() - began) < seconds:
            for _call in range(int(passed * calls_a_second) - made):
                made += 1
                task = asyncio.create_task(self._sell(heard))
                waiting.add(task)
                task.add_done_callback(waiting.discard)
            await asyncio.sleep(0.005)
        await asyncio.gather(*waiting)
        return heard

    async def _sell(self, heard: Heard) -> None:
        began = time.monotonic()
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                status, head = await self._ask(next(self.numbers))
        except (OSError, TimeoutError, asyncio.IncompleteReadError, ValueError):
            heard.unanswered += 1
        else:
            heard.note(status, head, time.monotonic() - began)

    async def _ask(self, number: int) -> tuple[int, str]:
        reader, writer = await asyncio.open_connection(_HOST, self.port)
        try:
            writer.write(self._write(number))
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            await reader.read()
            return int(head.split(maxsplit=2)[1]), head
        finally:
            writer.close()

    def _write(self, number: int) -> bytes:
        card = self.cards[number % len(self.cards)]
        sale = {"member": {"card": card}, "receipt": f"P15-{number}", "total": "12.50"}
        body = json.dumps(sale).encode()
        head = (
            "POST /api/v1/purchases HTTP/1.1", f"Host: {_HOST}", "Connection: close",
            f"Authorization: Api-Key {self.api_key}", f"Idempotency-Key: P15-{number}",
            "Content-Type: application/json", f"Content-Length: {len(body)}",
        )  # fmt: skip
        return "\r\n".join([*head, "", ""]).encode() + body
