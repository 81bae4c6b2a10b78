"""Whatever a client sends, the answer is one that docs/openapi.json has: schemathesis, all checks.

A few examples on SQLite, unless FUZZ_EXAMPLES says how many (`make fuzz`: 50 on both engines, and
every bound of every value besides). FUZZ_SEED replays.
"""

import os
from typing import Any

import pytest
from django.utils import timezone

from tests.clients.test_describing import OPERATIONS
from tests.fuzzing import asking, world
from tests.fuzzing.asking import Found

IS_WHOLE = "FUZZ_EXAMPLES" in os.environ
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "3"))
SEED = int(os.environ.get("FUZZ_SEED", "1"))

pytestmark = [
    pytest.mark.django_db(transaction=True),
    # Hypothesis says so of bodies that are large on purpose.
    pytest.mark.filterwarnings("ignore:Generating overly large repr"),
    *([] if IS_WHOLE else [pytest.mark.sqlite]),
]


def test_answers_are_those_that_are_described(live_server: Any):
    found = ask(live_server.url, examples=EXAMPLES, fuzzing=EXAMPLES, stateful=EXAMPLES)

    assert found.errors == []
    assert list(found.failures.values()) == []
    done = {label for label, statuses in found.seen.items() if {200, 201} & statuses.keys()}
    # A new operation needs something in the world that it can be done with.
    assert done == {f"{method.upper()} {path}" for method, path in OPERATIONS.values()}


@pytest.mark.skipif(not IS_WHOLE, reason="minutes: `make fuzz` does it")
def test_answers_to_every_bound_of_every_value_are_described(live_server: Any):
    found = ask(live_server.url, coverage=1)

    assert found.errors == []
    assert list(found.failures.values()) == []


def ask(url: str, **phases: int) -> Found:
    print(f"FUZZ_SEED={SEED} FUZZ_EXAMPLES={EXAMPLES}", flush=True)  # noqa: T201
    made = world.make(at=timezone.now())
    return asking.ask(url, made, phases=phases, seed=SEED)
