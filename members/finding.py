"""One member, by any of their identifiers; and members, for staff who search."""

import unicodedata
from collections.abc import Callable

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import FieldRefusal, NotFound, Refusal, ValidationFailed
from members import identifying
from members.models import Card, CardState, Member


class MemberNotFound(NotFound):
    code = "member-not-found"
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
) -> Member:
    """Return the member whom exactly one identifier names, with their tier, in one query.

    `code` is what a scanner read: a card's number. A blocked or closed member is returned
    too: what they may not do is refused where they try. Raises MemberNotFound, CardBlocked
    (of a card that was blocked or replaced), or ValidationFailed.
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
    if name in {"card", "code"}:
        return _get_by_card(value)
    return _get_by_column(name, value)


def _get_by_card(number: str) -> Member:
    card = (
        Card.objects.select_related("member__tier").filter(number=identifying.card(number)).first()
    )
    if card is None:
        raise MemberNotFound
    if card.state != CardState.ACTIVE:
        raise CardBlocked
    return card.member


def _get_by_column(name: str, value: str) -> Member:
    if name != "public_id":
        value = identifying.normalised({name: value}).get(name, "")
    elif not value.isascii() or not value.isprintable():
        raise MemberNotFound
    member = Member.objects.with_tier().filter(**{name: value}).first()
    if member is None:
        raise MemberNotFound
    return member


def search(*, text: str, within: QuerySet[Member] | None = None) -> QuerySet[Member]:
    """Return members by id, card, e-mail, phone, external id, or how their last name begins.

    Every way goes through an index, so that a search costs the same among a million
    members. Nothing typed finds nobody.
    """
    members = Member.objects.all() if within is None else within
    text = unicodedata.normalize("NFC", text.replace("\0", "").strip())
    if not text:
        return members.none()
    return members.filter(_matches(text))


def _matches(text: str) -> Q:
    if "@" in text:
        return Q(email=text.lower())
    matches = Q(public_id=text) | Q(external_id=text) | Q(last_name__istartswith=text)
    # Two plain look-ups rather than a join: the join would read the whole table.
    if numbered := _read(identifying.card, text):
        matches |= Q(pk__in=list(_members_by_card(numbered)))
    if called := _read(identifying.phone, text):
        matches |= Q(phone=called)
    return matches


def _members_by_card(number: str) -> "QuerySet[Card, int]":
    return Card.objects.filter(number=number).values_list("member_id", flat=True)


def _read(reader: Callable[[str], str], text: str) -> str | None:
    try:
        return reader(text)
    except ValidationFailed:
        return None
