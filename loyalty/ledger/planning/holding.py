"""Points are set aside for a payment, then used, let go, or forgotten."""

from datetime import timedelta

from loyalty.ledger.planning.accounts import Hold, Move
from loyalty.ledger.planning.drafts import Draft, More, Note, NotEnough, PlannedEntry
from loyalty.ledger.planning.settling import draw, release, repay, settle


class NotOpen(Exception):
    """The hold has ended: it was captured, voided, or has lapsed by the draft's clock."""


def hold(
    draft: Draft, *, points: int, lasts: timedelta, public_id: str, note: Note
) -> PlannedEntry:
    """Settle, then set points aside for a while, earliest expiry first. Raises NotEnough."""
    if points <= 0 or lasts <= timedelta():
        raise ValueError("A hold has points, and a while in which they can be captured.")
    settle(draft)
    available = draft.book.buckets["available"]
    if available < points:
        raise NotEnough(available=available, required=points)
    parts = [(lot.number, n) for lot, n in draw(draft, points)]
    opened = Hold(draft.book.entry_seq + 1, public_id, draft.now + lasts, parts)
    entry = draft.enter(
        kind="HOLD",
        points=-points,
        moves=[Move(number, "available", "held", n) for number, n in parts],
        occurred_at=draft.now,
        note=note,
        more=More(opens=opened),
    )
    draft.close(has_acted=True)
    return entry


def capture(draft: Draft, *, number: int, points: int, note: Note) -> PlannedEntry:
    """Settle, then spend so many points of a hold, those that die first; let the others go.

    Raises NotOpen, or NotEnough when the hold has fewer.
    """
    if points <= 0:
        raise ValueError("Points to capture are one or more.")
    held = _find(draft, number)
    if points > held.points:
        raise NotEnough(available=held.points, required=points)
    entry = release(
        draft, held, kind="CAPTURE", state="CAPTURED", at=draft.now, captured=points, note=note
    )
    repay(draft, at=draft.now)
    draft.close(has_acted=True)
    return entry


def void(draft: Draft, *, number: int, note: Note) -> PlannedEntry:
    """Settle, then let all points of a hold go. Raises NotOpen."""
    held = _find(draft, number)
    entry = release(draft, held, kind="VOID", state="VOIDED", at=draft.now, note=note)
    repay(draft, at=draft.now)
    draft.close(has_acted=True)
    return entry


def _find(draft: Draft, number: int) -> Hold:
    settle(draft)
    held = draft.book.holds.get(number)
    if held is None:
        raise NotOpen
    return held
