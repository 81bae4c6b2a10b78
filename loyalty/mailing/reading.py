"""Messages as they stand when they are sent: to which address, saying what, or why not at all."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, QuerySet

from loyalty.events.models import Message, MessageReason, MessageState
from loyalty.mailing import telling, unsubscribing
from loyalty.mailing.kinds import Manner, manner_of
from loyalty.mailing.letters import Letter, link
from loyalty.mailing.telling import Batch, Said
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members import consenting
from members.models import Consent, ConsentChannel, ConsentPurpose, Member


@dataclass(frozen=True)
class Envelope:
    """One message ready to go: its letter and the address it goes to."""

    message: Message
    address: str
    letter: Letter


Outcome = Envelope | MessageReason


def read(*, messages: Sequence[Message], at: datetime) -> dict[int, Outcome]:
    """Return for each message, by key, its envelope or why it is not sent.

    Address, name, language, consent and figures are those of this moment. The number of
    statements grows with the kinds of messages, never with the messages.
    """
    if not messages:
        return {}
    book = books.get_book()
    recipients = {message.recipient for message in messages}
    people = Member.objects.with_tier().filter(public_id__in=recipients)
    members = {member.public_id: member for member in people}
    willing = _get_willing(messages)
    objecting = _get_objecting(messages, members)
    outcomes: dict[int, Outcome] = {}
    by_kind: dict[str, list[Message]] = defaultdict(list)
    for message in messages:
        reason = _why_not(message, members.get(message.recipient), willing, objecting)
        if reason:
            outcomes[message.pk] = reason
        else:
            by_kind[message.kind].append(message)
    for kind, group in by_kind.items():
        outcomes |= _envelopes(kind, Batch(group, members, book, at))
    return outcomes


def willing() -> Exists:
    """Return the condition that a message's recipient agrees to advertising by e-mail, now."""
    return Exists(_agreements().filter(member__public_id=OuterRef("recipient")))


def unopposed() -> Exists:
    """Return the condition that a message's recipient has not objected to surveys, now."""
    objections = Consent.objects.in_force().filter(
        channel=ConsentChannel.EMAIL, purpose=ConsentPurpose.SURVEYS, is_given=False
    )
    has_objected = Exists(objections.filter(member=OuterRef("pk")))
    return Exists(Member.objects.filter(~has_objected, public_id=OuterRef("recipient")))


def _agreements() -> QuerySet[Consent]:
    return Consent.objects.in_force().filter(
        channel=ConsentChannel.EMAIL, purpose=ConsentPurpose.MARKETING, is_given=True
    )


def _get_willing(messages: Iterable[Message]) -> set[str]:
    asked = {m.recipient for m in messages if manner_of(m.kind).is_marketing}
    if not asked:
        return set()
    rows = _agreements().filter(member__public_id__in=asked)
    return set(rows.values_list("member__public_id", flat=True))


def _get_objecting(messages: Iterable[Message], members: Mapping[str, Member]) -> set[str]:
    asked = {m.recipient for m in messages if manner_of(m.kind).is_survey}
    told = [member for name, member in members.items() if name in asked]
    if not told:
        return set()
    objecting = consenting.get_objectors(
        member_ids=[member.pk for member in told],
        channel=ConsentChannel.EMAIL,
        purpose=ConsentPurpose.SURVEYS,
    )
    return {member.public_id for member in told if member.pk in objecting}


def _why_not(
    message: Message, member: Member | None, willing: set[str], objecting: set[str]
) -> MessageReason | None:
    manner = manner_of(message.kind)
    if member is None or member.state not in manner.reaches:
        return MessageReason.NOT_ACTIVE
    if manner.is_survey and message.recipient in objecting:
        return MessageReason.OBJECTED
    if manner.is_marketing and message.recipient not in willing:
        return MessageReason.NO_CONSENT
    if manner.is_marketing and message.state == MessageState.SENDING:
        return MessageReason.INTERRUPTED
    return None


def _envelopes(kind: str, batch: Batch) -> dict[int, Outcome]:
    told = telling.tell(kind=kind, batch=batch)
    manner = manner_of(kind)
    return {
        message.pk: _outcome(message, told[message.pk], batch, manner)
        for message in batch.messages
    }


def _outcome(
    message: Message, said: Said | MessageReason, batch: Batch, manner: Manner
) -> Outcome:
    if isinstance(said, MessageReason):
        return said
    member = batch.member_of(message)
    address = said.address if said.address is not None else member.email
    if not address:
        return MessageReason.NO_ADDRESS
    return Envelope(message, address, make_letter(member, said, batch.book, manner))


def make_letter(member: Member, said: Said, book: Rulebook, manner: Manner) -> Letter:
    """Return a letter to a member; one of advertising, or a survey, has the way out of it."""
    way_out = ""
    if purpose := manner.way_out:
        way_out = unsubscribing.make_link(recipient=member.public_id, purpose=purpose)
    return Letter(
        template=manner.template,
        language=member.language,
        programme=book.name,
        says=said.says,
        first_name=member.first_name,
        action=said.action,
        choices=link("portal:consents"),
        unsubscribe=way_out,
        is_survey=manner.is_survey,
    )
