"""B1: recordPurchase with ten lines against an empty POST and the product's own statements."""

from datetime import datetime

import psycopg
from django.utils import timezone

from benchmarks import checks, databases, doors, profiles, scene, served, wire
from benchmarks.counting import build_purchase, count_round_trips
from benchmarks.doors import Answer, Environ
from benchmarks.harness import Comparison, Report, Side, Twin, compare
from benchmarks.run import Run
from benchmarks.scene import Scene

Streams = list[list[list[bytes]]]
EMPTY = "/benchmarks/empty"
SHOPPERS = 60
LOTS = 50
LINES = 10
GOAL = 2.0


def measure(run: Run) -> Report:
    """Measure the path of a purchase, count its round trips, and check what it wrote."""
    report = Report(code="B1", title=f"recordPurchase, {LINES} lines, 10 rules, {LOTS} open lots")
    shop = scene.build(run.cluster, database="b1", shoppers=run.scaled(SHOPPERS), lots=LOTS)
    at = timezone.now()
    doors.warm_up(build_purchase(shop, shop.shoppers[0], receipt="warm", lines=LINES, at=at))
    streams = hear_all(run, shop, at=at)
    count_round_trips(run, shop, report=report, at=at)
    compare_with_floor(run, shop, streams, report=report, at=at)
    report.comparisons.append(compare_served(run, shop, at=at))
    if run.is_profiled:
        report.notes += profile(run, shop, streams, at=at)
    return report


def build_empty(shop: Scene) -> Environ:
    return doors.build_request("POST", EMPTY, api_key=shop.api_key, body={})


def build_round(shop: Scene, *, number: int, at: datetime) -> list[Environ]:
    """Return one purchase for each member; the same for the same round."""
    return [
        build_purchase(shop, shopper, receipt=f"R{number}-{place}", lines=LINES, at=at)
        for place, shopper in enumerate(shop.shoppers)
    ]


def hear_all(run: Run, shop: Scene, *, at: datetime) -> Streams:
    """Return what each purchase of each round says, without what an empty POST says too."""
    databases.use(databases.copy(run.cluster, shop.database, to="b1_heard"))
    with wire.listening(log=run.cluster.log) as floor:
        doors.send(build_empty(shop))
    streams = []
    for number in range(run.rounds + 1):
        heard = []
        for environ in build_round(shop, number=number, at=at):
            with wire.listening(log=run.cluster.log) as conversation:
                doors.expect(201, doors.send(environ))
            heard.append(wire.leave_out(conversation.statements, already=floor.statements))
        streams.append(heard)
    return streams


def compare_with_floor(
    run: Run, shop: Scene, streams: Streams, *, report: Report, at: datetime
) -> None:
    """Measure purchases on one copy against empty calls and replayed statements on another."""
    databases.copy(run.cluster, shop.database, to="b1_live")
    databases.copy(run.cluster, shop.database, to="b1_replayed")
    databases.use("b1_live")
    answers: list[Answer] = []
    comparison = Comparison(
        code="cpu",
        says="CPU of a purchase against the least it could cost",
        left="recordPurchase",
        right="empty POST + the same statements",
        goal=GOAL,
    )
    with run.cluster.connect("b1_replayed") as replayed:
        left = buying(run, shop, answers=answers, at=at)
        right = replaying(run, shop, streams, to=replayed)
        report.comparisons.append(
            compare(comparison, left=left, right=right, rounds=run.rounds, meter=run.meter)
        )
    check(report, answers)


def compare_served(run: Run, shop: Scene, *, at: datetime) -> Comparison:
    """Measure purchases behind gunicorn; the warm one is of a receipt that no round has."""
    return served.compare_served(
        run,
        database=shop.database,
        named="a purchase",
        calls=lambda number: build_round(shop, number=number, at=at),
        status=201,
        warm=build_purchase(shop, shop.shoppers[0], receipt="warm", lines=LINES, at=at),
    )


def buying(run: Run, shop: Scene, *, answers: list[Answer], at: datetime) -> Side:
    """Return the side that sends purchases and keeps what they were answered."""
    requests = [build_round(shop, number=number, at=at) for number in range(run.rounds + 1)]

    def buy(number: int) -> int:
        answers.extend(map(doors.send, requests[number]))
        return len(requests[number])

    return Side(name="purchase", work=buy, prepare=lambda _number: run.cluster.rest())


def replaying(run: Run, shop: Scene, streams: Streams, *, to: psycopg.Connection) -> Side:
    """Return the side that sends empty calls, each followed by what a purchase said."""
    empties = [[build_empty(shop) for _ in streams[0]] for _number in range(run.rounds + 1)]

    def replay(number: int) -> int:
        for environ, statements in zip(empties[number], streams[number], strict=True):
            doors.send(environ)
            wire.replay(to, statements)
        return len(streams[number])

    return Side(name="floor", work=replay, prepare=lambda _number: run.cluster.rest())


def check(report: Report, answers: list[Answer]) -> None:
    """Compare what was answered, booked, and booked again by the replay."""
    awarded = sum(doors.expect(201, answer).json()["award"]["points"] for answer in answers)
    found = []
    for database in ("b1_heard", "b1_live", "b1_replayed"):
        databases.use(database)
        found.append((checks.get_sums(), checks.is_ledger_sound()))
    heard, live, again = (sums for sums, _ in found)
    databases.use("b1")
    before = checks.get_sums()
    report.twins += [
        Twin("ledger", "every ledger verifies", all(is_sound for _, is_sound in found)),
        Twin("balanced", "purchases, entries and accounts agree", checks.is_balanced(live)),
        Twin("answers", "the answers add up", awarded == live.awarded - before.awarded > 0),
        Twin("replay", "the replay wrote the same", heard == live == again),
    ]


def profile(run: Run, shop: Scene, streams: Streams, *, at: datetime) -> list[str]:
    """Say where the application's time goes over one round, and the database's over its replay."""
    databases.use(databases.copy(run.cluster, shop.database, to="b1_profiled"))
    requests = build_round(shop, number=0, at=at)
    doors.send(build_empty(shop))

    def work() -> int:
        for environ in requests:
            doors.send(environ)
        return len(requests)

    lines = profiles.profile(work)
    databases.copy(run.cluster, shop.database, to="b1_timed")
    with run.cluster.connect("b1_timed") as timed:
        wire.replay(timed, [statement for stream in streams[0] for statement in stream])
        slowest = wire.time_statements(timed, streams[1])
    lines.append("time of each kind of statement as the client waits for it, a purchase:")
    return lines + [
        f"  {seconds * 1000:6.3f} ms {times:4.1f} times  {' '.join(shape.split())[:90]}"
        for seconds, times, shape in slowest
    ]
