"""Runs the suite on SQLite, then on PostgreSQL: `python -m tests.engines [pytest's arguments]`.

What asks no database says the same on any engine, and runs once, with the first.
PostgreSQL is TEST_DATABASE_URL, else a server started for the run (`tests/cluster.py`). The
last line says which engines ran. REQUIRE_ENGINES=sqlite,postgresql makes a missing one a
failure, as CI does; REQUIRE_CHROMIUM=1 does so for the browser.
"""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import chromium, cluster

_MOST_WORKERS = 8
_NO_TESTS = 5
_ONLY_WITH_A_DATABASE = "--only-with-a-database"


@dataclass(frozen=True)
class Outcome:
    """What came of one engine: passed, failed, or why it did not run."""

    code: str
    name: str
    words: str
    has_run: bool = True
    has_failed: bool = False


def main(arguments: Sequence[str]) -> int:
    """Run both engines and return 0 only if each that ran passed and each required one ran."""
    signal.signal(signal.SIGTERM, _stop)
    _announce_browser()
    outcomes = [_on_sqlite(arguments), _on_postgresql(arguments)]
    _say("Engines: " + "; ".join(f"{one.name}: {one.words}" for one in outcomes) + ".")
    return int(any(one.has_failed for one in outcomes) or _is_one_missing(outcomes))


def _stop(_signal: int, _frame: object) -> None:
    """Leave through the `finally`s, so that no server stays behind."""
    raise SystemExit(143)


def _announce_browser() -> None:
    if found := chromium.find():
        _say(f"Browser tests use {found}.")
    elif os.environ.get("REQUIRE_CHROMIUM"):
        raise SystemExit("REQUIRE_CHROMIUM is set and there is no Chromium on this machine.")
    else:
        _say("Browser tests are skipped: there is no Chromium on this machine.")


def _on_sqlite(arguments: Sequence[str]) -> Outcome:
    return _run("sqlite", f"SQLite {sqlite3.sqlite_version}", arguments, database="")


def _on_postgresql(arguments: Sequence[str]) -> Outcome:
    try:
        with _server() as (url, version):
            asked = [_ONLY_WITH_A_DATABASE, *arguments]
            return _run("postgresql", f"PostgreSQL {version}", asked, database=url)
    except cluster.NoServer as reason:
        return Outcome("postgresql", "PostgreSQL", f"did not run ({reason})", has_run=False)


@contextmanager
def _server() -> Iterator[tuple[str, str]]:
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url, "of TEST_DATABASE_URL"
        return
    with cluster.running() as (url, version):
        yield url, version


def _run(code: str, name: str, arguments: Sequence[str], *, database: str) -> Outcome:
    _say(f"{name}: the suite starts.")
    environment = {key: value for key, value in os.environ.items() if key != "DATABASE_URL"}
    if database:
        environment["DATABASE_URL"] = database
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *_workers(arguments), *arguments],
        env=environment, cwd=Path(__file__).parent.parent, check=False,
    )  # fmt: skip
    if done.returncode == _NO_TESTS and _may_ask_nothing(arguments):
        return Outcome(code, name, "not asked by these tests", has_run=False)
    if done.returncode == _NO_TESTS:
        return Outcome(code, name, "no test was found", has_failed=True)
    failed = done.returncode != 0
    return Outcome(code, name, "failed" if failed else "passed", has_failed=failed)


def _may_ask_nothing(arguments: Sequence[str]) -> bool:
    return _ONLY_WITH_A_DATABASE in arguments


def _workers(arguments: Sequence[str]) -> list[str]:
    """Use every core, within reason, unless the caller says otherwise."""
    if any(argument.startswith("-n") for argument in arguments):
        return []
    # Some tests walk a hundred pages: a worker with nothing left takes from the others.
    return ["-n", str(min(os.cpu_count() or 1, _MOST_WORKERS)), "--dist", "worksteal"]


def _is_one_missing(outcomes: Sequence[Outcome]) -> bool:
    required = {name for name in os.environ.get("REQUIRE_ENGINES", "").split(",") if name}
    missing = required - {one.code for one in outcomes if one.has_run}
    if missing:
        _say(f"REQUIRE_ENGINES names what did not run: {', '.join(sorted(missing))}.")
    return bool(missing)


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
