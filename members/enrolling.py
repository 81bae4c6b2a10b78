"""Joining the programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids
from loyalty.core.refusals import FieldRefusal, ValidationFailed
from loyalty.events import outbox
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import (
    bonuses,
    completing,
    consenting,
    identifying,
    numbering,
    referring,
    standing,
)
from members.consenting import Said
from members.identifying import IdentifierTaken
from members.models import Card, Consent, Member, MemberKind, TierChange

_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_TRIES = 3
EVENT = "enrolment"


@dataclass(frozen=True, kw_only=True)
class Newcomer:
    """Somebody who joins, as told; identifiers are normalised on the way in.

    A new `public_id` is made unless one is told: a demo is the same each time.
    """

    enrolled_at: datetime
    public_id: str = ""
    key: str | None = None
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    card: str | None = None
    external_id: str | None = None
    birthday: tuple[int, int] | None = None
    language: str = "fr"
    kind: str = MemberKind.PERSON
    source: str = ""
    store: Store | None = None
    consents: Sequence[Said] = ()
    referral_code: str = ""

    # Properties

    @cached_property
    def identifiers(self) -> dict[str, str]:
        """What is kept of email, phone, card and external_id. Raises ValidationFailed."""
        return identifying.normalised(
            {
                "email": self.email,
                "phone": self.phone,
                "card": self.card,
                "external_id": self.external_id,
            }
        )


def enrol(
    *,
    at: datetime,
    key: str | None = None,
    first_name: str = "", last_name: str = "",
    email: str | None = None, phone: str | None = None, card: str | None = None,
    birthday: tuple[int, int] | None = None,
    language: str = "fr",
    kind: str = MemberKind.PERSON,
    source: str = "", store: Store | None = None,
    external_id: str | None = None,
    consents: Sequence[Said] = (),
    referral_code: str = "",
    actor: str = "",
    is_historic: bool = False,
) -> Member:  # fmt: skip
    """Make somebody a member, with a card and accounts, and what the rules give for joining.

    Without a printed card they get a number of ours. `birthday` is (month, day). A repeated
    key returns the first member. Raises IdentifierTaken when an identifier is in use, with
    one error for each and never whose it is; ValidationFailed when one cannot be read;
    referring.ReferralRefused for a friend's code with which they cannot join.
    """
    newcomer = Newcomer(
        enrolled_at=at, key=key, first_name=first_name, last_name=last_name,
        email=email, phone=phone, card=card, external_id=external_id, birthday=birthday,
        language=language, kind=kind, source=source, store=store, consents=consents,
        referral_code=referral_code,
    )  # fmt: skip
    for _try in range(_TRIES - 1):
        try:
            return _enrol_one(newcomer, actor=actor, is_historic=is_historic)
        except IntegrityError:
            # Somebody took the key, an identifier or, once in a life, the number we drew, a
            # moment ago. Look again: it has committed by now.
            continue
    return _enrol_one(newcomer, actor=actor, is_historic=is_historic)


@transaction.atomic
def _enrol_one(newcomer: Newcomer, *, actor: str, is_historic: bool) -> Member:
    if done := _get_enrolled(newcomer):
        return done
    try:
        check_free(identifiers=newcomer.identifiers)
    except IdentifierTaken:
        # Perhaps by this very request, which committed between the two looks.
        if done := _get_enrolled(newcomer):
            return done
        raise
    code, at = newcomer.referral_code, newcomer.enrolled_at
    referrer = referring.get_referrer(code=code) if code else None
    (member,) = enrol_many(
        newcomers=[newcomer], recorded_at=at, actor=actor, is_historic=is_historic
    )
    if referrer is not None:
        referring.refer(referrer=referrer, friend=member, code=code, at=at)
    return member


def _get_enrolled(newcomer: Newcomer) -> Member | None:
    if not newcomer.key:
        return None
    return Member.objects.with_tier().filter(enrolment_key=newcomer.key).first()


def check_free(*, identifiers: dict[str, str]) -> None:
    """Refuse identifiers that somebody has. Raises IdentifierTaken with one error for each."""
    taken = [
        name
        for name, value in identifiers.items()
        if (_cards(value) if name == "card" else Member.objects.filter(**{name: value})).exists()
    ]  # fmt: skip
    if taken:
        detail = _("This identifier is already used in the programme.")
        raise IdentifierTaken(
            errors=[FieldRefusal(f"/{name}", IdentifierTaken.code, detail) for name in taken]
        )


def _cards(number: str) -> QuerySet[Card]:
    """Return the card with a number, or what stays of it: a printed number is given out once."""
    return Card.objects.filter(number__in=[number, *identifying.tombstones([number])])


@transaction.atomic
def enrol_many(
    *,
    newcomers: Sequence[Newcomer],
    recorded_at: datetime,
    actor: str = "",
    is_historic: bool = True,
) -> list[Member]:
    """Make members of many at once, in their order, in a few statements for all of them.

    Identifiers were found free by the caller; one taken meanwhile raises IntegrityError and
    nobody is enrolled. Raises ValidationFailed.
    """
    if not newcomers:
        return []
    book = books.get_book()
    holders = posting.open_holders(
        count=len(newcomers),
        at=min(newcomer.enrolled_at for newcomer in newcomers),
        wallets=book.wallets,
    )
    members = [
        _row(newcomer, holder_id=holder.pk)
        for newcomer, holder in zip(newcomers, holders, strict=True)
    ]
    changes = standing.start(members=members, book=book)
    Member.objects.bulk_create(members)
    Member.history.bulk_history_create(members, batch_size=500)
    Card.objects.bulk_create(map(_card, members, newcomers))
    _keep_consents(members, newcomers, actor=actor)
    TierChange.objects.bulk_create(changes)
    _welcome(members, recorded_at=recorded_at, book=book, actor=actor, is_historic=is_historic)
    completing.give_new(
        members=members,
        recorded_at=recorded_at,
        book=book,
        actor=actor,
        is_historic=is_historic,
    )
    outbox.record_many([_enrolled(member, is_historic=is_historic) for member in members])
    return members


def _welcome(
    members: Sequence[Member],
    *,
    recorded_at: datetime,
    book: Rulebook,
    actor: str,
    is_historic: bool,
) -> None:
    """Give what the rules say of joining, as of the moment each one joined."""
    bonuses.give(
        members=members,
        event=EVENT,
        reference=EVENT,
        moment_of=lambda member: member.enrolled_at,
        recorded_at=recorded_at,
        book=book,
        is_historic=is_historic,
        actor=actor,
    )


def _row(newcomer: Newcomer, *, holder_id: int) -> Member:
    month, day = birthday_of(newcomer.birthday)
    identifiers = newcomer.identifiers
    return Member(
        public_id=newcomer.public_id or ids.new("mem"),
        holder_id=holder_id,
        external_id=identifiers.get("external_id"),
        kind=newcomer.kind,
        first_name=newcomer.first_name.strip(),
        last_name=newcomer.last_name.strip(),
        email=identifiers.get("email"),
        phone=identifiers.get("phone"),
        birth_month=month,
        birth_day=day,
        language=newcomer.language,
        source=newcomer.source,
        store=newcomer.store,
        enrolled_at=newcomer.enrolled_at,
        enrolment_key=newcomer.key,
    )


def birthday_of(birthday: tuple[int, int] | None) -> tuple[int | None, int | None]:
    """Return a birthday's month and day. Raises ValidationFailed for a day that no year has."""
    if birthday is None:
        return None, None
    month, day = birthday
    if not 1 <= month <= 12 or not 1 <= day <= _DAYS[month - 1]:
        error = FieldRefusal("/birthday", "invalid", _("There is no such day in a year."))
        raise ValidationFailed(errors=[error])
    return month, day


def _card(member: Member, newcomer: Newcomer) -> Card:
    number = newcomer.identifiers.get("card") or numbering.new()
    return Card(number=number, member=member, issued_at=newcomer.enrolled_at)


def _keep_consents(
    members: Sequence[Member], newcomers: Sequence[Newcomer], *, actor: str
) -> None:
    answers = ((m, n.consents) for m, n in zip(members, newcomers, strict=True))
    if rows := consenting.rows(members=answers, actor=actor):
        Consent.objects.bulk_create(rows)


def _enrolled(member: Member, *, is_historic: bool) -> outbox.Event:
    payload = {"member": member.public_id, "source": member.source}
    return outbox.Event("member.enrolled", payload, member.enrolled_at, is_historic)
