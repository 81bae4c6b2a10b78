"""B6: the sweep against one statement that writes the same rows without planning or hashes."""

import time
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction

from benchmarks import checks, databases, hoard, scene
from benchmarks.beside import earning_beside
from benchmarks.harness import Comparison, Count, Report, Side, Twin, compare
from benchmarks.run import Run

ACCOUNTS, LOTS = 1_000_000, 5
DUE = 20_000
FEW = 10_000
GOAL = 2.5
GOAL_AMONG_MANY = 1.3
GOAL_BESIDE = 1.3
MOST_MILLISECONDS = 100
EARNED_AT = datetime(2026, 1, 5, tzinfo=UTC)
FIRST = datetime(2026, 6, 1, tzinfo=UTC)
A_DAY = timedelta(days=1)

# What a day's expiry comes to, as whoever knew nothing of hashes would write it.
PLAIN = """
WITH dying AS MATERIALIZED (
    SELECT l.id, l.account_id, l.remaining, l.expires_at FROM ledger_account a
    JOIN ledger_lot l ON l.account_id = a.id AND l.remaining > 0 AND l.expires_at <= %(at)s
    WHERE a.next_event_at <= %(at)s),
dead AS (SELECT account_id, sum(remaining) AS points, max(expires_at) AS at FROM dying
    GROUP BY account_id),
lots AS (UPDATE ledger_lot SET remaining = 0 FROM dying WHERE ledger_lot.id = dying.id),
accounts AS (UPDATE ledger_account a SET available = a.available - d.points,
    expired = a.expired + d.points, entry_seq = a.entry_seq + 1, last_at = d.at,
    next_event_at = (SELECT min(l.expires_at) FROM ledger_lot l
        WHERE l.account_id = a.id AND l.remaining > 0 AND l.expires_at > %(at)s)
    FROM dead d WHERE a.id = d.account_id
    RETURNING a.id, a.holder_id, a.entry_seq, a.available, d.points, d.at),
entries AS (INSERT INTO ledger_entry (account_id, number, kind, points, reference, request_hash,
    actor, on_behalf_of, reason, occurred_at, recorded_at, pending_after, available_after,
    held_after, debt_after, previous_hash, hash)
    SELECT id, entry_seq, 'EXPIRE', -points, '', '', '', '', '', at, %(at)s, 0, available, 0, 0,
    repeat('0', 64), repeat('0', 64) FROM accounts RETURNING id, account_id),
moved AS (INSERT INTO ledger_movement (entry_id, account_id, lot_id, source, destination, points)
    SELECT e.id, e.account_id, d.id, 'available', 'expired', d.remaining
    FROM entries e JOIN dying d ON d.account_id = e.account_id),
told AS (INSERT INTO events_outboxevent (public_id, name, payload, is_historic, occurred_at,
    due_at, attempts, delivered_to, last_error)
    SELECT 'evt_plain_' || id || '_' || entry_seq, 'points.expired', jsonb_build_object(
        'account', id, 'holder', holder_id, 'wallet', 'points', 'entry', entry_seq, 'points',
        -points, 'available', available, 'reference', '', 'reason', ''),
    false, at, at, 0, '[]', '' FROM accounts)
SELECT count(*) FROM accounts
"""


def measure(run: Run) -> Report:
    """Let points expire by the sweep and by hand, beside earns, and among many and few lots."""
    accounts = max(run.scaled(ACCOUNTS), 1_000)
    due = max(run.scaled(DUE), 100)
    report = Report(code="B6", title=f"expiry, {accounts * LOTS:,} lots, {due:,} due a round")
    build(run, "b6", accounts=accounts, due=due * (run.rounds + 2), days=run.rounds + 2)
    databases.copy(run.cluster, "b6", to="b6_plain")
    compare_with_plain(run, report)
    measure_beside(run, report)
    compare_among_many(run, report, accounts=accounts)
    return report


def build(run: Run, name: str, *, accounts: int, due: int, days: int) -> None:
    """Make a ledger of which so many first lots die on so many days, and nothing else does."""
    run.cluster.create(name)
    databases.migrate(name)
    scene.set_up(at=EARNED_AT)
    hoard.fill(accounts=accounts, lots=LOTS, at=EARNED_AT, due=due, days=days, first=FIRST)
    run.cluster.freeze(name)
    run.cluster.rest()


def settle(at: datetime, *, durations: list[float] | None = None) -> int:
    """Settle what is due as the night does, some accounts in each transaction. Return how many."""
    from loyalty import night
    from loyalty.ledger import posting

    settled, sweep = 0, posting.Sweep(at=at)
    while True:
        began = time.perf_counter()
        with transaction.atomic():
            done = sweep.settle(limit=night.ACCOUNTS_AT_ONCE)
        if durations is not None:
            durations.append(time.perf_counter() - began)
        if not done:
            return settled
        settled += done


def compare_with_plain(run: Run, report: Report) -> None:
    """Measure a day's expiry on one copy by the sweep, on another by one statement."""
    counted = {"b6": 0, "b6_plain": 0}

    def swept(number: int) -> int:
        counted["b6"] += (done := settle(FIRST + number * A_DAY))
        return done

    def plain(number: int) -> int:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(PLAIN, {"at": FIRST + number * A_DAY})
            done = int(cursor.fetchone()[0])
        counted["b6_plain"] += done
        return done

    comparison = Comparison(
        code="plain",
        says="CPU of expiry against one statement without planning or hashes, an account",
        left="the sweep",
        right="one statement, the same rows",
        goal=GOAL,
    )
    left = Side("sweep", swept, prepare=lambda _number: rest_on(run, "b6"))
    right = Side("plain", plain, prepare=lambda _number: rest_on(run, "b6_plain"))
    compare(comparison, left=left, right=right, rounds=run.rounds, meter=run.meter)
    report.comparisons.append(comparison)
    report.twins += check(counted)


def rest_on(run: Run, database: str) -> None:
    databases.use(database)
    run.cluster.rest()


def check(counted: dict[str, int]) -> list[Twin]:
    """Compare what both ways left, and verify the hashes of the one that has some."""
    found = {}
    for database in counted:
        databases.use(database)
        found[database] = get_figures()
    databases.use("b6")
    return [
        Twin("same", "both ways wrote the same", found["b6"] == found["b6_plain"]),
        Twin("counted", "as many expired", counted["b6"] == counted["b6_plain"] > 0),
        Twin("ledger", "the swept ledger verifies", checks.is_ledger_sound()),
    ]


def get_figures() -> tuple[object, ...]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM ledger_entry), (SELECT sum(points) FROM ledger_movement"
            " WHERE destination = 'expired'), (SELECT sum(remaining) FROM ledger_lot),"
            " (SELECT sum(available) FROM ledger_account), (SELECT count(*) FROM"
            " events_outboxevent), (SELECT sum(extract(epoch FROM next_event_at))"
            " FROM ledger_account)"
        )
        return tuple(cursor.fetchone())


def measure_beside(run: Run, report: Report) -> None:
    """Earn from another process while nothing else goes on, and while a day's lots expire."""
    databases.use("b6")
    at = FIRST + (run.rounds + 1) * A_DAY
    durations: list[float] = []
    with earning_beside(run.cluster, "b6", at=at) as earner:
        idle = earner.measure(lambda: time.sleep(4))
        busy = earner.measure(lambda: settle(at, durations=durations))
    report.counts += [
        Count(
            "beside",
            "p99 of an earn while the sweep runs, in % of when it does not",
            round(100 * busy.p99 / idle.p99),
            round(100 * GOAL_BESIDE),
        ),
        Count(
            "longest",
            "milliseconds of the sweep's longest transaction",
            round(1000 * max(durations)),
            MOST_MILLISECONDS,
        ),
    ]
    report.notes.append(
        f"earns: {idle.count} idle, p99 {idle.p99 * 1000:.1f} ms;"
        f" {busy.count} beside {len(durations)} batches, p99 {busy.p99 * 1000:.1f} ms"
    )
    report.twins.append(
        Twin("beside", "the ledger verifies after both at once", checks.is_ledger_sound())
    )


def compare_among_many(run: Run, report: Report, *, accounts: int) -> None:
    """Measure the expiry of so many accounts among all, and of as many among few."""
    few = max(run.scaled(FEW), 100)
    days = run.rounds + 1
    build(run, "b6_many", accounts=accounts, due=few * days, days=days)
    build(run, "b6_few", accounts=few * days, due=few * days, days=days)

    def side(database: str) -> Side:
        return Side(
            database,
            lambda number: settle(FIRST + number * A_DAY),
            prepare=lambda _number: rest_on(run, database),
        )

    comparison = Comparison(
        code="many",
        says=f"CPU of {few:,} accounts' expiry among {accounts * LOTS:,} lots, an account",
        left=f"among {accounts * LOTS:,} lots",
        right=f"among {few * days * LOTS:,} lots",
        goal=GOAL_AMONG_MANY,
    )
    left, right = side("b6_many"), side("b6_few")
    compare(comparison, left=left, right=right, rounds=run.rounds, meter=run.meter)
    report.comparisons.append(comparison)
