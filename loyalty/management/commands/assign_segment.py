import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.db.models import Q
from django.utils import timezone

from loyalty.management.commanding import WRONG, HouseCommand
from members import segmenting
from members.models import Member

_CHUNK = 1_000


class Command(HouseCommand):
    help = (
        "Let a segment hold exactly the members of a file: one member number (mem_…) or external "
        "id on each line, - for standard input. Rules that speak of the segment go by it at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the code of a segment that the desk knows")
        parser.add_argument("file", help="- for standard input")

    def handle(self, *_args: Any, **options: Any) -> None:
        said = _lines(options["file"])
        known = _members(said)
        done = segmenting.assign(
            code=options["code"], member_ids=set(known.values()), at=timezone.now()
        )
        unknown = [name for name in said if name not in known]
        for name in unknown:
            self.stderr.write(f"unknown member: {name}")
        self.stdout.write(
            f"{len(set(known.values()))} members: {done.joined} joined, {done.left} left, "
            f"{len(unknown)} lines name nobody"
        )


def _lines(name: str) -> list[str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read as UTF-8 text.", returncode=WRONG) from error
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _members(said: Iterable[str]) -> dict[str, int]:
    """Return who the lines name, by what they say."""
    known: dict[str, int] = {}
    for some in _chunks(said):
        found = Member.objects.filter(Q(public_id__in=some) | Q(external_id__in=some))
        for pk, public_id, external_id in found.values_list("pk", "public_id", "external_id"):
            known |= {name: pk for name in (public_id, external_id) if name}
    return known


def _chunks(said: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(said)
    while some := list(islice(rest, _CHUNK)):
        yield some
