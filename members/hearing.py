"""What clients tell that a member did, beside buying; and what the rules give for it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from loyalty.programmes.terms import TOLD, Event
from members import awaiting, blocking, bonuses, selling
from members.models import Member, MemberEvent


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
        return Event(self.name) if self.name in TOLD else Event.CUSTOM

    @property
    def custom(self) -> str:
        return self.name if self.event is Event.CUSTOM else ""


@posting.retried
@transaction.atomic
def record(*, member: Member, told: Told, key: str, at: datetime, client: str = "") -> MemberEvent:
    """Keep what a member did, let be used what waited for it, and give what the rules say of it.

    A repeated key returns the first and gives nothing more. Raises ValidationFailed for the
    name of what this product knows by itself (a purchase, a birthday), OccurredAtOutOfWindow,
    MemberBlocked, MemberClosed, DuplicateEvent for the same reference of the same event, or
    posting.KeyReused for the key of another.
    """
    _check_name(told)
    book = books.get_book()
    accounts = posting.lock(member.holder_id, wallets=book.wallets)
    # After the lock: a repeat that raced us has committed by now.
    if done := MemberEvent.objects.select_related("member").filter(key=key).first():
        return _repeated(done, member, told)
    member = Member.objects.get(pk=member.pk)
    selling.check_moment(occurred_at=told.occurred_at, at=at)
    blocking.check_is_active(member=member)
    _check_is_new(member, told)
    event = MemberEvent(
        public_id=ids.new("evt"),
        member=member,
        name=told.name,
        reference=told.reference,
        client=client,
        key=key,
        occurred_at=told.occurred_at,
        recorded_at=at,
    )
    awaiting.let_come(
        member=member, accounts=accounts.values(), event=told.name, occurred_at=told.occurred_at,
        reference=event.public_id, at=at, book=book, actor=client,
    )  # fmt: skip
    event.award = _give(event, told, at=at, book=book).as_json()
    event.save(force_insert=True)
    return event


def _give(event: MemberEvent, told: Told, *, at: datetime, book: Rulebook) -> Award:
    given = bonuses.give(
        members=[event.member],
        event=told.event,
        custom=told.custom,
        reference=event.public_id,
        moment_of=lambda _member: min(told.occurred_at, at),
        recorded_at=at,
        book=book,
        is_historic=False,
        actor=event.client,
    )
    return given.awards[event.member.pk]


def _check_name(told: Told) -> None:
    if told.name in set(Event) - TOLD:
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
