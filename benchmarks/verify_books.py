"""P8: `verify_ledger` over a million entries, in a process of its own."""

import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from benchmarks import databases, moving
from benchmarks.harness import Count, Report, Twin
from benchmarks.run import Run

ENTRIES, LOTS = 1_000_000, 5
MOST_SECONDS, MOST_MEGABYTES = 60, 300
# A process starts in seconds, whatever it then reads.
LEAST_SECONDS = 15


@dataclass(frozen=True)
class Ended:
    """How a command ended: its code, what it said, seconds, and the most memory it held."""

    code: int
    said: str
    seconds: float
    cpu: float
    megabytes: int


def measure(run: Run) -> Report:
    """Verify the books, then change one figure behind the product's back and verify again."""
    entries = max(run.scaled(ENTRIES), 10 * LOTS)
    report = Report(code="P8", title=f"verify_ledger, {entries:,} entries")
    moving.build(run, "p8", accounts=entries // LOTS, lots=LOTS)
    sound = verify(run)
    most = max(round(MOST_SECONDS * entries / ENTRIES), LEAST_SECONDS)
    report.counts += [
        Count("seconds", "seconds", round(sound.seconds), most),
        Count("memory", "megabytes at the most", sound.megabytes, MOST_MEGABYTES),
    ]
    report.notes.append(
        f"{sound.seconds:.1f} s, of them {sound.cpu:.1f} s of this process's CPU: {sound.said}"
    )
    entry = entries // 2
    change(entry)
    broken = verify(run)
    report.twins += [
        Twin("sound", "the books are right", sound.code == 0),
        Twin("broken", "one figure changed, and its entry is named",
             broken.code == 1 and f"ledger_entry {entry}:" in broken.said),
    ]  # fmt: skip
    return report


def verify(run: Run) -> Ended:
    """Run the command as an operator does."""
    environment = os.environ | {"DATABASE_URL": run.cluster.get_url("p8")}
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "manage.py", "verify_ledger"],
        cwd=Path(__file__).parent.parent, env=environment, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    assert process.stdout is not None
    said = process.stdout.read().strip()
    _pid, status, used = os.wait4(process.pid, 0)
    return Ended(
        code=os.waitstatus_to_exitcode(status),
        said=said,
        seconds=time.perf_counter() - began,
        cpu=used.ru_utime + used.ru_stime,
        megabytes=used.ru_maxrss // 1024,
    )


def change(entry: int) -> None:
    """Change one digit as a superuser could, past the triggers."""
    databases.use("p8")
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("UPDATE ledger_entry SET points = points + 1 WHERE id = %s", [entry])
        cursor.execute("RESET session_replication_role")
