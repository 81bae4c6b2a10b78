"""Any sequence of verbs leaves the ledger as a plain second opinion says, and sound.

20,000 steps: 17,000 on SQLite and 3,000 on PostgreSQL, unless LEDGER_STEPS says how many; `make
prove` takes a million. A failure prints the LEDGER_SEED that replays it in its first part, and
then also looks for the shortest sequence that fails.
"""

import os

import hypothesis
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule, run_state_machine_as_test

from loyalty.ledger import balances, verifying
from loyalty.ledger.models import NEVER, Entry
from tests.ledger.naps import Naps
from tests.ledger.sleeper import STEP

PARTS = 8
PARTS_APART = 1_000_000
STEPS = int(os.environ.get("LEDGER_STEPS", "0"))
SEED = int(os.environ.get("LEDGER_SEED", "1"))

taken_steps = 0


class Ledger(Naps):
    @invariant()
    def balances_are_those_of_the_second_opinion(self):
        for row, oracle in zip(self.rows(), self.oracles, strict=True):
            assert row.available == 0 or row.debt == 0
            now = self.clock if oracle.clock is None else max(self.clock, oracle.clock)
            foreseen = oracle.foresee()
            foreseen.live_until(now)
            told = balances.get_balance(account=row, at=now)
            for bucket in ("available", "pending", "held"):
                assert getattr(told, bucket) == foreseen.count(bucket), bucket
            assert told.debt == foreseen.debt
            points = foreseen.in_bucket("available")
            first = min(map(foreseen.end_of, points), default=NEVER)
            dying = [point for point in points if foreseen.end_of(point) == first]
            is_idle = any(point.expires_at > first for point in dying)
            expected = balances.NextExpiry(len(dying), first, is_idle)
            assert told.next_expiry == (None if first == NEVER else expected)
            assert told.inactive_at == (foreseen.sleeps_at if foreseen.open_points() else None)

    @rule(data=st.data())
    def close_of_some_day(self, data):
        points = [point for oracle in self.oracles for point in oracle.points]
        moments = {self.clock - back * STEP for back in (-20, -3, 0, 1, 9)}
        moments |= {step[0] for point in points for step in point.history}
        moments |= {point.expires_at for point in points} - {NEVER}
        moments |= {point.wait.cancels_at for point in points if point.wait}
        moments |= {one.sleeps_at for one in self.oracles} - {None}
        moment = data.draw(st.sampled_from(sorted(moments)))
        told = balances.get_totals(at=moment)
        closed = [oracle.at_close(moment) for oracle in self.oracles]
        for name in ("issued", "redeemed", "expired", "removed"):
            assert getattr(told, name) == sum(figures[name] for figures in closed), name
        outstanding = balances.get_outstanding(at=moment)
        for row, figures in zip(self.rows(), closed, strict=True):
            gone = figures["redeemed"] + figures["expired"] + figures["removed"]
            assert outstanding[row.holder_id] == figures["issued"] - gone

    @invariant()
    def the_books_are_sound_and_sealed(self):
        global taken_steps  # noqa: PLW0603 (hypothesis makes a new machine for every example)
        taken_steps += 1
        if not self.has_written:
            return
        assert verifying.verify().first_fault is None
        if Entry.objects.exists():
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                Entry.objects.update(points=1)
        self.has_written = False


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_the_ledger_agrees_with_a_second_opinion(part: int):
    global taken_steps  # noqa: PLW0603
    taken_steps = 0
    profile = settings(
        max_examples=5,
        stateful_step_count=50,
        deadline=None,
        derandomize=False,
        database=None,
        print_blob=True,
        phases=[Phase.explicit, Phase.generate] if SEED == 1 else list(Phase),
        suppress_health_check=list(HealthCheck),
    )
    wanted = (STEPS or (17_000 if connection.vendor == "sqlite" else 3_000)) // PARTS
    seed = SEED + PARTS_APART * part
    while taken_steps < wanted:
        print(f"LEDGER_SEED={seed}: {taken_steps:,} of {wanted:,} steps", flush=True)  # noqa: T201
        run_state_machine_as_test(hypothesis.seed(seed)(Ledger), settings=profile)
        seed += 1
