"""Points go from one account to another: some of them, all of them, and back again."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.ledger import families, planning
from loyalty.ledger.models import Account, Entry, Kind
from loyalty.ledger.planning import Draft, PlannedEntry
from loyalty.ledger.planning.accounts import Lot
from loyalty.ledger.posting import booking, locking, repeating
from loyalty.ledger.posting.acting import must_be_open, open_two, spend

Pair = tuple[Entry, Entry]


class NotMerged(Refusal):
    code = "not-merged"
    title = _("This account was not merged into another one.")


def transfer(
    *,
    source: Account,
    target: Account,
    points: int | None,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    reference: str = "",
    actor: str = "",
    on_behalf_of: str = "",
    reason: str = "",
) -> Pair:
    """Move available points to another account of the wallet, earliest expiry first.

    Without a number all that is available or pending goes; what is held or owed stays. Each
    lot goes on with its dates and its age; what the target owes is repaid. Returns the two
    entries, which share `transfer`. Raises InsufficientPoints, AccountMerged, AccountClosed,
    KeyReused, NotOpaque.
    """
    words = {"reference": reference, "on_behalf_of": on_behalf_of, "actor": actor}
    asked = repeating.note("TRANSFER", target.pk, points, key=key, reason=reason, **words)
    one, other = _lock(source, target)
    if first := repeating.get_first(one.pk, asked):
        return _pair(first)
    must_be_open(one)
    must_be_open(other)
    drafts = open_two(one, other, at=at, recorded_at=recorded_at)
    planned: list[PlannedEntry] = []

    def plan() -> PlannedEntry:
        planned.extend(planning.transfer(*drafts, points=points, name=ids.new("tra"), note=asked))
        return planned[0]

    spend(plan)
    return _write(one, other, drafts, planned)


def merge(
    *,
    source: Account,
    target: Account,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    actor: str = "",
    reason: str = "",
) -> Pair:
    """Let an account end in another: all its lots and what it owes go there.

    Afterwards it earns and spends no more. Its holds stay, and it answers for its own entries:
    what a refund, a capture, a void, a lapse or a clawback leaves in it goes on to the target
    at once. Returns the two entries, even where nothing had to move. Raises AccountMerged,
    AccountClosed, KeyReused, NotOpaque.
    """
    asked = repeating.note("MERGE", target.pk, key=key, actor=actor, reason=reason)
    one, other = _lock(source, target)
    if first := repeating.get_first(one.pk, asked):
        return _pair(first)
    must_be_open(one)
    must_be_open(other)
    drafts = open_two(one, other, at=at, recorded_at=recorded_at)
    planned = planning.merge(*drafts, name=ids.new("tra"), note=asked)
    pair = _write(one, other, drafts, planned)
    _end_in(one, other, source)
    return pair


def unmerge(
    *,
    account: Account,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    actor: str = "",
    reason: str = "",
    is_empty: bool = False,
    earned_by: str = "",
) -> Pair:
    """Let an account that was merged stand alone again, with what is left of the lots it gave.

    And of those that were earned there on behalf of `earned_by`; or with nothing, if `is_empty`.
    What was spent of them meanwhile stays spent, what is held stays held, and what was owed
    stays where it went. Returns the entry of the other account and that of this one. Raises
    NotMerged, KeyReused, NotOpaque.
    """
    words = {"actor": actor, "on_behalf_of": earned_by, "reason": reason}
    asked = repeating.note("UNMERGE", key=key, **words)
    one, other = locking.hold_with_survivor(account.pk)
    if first := repeating.get_first(one.pk, asked):
        return _pair(first)
    if other is None:
        raise NotMerged
    draft, heir = open_two(one, other, at=at, recorded_at=recorded_at)
    lots = [] if is_empty else _lots_of(one, other, heir, earned_by=earned_by)
    left, arrived = planning.bring_back(
        heir, draft, lots=lots, points=None, name=ids.new("tra"), note=asked
    )
    pair = _write(other, one, (heir, draft), (left, arrived))
    _end_in(one, None, account)
    return pair


def _lots_of(one: Account, other: Account, heir: Draft, *, earned_by: str) -> list[Lot]:
    """Return the lots of another account that came from one since, or were earned for somebody."""
    numbers = families.read_guests(of=one.pk, at=other.pk)
    if earned_by:
        numbers |= families.read_earned_by(whom=earned_by, at=other.pk)
    return [lot for number, lot in heir.book.lots.items() if number in numbers]


def _lock(source: Account, target: Account) -> tuple[Account, Account]:
    if source.pk == target.pk or source.wallet_id != target.wallet_id:
        raise ValueError("Points go to another account of the same wallet.")
    held = locking.hold_several([source.pk, target.pk])
    return held[source.pk], held[target.pk]


def _pair(first: Entry) -> Pair:
    entries = {entry.kind: entry for entry in Entry.objects.filter(transfer=first.transfer)}
    return entries[Kind.TRANSFER_OUT], entries[Kind.TRANSFER_IN]


def _write(
    one: Account,
    other: Account,
    drafts: tuple[Draft, Draft],
    planned: list[PlannedEntry] | tuple[PlannedEntry, PlannedEntry],
) -> Pair:
    written = {
        (entry.account_id, entry.number): entry
        for entry in booking.write([(one, drafts[0]), (other, drafts[1])])
    }
    return written[one.pk, planned[0].number], written[other.pk, planned[1].number]


def _end_in(account: Account, survivor: Account | None, shown: Account) -> None:
    Account.objects.filter(pk=account.pk).update(merged_into=survivor)
    for seen in (account, shown):
        seen.merged_into = survivor
