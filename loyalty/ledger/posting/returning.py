"""What was spent comes back, and what was earned is taken back."""

from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.ledger import families, loading, planning
from loyalty.ledger.models import Entry, Kind
from loyalty.ledger.planning import Draft, Earned, Idle, Note, NotEnough, PlannedEntry
from loyalty.ledger.posting import repeating, sharing
from loyalty.ledger.posting.acting import Case, answer_for
from loyalty.ledger.posting.sharing import Asked, Ends


class RefundExceedsSpent(Refusal):
    """`left` says how many can still be given back."""

    code = "refund-exceeds-spent"
    title = _("More points would be given back than were spent.")


class NotRefundable(Refusal):
    code = "not-refundable"
    title = _("Only points that were spent can be given back.")


class ClawbackExceedsEarned(Refusal):
    """`left` says how many can still be taken back."""

    code = "clawback-exceeds-earned"
    title = _("More points would be taken back than were earned.")


class NotEarned(Refusal):
    code = "not-earned"
    title = _("Only points that were earned can be taken back.")


def refund(
    *,
    entry: Entry,
    points: int,
    key: str,
    at: datetime,
    grace_days: int | None,
    recorded_at: datetime | None = None,
    actor: str = "",
    reason: str = "",
    idle: Idle | None = None,
) -> Entry:
    """Give back points that an entry spent, to the lots they came from, last drawn first.

    What has expired meanwhile lives `grace_days` more days, or expires at once without them;
    what is owed is repaid. All refunds of one entry together are no more than it spent. In a
    closed account nothing moves: the points are waived. Raises RefundExceedsSpent,
    NotRefundable, KeyReused, NotOpaque.
    """
    if entry.kind not in {Kind.REDEEM, Kind.CAPTURE}:
        raise NotRefundable
    words = {"reference": entry.reference, "actor": actor, "reason": reason}
    asked = repeating.note("REFUND", entry.number, points, key=key, **words)

    def plan(case: Case) -> PlannedEntry:
        spending = loading.read_spending(case.draft.book, entry)
        try:
            return planning.refund(
                case.draft, spending=spending, points=points, grace_days=grace_days,
                note=asked, is_closed=case.is_closed,
            )  # fmt: skip
        except NotEnough as refusal:
            raise RefundExceedsSpent(left=refusal.available) from refusal

    return answer_for(
        entry.account_id, asked, plan, at=at, recorded_at=recorded_at, parent=entry, idle=idle
    )


def clawback(
    *,
    entry: Entry,
    points: int,
    allow_debt: bool,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    actor: str = "",
    reason: str = "",
    earned_by: int | None = None,
) -> Entry:
    """Take back points that an entry gave: from its own lots first, of these what waits.

    What of them expired unused is forgiven. The rest comes from other lots; what they do not
    have is owed, and later points repay it, or is waived unless `allow_debt`. All that is
    taken back of one entry, forgiven and waived points included, is no more than it gave. In
    a closed account nothing moves.

    `earned_by` is the own account of somebody who shared one: points that went on to an account
    which stands alone are asked of it, that of whoever earned them first. Raises
    ClawbackExceedsEarned, NotEarned, KeyReused, NotOpaque.
    """
    if entry.kind not in {Kind.EARN, Kind.ADJUST} or entry.points <= 0:
        raise NotEarned
    words = {"reference": entry.reference, "actor": actor, "reason": reason}
    asked = repeating.note("CLAWBACK", entry.number, points, int(allow_debt), key=key, **words)
    ends = sharing.hold_ends(entry, earned_by) if earned_by is not None else Ends()

    def plan(case: Case) -> PlannedEntry:
        return _plan_clawback(case, entry, points, asked, ends, allow_debt=allow_debt)

    return answer_for(
        entry.account_id, asked, plan, at=at, recorded_at=recorded_at, parent=entry,
        is_whole=True, others=ends.others,
    )  # fmt: skip


def _plan_clawback(
    case: Case, entry: Entry, points: int, asked: Note, ends: Ends, *, allow_debt: bool
) -> PlannedEntry:
    most_debt = None if allow_debt else 0
    theirs = Asked(earned=_read_earned(case, entry))
    if case.others and not case.is_closed:
        theirs = sharing.ask_others(
            case, entry, theirs.earned, points, ends=ends, allow_debt=allow_debt
        )
    earned = theirs.earned
    if case.heir is not None and not case.is_closed:
        earned = _gather(case, case.heir, entry, earned, points - theirs.points)
        # What a merged account owes, the survivor pays at once: with what it has, if clamped.
        most_debt = None if allow_debt else case.heir.book.buckets["available"]
    try:
        planned = planning.clawback(
            case.draft,
            earned=earned,
            points=points,
            most_debt=most_debt,
            note=asked,
            is_closed=case.is_closed,
        )
    except NotEnough as refusal:
        raise ClawbackExceedsEarned(left=refusal.available) from refusal
    sharing.charge(case, entry, theirs)
    return planned


def _read_earned(case: Case, entry: Entry) -> Earned:
    drafts = [draft for draft in (case.draft, case.heir) if draft is not None]
    return families.read_earned({draft.book.account: draft.book for draft in drafts}, entry)


def _gather(case: Case, heir: Draft, entry: Entry, earned: Earned, points: int) -> Earned:
    """Bring what is left of an earn back from the survivor, as far as it is taken back."""
    draft, family = case.draft, families.read_family(entry, account=heir.book.account)
    planning.settle(draft)
    planning.settle(heir)
    kept = set(earned.lots) - set(earned.brought)
    here = sum(draft.book.lots[number].remaining for number in kept)
    lots = [heir.book.lots[number] for number in sorted(family)]
    expired = earned.expired + planning.expired_now(heir, family)
    missing = min(points - here, sum(lot.remaining for lot in lots))
    own = set(earned.lots)
    if missing > 0:
        last = draft.book.lot_seq
        note = Note(reason="merged")
        planning.bring_back(heir, draft, lots=lots, points=missing, name=ids.new("tra"), note=note)
        own |= set(range(last + 1, draft.book.lot_seq + 1))
    return replace(earned, lots=frozenset(own), expired=expired)
