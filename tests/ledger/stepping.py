"""Two transactions on connections of their own, let go one step at a time, in every order.

The steps of a posting are: look the key up, lock, read, write, commit. One that waits for a
lock is not asked again until the other has committed, as in the database.
"""

from collections.abc import Callable, Iterator
from queue import Empty, Queue
from threading import Semaphore, Thread
from typing import Any

from django.db import connection, transaction

from loyalty.core.refusals import Refusal

PATIENCE = 60


def step_of(sql: str) -> str:
    """Return which step of a posting a statement is, or nothing."""
    if "FOR NO KEY UPDATE" in sql:
        return "lock"
    if sql.startswith("SELECT id, request_hash FROM ledger_entry"):
        return "key"
    if "INSERT INTO ledger_entry" in sql or "UPDATE ledger_account" in sql:
        return "write"
    return "read" if "FROM ledger_" in sql else ""


class Actor(Thread):
    """A thread that does one transaction after another, and stops before each of its steps."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.jobs: Queue[Callable[[], Any] | None] = Queue()
        self.told: Queue[str] = Queue()
        self.may_go = Semaphore(0)
        self.seen: set[str] = set()
        self.answer: Any = None
        self.pid = 0

    def run(self) -> None:
        connection.ensure_connection()
        self.pid = connection.connection.info.backend_pid
        self.told.put("ready")
        while (job := self.jobs.get()) is not None:
            self.seen = set()
            with connection.execute_wrapper(self.stop_before):
                self.answer = self.act(job)
            self.told.put("done")
        connection.close()

    def act(self, job: Callable[[], Any]) -> Any:
        try:
            with transaction.atomic():
                answer = job()
                self.stop("commit")
        except Refusal as refusal:
            return refusal.code
        except Exception as error:  # noqa: BLE001 (handed to the test)
            return repr(error)
        return answer

    def stop_before(self, execute, sql, params, many, context):
        step = step_of(sql)
        # Each step once: the key is looked up again under the lock, and that is reading.
        if step and step not in self.seen:
            self.seen.add(step)
            self.stop(step)
        return execute(sql, params, many, context)

    def stop(self, step: str) -> None:
        self.told.put(step)
        self.may_go.acquire()


class Stage:
    """Two actors, and one who watches from the test's own connection."""

    def __init__(self) -> None:
        self.actors = [Actor(), Actor()]
        for actor in self.actors:
            actor.start()
            assert actor.told.get(timeout=PATIENCE) == "ready"

    def close(self) -> None:
        for actor in self.actors:
            actor.jobs.put(None)
        for actor in self.actors:
            actor.join(timeout=PATIENCE)

    def play(self, jobs, choices: list[int]) -> tuple[list[tuple[list[int], int]], list[Any]]:
        """Do both jobs, in this order of steps as far as it goes; then the first goes on.

        Returns who could go and who went, at each step, and what both answered.
        """
        for actor, job in zip(self.actors, jobs, strict=True):
            actor.jobs.put(job)
        states = [self.wait(actor) for actor in self.actors]
        went: list[tuple[list[int], int]] = []
        while states != ["done", "done"]:
            ready = [n for n, state in enumerate(states) if state not in {"done", "waits"}]
            if ready:
                choice = choices[len(went)] if len(went) < len(choices) else ready[0]
                went.append((ready, choice))
                self.actors[choice].may_go.release()
                states[choice] = self.wait(self.actors[choice])
            for n, state in enumerate(states):
                if state == "waits" and "done" in states:
                    states[n] = self.actors[n].told.get(timeout=PATIENCE)
        return went, [actor.answer for actor in self.actors]

    def wait(self, actor: Actor) -> str:
        """Return the step before which an actor stopped; that it is done; or that it waits."""
        for _turn in range(PATIENCE * 200):
            try:
                return actor.told.get(timeout=0.005)
            except Empty:
                if self.waits_for_a_lock(actor):
                    return "waits"
        raise AssertionError("An actor neither stops nor waits.")

    def waits_for_a_lock(self, actor: Actor) -> bool:
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [actor.pid])
            return bool(cursor.fetchone()[0])


def every_order(
    stage: Stage, new_jobs: Callable[[], list[Callable[[], Any]]]
) -> Iterator[tuple[str, list[Any]]]:
    """Play fresh jobs in every order of their steps; yield the order, and both answers."""
    plans: list[list[int]] = [[]]
    while plans:
        choices = plans.pop()
        went, answers = stage.play(new_jobs(), choices)
        order = [choice for _ready, choice in went]
        for place in range(len(choices), len(went)):
            ready, chosen = went[place]
            plans += [[*order[:place], other] for other in ready if other != chosen]
        yield "".join("ab"[choice] for choice in order), answers
