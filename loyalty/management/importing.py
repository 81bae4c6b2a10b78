"""What the imports have in common at the command line."""

import json
import sys
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import CommandParser
from django.utils import timezone
from tqdm import tqdm

from loyalty.management.commanding import HouseCommand
from members.importing import columns
from members.importing.journal import Progress, Report

HELP = (
    "CSV or gzipped CSV; UTF-8 or CP1252; commas, semicolons or tabs. Lines that are refused "
    "are listed with their numbers, the others are brought in. The same file again changes "
    "nothing; stopped, it goes on where it was. Exit 0: no line was refused. Exit 1: the "
    "import is complete but for refused lines. Exit 2: nothing was written, because the "
    "file, a flag or the set-up is wrong."
)
_REFUSED = 1


class ImportCommand(HouseCommand):
    """Reads flags, shows progress, tells the result. What is imported is the subclass's."""

    takes_store: ClassVar[bool] = True

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument(
            "--map",
            default="",
            metavar="FIELD=COLUMN,…",
            help="which column holds what; usual English and French names are known",
        )
        if self.takes_store:
            parser.add_argument("--store", default="", metavar="CODE", help="where lines say none")
        parser.add_argument("--dry-run", action="store_true", help="check only; write nothing")
        parser.add_argument("--json", action="store_true", help="print one JSON document")

    def handle(self, *args: Any, **options: Any) -> None:
        report = self.bring_in(
            path=options["file"],
            mapped=columns.read_map(options["map"]),
            at=timezone.now(),
            options=options,
        )
        self._tell(report, as_json=options["json"], is_dry_run=options["dry_run"])
        if report.refused:
            sys.exit(_REFUSED)

    @abstractmethod
    def bring_in(
        self, *, path: Path, mapped: Mapping[str, str], at: datetime, options: Mapping[str, Any]
    ) -> Report:
        """Import the file."""

    def _tell(self, report: Report, *, as_json: bool, is_dry_run: bool) -> None:
        said = report.as_json()
        if not report.lines:
            self.stderr.write("The file holds no line under its header: there is nothing to add.")
        if as_json:
            self.stdout.write(json.dumps(said, ensure_ascii=False))
            return
        for error in said["errors"]:
            self.stderr.write(f"line {error['line']}: {error['code']}: {error['detail']}")
        if report.refused > len(report.errors):
            self.stderr.write(f"… and {report.refused - len(report.errors)} more")
        would = "would be " if is_dry_run else ""
        changed = f"{said['changed']} {would}changed, " if "changed" in said else ""
        self.stdout.write(
            f"{report.lines} lines: {report.added} {would}added, {changed}{report.known} known, "
            f"{report.refused} refused."
        )


@contextmanager
def watch(steps: int) -> Iterator[Progress]:
    """Draw a bar on standard error, where that is a terminal."""
    with tqdm(total=steps, file=sys.stderr, disable=None, unit="line", leave=False) as bar:
        yield bar.update
