"""Points are set aside for a payment, and the payment uses them or lets them go."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import Refusal
from loyalty.ledger import loading, planning
from loyalty.ledger.models import Account, Entry, Hold, HoldState
from loyalty.ledger.planning import Draft, Idle, NotEnough, PlannedEntry
from loyalty.ledger.posting import repeating
from loyalty.ledger.posting.acting import Case, answer_for, post, spend


class HoldExpired(Refusal):
    code = "hold-expired"
    title = _("This hold has lapsed: its points are available again.")


class HoldAlreadyCaptured(Refusal):
    code = "hold-already-captured"
    title = _("This hold has already been used for a payment.")


class HoldAlreadyVoided(Refusal):
    code = "hold-already-voided"
    title = _("This hold has already been released.")


class AmountExceedsHold(Refusal):
    """`held` says how many points it has."""

    code = "amount-exceeds-hold"
    title = _("More points were asked for than the hold has.")


_ENDED: dict[str, type[Refusal]] = {
    HoldState.CAPTURED: HoldAlreadyCaptured,
    HoldState.VOIDED: HoldAlreadyVoided,
}


def hold(
    *,
    account: Account,
    points: int,
    lasts: timedelta,
    reference: str,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    actor: str = "",
    on_behalf_of: str = "",
    reason: str = "",
) -> Hold:
    """Set points aside, earliest expiry first, until they are captured, voided or lapse.

    While they are held nobody else can spend them and no date takes them. A repeated key
    returns the first hold, as it is now. Raises InsufficientPoints, AccountMerged,
    AccountClosed, KeyReused, NotOpaque.
    """
    words = {"reference": reference, "on_behalf_of": on_behalf_of, "actor": actor}
    length = lasts // timedelta(microseconds=1)
    asked = repeating.note("HOLD", points, length, key=key, reason=reason, **words)

    def plan(draft: Draft) -> PlannedEntry:
        public_id = ids.new("hold")
        return spend(
            lambda: planning.hold(
                draft, points=points, lasts=lasts, public_id=public_id, note=asked
            )
        )

    entry = post(
        account.pk, asked, plan, shown=account, at=at, recorded_at=recorded_at, spends=points
    )
    return Hold.objects.get(opening=entry)


def capture(
    *,
    hold: Hold,
    points: int,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    reference: str = "",
    actor: str = "",
    reason: str = "",
    idle: Idle | None = None,
) -> Entry:
    """Spend points of a hold, those that die first; the others go back to their lots.

    What goes back repays what is owed; to a lot that has died meanwhile it expires. A hold
    ends once. Raises AmountExceedsHold, HoldExpired, HoldAlreadyCaptured, HoldAlreadyVoided,
    KeyReused, NotOpaque.
    """
    asked = repeating.note(
        "CAPTURE", hold.pk, points, reference=reference, key=key, actor=actor, reason=reason
    )

    def plan(case: Case) -> PlannedEntry:
        loading.read_hold(case.draft.book, hold.pk)
        try:
            return planning.capture(
                case.draft, number=_number(case, hold), points=points, note=asked
            )
        except NotEnough as refusal:
            raise AmountExceedsHold(held=refusal.available) from refusal
        except planning.NotOpen as ended:
            raise _refusal(hold) from ended

    return answer_for(hold.account_id, asked, plan, at=at, recorded_at=recorded_at, idle=idle)


def void(
    *,
    hold: Hold,
    key: str,
    at: datetime,
    recorded_at: datetime | None = None,
    actor: str = "",
    reason: str = "",
    idle: Idle | None = None,
) -> Entry:
    """Let all points of a hold go back to their lots, as `capture` does those it leaves.

    Raises HoldExpired, HoldAlreadyCaptured, HoldAlreadyVoided, KeyReused, NotOpaque.
    """
    asked = repeating.note("VOID", hold.pk, key=key, actor=actor, reason=reason)

    def plan(case: Case) -> PlannedEntry:
        loading.read_hold(case.draft.book, hold.pk)
        try:
            return planning.void(case.draft, number=_number(case, hold), note=asked)
        except planning.NotOpen as ended:
            raise _refusal(hold) from ended

    return answer_for(hold.account_id, asked, plan, at=at, recorded_at=recorded_at, idle=idle)


def _number(case: Case, hold: Hold) -> int:
    found = (one.number for one in case.draft.book.holds.values() if one.row == hold.pk)
    return next(found, 0)


def _refusal(hold: Hold) -> Refusal:
    # An open one has lapsed by the clock, though nobody has written it down yet.
    state = Hold.objects.values_list("state", flat=True).get(pk=hold.pk)
    return _ENDED.get(state, HoldExpired)()
