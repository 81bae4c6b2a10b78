"""What clients tell that a member did, beside buying; and what the rules give for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from loyalty.programmes.terms import TOLD, Event
from members import awaiting, blocking, bonuses, selling
from members.models import Member, MemberEvent

# By these names a member's event is known to every rule.
_NAMED = TOLD | {Event.REFERRED}


class DuplicateEvent(Refusal):
    code = "duplicate-event"
    title = _("This event of the member was already recorded.")


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a member did, by a name that rules may speak of; `reference` is the teller's own."""

    name: str
    occurred_at: datetime
    reference: str = ""

    @property
    def event(self) -> Event:
        return Event(self.name) if self.name in _NAMED else Event.CUSTOM

    @property
    def custom(self) -> str:
        return self.name if self.event is Event.CUSTOM else ""


@posting.retried
@transaction.atomic
def record(*, member: Member, told: Told, key: str, at: datetime, client: str = "") -> MemberEvent:
    """Keep what a member did, let be used what waited for it, and give what the rules say of it.

    A repeated key returns the first and gives nothing more. Raises ValidationFailed for the
    name of what this product knows by itself (a purchase, a birthday; a friend who joined, where
    members refer friends here), OccurredAtOutOfWindow,
    MemberBlocked, MemberClosed, DuplicateEvent for the same reference of the same event, or
    posting.KeyReused for the key of another.
    """
    book = books.get_book()
    _check_name(told, book)
    accounts = posting.lock(member.holder_id, wallets=book.wallets)
    # After the lock: a repeat that raced us has committed by now.
    if done := MemberEvent.objects.select_related("member").filter(key=key).first():
        return _repeated(done, member, told)
    member = Member.objects.get(pk=member.pk)
    selling.check_moment(occurred_at=told.occurred_at, at=at)
    blocking.check_is_active(member=member)
    _check_is_new(member, told)
    event = _row(member, told, key=key, at=at, client=client)
    return _take(event, told, accounts, at=at, book=book)


def notice(
    *,
    member: Member,
    told: Told,
    key: str,
    accounts: Mapping[str, Account],
    at: datetime,
    book: Rulebook,
    is_historic: bool = False,
) -> MemberEvent:
    """Keep what this product found out by itself, and do as `record` with it, once for each key.

    Call it in a transaction for who may earn, under the lock of their `accounts`. What is
    historic was booked when it happened.
    """
    event = _row(member, told, key=key, at=at, client="")
    # By its key: whoever does it again after being killed writes the same.
    event.public_id = f"evt_{key[:26]}"
    return _take(event, told, accounts, at=at, book=book, is_historic=is_historic)


def _row(member: Member, told: Told, *, key: str, at: datetime, client: str) -> MemberEvent:
    return MemberEvent(
        public_id=ids.new("evt"),
        member=member,
        name=told.name,
        reference=told.reference,
        client=client,
        key=key,
        occurred_at=told.occurred_at,
        recorded_at=at,
    )


def _take(
    event: MemberEvent,
    told: Told,
    accounts: Mapping[str, Account],
    *,
    at: datetime,
    book: Rulebook,
    is_historic: bool = False,
) -> MemberEvent:
    """Let be used what waited for an event, give for it, and keep it."""
    awaiting.let_come(
        member=event.member, accounts=accounts.values(), event=told.name,
        occurred_at=told.occurred_at, reference=event.public_id, at=at, book=book,
        actor=event.client,
    )  # fmt: skip
    event.award = _give(event, told, at=at, book=book, is_historic=is_historic).as_json()
    event.save(force_insert=True)
    return event


def _give(
    event: MemberEvent, told: Told, *, at: datetime, book: Rulebook, is_historic: bool
) -> Award:
    given = bonuses.give(
        members=[event.member],
        event=told.event,
        custom=told.custom,
        reference=event.public_id,
        moment_of=lambda _member: min(told.occurred_at, at),
        recorded_at=at,
        book=book,
        is_historic=is_historic,
        actor=event.client,
    )
    return given.awards[event.member.pk]


def _check_name(told: Told, book: Rulebook) -> None:
    is_ours = told.name == Event.REFERRAL and book.referral_days is not None
    if is_ours or told.name in set(Event) - TOLD:
        detail = _("This event is known here by itself.")
        raise ValidationFailed(errors=[FieldRefusal("/event", "known-by-itself", detail)])


def _check_is_new(member: Member, told: Told) -> None:
    if not told.reference:
        return
    first = MemberEvent.objects.filter(
        member=member, name=told.name, reference=told.reference
    ).first()
    if first is not None:
        raise DuplicateEvent(event=first.public_id)


def _repeated(done: MemberEvent, member: Member, told: Told) -> MemberEvent:
    asked = (member.pk, told.name, told.reference, told.occurred_at)
    if asked != (done.member_id, done.name, done.reference, done.occurred_at):
        raise posting.KeyReused
    return done
