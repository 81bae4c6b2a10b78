"""What the import costs per purchase, against recording each by itself."""

import csv
import gzip
import io
import random
import tempfile
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management import call_command

from benchmarks import checks, databases, profiles, scene
from benchmarks.harness import Comparison, Report, Side, Twin, compare
from benchmarks.run import Run

SAMPLE = Path(__file__).resolve().parent.parent / "tests" / "data" / "cdnow_sample.csv.gz"
MEMBERS = 2_357
SINGLE = 800
GOAL = 0.2
OPENED = datetime(1996, 12, 31, 12, tzinfo=UTC)
SCENE, IMPORTED, RECORDED = "import", "import_whole", "import_single"


@dataclass(frozen=True)
class Row:
    member: str
    day: date
    cents: int

    @property
    def at(self) -> datetime:
        return datetime.combine(self.day, time(11), tzinfo=UTC)


def measure(run: Run) -> Report:
    """Import the same file into copies of one shop, in turn with single calls into others."""
    rows = read_rows(members=run.scaled(MEMBERS))
    report = Report(code="import", title=f"import_purchases, {len(rows)} purchases")
    build_scene(run, members={row.member for row in rows})
    singles = sorted(rows, key=lambda row: row.at)[: run.scaled(SINGLE)]
    with tempfile.TemporaryDirectory(prefix="loyalty-bench-") as folder:
        path = write_rows(rows, Path(folder) / "purchases.csv")
        compare_with_singles(run, path, rows=rows, singles=singles, report=report)
        if run.is_profiled:
            refresh(run, IMPORTED)
            report.notes += profiles.profile(lambda: import_file(path, count=len(rows)))
    return report


def compare_with_singles(
    run: Run, path: Path, *, rows: list[Row], singles: list[Row], report: Report
) -> None:
    """Measure both sides on fresh copies each round, and check the last round's."""
    members: dict[str, Any] = {}

    def prepare_singles(_number: int) -> None:
        refresh(run, RECORDED)
        members.update(get_members())

    comparison = Comparison(
        code="cpu",
        says="CPU of a purchase that is imported against one that is recorded by itself",
        left="import_purchases, a purchase",
        right="purchasing.record, a purchase",
        goal=GOAL,
    )
    report.comparisons.append(
        compare(
            comparison,
            left=Side(
                name="import",
                work=lambda _number: import_file(path, count=len(rows)),
                prepare=lambda _number: refresh(run, IMPORTED),
            ),
            right=Side(
                name="single",
                work=lambda number: record_each(singles, members=members),
                prepare=prepare_singles,
            ),
            rounds=run.rounds,
            meter=run.meter,
        )
    )
    report.twins += check(IMPORTED, rows, code="import", says="imported")
    report.twins += check(RECORDED, singles, code="single", says="recorded by themselves")


def read_rows(*, members: int) -> list[Row]:
    """Return the purchases of so many members: the sample's, and again under other names."""
    rows = list(read_sample()) if SAMPLE.exists() else list(make_sample())
    known = list(dict.fromkeys(row.member for row in rows))
    copies = -(-members // len(known))
    wanted = set(islice((f"{name}-{copy}" for copy in range(copies) for name in known), members))
    again = (
        Row(f"{row.member}-{copy}", row.day, row.cents) for copy in range(copies) for row in rows
    )
    return [row for row in again if row.member in wanted]


def read_sample() -> Iterator[Row]:
    with gzip.open(SAMPLE, "rt", newline="") as file:
        for line in csv.DictReader(file):
            cents = int(Decimal(line["amount"]) * 100)
            yield Row(line["customer_id"], date.fromisoformat(line["date"]), cents)


def make_sample() -> Iterator[Row]:
    """Make purchases of the sample's shape: half the members come once, a few come often."""
    chance = random.Random(scene.SEED)
    for member in range(MEMBERS):
        day = date(1997, 1, 1) + timedelta(days=chance.randrange(84))
        while day <= date(1998, 6, 30):
            yield Row(str(member), day, chance.randint(500, 8_000))
            day += timedelta(days=1 + int(chance.expovariate(1 / 180)))


def write_rows(rows: list[Row], path: Path) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["customer_id", "date", "amount"])
        writer.writerows((row.member, row.day, f"{row.cents / 100:.2f}") for row in rows)
    return path


def build_scene(run: Run, *, members: set[str]) -> None:
    """Make a shop where everybody in the file is a member already."""
    from members import enrolling
    from members.enrolling import Newcomer

    run.cluster.create(SCENE)
    databases.migrate(SCENE)
    scene.set_up(at=OPENED)
    newcomers = [Newcomer(enrolled_at=OPENED, external_id=name) for name in sorted(members)]
    for start in range(0, len(newcomers), 500):
        enrolling.enrol_many(newcomers=newcomers[start : start + 500], recorded_at=OPENED)
    run.cluster.freeze(SCENE)


def refresh(run: Run, database: str) -> None:
    """Stand on a fresh copy of the shop, with nothing left to be written out."""
    databases.use(databases.copy(run.cluster, SCENE, to=database))
    run.cluster.rest()


def get_members() -> dict[str, Any]:
    from members.models import Member

    return {str(member.external_id): member for member in Member.objects.select_related("tier")}


def import_file(path: Path, *, count: int) -> int:
    """Run the command as an operator would, its progress unseen."""
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        call_command("import_purchases", str(path))
    return count


def record_each(rows: list[Row], *, members: dict[str, Any]) -> int:
    """Record purchases one call at a time, their members already at hand."""
    from members import purchasing
    from members.selling import Sale

    for number, row in enumerate(rows):
        sale = Sale(member=members[row.member], occurred_at=row.at, total_cents=row.cents)
        purchasing.record(sale=sale, key=f"single-{number}", at=row.at, is_historic=True)
    return len(rows)


def check(database: str, rows: list[Row], *, code: str, says: str) -> list[Twin]:
    """Compare a database with the file: every row is there, a point for each whole euro."""
    databases.use(database)
    sums, points = checks.get_sums(), sum(row.cents // 100 for row in rows)
    is_whole = sums.purchases == len(rows) and sums.issued == points
    return [
        Twin(
            f"{code}-sums", f"a point a euro of all {says}", is_whole and checks.is_balanced(sums)
        ),
        Twin(f"{code}-ledger", f"the ledger of those {says} verifies", checks.is_ledger_sound()),
    ]
