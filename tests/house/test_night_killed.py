"""Workers of the night are killed anywhere, and the rows are those of a clean run.

A dozen kills, unless NIGHT_KILLS says how many (`make prove` takes 200); NIGHT_SEED replays.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from loyalty.core import engines
from loyalty.demo import seeding
from tests.house import processes
from tests.house.test_night import STEPS
from tests.members.friends import allow

pytestmark = pytest.mark.django_db(transaction=True)

KILLS = int(os.environ.get("NIGHT_KILLS", "12"))
SEED = int(os.environ.get("NIGHT_SEED", "1"))
SEEDED_AT = datetime(2026, 3, 23, 11, 0, tzinfo=UTC)
# Summer time begins on the last of them.
DAYS = [date(2026, 3, 23) + timedelta(days=n) for n in range(7)]
AT = datetime(2026, 3, 30, 4, 0, tzinfo=UTC)

Nights = Callable[..., dict[str, Any]]


@pytest.fixture
def nights(tmp_path: Path) -> Nights:
    """Do seven nights on a copy of a shop that has lived for two years.

    Of its members enough came back to say what is to come.
    """
    seeding.seed(number=SEED, members=45, at=SEEDED_AT, progress=lambda done, total: None)
    # Whoever waits and has bought counts in the first of them.
    allow(0)
    days = [f"--day={day}" for day in DAYS]

    def run(name: str, *arguments: str) -> dict[str, Any]:
        with copied(name, tmp_path / name) as where:
            done = subprocess.run(
                [sys.executable, "-m", "tests.house.nightshift", *days,
                 f"--at={AT.isoformat()}", *arguments],
                env=processes.clean_environment() | where
                | {"LOYALTY_DEMO": "1", "DJANGO_SETTINGS_MODULE": "loyalty.settings"},
                cwd=processes.ROOT, capture_output=True, text=True, check=False,
            )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return dict(json.loads(done.stdout.splitlines()[-1]))

    return run


@contextmanager
def copied(name: str, folder: Path) -> Iterator[dict[str, str]]:
    """Copy the test's database and say, as an environment does, where the copy is."""
    folder.mkdir()
    where = {"VAR_DIR": str(folder)}
    if not engines.is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(folder / "loyalty.sqlite3")])
        yield where
        return
    tested = connection.settings_dict["NAME"]
    copy = f"{tested}_{name}"
    connection.close()
    with connection._nodb_cursor() as server:
        server.execute(f'DROP DATABASE IF EXISTS "{copy}" WITH (FORCE)')
        server.execute(f'CREATE DATABASE "{copy}" TEMPLATE "{tested}"')
        try:
            yield where | {"DATABASE_URL": url_of(copy)}
        finally:
            server.execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def url_of(database: str) -> str:
    told = connection.settings_dict
    user = f"{told['USER']}:{told['PASSWORD']}@" if told["USER"] else ""
    return f"postgres://{user}{told['HOST']}:{told['PORT']}/{database}"


def test_leaves_the_rows_of_a_clean_run(nights: Nights):
    clean = nights("clean")
    killed, seed = 0, SEED

    while killed < KILLS:
        print(f"NIGHT_SEED={seed}: {killed} of {KILLS} kills", flush=True)  # noqa: T201
        found = nights(f"killed{seed}", f"--seed={seed}", f"--kills={KILLS - killed}")
        for table, rows in clean["rows"].items():
            assert found["rows"][table] == rows, table
        assert found["killed"] > 0
        killed, seed = killed + found["killed"], seed + 1

    assert killed == KILLS
    empty = {table for table, rows in clean["rows"].items() if not rows}
    assert empty == {"Hold", "Change", "DayToCount"}
    done = [job for job, _day, _chunk, state in clean["rows"]["JobRun"] if state == "DONE"]
    assert len(done) == len(STEPS) * len(DAYS)
    kinds = {kind for _account, _number, kind, *_more in clean["rows"]["Entry"]}
    assert "EXPIRE" in kinds
    told = [(state, day) for _id, state, _why, _sale, day, _by in clean["rows"]["Referral"]]
    assert ("CONFIRMED", str(DAYS[0])) in told
    assert clean["rows"]["fault"] == [None]
