"""What moves points of one account: each verb one entry, and what falls due before it."""

from collections.abc import Callable, Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal, ValidationFailed
from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry, Kind
from loyalty.ledger.planning import Draft, Grant, Note, NotEnough, PlannedEntry
from loyalty.ledger.posting import booking, locking, repeating

Plan = Callable[[Draft], PlannedEntry]


class InsufficientPoints(Refusal):
    """`available` and `required` say how far it is."""

    code = "insufficient-points"
    title = _("There are not enough points.")


class TakesEffectLater(Refusal):
    code = "takes-effect-later"
    title = _("It cannot take effect in the future.")


class RefundExceedsSpent(Refusal):
    """`left` says how many can still be given back."""

    code = "refund-exceeds-spent"
    title = _("More points would be given back than were spent.")


class NotRefundable(Refusal):
    code = "not-refundable"
    title = _("Only points that were spent can be given back.")


def earn(
    *,
    account: Account,
    grants: Sequence[Grant],
    reference: str,
    key: str,
    at: datetime,
    occurred_at: datetime | None = None,
    recorded_at: datetime | None = None,
    actor: str = "",
    on_behalf_of: str = "",
    reason: str = "",
    is_historic: bool = False,
) -> Entry:
    """Give the points of an award, effective at `occurred_at` (now if absent), and repay debt.

    Raises KeyReused, NotOpaque, TakesEffectLater, EarnedAlready.
    """
    asked = note_of_earn(
        account=account,
        grants=grants,
        reference=reference,
        key=key,
        actor=actor,
        on_behalf_of=on_behalf_of,
        reason=reason,
    )

    def plan(draft: Draft) -> PlannedEntry:
        return plan_earn(draft, grants=grants, asked=asked, occurred_at=occurred_at)

    return _post(
        account.pk,
        asked,
        plan,
        shown=account,
        at=at,
        recorded_at=recorded_at,
        is_historic=is_historic,
    )


def redeem(
    *,
    account: Account,
    points: int,
    reference: str,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    actor: str = "",
    on_behalf_of: str = "",
    reason: str = "",
    is_historic: bool = False,
) -> Entry:
    """Spend points, earliest expiry first. Raises InsufficientPoints, KeyReused, NotOpaque."""
    asked = repeating.note(
        "REDEEM",
        points,
        reference=reference,
        key=key,
        actor=actor,
        on_behalf_of=on_behalf_of,
        reason=reason,
    )

    def plan(draft: Draft) -> PlannedEntry:
        return _spend(planning.redeem, draft, points, asked)

    return _post(
        account.pk,
        asked,
        plan,
        shown=account,
        at=at,
        recorded_at=recorded_at,
        is_historic=is_historic,
        spends=points,
    )


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
) -> Entry:
    """Give back points that an entry spent, to the lots they came from, last drawn first.

    What has expired meanwhile lives `grace_days` more days, or expires at once without them.
    Raises RefundExceedsSpent, NotRefundable, KeyReused, NotOpaque.
    """
    if entry.kind != Kind.REDEEM:
        raise NotRefundable
    asked = repeating.note(
        "REFUND",
        entry.number,
        points,
        reference=entry.reference,
        key=key,
        actor=actor,
        reason=reason,
    )

    def plan(draft: Draft) -> PlannedEntry:
        spending = loading.read_spending(draft.book, entry)
        try:
            return planning.refund(
                draft, spending=spending, points=points, grace_days=grace_days, note=asked
            )
        except NotEnough as refusal:
            raise RefundExceedsSpent(left=refusal.available) from refusal

    return _post(entry.account_id, asked, plan, at=at, recorded_at=recorded_at, parent=entry)


def adjust(
    *,
    account: Account,
    points: int,
    expires_at: datetime | None,
    reason: str,
    actor: str,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    reference: str = "",
) -> Entry:
    """Add points that expire at `expires_at` (never if absent), or take some away for ever.

    Raises InsufficientPoints, ValidationFailed without reason or actor, KeyReused, NotOpaque.
    """
    if not (points and reason and actor):
        raise ValidationFailed(_("An adjustment has points, a reason and somebody who made it."))
    asked = repeating.note(
        "ADJUST", points, reference=reference, key=key, actor=actor, reason=reason
    )

    def plan(draft: Draft) -> PlannedEntry:
        if points < 0:
            return _spend(planning.remove, draft, -points, asked)
        grant = Grant("", points, draft.now, expires_at or planning.NEVER)
        return planning.earn(draft, grants=[grant], note=asked, kind=Kind.ADJUST.value)

    return _post(
        account.pk,
        asked,
        plan,
        shown=account,
        at=at,
        recorded_at=recorded_at,
        spends=max(-points, 0),
    )


def settle(*, account: Account, at: datetime, recorded_at: datetime | None = None) -> list[Entry]:
    """Write what has fallen due at `at`, each entry at its own instant. Again writes nothing."""
    locked = locking.hold(account.pk)
    if not loading.is_due(locked, at=at):
        return []
    book = loading.open_book(locked, at=at)
    draft = Draft(book, at=at, recorded_at=recorded_at or at)
    planning.settle(draft)
    draft.close(has_acted=False)
    return booking.write([(locked, draft)])


def note_of_earn(
    *,
    account: Account,
    grants: Sequence[Grant],
    reference: str,
    key: str,
    actor: str,
    reason: str,
    on_behalf_of: str = "",
) -> Note:
    """Return what an earn says of its cause. Grants of another wallet are a mistake."""
    if {grant.wallet for grant in grants} - {account.wallet.code}:
        raise ValueError("Grants go to the account of their own wallet.")
    facts = [fact for grant in grants for fact in (grant.points, grant.rule_version)]
    return repeating.note(
        "EARN",
        *facts,
        reference=reference,
        key=key,
        actor=actor,
        on_behalf_of=on_behalf_of,
        reason=reason,
    )


def plan_earn(
    draft: Draft, *, grants: Sequence[Grant], asked: Note, occurred_at: datetime | None
) -> PlannedEntry:
    """Plan an earn. Raises TakesEffectLater."""
    try:
        return planning.earn(draft, grants=grants, note=asked, occurred_at=occurred_at)
    except planning.TakesEffectLater as mistake:
        raise TakesEffectLater from mistake


def _spend(
    verb: Callable[..., PlannedEntry], draft: Draft, points: int, asked: Note
) -> PlannedEntry:
    try:
        return verb(draft, points=points, note=asked)
    except NotEnough as refusal:
        raise InsufficientPoints(
            available=refusal.available, required=refusal.required
        ) from refusal


def _post(
    account_id: int,
    asked: Note,
    plan: Plan,
    *,
    at: datetime,
    recorded_at: datetime | None,
    shown: Account | None = None,
    is_historic: bool = False,
    spends: int = 0,
    parent: Entry | None = None,
) -> Entry:
    """Do what every verb does: answer a repeat, lock, decide, write.

    `shown` is the caller's object: afterwards it says what was written.
    """
    locked = locking.find_held(account_id)
    if locked is None and (first := repeating.get_first(account_id, asked)):
        return first
    locked = locked or locking.hold(account_id)
    # Under the lock: a repeat that raced us has committed by now.
    if first := repeating.get_first(account_id, asked):
        return first
    book = loading.open_book(locked, at=at, spends=spends)
    draft = Draft(book, at=at, recorded_at=recorded_at or at)
    planned = plan(draft)
    written = booking.write([(locked, draft)], parent=parent, is_historic=is_historic)
    if shown is not None and shown is not locked:
        booking.show(shown, book)
    return next(entry for entry in written if entry.number == planned.number)
