"""B2: getBalance, the quickest call, against an empty GET."""

from benchmarks import checks, counting, databases, doors, profiles, scene, wire
from benchmarks.doors import Answer, Environ
from benchmarks.harness import Comparison, Count, Report, Side, Twin, compare
from benchmarks.run import Run
from benchmarks.scene import Scene

EMPTY = "/benchmarks/empty"
SHOPPERS = 50
CALLS = 300
LOTS = 20
GOAL = 2.0
MOST_STATEMENTS = 2


def measure(run: Run) -> Report:
    """Measure reading a balance, count its statements, and compare what it said."""
    report = Report(code="B2", title=f"getBalance, a member with {LOTS} open lots")
    shop = scene.build(run.cluster, database="b2", shoppers=SHOPPERS, lots=LOTS)
    balances, empties = build_calls(shop, count=run.scaled(CALLS))
    count_statements(run, balances[0], report=report)
    answers: list[Answer] = []

    def read(_number: int) -> int:
        answers.extend(map(doors.send, balances))
        return len(balances)

    def idle(_number: int) -> int:
        for environ in empties:
            doors.send(environ)
        return len(empties)

    comparison = Comparison(
        code="cpu",
        says="CPU of reading a balance against a call that reads nothing",
        left="getBalance",
        right="empty GET",
        goal=GOAL,
    )
    left, right = Side(name="balance", work=read), Side(name="empty", work=idle)
    report.comparisons.append(
        compare(comparison, left=left, right=right, rounds=run.rounds, meter=run.meter)
    )
    check(report, shop, answers)
    if run.is_profiled:
        report.notes += profiles.profile(lambda: read(0))
    return report


def build_calls(shop: Scene, *, count: int) -> tuple[list[Environ], list[Environ]]:
    """Return a round's calls of each side. A GET has no body, so that it can be sent again."""
    balances = [
        doors.build_request(
            "GET",
            f"/api/v1/members/{shop.shoppers[number % SHOPPERS].public_id}/balance",
            api_key=shop.api_key,
        )
        for number in range(count)
    ]
    empty = doors.build_request("GET", EMPTY, api_key=shop.api_key)
    return balances, [empty] * count


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
