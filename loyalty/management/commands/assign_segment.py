import sys
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from loyalty.management.commanding import WRONG, HouseCommand
from members import listing, segmenting


class Command(HouseCommand):
    help = (
        "Let a segment hold exactly the members of a file: one card, e-mail, member number "
        "(mem_…) or external id on each line, - for standard input. Rules that speak of the "
        "segment go by it at once."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("code", help="the code of a segment that the desk knows")
        parser.add_argument("file", help="- for standard input")

    def handle(self, *_args: Any, **options: Any) -> None:
        listed = listing.find(names=_lines(options["file"]))
        done = segmenting.assign(
            code=options["code"], member_ids=listed.members, at=timezone.now()
        )
        for name in listed.unknown:
            self.stderr.write(f"unknown member: {name}")
        self.stdout.write(
            f"{len(listed.members)} members: {done.joined} joined, {done.left} left, "
            f"{len(listed.unknown)} lines name nobody"
        )


def _lines(name: str) -> list[str]:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise CommandError(f"{name} cannot be read as UTF-8 text.", returncode=WRONG) from error
    return list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
