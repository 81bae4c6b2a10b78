"""One member, by any of their identifiers; and members, for staff who search."""

import unicodedata
from collections.abc import Callable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core import engines
from loyalty.core.refusals import FieldRefusal, NotFound, Refusal, ValidationFailed
from members import identifying, showing
from members.models import Card, CardState, Member

# What a search finds: whoever is not among them is found by typing more.
MOST = 100
_SHORTEST_CARD = 6
_SHORTEST_EMAIL = 3


class MemberNotFound(NotFound):
    code = "member-not-found"
    is_miss = True
    title = _("There is no such member.")


class CardBlocked(Refusal):
    code = "card-blocked"
    title = _("This card is no longer in use.")


def get_member(
    *,
    public_id: str | None = None,
    card: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    code: str | None = None,
    external_id: str | None = None,
    at: datetime | None = None,
    takes_code: bool = True,
) -> Member:
    """Return the member whom exactly one identifier names, with their tier, in one query.

    `code` is what a scanner read: a card's number or, where the moment is told, the code that
    changes on the member's phone. That one is taken, unless told otherwise: the next who sends
    it finds nobody. Of a member who was merged it is who has what was theirs. A blocked or closed
    member is returned too: what they may not do is refused where they try. Raises MemberNotFound,
    CardBlocked (of a card that was blocked or replaced), or ValidationFailed.
    """
    given = {
        "public_id": public_id,
        "card": card,
        "email": email,
        "phone": phone,
        "code": code,
        "external_id": external_id,
    }
    asked = [(name, value) for name, value in given.items() if value is not None]
    if len(asked) != 1:
        raise ValidationFailed(
            errors=[FieldRefusal("", "one-identifier", _("Send exactly one identifier."))]
        )
    name, value = asked[0]
    if name == "code" and at is not None and (shown := _get_shown(value, at, takes_code)):
        return _member_of(shown)
    if name in {"card", "code"}:
        return _get_by_card(value)
    return _get_by_column(name, value)


def get_present(*, code: str | None, at: datetime) -> Member | None:
    """Return who shows the code that changes on their phone, and take it; None for all else.

    Raises CardBlocked.
    """
    card = showing.take(code=code, at=at) if code else None
    return _member_of(card) if card else None


def get_enrolled(*, key: str) -> Member | None:
    """Return the member whom a key enrolled, or who has what was theirs."""
    member = Member.objects.with_survivor().filter(enrolment_key=key).first()
    return member.survivor if member else None


def _get_by_card(number: str) -> Member:
    card = (
        Card.objects.select_related("member__tier").filter(number=identifying.card(number)).first()
    )
    if card is None:
        raise MemberNotFound
    return _member_of(card)


def _get_shown(code: str, at: datetime, takes_code: bool) -> Card | None:
    look = showing.take if takes_code else showing.read
    return look(code=code, at=at)


def _member_of(card: Card) -> Member:
    if card.state != CardState.ACTIVE:
        raise CardBlocked
    return card.member


def _get_by_column(name: str, value: str) -> Member:
    if name != "public_id":
        value = identifying.normalised({name: value}).get(name, "")
    elif not value.isascii() or not value.isprintable():
        raise MemberNotFound
    member = Member.objects.with_survivor().filter(**{name: value}).first()
    if member is None:
        raise MemberNotFound
    return member.survivor


def search(*, text: str, within: QuerySet[Member] | None = None) -> QuerySet[Member]:
    """Return members by id, phone or external id, by how their card, e-mail or name begins, or by
    any part of their name: a hundred at most.

    Every way goes through an index and ends at the hundredth, so that a search costs the same
    among a million members, however many are called so. Of one or two letters, and where the
    database has no trigrams, it is how the first or the last name begins; of a card, six
    characters at least. Nothing typed finds nobody.
    """
    members = Member.objects.all() if within is None else within
    return members.filter(pk__in=search_keys(text=text, within=within))


def search_keys(*, text: str, within: QuerySet[Member] | None = None) -> list[int]:
    """Return the keys of whom `search` finds, in two statements at most.

    What goes by any part of a name is begun only where the surer ways leave room.
    """
    text = unicodedata.normalize("NFC", text.replace("\0", "").strip())
    if not text:
        return []
    keys = (Member.objects.all() if within is None else within).values_list("pk", flat=True)
    found: list[int] = engines.first_keys(map(keys.filter, _sure_ways(text)), most=MOST)
    if (room := MOST - len(found)) and (further := _further_ways(text)):
        others = keys.exclude(pk__in=found)
        found += engines.first_keys(map(others.filter, further), most=room)
    return found


def _sure_ways(text: str) -> list[Q]:
    """Return how a text names somebody or begins to, each answered by one index."""
    if "@" in text:
        return [engines.begins("email", text.lower())]
    exactly = Q(public_id=text) | Q(external_id=text)
    if called := _read(identifying.phone, text):
        exactly |= Q(phone=called)
    ways = [exactly]
    if numbered := _read(identifying.card, text):
        ways.append(Q(pk__in=_members_by_card(numbered)))
    named = Q(last_name__istartswith=text)
    ways += [named, Q(first_name__istartswith=text) & ~named]
    first, _blank, last = text.partition(" ")
    if last.strip():
        ways.append(Q(first_name__istartswith=first, last_name__istartswith=last.strip()))
    return ways


def _further_ways(text: str) -> list[Q]:
    """Return how a text may be part of a name, or else the beginning of an e-mail."""
    if "@" in text:
        return []
    part = engines.name_holds(text, columns=("first_name", "last_name"))
    ways = [] if part is None else [part]
    if " " not in text and len(text) >= _SHORTEST_EMAIL:
        mailed = engines.begins("email", text.lower())
        ways.append(mailed if part is None else mailed & ~part)
    return ways


def _members_by_card(number: str) -> "QuerySet[Card, int]":
    is_long = len(number) >= _SHORTEST_CARD
    begun = engines.begins("number", number) if is_long else Q(number=number)
    return Card.objects.filter(begun).values_list("member_id", flat=True)


def _read(reader: Callable[[str], str], text: str) -> str | None:
    try:
        return reader(text)
    except ValidationFailed:
        return None
