"""Members named in a list that somebody wrote: by card, e-mail, number (mem_…) or external id."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal, ValidationFailed
from members import identifying
from members.models import Card, Member

# So many names are read at once, at most: what is longer is a file for the command.
MOST = 20_000
_CHUNK = 500
_BETWEEN = re.compile(r"[\r\n\t;,]+")


class ListTooLong(Refusal):
    code = "list-too-long"
    title = _("The list names more than 20,000 members: split it.")


@dataclass(frozen=True)
class Listed:
    """Whom a list names, by key, and the names that nobody has."""

    members: frozenset[int]
    unknown: tuple[str, ...]


def names_of(text: str) -> list[str]:
    """Return the names of a text, each once: one a line, or with commas or tabs between them.

    Raises ListTooLong.
    """
    said = (name.strip().strip('"') for name in _BETWEEN.split(text.replace("\0", "")))
    names = list(dict.fromkeys(name for name in said if name))
    if len(names) > MOST:
        raise ListTooLong
    return names


def find(*, names: Iterable[str], within: QuerySet[Member] | None = None) -> Listed:
    """Return whom names mean, in three statements at most for five hundred of them.

    Of a member who was merged it is the survivor. Who is not among `within` is nobody.
    """
    asked = list(names)
    known: dict[str, int] = {}
    for some in _chunks(asked):
        found = _by_columns(some) | _by_cards(some)
        seen = Member.objects.all() if within is None else within
        keys = set(seen.filter(pk__in=set(found.values())).values_list("pk", flat=True))
        known |= {name: pk for name, pk in found.items() if pk in keys}
    unknown = tuple(name for name in asked if name not in known)
    return Listed(members=frozenset(known.values()), unknown=unknown)


def _by_columns(names: list[str]) -> dict[str, int]:
    addresses = {name.lower(): name for name in names if "@" in name}
    named = Q(public_id__in=names) | Q(external_id__in=names) | Q(email__in=list(addresses))
    rows = Member.objects.filter(named).values_list(
        "pk", "merged_into", "public_id", "external_id", "email"
    )
    found: dict[str, int] = {}
    for pk, survivor, public_id, external_id, email in rows:
        called = (public_id, external_id, addresses.get(email or ""))
        found |= dict.fromkeys(filter(None, called), survivor or pk)
    return found


def _by_cards(names: list[str]) -> dict[str, int]:
    numbers = {number: name for name in names if (number := _card(name))}
    rows = Card.objects.filter(number__in=list(numbers)).values_list(
        "number", "member", "member__merged_into"
    )
    return {numbers[number]: survivor or pk for number, pk, survivor in rows}


def _card(name: str) -> str:
    try:
        return identifying.card(name)
    except ValidationFailed:
        return ""


def _chunks(names: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(names)
    while some := list(islice(rest, _CHUNK)):
        yield some
