"""Who answers for points that went on from one account to others, which stand alone now."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from loyalty.core import ids
from loyalty.core.refusals import ConcurrentUpdate
from loyalty.ledger import families, planning
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Earned, Lot, Note
from loyalty.ledger.posting import locking
from loyalty.ledger.posting.acting import Case

_REASON = "shared"


@dataclass(frozen=True, kw_only=True)
class Ends:
    """Where the points of an earn went: by account, the one that has its points now.

    `others` are those that stand apart from that of the entry; `first` is asked before the rest.
    """

    by_account: Mapping[int, int] = field(default_factory=dict)
    others: Sequence[Account] = ()
    first: int = 0

    def of(self, account: int) -> int:
        """Return which account answers for another. Raises ConcurrentUpdate for one not locked."""
        if account not in self.by_account:
            raise ConcurrentUpdate
        return self.by_account[account]


def hold_ends(entry: Entry, earned_by: int) -> Ends:
    """Lock every account that has or had points of an entry, and those they went to."""
    accounts = {part.account for part in families.read_parts(entry)} | {entry.account_id}
    held = {}
    for account in sorted(accounts | {earned_by}):
        locked, survivor = locking.hold_with_survivor(account)
        held[account] = survivor or locked
    held |= {end.pk: end for end in held.values()}
    own = held[entry.account_id].pk
    others = {end.pk: end for end in held.values() if end.pk not in {own, entry.account_id}}
    return Ends(
        by_account={account: end.pk for account, end in held.items()},
        others=[others[key] for key in sorted(others)],
        first=held[earned_by].pk,
    )


@dataclass(slots=True)
class Found:
    """What became of an earn once all accounts are settled, by the account it is asked of.

    `expired` has expired in settling just now, `answers` is what neither expired nor went on.
    """

    lots: dict[int, list[Lot]] = field(default_factory=lambda: defaultdict(list))
    expired: Counter[int] = field(default_factory=Counter)
    answers: Counter[int] = field(default_factory=Counter)

    def left(self, end: int) -> int:
        return sum(lot.remaining for lot in self.lots[end])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An earn, and by account what others will owe for it. `points` are all they answer for."""

    earned: Earned
    owed: Mapping[int, int] = field(default_factory=dict)
    points: int = 0


def ask_others(
    case: Case, entry: Entry, earned: Earned, points: int, *, ends: Ends, allow_debt: bool
) -> Asked:
    """Bring what is left of the very lots back from others, and say what these will owe.

    Whoever earned it gives first, up to what they took along; then whoever used the rest. What
    expired is forgiven once nothing is left of the lots anywhere.
    """
    found, own = _find(case, entry, ends), ends.of(entry.account_id)
    others = [account.pk for account, _draft in case.others]
    expired = max(earned.expired + found.expired.total() - earned.forgiven, 0)
    unused = sum(found.left(end) for end in (own, *others))
    due = points - min(max(points - unused, 0), expired)
    asked = _divide(found, due, left=earned.left - expired, own=own, first=ends.first)
    given = {end: min(found.left(end), asked[end]) for end in others}
    free = max(due - sum(given.values()) - found.left(own), 0)
    brought = _bring(case, found, given)
    owed, spared = {}, 0
    for account, draft in case.others:
        part = min(asked[account.pk] - given[account.pk], free)
        most = part if allow_debt else draft.book.buckets["available"]
        owed[account.pk] = 0 if account.closed_at else min(part, most)
        spared += part - owed[account.pk]
        free -= part
    apart = sum(owed.values())
    gone = sum(found.expired[end] for end in others)
    return Asked(
        earned=replace(
            earned, lots=frozenset(earned.lots) | brought, brought=brought, apart=apart,
            spared=spared, expired=earned.expired + gone,
        ),
        owed=owed,
        points=sum(given.values()) + apart + spared,
    )  # fmt: skip


def charge(case: Case, entry: Entry, asked: Asked) -> None:
    """Let the others owe what was taken back on credit, and repay it with what they have."""
    for account, draft in case.others:
        if debt := asked.owed.get(account.pk, 0):
            note = Note(reason=_REASON, reference=entry.reference)
            planning.owe(case.draft, draft, debt=debt, name=ids.new("tra"), note=note)


def _find(case: Case, entry: Entry, ends: Ends) -> Found:
    drafts = {plan.book.account: plan for _account, plan in case.plans}
    for settled in drafts.values():
        planning.settle(settled)
    found = Found()
    for part in families.read_parts(entry):
        number, draft = part.lot.number, drafts.get(part.account)
        end = ends.of(part.account)
        gone = planning.expired_now(draft, {number}) if draft else 0
        found.expired[end] += gone
        found.answers[end] += part.points - gone
        if draft and draft.book.account == end and number in draft.book.lots:
            found.lots[end].append(draft.book.lots[number])
    for account, charged in families.read_charged(entry, reason=_REASON).items():
        found.answers[ends.of(account)] -= charged
    return found


def _divide(found: Found, due: int, *, left: int, own: int, first: int) -> dict[int, int]:
    """Ask each account for what it answers for, until nothing is due; one of them first."""
    answers = {end: points for end, points in found.answers.items() if end != own}
    answers[own] = max(left - sum(answers.values()), 0)
    asked: dict[int, int] = defaultdict(int)
    for end in sorted(answers, key=lambda key: (key != first, key)):
        asked[end] = min(max(answers[end], 0), due)
        due -= asked[end]
    return asked


def _bring(case: Case, found: Found, given: Mapping[int, int]) -> frozenset[int]:
    """Move what others give of the very lots; return the numbers of the lots it came into."""
    last = case.draft.book.lot_seq
    for account, draft in case.others:
        if points := given[account.pk]:
            planning.bring_back(
                draft,
                case.draft,
                lots=found.lots[account.pk],
                points=points,
                name=ids.new("tra"),
                note=Note(reason=_REASON),
                repays=False,
            )
    return frozenset(range(last + 1, case.draft.book.lot_seq + 1))
