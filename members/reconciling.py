"""Points that a till without a network let somebody use: taken once it is told.

The goods have left by then. So nothing is refused for points that are not there: what can be
taken is taken, and what cannot is noted, for the merchant to settle. For the sales of one day,
as tills date them, a member loses no more than the programme allows; within one day a client
takes no more than it may, of whatever days it tells.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext_lazy as _

from loyalty.core import keys
from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import balances, posting
from loyalty.ledger.models import Account, Hold
from loyalty.programmes import paying
from loyalty.programmes.idling import Activity
from loyalty.programmes.models import Programme
from loyalty.programmes.rulebook import Rulebook
from members import blocking, owning, sharing
from members.models import Member, OfflineSpending, Purchase, Shortage, TillHold

REASON = "payment"
SETTLES = "members.settle_offlinespending"
_LASTS = timedelta(minutes=1)


class OfflineSpendingOff(Refusal):
    code = "offline-spending-off"
    title = _("In this programme points are used online alone.")


class OfflineAllowanceExceeded(Refusal):
    """`limit` is how many points of a member tills may let go in a day."""

    code = "offline-allowance-exceeded"
    title = _("These are more points than a till may let go without a network.")


def read(*, cents: int, since: datetime, book: Rulebook) -> int:
    """Return how many points pay an amount that a till let go.

    Raises OfflineSpendingOff, or OfflineAllowanceExceeded, for more than the programme has
    allowed in one sale at any moment since then: whatever was allowed is taken, or noted.
    """
    if not _is_allowed(cents, book):
        _check_was_allowed(cents, since, book)
    return max(paying.points_for(cents=cents, book=book), 1)


def _is_allowed(cents: int, book: Rulebook) -> bool:
    """Say whether a till may let so much go in one sale; of points worth nothing, it may not."""
    if not (book.offline_points and book.value_of_point):
        return False
    return paying.points_for(cents=cents, book=book) <= book.offline_points


def _check_was_allowed(cents: int, since: datetime, book: Rulebook) -> None:
    kept = Programme.history.order_by("-history_date", "-history_id")
    before = kept.filter(history_date__lte=since)[:1]
    earlier = [
        replace(book, offline_points=row.offline_points, value_of_point=row.value_of_point)
        for row in (*kept.filter(history_date__gt=since), *before)
    ]
    if any(_is_allowed(cents, one) for one in earlier):
        return
    most = max(one.offline_points for one in (book, *earlier))
    if not most:
        raise OfflineSpendingOff
    raise OfflineAllowanceExceeded(limit=most)


def take(
    *,
    purchase: Purchase,
    member: Member,
    place: int,
    account: Account,
    room: int | None,
    at: datetime,
    book: Rulebook,
) -> OfflineSpending:
    """Take what the member has of the points that a payment let go, and note what is missing.

    `room` is how many its client may take, where that has a limit. The member's accounts are
    locked. The payment then says how many points paid, by which hold, so that a return gives
    back those and no more.
    """
    asked = purchase.payments[place]["points"]
    used = OfflineSpending.objects.filter(member=member, spent_on=purchase.business_on)
    left = book.offline_points - used.aggregate(taken=Sum("taken", default=0))["taken"]
    left = left if room is None else min(left, room)
    taken, shortage = _how_many(asked, left, member, account, at=at)
    said = _spend(purchase, member, taken, account, at=at, book=book) if taken else {}
    paid = {name: value for name, value in purchase.payments[place].items() if name != "points"}
    purchase.payments[place] = paid | said | ({"short": asked - taken} if shortage else {})
    Purchase.objects.filter(pk=purchase.pk).update(payments=purchase.payments)
    return OfflineSpending.objects.create(
        purchase=purchase,
        member=member,
        spent_on=purchase.business_on,
        asked=asked,
        taken=taken,
        shortage=shortage,
    )


@transaction.atomic
def settle(*, spending: OfflineSpending, at: datetime, by: User) -> OfflineSpending:
    """Note that somebody has dealt with what was missing. Once; again it stays as it was.

    Raises NotPermitted or OwnCard.
    """
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=SETTLES)
    found = OfflineSpending.objects.select_for_update().get(pk=spending.pk)
    owning.check_not_own(member=found.member, user=user)
    if found.is_unsettled:
        found.settled_at, found.settled_by = at, user
        found.save(update_fields=["settled_at", "settled_by"])
    return found


def _how_many(
    asked: int, left: int, member: Member, account: Account, *, at: datetime
) -> tuple[int, str]:
    """Return how many points can be taken, and what keeps the others from it, if anything.

    `left` is what is left of the day's allowance, or of its client's day where that is less:
    below zero where it was lowered meanwhile.
    """
    if blocking.is_spending_locked(member=member, at=at):
        return 0, Shortage.LOCKED
    allowed = min(asked, max(left, 0))
    available = max(balances.get_balance(account=account, at=at).available, 0)
    if available < allowed:
        return available, Shortage.BALANCE
    return allowed, Shortage.ALLOWANCE if allowed < asked else ""


def _spend(
    purchase: Purchase,
    member: Member,
    points: int,
    account: Account,
    *,
    at: datetime,
    book: Rulebook,
) -> dict[str, object]:
    """Set points aside and capture them at once: a return then refunds them as any others."""
    key = keys.digest(scope="offline", key=purchase.key)
    held = posting.hold(
        account=account, points=points, lasts=_LASTS, reference="", at=at, key=key,
        on_behalf_of=sharing.on_behalf_of(member=member, account=account),
        actor=purchase.client, reason=REASON,
    )  # fmt: skip
    posting.capture(
        hold=held, points=points, at=at, reference=purchase.public_id,
        key=keys.digest(scope=held.public_id, key=purchase.key),
        actor=purchase.client, reason=REASON,
        idle=book.idle(book.spending_wallet, Activity.SPENDING, at=at),
    )  # fmt: skip
    _keep_worth(held, purchase, member, key=key, at=at, book=book)
    return {"hold": held.public_id, "points": points}


def _keep_worth(
    held: Hold, purchase: Purchase, member: Member, *, key: str, at: datetime, book: Rulebook
) -> None:
    """Keep what the points were worth, as of any that a till set aside: what rewards cost asks.

    So few that they are worth no cent cost nothing.
    """
    if cents := paying.worth(points=held.points, book=book):
        TillHold.objects.create(
            hold=held, member=member, store=purchase.store, client=purchase.client,
            value_cents=cents, key=key, held_at=at,
        )  # fmt: skip
