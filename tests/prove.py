"""`make prove`: the proofs of the suite, as long as one likes, from one seed.

The ledger's steps on every core, each part with its progress; then nights whose workers are
killed. What fails prints the seed that replays it. On SQLite, unless DATABASE_URL names a
PostgreSQL: then the steps are taken in one process, and the same points are spent by 64 at once.
"""

import argparse
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parent.parent
STEPS = "tests/ledger/test_properties.py::test_the_ledger_agrees_with_a_second_opinion"
KILLS = "tests/house/test_night_killed.py"
SPENDINGS = "tests/house/test_double_spend.py"
PARTS = 8


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.prove", description=__doc__)
    parser.add_argument("--steps", type=int, default=1_000_000, help="of the ledger, in all")
    parser.add_argument("--kills", type=int, default=200, help="of workers of the night, in all")
    parser.add_argument("--rounds", type=int, default=200, help="of 64 who spend at once")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Return 0 if every proof held."""
    options = parse(arguments)
    signal.signal(signal.SIGTERM, lambda _signal, _frame: sys.exit(143))
    held = take_steps(options.steps, seed=options.seed)
    held = kill_workers(options.kills, seed=options.seed) and held
    held = race(options.rounds) and held
    say("Every proof held." if held else "A proof failed: the seed is above.")
    return 0 if held else 1


def take_steps(steps: int, *, seed: int) -> bool:
    """Take steps of the ledger, in parts that go on side by side."""
    if not steps:
        return True
    say(f"{steps:,} steps of the ledger from seed {seed}.")
    cores = 1 if os.environ.get("DATABASE_URL") else min(os.cpu_count() or 1, PARTS)
    told = {"LEDGER_STEPS": str(steps), "LEDGER_SEED": str(seed)}
    parts = [[f"{STEPS}[{part}]" for part in range(core, PARTS, cores)] for core in range(cores)]
    running = [start(part, **told) for part in parts]
    try:
        codes = [process.wait() for process in running]
    finally:
        for process in running:
            process.terminate()
    return not any(codes)


def kill_workers(kills: int, *, seed: int) -> bool:
    """Kill workers of the night, one after another."""
    if not kills:
        return True
    say(f"{kills} kills of workers of the night from seed {seed}.")
    return start([KILLS], NIGHT_KILLS=str(kills), NIGHT_SEED=str(seed)).wait() == 0


def race(rounds: int) -> bool:
    """Let 64 threads spend the same points, again and again. SQLite has one writer: no race."""
    if not rounds or not os.environ.get("DATABASE_URL"):
        return True
    say(f"{rounds} rounds of 64 who spend the same points.")
    return start([SPENDINGS], SPEND_ROUNDS=str(rounds), SPEND_THREADS="64").wait() == 0


def say(words: str) -> None:
    print(words, flush=True)  # noqa: T201


def start(tests: Sequence[str], **environment: str) -> "subprocess.Popen[bytes]":
    """Start tests in a process that says how far it is, on a database that it makes itself."""
    kept = {name: value for name, value in os.environ.items() if name != "VAR_DIR"}
    return subprocess.Popen(
        [sys.executable, "-m", "pytest", "-q", "-s", *tests],
        env=kept | environment,
        cwd=ROOT,
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
