"""What moves points of one account: each verb one entry, and what falls due before it."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal, ValidationFailed
from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry, Kind
from loyalty.ledger.planning import Draft, Grant, Idle, Note, PlannedEntry
from loyalty.ledger.posting import booking, locking, repeating
from loyalty.ledger.posting.acting import must_be_open, open_case, post, spend


class TakesEffectLater(Refusal):
    code = "takes-effect-later"
    title = _("It cannot take effect in the future.")


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
    idle: Idle | None = None,
) -> Entry:
    """Give the points of an award, effective at `occurred_at` (now if absent), and repay debt.

    `idle` says until when the account stays awake since, here and wherever else it is taken.
    Raises TakesEffectLater, EarnedAlready, AccountMerged, AccountClosed, KeyReused, NotOpaque.
    """
    asked = note_of_earn(
        account=account, grants=grants, reference=reference, key=key, actor=actor,
        on_behalf_of=on_behalf_of, reason=reason,
    )  # fmt: skip

    def plan(draft: Draft) -> PlannedEntry:
        return plan_earn(draft, grants=grants, asked=asked, occurred_at=occurred_at)

    return post(
        account.pk,
        asked,
        plan,
        shown=account,
        at=at,
        recorded_at=recorded_at,
        is_historic=is_historic,
        idle=idle,
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
    idle: Idle | None = None,
) -> Entry:
    """Spend points, earliest expiry first.

    Raises InsufficientPoints, AccountMerged, AccountClosed, KeyReused, NotOpaque.
    """
    words = {"reference": reference, "on_behalf_of": on_behalf_of, "actor": actor}
    asked = repeating.note("REDEEM", points, key=key, reason=reason, **words)

    def plan(draft: Draft) -> PlannedEntry:
        return spend(lambda: planning.redeem(draft, points=points, note=asked))

    return post(
        account.pk,
        asked,
        plan,
        shown=account,
        at=at,
        recorded_at=recorded_at,
        is_historic=is_historic,
        spends=points,
        idle=idle,
    )


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
    on_behalf_of: str = "",
    idle: Idle | None = None,
) -> Entry:
    """Add points that expire at `expires_at` (never if absent), or take some away for ever.

    Raises InsufficientPoints, ValidationFailed without reason or actor, AccountMerged,
    AccountClosed, KeyReused, NotOpaque.
    """
    if not (points and reason and actor):
        raise ValidationFailed(_("An adjustment has points, a reason and somebody who made it."))
    words = {"reference": reference, "on_behalf_of": on_behalf_of, "actor": actor}
    asked = repeating.note("ADJUST", points, key=key, reason=reason, **words)

    def plan(draft: Draft) -> PlannedEntry:
        if points < 0:
            return spend(lambda: planning.remove(draft, points=-points, note=asked))
        grant = Grant("", points, draft.now, expires_at or planning.NEVER)
        return planning.earn(draft, grants=[grant], note=asked, kind=Kind.ADJUST.value)

    return post(
        account.pk,
        asked,
        plan,
        shown=account,
        at=at,
        recorded_at=recorded_at,
        spends=max(-points, 0),
        idle=idle,
    )


def stir(
    *, account: Account, idle: Idle, at: datetime, recorded_at: datetime | None = None
) -> None:
    """Note an activity that moves no points: the account sleeps later since, never earlier.

    What is due is settled first. Writes nothing where that changes nothing. Raises
    AccountMerged, AccountClosed.
    """
    locked = locking.hold(account.pk)
    must_be_open(locked)
    book = loading.open_book(locked, at=at)
    draft = Draft(book, at=at, recorded_at=recorded_at or at)
    planning.stir(draft, idle)
    booking.put([(locked, draft)])
    if account is not locked:
        booking.show(account, book)


def settle(*, account: Account, at: datetime, recorded_at: datetime | None = None) -> list[Entry]:
    """Write what has fallen due at `at`, each entry at its own instant. Again writes nothing.

    What a hold of a merged account lets go moves on to the survivor.
    """
    locked = locking.hold(account.pk)
    if not loading.is_due(locked, at=at):
        return []
    locked, survivor = locking.hold_with_survivor(account.pk)
    case = open_case(locked, survivor, at=at, recorded_at=recorded_at)
    planning.settle(case.draft)
    case.draft.close(has_acted=False)
    case.hand_on()
    return booking.write(case.plans)


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
