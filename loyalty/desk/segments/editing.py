"""The conditions of a segment being written: rows that are added, taken away, counted and kept.

No script is needed: each button sends all that was written, and the page comes back with it.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.text import capfirst

from analytics.segments import defining, terms, wording
from analytics.segments.terms import Definition, Fact, Match
from analytics.segments.wording import Names
from loyalty.desk.segments.rows import Row, initial_of
from loyalty.programmes.shapes import Malformed

_NUMBER = re.compile("[0-9]{1,9}")


@dataclass
class Editor:
    """What is written so far: how conditions go together, a row for each, and what is wrong."""

    names: Names
    match: Match = Match.ALL
    rows: Sequence[Row] = ()
    faults: list[str] = field(default_factory=list)

    # Properties

    @property
    def matches(self) -> list[tuple[str, str, bool]]:
        return [
            (Match.ALL.value, wording.match_name(Match.ALL), self.match is Match.ALL),
            (Match.ANY.value, wording.match_name(Match.ANY), self.match is Match.ANY),
        ]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What a new condition may ask about."""
        return [(fact.value, capfirst(str(name))) for fact, name in wording.FACTS.items()]

    @property
    def may_add(self) -> bool:
        return len(self.rows) < terms.MOST_CONDITIONS


def of_definition(definition: Definition, *, names: Names) -> Editor:
    """Return an editor of what is said already."""
    rows = [
        Row(fact=one.fact, names=names, number=number, initial=initial_of(one))
        for number, one in enumerate(definition.conditions)
    ]
    return Editor(names, definition.match, rows)


def of_post(post: QueryDict, *, names: Names, is_final: bool = True) -> Editor:
    """Return an editor of what was sent; one that is not final yet complains of nothing."""
    match = Match.ANY if post.get("match") == Match.ANY.value else Match.ALL
    rows = [
        Row(
            fact=fact, names=names, number=number,
            data=post if is_final else None,
            initial=None if is_final else _sent(post, number),
        )
        for number, fact in _told(post)
    ]  # fmt: skip
    return Editor(names, match, rows)


def add(editor: Editor, fact: str) -> None:
    """Put an empty row at the end, unless there are as many as there may be."""
    if fact in set(Fact) and editor.may_add:
        number = max((row.number for row in editor.rows), default=-1) + 1
        editor.rows = [*editor.rows, Row(fact=Fact(fact), names=editor.names, number=number)]


def remove(editor: Editor, number: str) -> None:
    editor.rows = [row for row in editor.rows if str(row.number) != number]


def read(editor: Editor) -> dict[str, Any] | None:
    """Return what the rows say, or None: then each wrong field says what is wrong with it."""
    # Each is asked, so that all say what is wrong with them.
    if False in [row.is_valid() for row in editor.rows]:
        return None
    said = {"match": editor.match.value, "conditions": [row.said for row in editor.rows]}
    try:
        defining.check(said)
    except Malformed as malformed:
        for fault in malformed.faults:
            _refuse(editor, fault.pointer, str(wording.FAULTS[fault.code]))
        return None
    return said


def _refuse(editor: Editor, pointer: str, words: str) -> None:
    _root, _conditions, *rest = pointer.split("/", 3)
    if len(rest) == 2 and rest[0].isdecimal():
        editor.rows[int(rest[0])].refuse(rest[1], words)
    else:
        editor.faults.append(words)


def _told(post: QueryDict) -> list[tuple[int, Fact]]:
    """Return the rows that were sent, by number; what no page of ours sends is passed over."""
    numbers = [int(said) for said in post.getlist("row") if _NUMBER.fullmatch(said)]
    told = [(number, post.get(f"{number}-fact", "")) for number in dict.fromkeys(numbers)]
    known = [(number, Fact(fact)) for number, fact in told if fact in set(Fact)]
    return known[: terms.MOST_CONDITIONS]


def _sent(post: QueryDict, number: int) -> dict[str, Any]:
    said = {name: post.get(f"{number}-{name}") for name in ("least", "most", "since", "until")}
    return said | {
        "months": post.get(f"{number}-months"),
        "is_not": bool(post.get(f"{number}-is_not")),
        "codes": _codes(post, number),
    }


def _codes(post: QueryDict, number: int) -> list[str] | str:
    name = f"{number}-codes"
    is_typed = post.get(f"{number}-fact") == Fact.SOURCE.value
    return post.get(name, "") if is_typed else post.getlist(name)
