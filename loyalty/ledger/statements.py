"""What an account or a whole wallet had, what happened, and what it had then: by effect.

A period ends as a day does: what falls due at its last instant belongs to it, what people do
at that instant to the next. So any two periods that meet add up, and a statement of the past
never changes with when things were booked, but for what takes effect in it later.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet

from loyalty.core import engines
from loyalty.ledger import folding
from loyalty.ledger.folding import Sums
from loyalty.ledger.models import Account
from loyalty.ledger.planning import PlannedEntry


@dataclass(frozen=True)
class Standing:
    """Points at the close of a day. The balance is what can be spent, below zero what is owed."""

    balance: int = 0
    pending: int = 0
    held: int = 0


@dataclass(frozen=True)
class Happening:
    """One entry: by how much it changed the balance, what waits and what is held, signed.

    `number` is its own in the account; None for what has fallen due and is not booked yet.
    """

    occurred_at: datetime
    kind: str
    number: int | None
    balance: int
    pending: int
    held: int
    is_settled: bool
    reference: str = ""
    reason: str = ""


@dataclass(frozen=True)
class Statement:
    """One account over a period: opening, all that happened in order of effect, closing."""

    opening: Standing
    happenings: Sequence[Happening]
    closing: Standing


@dataclass(frozen=True)
class Line:
    """Points of one kind of entry that went from one bucket to another in a period."""

    kind: str
    source: str
    destination: str
    points: int


@dataclass(frozen=True)
class Flow:
    """A whole wallet over a period: opening, sums by kind and buckets, closing."""

    opening: Standing
    lines: Sequence[Line]
    closing: Standing


def is_due(told: Happening) -> bool:
    """Say whether it happened by itself, so that at the instant a day ends it belongs to it."""
    return told.is_settled


def get_statement(*, account: Account, since: datetime, until: datetime) -> Statement:
    """Return the statement of an account after the close of `since` until that of `until`.

    What is due by then and not booked yet is in it. Five statements, however many entries,
    and two more where something is due.
    """
    opening = _standing(
        since, Account.objects.filter(pk=account.pk), condition="a.id = %s", value=account.pk
    )
    happenings = _get_booked(account, since, until) + _get_due(account, since, until)
    happenings.sort(key=_by_effect)
    balance, pending, held = opening.balance, opening.pending, opening.held
    for told in happenings:
        balance, pending, held = balance + told.balance, pending + told.pending, held + told.held
    return Statement(opening, happenings, Standing(balance, pending, held))


def get_flow(*, since: datetime, until: datetime, wallet: str = "points") -> Flow:
    """Return what happened in a wallet after the close of `since` until that of `until`.

    What is due by then and not booked yet is in it. Transfers between accounts of the wallet
    stand in two lines that cancel out. Memory does not grow with the ledger.
    """
    accounts = Account.objects.filter(wallet__code=wallet)
    opening = _standing(since, accounts, condition="w.code = %s", value=wallet)
    lines: dict[tuple[str, str, str], int] = defaultdict(int)
    for kind, source, destination, points in _select(_LINES, "w.code = %s", wallet, since, until):
        lines[kind, source, destination] += int(points)
    for _account, entry, move in folding.due(accounts, at=until):
        if _is_after(entry, since):
            lines[entry.kind, move.source, move.destination] += move.points
    sums = Sums()
    for (_kind, source, destination), points in lines.items():
        sums.add(source, destination, points)
    closing = Standing(
        opening.balance + sums.balance, opening.pending + sums.pending, opening.held + sums.held
    )
    return Flow(opening, [Line(*key, points) for key, points in sorted(lines.items())], closing)


def _standing(
    at: datetime, accounts: QuerySet[Account], *, condition: str, value: int | str
) -> Standing:
    found = folding.fold(at=at, by="0", condition=condition, parameters=[value]).get(0, Sums())
    for _account, _entry, move in folding.due(folding.is_planned(accounts), at=at):
        found.add(move.source, move.destination, move.points)
    return Standing(found.balance, found.pending, found.held)


def _get_booked(account: Account, since: datetime, until: datetime) -> list[Happening]:
    sums: dict[int, Sums] = defaultdict(Sums)
    facts: dict[int, tuple[str, datetime, str | None, str, str]] = {}
    for row in _select(_ENTRIES, "a.id = %s", account.pk, since, until):
        number, kind, occurred_at, *said, source, destination, points = row
        facts[number] = (kind, engines.from_column(occurred_at), *said)
        if points is not None:
            sums[number].add(source, destination, points)
    return [
        _happening(sums[number], effect, kind, number, key, reference, reason)
        for number, (kind, effect, key, reference, reason) in facts.items()
    ]


def _get_due(account: Account, since: datetime, until: datetime) -> list[Happening]:
    sums: dict[int, Sums] = defaultdict(Sums)
    facts: dict[int, tuple[str, datetime]] = {}
    for _account, entry, move in folding.due(Account.objects.filter(pk=account.pk), at=until):
        if _is_after(entry, since):
            facts[entry.number] = (entry.kind, entry.occurred_at)
            sums[entry.number].add(move.source, move.destination, move.points)
    return [
        _happening(sums[number], effect, kind, None, None)
        for number, (kind, effect) in facts.items()
    ]


def _happening(
    sums: Sums, effect: datetime, kind: str, number: int | None, key: str | None, *words: str
) -> Happening:
    is_settled = folding.is_settled(kind, key)
    figures = (sums.balance, sums.pending, sums.held)
    return Happening(effect, kind, number, *figures, is_settled, *words)


def _is_after(entry: PlannedEntry, close: datetime) -> bool:
    is_settled = folding.is_settled(entry.kind, entry.note.key)
    return entry.occurred_at > close or (entry.occurred_at == close and not is_settled)


def _by_effect(told: Happening) -> tuple[datetime, bool, bool, int]:
    # At one instant, what falls due comes first; what is not booked yet, last of that.
    return (told.occurred_at, not told.is_settled, told.number is None, told.number or 0)


def _select(
    statement: str, condition: str, value: int | str, since: datetime, until: datetime
) -> list[tuple]:  # type: ignore[type-arg]
    before, first = folding.until(since)
    within, last = folding.until(until)
    query = statement.format(condition=condition, effect=f"{within} AND NOT {before}")
    with connection.cursor() as cursor:
        cursor.execute(query, [value, *last, *first])
        return list(cursor.fetchall())


_LINES = """
    SELECT e.kind, m.source, m.destination, SUM(m.points)
    FROM ledger_movement m
    JOIN ledger_entry e ON e.id = m.entry_id
    JOIN ledger_account a ON a.id = m.account_id
    JOIN ledger_wallet w ON w.id = a.wallet_id
    WHERE {condition} AND {effect}
    GROUP BY 1, 2, 3
"""
_ENTRIES = """
    SELECT e.number, e.kind, e.occurred_at, e.key, e.reference, e.reason,
        m.source, m.destination, m.points
    FROM ledger_entry e
    JOIN ledger_account a ON a.id = e.account_id
    LEFT JOIN ledger_movement m ON m.entry_id = e.id
    WHERE {condition} AND {effect}
"""
