"""B5: sixteen clients on one member against sixteen on sixteen."""

import multiprocessing
import time
from collections.abc import Sequence
from typing import Any

from django.db import connection

from benchmarks import checks, databases, moving
from benchmarks.harness import FEWEST_ROUNDS, Comparison, Cost, Report, Twin
from benchmarks.run import Run

CLIENTS = 16
CALLS = 60
ACCOUNTS, LOTS = 1_000, 5
GOAL = 1 / 0.35


def measure(run: Run) -> Report:
    """Let sixteen processes earn and spend at once, on one account and on one each."""
    calls = max(run.scaled(CALLS), 10) // 2 * 2
    report = Report(code="B5", title=f"{CLIENTS} clients at once, {calls} calls each")
    moving.build(run, "b5", accounts=ACCOUNTS, lots=LOTS)
    comparison = Comparison(
        code="rate",
        says="time of a call, earning and spending in turn",
        left=f"{CLIENTS} clients on one member",
        right=f"{CLIENTS} clients on {CLIENTS}",
        goal=GOAL,
        unit="ms of time",
    )
    one, many = [1] * CLIENTS, list(range(2, 2 + CLIENTS))
    errors: list[str] = []
    for number in range(max(run.rounds, FEWEST_ROUNDS) + 1):
        pair = tuple(
            play(holders, f"{name}{number}", calls=calls, errors=errors)
            for name, holders in (("one", one), ("many", many))
        )
        if number:
            comparison.rounds.append((pair[0], pair[1]))
    report.comparisons.append(comparison)
    databases.use("b5")
    report.twins += check(calls * (len(comparison.rounds) + 1), errors)
    return report


def play(holders: Sequence[int], name: str, *, calls: int, errors: list[str]) -> Cost:
    """Let one process a holder go at once; return the time of a call, all of them together."""
    connection.close()
    fork = multiprocessing.get_context("fork")
    gate, told = fork.Barrier(len(holders) + 1), fork.SimpleQueue()
    clients = [
        fork.Process(target=call, args=(holder, f"{name}-{n}", calls, gate, told))
        for n, holder in enumerate(holders)
    ]
    for client in clients:
        client.start()
    gate.wait()
    began = time.perf_counter()
    for _client in clients:
        errors += told.get()
    seconds = time.perf_counter() - began
    for client in clients:
        client.join()
    return Cost(application=seconds / (calls * len(holders)))


def call(holder: int, name: str, calls: int, gate: Any, told: Any) -> None:
    """Earn and spend in turn, with a connection of one's own; tell what went wrong."""
    connection.ensure_connection()
    gate.wait()
    errors = []
    for number in range(calls):
        verb = moving.redeem if number % 2 else moving.earn
        try:
            verb(holder, f"{name}-{number}")
        except Exception as error:  # noqa: BLE001 (told, and the run is wrong)
            errors.append(repr(error))
    told.put(errors)
    connection.close()


def check(calls: int, errors: list[str]) -> list[Twin]:
    """Compare the accounts with what was asked of them: half of the calls earn ten, half spend."""
    from django.db.models import F

    from loyalty.ledger.models import Account

    spends = calls // 2
    most = Account.objects.get(holder=1)
    others = Account.objects.filter(holder__in=range(2, 2 + CLIENTS))
    return [
        Twin("errors", "no deadlock and no error", not errors),
        Twin("one", "the one account adds up", most.redeemed == CLIENTS * spends
             and most.entry_seq == LOTS + CLIENTS * calls),
        Twin("many", "so do the others", not others.exclude(
            redeemed=spends, entry_seq=LOTS + calls, issued=F("available") + spends).exists()),
        Twin("sums", "earned and spent make what is there",
             most.available == most.issued - most.redeemed),
        Twin("ledger", "the ledger verifies", checks.is_ledger_sound()),
    ]  # fmt: skip
