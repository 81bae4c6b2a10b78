"""The hash of an entry: SHA-256 over its content, its movements and the hash before it.

Integers in decimal, moments as microseconds since 1970, absent values as nothing, joined by
`|`: the same from Python and from SQL. Opaque words cannot contain the separator.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Return whole microseconds since 1970, exactly."""
    return (moment - _EPOCH) // _MICROSECOND


def digest(facts: Iterable[object]) -> str:
    """Return the hash of facts, in order: integers, words, None."""
    return sha256(
        "|".join("" if fact is None else str(fact) for fact in facts).encode()
    ).hexdigest()


def seal(
    *,
    previous_hash: str,
    content: Sequence[object],
    moves: Iterable[tuple[int | None, str, str, int]],
    lots: Iterable[Sequence[object]],
    more: Iterable[object] = (),
) -> str:
    """Return an entry's hash.

    `moves` are (lot, source, destination, points); `lots` are those it opened, as
    `describe_lot` gives them. Their order does not matter: they are sorted here. Each list
    is preceded by its length, so that no fact can be taken for its neighbour. `more` is what
    few entries say besides, as `describe_more` gives it.
    """
    ordered_moves = sorted(
        (lot or 0, source, destination, points) for lot, source, destination, points in moves
    )
    ordered_lots = sorted(lots, key=lambda lot: lot[0])  # type: ignore[return-value, arg-type]
    facts: list[object] = [previous_hash, *content, len(ordered_moves)]
    for move in ordered_moves:
        facts += move
    facts.append(len(ordered_lots))
    for lot in ordered_lots:
        facts += lot
    return digest([*facts, *more])


def describe_more(
    *,
    transfer: str | None,
    forgiven: int | None,
    waived: int | None,
    opens: tuple[str, int, datetime] | None,
    closes: int | None,
    origins: Iterable[tuple[int, int, int]],
    waits: Iterable[tuple[int, str, datetime, str]],
    wakes: Iterable[tuple[int, datetime, datetime]],
) -> list[object]:
    """Return what only some entries say, each fact behind its name; most say nothing.

    `opens` is a hold (public id, points, lapses), `closes` the number of the entry that opened
    the hold that ends; `origins` say of opened lots (number, account, number) where their
    points were before; `waits` (number, event, too late from, life) what they wait for, and
    `wakes` of lots whose event has come (number, usable from, until) their dates.
    """
    facts: list[object] = []
    if transfer is not None:
        facts += ["transfer", transfer]
    if forgiven is not None or waived is not None:
        facts += ["spared", forgiven, waived]
    if opens is not None:
        facts += ["hold", opens[0], opens[1], microseconds(opens[2])]
    if closes is not None:
        facts += ["closes", closes]
    for origin in sorted(origins):
        facts += ["from", *origin]
    for number, event, cancels_at, life in sorted(waits):
        facts += ["waits", number, event, microseconds(cancels_at), life]
    for number, available_at, expires_at in sorted(wakes):
        facts += ["wakes", number, microseconds(available_at), microseconds(expires_at)]
    return facts


def describe_lot(
    *,
    number: int,
    rule_version: int | None,
    earned_at: datetime,
    original: int,
    available_at: datetime,
    expires_at: datetime,
) -> tuple[object, ...]:
    """Return what of a lot never changes."""
    return (
        number,
        rule_version,
        microseconds(earned_at),
        original,
        microseconds(available_at),
        microseconds(expires_at),
    )
