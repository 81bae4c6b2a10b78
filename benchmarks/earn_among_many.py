"""B4: an earn among a million members against one among ten thousand."""

from benchmarks import checks, databases, moving
from benchmarks.harness import Comparison, Report, Side, Twin, compare
from benchmarks.run import Run

MANY, FEW, LOTS = 1_000_000, 10_000, 5
CALLS = 300
GOAL = 1.25


def measure(run: Run) -> Report:
    """Earn on accounts spread over a large ledger and over a small one, in turn."""
    calls, many = max(run.scaled(CALLS), 50), max(run.scaled(MANY), 2 * FEW)
    report = Report(code="B4", title=f"earn, {many:,} members against {FEW:,}")
    sizes = {"b4_many": many, "b4_few": FEW}
    for name, accounts in sizes.items():
        moving.build(run, name, accounts=accounts, lots=LOTS)

    def side(name: str) -> Side:
        work = moving.each(moving.earn, moving.spread(sizes[name], count=calls), "earned")

        def prepare(_number: int) -> None:
            databases.use(name)
            run.cluster.rest()

        return Side(name, work, prepare=prepare)

    comparison = Comparison(
        code="size",
        says="database CPU of an earn",
        left=f"among {many:,} members",
        right=f"among {FEW:,} members",
        goal=GOAL,
        part="database",
    )
    left, right = side("b4_many"), side("b4_few")
    compare(comparison, left=left, right=right, rounds=run.rounds, meter=run.meter)
    report.comparisons.append(comparison)
    for name, accounts in sizes.items():
        databases.use(name)
        report.twins += check(name, entries=accounts * LOTS + calls * (run.rounds + 1))
    return report


def check(name: str, *, entries: int) -> list[Twin]:
    from loyalty.ledger.models import Entry

    return [
        Twin(name, f"{name} has an entry for each earn", Entry.objects.count() == entries),
        Twin(name, f"{name} verifies", checks.is_ledger_sound()),
    ]
