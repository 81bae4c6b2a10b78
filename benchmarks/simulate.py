"""Simulate: a draft of a rule on what a shop sold, in purchases per second; no goal, one twin."""

from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from benchmarks import databases, scene
from benchmarks.harness import Comparison, Report, Side, Twin, compare
from benchmarks.run import Run

PURCHASES = 4_000
MEMBERS = 200
GOAL = 0.2


def measure(run: Run) -> Report:
    """Measure a purchase replayed against the same one recorded, and what the replay says."""
    report = Report(code="simulate", title="a draft of a rule tried on past purchases")
    shop = scene.build(run.cluster, database="sim", shoppers=MEMBERS, lots=1)
    count = max(MEMBERS, run.scaled(PURCHASES))
    databases.use(databases.copy(run.cluster, shop.database, to="sold"))
    sell(count=count, prefix="before")
    pair = Comparison(
        code="cpu",
        says="CPU of a purchase that is replayed against one that is recorded",
        left="simulating, a purchase",
        right="purchasing.record, a purchase",
        goal=GOAL,
    )
    compare(
        pair,
        left=Side(name="replay", work=lambda _number: int(replay()["purchases"])),
        right=Side(name="record", work=lambda n: sell(count=MEMBERS, prefix=f"round{n}")),
        rounds=run.rounds,
        meter=run.meter,
    )
    report.comparisons.append(pair)
    report.notes.append(note_of(pair))
    report.twins.append(check())
    return report


def note_of(pair: Comparison) -> str:
    """Say how many purchases a second of CPU replays; a clock on the wall would say less."""
    cost, _other = pair.get_costs()
    seconds = cost.application + cost.database
    return f"{round(1 / seconds):,} purchases a second of CPU, application and database"


def sell(*, count: int, prefix: str) -> int:
    """Record purchases of now, member after member, of ten lines each."""
    from members import purchasing
    from members.models import Member
    from members.selling import Sale, SaleLine

    at = timezone.now()
    members = list(Member.objects.order_by("pk")[:MEMBERS])
    lines = [
        SaleLine(amount_cents=199 + place, category=scene.CATEGORIES[place % 5])
        for place in range(10)
    ]
    total = sum(line.amount_cents for line in lines)
    for number in range(count):
        member = members[number % len(members)]
        sale = Sale(member=member, occurred_at=at, total_cents=total, lines=lines)
        purchasing.record(sale=sale, key=f"{prefix}-{number}", at=at)
    return count


def replay() -> dict[str, Any]:
    """Replay all that was sold through the rules as they are."""
    from loyalty.programmes import books
    from members import simulating
    from members.replaying import Replay

    book, at = books.get_book(), timezone.now()
    found = Replay(book=book, at=at)
    first = simulating.first_day(months=12, at=at, book=book)
    for chunk in simulating.chunks_of(simulating.get_purchases(first=first)):
        take(found, chunk)
    return found.as_json()


def take(found: Any, chunk: Sequence[tuple[Any, Any]]) -> None:
    for purchase, lines in chunk:
        found.take(purchase=purchase, lines=lines)


def check() -> Twin:
    report = replay()
    is_right = report["was"]["by_rule"] == report["would"]["by_rule"]
    return Twin("to-the-point", "the live rules come to what was given", is_right)
