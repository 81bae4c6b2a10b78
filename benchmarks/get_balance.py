"""B2: getBalance, the quickest call, against an empty GET."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from benchmarks import checks, counting, databases, doors, profiles, scene, served, wire
from benchmarks.doors import Answer, Environ
from benchmarks.harness import Comparison, Count, Report, Side, Twin, compare
from benchmarks.run import Run
from benchmarks.scene import Scene, Shopper

EMPTY = "/benchmarks/empty"
SHOPPERS = 50
CALLS = 300
LOTS = 20
GOAL = 2.0
MANY_LOTS = 1_000
BYSTANDERS = 20_000
GOAL_WITH_MANY_LOTS = 2.0
MOST_STATEMENTS = 2


def measure(run: Run) -> Report:
    """Measure reading a balance, count its statements, and compare what it said."""
    report = Report(code="B2", title=f"getBalance, a member with {LOTS} open lots")
    shop = scene.build(run.cluster, database="b2", shoppers=SHOPPERS, lots=LOTS)
    hoarder = make_hoarder(run)
    count = max(SHOPPERS, run.scaled(CALLS))
    balances = [build_balance(shop, shop.shoppers[n % SHOPPERS]) for n in range(count)]
    empties = [doors.build_request("GET", EMPTY, api_key=shop.api_key)] * count
    many = [build_balance(shop, hoarder)] * max(1, count // 3)
    count_statements(run, balances[0], report=report)
    answers: list[Answer] = []
    balance = Side(name="balance", work=lambda _number: read(balances, keep=answers))
    empty = Side(name="empty", work=lambda _number: read(empties))
    hoard = Side(name="hoard", work=lambda _number: read(many))
    for comparison, left, right in (
        (against_empty(), balance, empty),
        (with_many_lots(), hoard, balance),
    ):
        report.comparisons.append(
            compare(comparison, left=left, right=right, rounds=run.rounds, meter=run.meter)
        )
    check(report, shop, answers)
    report.comparisons.append(
        served.compare_served(
            run, database=shop.database, named="reading a balance",
            calls=lambda _number: balances, status=200, warm=balances[0],
        )
    )  # fmt: skip
    if run.is_profiled:
        report.notes += profiles.profile(lambda: read(balances))
    return report


def against_empty() -> Comparison:
    return Comparison(
        code="cpu",
        says="CPU of reading a balance against a call that reads nothing",
        left="getBalance",
        right="empty GET",
        goal=GOAL,
    )


def with_many_lots() -> Comparison:
    return Comparison(
        code="lots",
        says=f"CPU of reading a balance of {MANY_LOTS} open lots against one of {LOTS}",
        left=f"getBalance, {MANY_LOTS} lots",
        right=f"getBalance, {LOTS} lots",
        goal=GOAL_WITH_MANY_LOTS,
    )


def make_hoarder(run: Run) -> Shopper:
    """Add somebody with many lots, and accounts of others who have none to look at."""
    from loyalty.ledger import posting

    at = timezone.now() - timedelta(days=1)
    hoarder = counting.make_shopper(lots=MANY_LOTS, at=at)
    with transaction.atomic():
        posting.open_holders(count=BYSTANDERS, at=at, wallets=["points"])
    run.cluster.freeze("b2")
    return hoarder


def build_balance(shop: Scene, shopper: Shopper) -> Environ:
    """Return a call. A GET has no body, so that the same can be sent again."""
    path = f"/api/v1/members/{shopper.public_id}/balance"
    return doors.build_request("GET", path, api_key=shop.api_key)


def read(calls: Sequence[Environ], *, keep: list[Answer] | None = None) -> int:
    """Make calls and return how many they were."""
    answers = [doors.send(environ) for environ in calls]
    if keep is not None:
        keep.extend(answers)
    return len(calls)


def count_statements(run: Run, environ: Environ, *, report: Report) -> None:
    doors.expect(200, doors.send(environ))
    with wire.listening(log=run.cluster.log) as heard:
        doors.expect(200, doors.send(environ))
    report.counts.append(Count("statements", "statements", len(heard.statements), MOST_STATEMENTS))
    report.twins.append(counting.agree([heard]))
    report.notes += counting.describe("what reading a balance says", heard)


def check(report: Report, shop: Scene, answers: list[Answer]) -> None:
    """Compare what was answered with the sum of each member's purchases."""
    from members.models import Purchase

    databases.use(shop.database)
    said = {
        shopper.public_id: doors.expect(200, answer).json()["available"]
        for shopper, answer in zip(shop.shoppers, answers, strict=False)
    }
    bought: dict[str, int] = {}
    for member, points in Purchase.objects.values_list("member__public_id", "points"):
        bought[member] = bought.get(member, 0) + points
    report.twins += [
        Twin("balances", "every balance is the sum of the purchases", said == bought),
        Twin("ledger", "the ledger verifies", checks.is_ledger_sound()),
    ]
