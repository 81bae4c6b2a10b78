"""Points that wait for an event of a member: it comes, or staff say that it has or will not."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from loyalty.core import keys
from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry, Lot, LotState
from loyalty.programmes import books, expiring
from loyalty.programmes.rulebook import Rulebook
from members import blocking, seeing, sharing
from members.finding import MemberNotFound
from members.models import Member

PERMISSION = "members.adjust_points"


class NothingWaits(Refusal):
    code = "nothing-waits"
    title = _("These points do not wait any more.")


@dataclass(frozen=True)
class Waiting:
    """Points of one lot that wait for an event, and the instant from which it is too late."""

    lot: int
    number: int
    wallet: str
    points: int
    event: str
    cancels_at: datetime


def get_waiting(*, holder_id: int, at: datetime) -> list[Waiting]:
    """Return what waits of a holder at a moment, what is cancelled first at the top.

    In a household it is what waits there.
    """
    shared = Account.objects.filter(holder=holder_id, merged_into__isnull=False)
    lots = Lot.objects.filter(
        Q(account__holder=holder_id) | Q(account__in=shared.values("merged_into")),
        state=LotState.PENDING,
        remaining__gt=0,
        cancels_at__gt=at,
    ).order_by("cancels_at", "pk")
    columns = ("pk", "number", "account__wallet__code", "remaining", "waits_for", "cancels_at")
    return [Waiting(*row) for row in lots.values_list(*columns)]


def let_come(
    *,
    member: Member,
    accounts: Iterable[Account],
    event: str,
    occurred_at: datetime,
    reference: str,
    at: datetime,
    book: Rulebook,
    actor: str,
) -> list[Entry]:
    """Let be used what waits for a member's event in locked accounts and was earned before it.

    Of a household's account what they earned or brought themselves.
    Their life begins now, by the policy of their award. Where nothing is pending it costs no
    statement.
    """
    entries = []
    for account in accounts:
        lots = _lots_for(member, account, event, occurred_at) if account.pending else ()
        entry = lots and posting.activate(
            account=account,
            lots=lots,
            until=_Until(book),
            reference=reference,
            key=keys.digest(scope="event", key=reference),
            at=at,
            actor=actor,
            reason=event,
        )
        if entry:
            entries.append(entry)
    return entries


@posting.retried
@transaction.atomic
def settle(*, member: Member, lot: int, comes: bool, reason: str, by: User, at: datetime) -> Entry:
    """Let points of a lot be used as if their event had come, or cancel them, for a reason.

    The member's history says so. Raises NotPermitted, OwnCard, MemberNotFound (also of one they
    may not see), MemberClosed, MemberMerged, or NothingWaits.
    """
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=PERMISSION)
    if not seeing.may_see(user=user, member=member):
        raise MemberNotFound
    member = blocking.lock(member=member, by=user)
    blocking.check_is_current(member=member)
    entry = _settle(posting.lock(member.holder_id), lot, comes, reason, by=user, at=at)
    if entry is None:
        raise NothingWaits
    what = "pending-activated" if comes else "pending-cancelled"
    blocking.note(member=member, what=what, reason=reason)
    return entry


def _settle(
    accounts: Mapping[str, Account], lot: int, comes: bool, reason: str, *, by: User, at: datetime
) -> Entry | None:
    held = [account.pk for account in accounts.values()]
    waiting = Lot.objects.filter(pk=lot, account__in=held, state=LotState.PENDING)
    found = waiting.values_list("account__wallet__code", "number").first()
    if found is None:
        return None
    wallet, number = found
    word = "activate" if comes else "cancel"
    key = keys.digest(scope="desk", key=f"{word}:{lot}")
    actor, account = f"user:{by.pk}", accounts[wallet]
    if not comes:
        return posting.cancel(
            account=account, lots=[number], key=key, at=at, actor=actor, reason=reason
        )
    until = _Until(books.get_book())
    return posting.activate(
        account=account, lots=[number], until=until, key=key, at=at, actor=actor, reason=reason
    )


def _lots_for(
    member: Member, account: Account, event: str, occurred_at: datetime
) -> Collection[int]:
    lots = Lot.objects.filter(
        account=account,
        state=LotState.PENDING,
        remaining__gt=0,
        waits_for=event,
        earned_at__lte=occurred_at,
    )
    if whose := sharing.on_behalf_of(member=member, account=account):
        own = Q(origin__on_behalf_of=whose) | Q(came_account__holder=member.holder_id)
        lots = lots.filter(own)
    return list(lots.order_by("number").values_list("number", flat=True))


class _Until:
    """When points are gone, by the policy frozen at their award, in the programme's days."""

    def __init__(self, book: Rulebook) -> None:
        self._zone = book.zone

    def __call__(self, life: str, start: datetime) -> datetime:
        expiry = expiring.from_ledger(said=life)
        return expiring.expires_at(available_at=start, expiry=expiry, zone=self._zone)
