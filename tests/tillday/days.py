"""One day of two tills at a service, and what happens to the service meanwhile."""

import random
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from datetime import UTC, datetime
from typing import Any

from tests.tillday import plan
from tests.tillday.plan import Day, Operation
from tests.tillday.service import Service
from tests.tillday.tills import Shop, Till

# One planned call in so many kills the process that serves it; at one turn in so many Redis
# forgets everything.
KILLS_ONE_IN = 40
FLUSHES_ONE_IN = 10


class Disturber:
    """What happens around a till, by the turns of its day."""

    def __init__(self, service: Service, till: Till, *, turns: int) -> None:
        self.service, self.till = service, till
        redis = service.redis
        acts: dict[int, Callable[[], Any]] = {5: self.restart_web}
        if service.database is not None:
            acts[4] = self.crash_database
        if redis is not None:
            acts |= {2: redis.kill, 3: redis.start}
        self.acts = {turns * part // 8: act for part, act in acts.items()}

    def at_turn(self, turn: int) -> None:
        redis = self.service.redis
        if act := self.acts.get(turn):
            act()
        elif turn % FLUSHES_ONE_IN == 0 and redis is not None and redis.answers():
            redis.flush()

    def crash_database(self) -> None:
        """It goes without a word; a call is told so, and then it is there again."""
        database = self.service.database
        assert database is not None
        database.crash()
        asked, away = plan.prologue(till="a")[0], None
        while away is None:
            # The process that was asked may just have been killed.
            away = self.till.send(asked)
        database.start()
        assert (away.status, away.code) == (503, "database-unavailable")

    def restart_web(self) -> None:
        self.service.kill()
        self.service.start()


def live(service: Service, *, operations: int, seed: int) -> Shop:
    """Let two tills do so many operations each; then send everything once more, calmly.

    By then the tills have other keys. What an answer must be is asserted as it is heard.
    """
    a = plan.draw(till="a", operations=operations, seed=seed)
    b = plan.draw(till="b", operations=operations, seed=seed)
    shop = Shop(
        port=service.port,
        folder=service.folder,
        seed=seed,
        occurred_at=datetime.now(UTC).isoformat(timespec="seconds"),
        deaths=draw_deaths([a, b], seed=seed),
    )
    tills = {name: Till(shop, secret, name=name) for name, secret in service.ask("open").items()}
    service.start()
    first = plan.prologue(till="a")
    for one in first:
        tills["a"].settle(one)
    disturber = Disturber(service, tills["a"], turns=len(a.sends))
    with ThreadPoolExecutor(2) as both:
        working = [
            both.submit(tills["a"].work, a, at_turn=disturber.at_turn),
            both.submit(tills["b"].work, b),
        ]
        # Where one fails, the other goes home.
        wait(working, return_when=FIRST_EXCEPTION)
        shop.is_over = True
    for till in working:
        till.result()
    send_again(service, tills, [*first, *a.operations.values(), *b.operations.values()])
    return shop


def draw_deaths(days: list[Day], *, seed: int) -> dict[str, str]:
    """Return by operation at which statement of its first call the process dies."""
    chance = random.Random(f"{seed}/deaths")
    sends = [name for day in days for name in day.sends]
    # Early and late statements alike; most calls have fewer than fifty.
    return {
        name: f"{int(2 ** chance.uniform(0, 5.5))}-{chance.choice(['before', 'after'])}"
        for name in chance.sample(sends, len(sends) // KILLS_ONE_IN)
    }


def send_again(service: Service, tills: dict[str, Till], known: Iterable[Operation]) -> None:
    """Give the tills other keys: everything is answered as it was, to the byte."""
    by_name = {one.name: one for one in known}
    for name, secret in service.ask("rotate").items():
        till = tills[name]
        till.secret = secret
        for key in till.answers:
            till.settle(by_name[key], is_calm=True)
