"""B3: spending against earning, and spending from a thousand lots against one."""

from benchmarks import checks, moving
from benchmarks.harness import Comparison, Report, Side, Twin, compare
from benchmarks.run import Run

ACCOUNTS, LOTS = 20_000, 5
CALLS = 200
MANY_LOTS = 1_000
FEW = 10
GOAL = 1.4
GOAL_WITH_MANY_LOTS = 2.0


def measure(run: Run) -> Report:
    """Redeem and earn on the same accounts in turn; then redeem from many lots and from one."""
    calls = max(run.scaled(CALLS), 20)
    report = Report(code="B3", title=f"redeem, {ACCOUNTS:,} accounts of {LOTS} lots")
    moving.build(run, "b3", accounts=ACCOUNTS, lots=LOTS)
    hoarders, others = (open_accounts(lots=lots) for lots in (MANY_LOTS, 1))
    run.cluster.freeze("b3")
    holders = moving.spread(ACCOUNTS, count=calls)
    report.comparisons += [
        compare(
            Comparison(
                code="redeem",
                says="database CPU of spending a point against earning ten",
                left="redeem",
                right="earn",
                goal=GOAL,
                part="database",
            ),
            left=Side("redeem", moving.each(moving.redeem, holders, "spent")),
            right=Side("earn", moving.each(moving.earn, holders, "earned")),
            rounds=run.rounds,
            meter=run.meter,
        ),
        compare(
            Comparison(
                code="lots",
                says=f"database CPU of spending from {MANY_LOTS:,} open lots against one",
                left=f"redeem, {MANY_LOTS:,} lots",
                right="redeem, 1 lot",
                goal=GOAL_WITH_MANY_LOTS,
                part="database",
            ),
            left=Side("many", repeated(hoarders, "many", calls=calls)),
            right=Side("one", repeated(others, "one", calls=calls)),
            rounds=run.rounds,
            meter=run.meter,
        ),
    ]
    report.twins += check(run, calls=calls, hoarders=hoarders)
    return report


def repeated(holders: list[int], name: str, *, calls: int):
    """Return a round's work on a few accounts, each again and again."""

    def work(number: int) -> int:
        for call in range(calls):
            moving.redeem(holders[call % len(holders)], f"{name}-{number}-{call}")
        return calls

    return work


def open_accounts(*, lots: int) -> list[int]:
    """Open a few accounts of so many lots, each with an end of its own, and a thousand points."""
    from datetime import timedelta

    from django.db import transaction

    from loyalty.ledger import posting

    with transaction.atomic():
        holders = posting.open_holders(count=FEW, at=moving.EARNED_AT, wallets=["points"])
        for holder in holders:
            grants = [
                posting.Grant(
                    "points",
                    10_000 // lots,
                    moving.EARNED_AT,
                    moving.LATER + moving.ALIVE_FOR + timedelta(hours=number),
                )
                for number in range(lots)
            ]
            posting.earn(
                account=posting.lock(holder)["points"],
                grants=grants,
                reference="hoard",
                key="hoard",
                at=moving.EARNED_AT,
            )
    return [holder.pk for holder in holders]


def check(run: Run, *, calls: int, hoarders: list[int]) -> list[Twin]:
    from django.db.models import Sum

    from loyalty.ledger.models import Account, Movement

    spent = Movement.objects.filter(destination="redeemed").aggregate(points=Sum("points"))
    left = Account.objects.filter(holder__in=hoarders).aggregate(points=Sum("available"))
    return [
        Twin("spent", "as many points are spent as asked",
             spent["points"] == 3 * calls * (run.rounds + 1)),
        Twin("left", "and the others are left",
             left["points"] == FEW * 10_000 - calls * (run.rounds + 1)),
        Twin("ledger", "the ledger verifies", checks.is_ledger_sound()),
    ]  # fmt: skip
