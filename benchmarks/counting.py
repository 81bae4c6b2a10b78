"""How many round trips a purchase takes: the same whatever its size, its rules and its lots."""

from datetime import datetime, timedelta
from typing import Any

from benchmarks import databases, doors, scene, wire
from benchmarks.doors import Environ
from benchmarks.harness import Count, Report, Twin
from benchmarks.run import Run
from benchmarks.scene import Scene, Shopper
from benchmarks.wire import Conversation

PURCHASES = "/api/v1/purchases"
MOST_ROUND_TRIPS = 8
MOST_FOR_A_REPLAY = 2


def build_purchase(
    shop: Scene, shopper: Shopper, *, receipt: str, lines: int, at: datetime
) -> Environ:
    """Return one purchase ready to be sent, its receipt also its Idempotency-Key."""
    body = scene.basket(lines=lines, receipt=receipt, card=shopper.card, at=at)
    return doors.build_request("POST", PURCHASES, api_key=shop.api_key, body=body, key=receipt)


def count_round_trips(run: Run, shop: Scene, *, report: Report, at: datetime) -> None:
    """Count a purchase of 1, 10 and 100 lines; its replay; without lots, and with a thousand."""
    databases.use(databases.copy(run.cluster, shop.database, to="b1_counted"))
    shopper = shop.shoppers[0]

    def hear(who: Shopper, name: str, lines: int) -> Conversation:
        purchase = build_purchase(shop, who, receipt=name, lines=lines, at=at)
        with wire.listening(log=run.cluster.log) as conversation:
            doors.expect(201, doors.send(purchase))
        return conversation

    found = {
        f"{lines} lines" if lines > 1 else "1 line": hear(shopper, f"L{lines}", lines)
        for lines in (1, 10, 100)
    }
    replay = hear(shopper, "L10", 10)
    found["no open lot"] = hear(make_shopper(lots=0, at=at), "no-lot", 10)
    found["1,000 open lots"] = hear(make_shopper(lots=1_000, at=at), "many-lots", 10)
    scene.add_rules(count=99, at=at - timedelta(minutes=1))
    hear(shopper, "compiled", 10)
    found["100 rules"] = hear(shopper, "many-rules", 10)
    report.counts += [
        Count(name, f"round trips, {name}", heard.round_trips, MOST_ROUND_TRIPS)
        for name, heard in found.items()
    ]
    report.counts.append(
        Count("replay", "round trips, a repeated key", replay.round_trips, MOST_FOR_A_REPLAY)
    )
    trips = [heard.round_trips for heard in found.values()]
    report.counts.append(
        Count("spread", "round trips between the fewest and the most", max(trips) - min(trips), 0)
    )
    report.twins.append(agree([*found.values(), replay]))
    report.notes += describe("what a purchase says", found["10 lines"])


def make_shopper(*, lots: int, at: datetime) -> Shopper:
    """Enrol somebody and give them so many open lots."""
    member: Any = scene.enrol(count=1, at=at - timedelta(days=300))[0]
    if lots:
        scene.open_lots(member, count=lots, at=at - timedelta(days=1))
    return scene.shopper_of(member)


def agree(conversations: list[Conversation]) -> Twin:
    """Say whether psycopg's cursors and the server's log tell of the same statements."""
    return Twin(
        "heard",
        "the server's log holds as many statements as were heard",
        all(len(heard.statements) == heard.logged > 0 for heard in conversations),
    )


def describe(title: str, heard: Conversation) -> list[str]:
    lines = [f"{title}: {len(heard.statements)} statements, {heard.round_trips} round trips"]
    return lines + [f"  {' '.join(shape.split())[:150]}" for shape in heard.shapes]
