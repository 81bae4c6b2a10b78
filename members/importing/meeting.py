"""Which people of a file are members already, and whose identifiers are somebody else's."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from members.enrolling import Newcomer
from members.identifying import IdentifierTaken, tombstones
from members.importing.reading import LineError
from members.models import Card, Member

Newcomers = list[tuple[int, Newcomer]]
Identifier = tuple[str, str]

_COLUMNS = ("external_id", "email", "phone")


@dataclass
class Met:
    """People to enrol with their lines, how many are members already, and contradictions."""

    fresh: Newcomers = field(default_factory=list)
    known: int = 0
    errors: list[LineError] = field(default_factory=list)


class Meeting:
    """Knows people by their identifiers: members, and those of the lines it saw."""

    def __init__(self) -> None:
        # Whose an identifier is: a member's row, or minus the line that brought it.
        self._owners: dict[Identifier, int] = {}

    def sort(self, newcomers: Newcomers) -> Met:
        """Sort people in four statements at most."""
        self._look_up(newcomers)
        met = Met()
        for line, newcomer in newcomers:
            given = newcomer.identifiers.items()
            owners = {name: self._owners.get((name, value)) for name, value in given}
            taken = sorted(name for name, owner in owners.items() if owner is not None)
            if self._is_known(owners):
                met.known += 1
            elif taken:
                detail = _("In use already: %(names)s.") % {"names": ", ".join(taken)}
                met.errors.append(LineError(line, IdentifierTaken.code, detail))
            else:
                met.fresh.append((line, newcomer))
                self._owners |= dict.fromkeys(given, -line)
        return met

    def _is_known(self, owners: dict[str, int | None]) -> bool:
        if "external_id" in owners:
            return owners["external_id"] is not None
        return None not in owners.values() and len(set(owners.values())) == 1

    def _look_up(self, newcomers: Newcomers) -> None:
        asked: dict[str, set[str]] = defaultdict(set)
        for _line, newcomer in newcomers:
            for name, value in newcomer.identifiers.items():
                asked[name].add(value)
        for name in _COLUMNS:
            found = Member.objects.filter(**{f"{name}__in": asked[name]})
            self._learn(name, found.values_list(name, "pk"))
        # A number whose holder was forgotten is recognised by what stays of it.
        shown = {mark: number for number in asked["card"] for mark in tombstones([number])}
        shown |= {number: number for number in asked["card"]}
        cards = Card.objects.filter(number__in=shown).values_list("number", "member_id")
        self._learn("card", [(shown[number], pk) for number, pk in cards])

    def _learn(self, name: str, owners: Iterable[tuple[object, int]]) -> None:
        self._owners |= {(name, str(value)): pk for value, pk in owners}
