"""P15: ten times what can be done, for five minutes: who is refused, and how soon it is over."""

import time

from benchmarks import checks, databases, scene, served
from benchmarks.crowds import Heard, Tills
from benchmarks.harness import Count, Report, Twin
from benchmarks.run import Run

SHOPPERS = 200
THREADS = 4
TIMES = 10
SECONDS, LEAST_SECONDS, TO_KNOW_SECONDS = 300, 20, 10
MOST_SECONDS_AFTER, AT_ONCE_SECONDS = 10, 1.0
_PATIENCE_SECONDS = 60


def measure(run: Run) -> Report:
    """Learn how many sales a second can be done, ask for ten times as many, and wait for calm."""
    shop = scene.build(run.cluster, database="p15", shoppers=SHOPPERS, lots=2)
    database = databases.copy(run.cluster, "p15", to="p15_pressed")
    seconds = max(run.scaled(SECONDS), LEAST_SECONDS)
    with served.serving(run.cluster, database, threads=THREADS) as server:
        tills = Tills(server.port, shop.api_key, tuple(one.card for one in shop.shoppers))
        begun = tills.keep_busy(tills=served.WORKERS * THREADS, seconds=LEAST_SECONDS // 10)
        known = tills.keep_busy(tills=served.WORKERS * THREADS, seconds=TO_KNOW_SECONDS)
        rate = known.statuses[201] / TO_KNOW_SECONDS
        heard = tills.press(calls_a_second=TIMES * rate, seconds=seconds)
        after, calm = wait_for_calm(tills)
    report = Report(code="P15", title=f"ten times what can be done, {seconds} s")
    report.counts += counts_of(heard, after)
    told = Heard()
    for one in (begun, known, heard, calm):
        told.add(one)
    report.notes += [
        f"{rate:.0f} sales a second were done, {TIMES * rate:.0f} asked for",
        f"{heard.calls:,} calls: "
        + ", ".join(f"{n:,} × {code}" for code, n in sorted(heard.statuses.items())),
        f"the longest answer took {heard.longest:.1f} s",
    ]
    databases.use(database)
    report.twins += check(told)
    return report


def wait_for_calm(tills: Tills) -> tuple[float, Heard]:
    """Return after how many seconds a sale is done at once again, and what was said till then."""
    began, said = time.monotonic(), Heard()
    while time.monotonic() - began < _PATIENCE_SECONDS:
        heard = tills.sell_once()
        said.add(heard)
        if heard.statuses[201] and heard.longest < AT_ONCE_SECONDS:
            break
    return time.monotonic() - began, said


def counts_of(heard: Heard, after: float) -> list[Count]:
    odd = sum(told for status, told in heard.statuses.items() if status not in (201, 429, 503))
    return [
        Count("unanswered", "calls without an answer", heard.unanswered, 0),
        Count("without-a-wait", "refusals without Retry-After", heard.without_a_wait, 0),
        Count("odd", "answers that are no 201, 429 or 503", odd, 0),
        Count("after", "seconds until a sale is done at once", round(after), MOST_SECONDS_AFTER),
    ]


def check(told: Heard) -> list[Twin]:
    """Whatever was said to be done is in the books, and nothing else but what nobody was told."""
    from members.models import Purchase

    sold = Purchase.objects.filter(receipt__startswith="P15-").count()
    sums = checks.get_sums()
    return [
        Twin("sales", "sales in the books are those that were told so", is_as_told(sold, told)),
        Twin("sums", "awards, entries and accounts agree", checks.is_balanced(sums)),
        Twin("ledger", "the ledger verifies", checks.is_ledger_sound()),
    ]


def is_as_told(sold: int, told: Heard) -> bool:
    """Say whether so many sales may be in the books: one that was not answered may be, or not."""
    done = told.statuses[201]
    return done <= sold <= done + told.unanswered
