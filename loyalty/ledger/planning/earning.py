"""Points come in: from an award, or by an adjustment."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from loyalty.ledger.planning.accounts import AWAY, NEVER, Lot, Move, Wait, in_utc
from loyalty.ledger.planning.drafts import Draft, Note, PlannedEntry
from loyalty.ledger.planning.settling import repay, settle, settle_new


class TakesEffectLater(Exception):
    """An earn may take effect in the past, never in the future."""


@dataclass(frozen=True)
class Grant:
    """Points in one wallet, usable from `available_at` until just before `expires_at`.

    Those that wait for an event have the dates `AWAY` and `NEVER`, until it has come.
    """

    wallet: str
    points: int
    available_at: datetime
    expires_at: datetime
    rule_version: int | None = None
    wait: Wait | None = None


def earn(
    draft: Draft,
    *,
    grants: Sequence[Grant],
    note: Note,
    occurred_at: datetime | None = None,
    kind: str = "EARN",
) -> PlannedEntry:
    """Settle, then enter one earn: a lot per distinct (available, expires, rule version, wait).

    Points wait until their moment; what of them is already due is entered at once, at its own
    instant. What the account owes is repaid now. Raises TakesEffectLater.
    """
    settle(draft)
    effect = draft.now if occurred_at is None else in_utc(occurred_at)
    if effect > draft.now:
        raise TakesEffectLater
    lots = [_open(draft, grant, effect) for grant in _merged(grants)]
    moves = [
        Move(lot.number, "issued", "pending" if lot.is_pending else "available", lot.original)
        for lot in lots
    ]
    points = sum(lot.original for lot in lots)
    entry = draft.enter(
        kind=kind, points=points, moves=moves, occurred_at=effect, note=note, opened=lots
    )
    settle_new(draft, lots)
    repay(draft, at=draft.now)
    draft.close(has_acted=True)
    return entry


def _merged(grants: Sequence[Grant]) -> list[Grant]:
    merged: dict[tuple[datetime, datetime, int | None, Wait | None], Grant] = {}
    for grant in grants:
        start, end = in_utc(grant.available_at), in_utc(grant.expires_at)
        alike = (start, end, grant.rule_version, _in_utc(grant.wait))
        if grant.points <= 0 or alike[0] >= alike[1]:
            raise ValueError("A grant has points, and a while in which they can be used.")
        if grant.wait is not None and (start, end) != (AWAY, NEVER):
            raise ValueError("Points that wait for an event have no dates yet.")
        so_far = merged[alike].points if alike in merged else 0
        merged[alike] = Grant(grant.wallet, so_far + grant.points, *alike)
    if not merged:
        raise ValueError("There is nothing to earn.")
    return list(merged.values())


def _in_utc(wait: Wait | None) -> Wait | None:
    return replace(wait, cancels_at=in_utc(wait.cancels_at)) if wait else None


def _open(draft: Draft, grant: Grant, effect: datetime) -> Lot:
    lot = Lot(
        number=draft.next_lot_number(),
        earned_at=effect,
        original=grant.points,
        remaining=0,
        is_pending=grant.available_at > effect,
        available_at=grant.available_at,
        expires_at=grant.expires_at,
        rule_version=grant.rule_version,
        wait=grant.wait,
    )
    draft.open_lot(lot)
    return lot
