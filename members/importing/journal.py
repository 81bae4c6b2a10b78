"""One import: how far it is, what it did, and which lines it refused and why."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from members.importing.reading import LineError
from members.importing.surveying import Survey
from members.models import ImportRun

MOST_ERRORS = 1_000

Progress = Callable[[int], object]
# Told how many steps there are, it gives what each step is told to.
Watch = Callable[[int], AbstractContextManager[Progress]]


def unwatched(_steps: int) -> AbstractContextManager[Progress]:
    """Show nobody how far it is."""
    return nullcontext(lambda _done: None)


@dataclass
class Report:
    """What an import did. Each line is added, already known, or refused.

    `errors` holds the first thousand refusals in the order in which they were found. `points`
    is the most that it would give, where somebody asked for it.
    """

    lines: int = 0
    added: int = 0
    known: int = 0
    refused: int = 0
    errors: list[LineError] = field(default_factory=list)
    points: int | None = None

    def refuse(self, error: LineError) -> None:
        self.refused += 1
        if len(self.errors) < MOST_ERRORS:
            self.errors.append(error)

    def as_json(self) -> dict[str, Any]:
        ordered = sorted(self.errors, key=lambda error: error.line)
        said = {} if self.points is None else {"points": self.points}
        return {
            "lines": self.lines,
            "added": self.added,
            "known": self.known,
            "refused": self.refused,
            "errors": [vars(error) for error in ordered],
            **said,
        }


@dataclass
class ChangeReport(Report):
    """What a file did to a list; `known` are the lines that say nothing new."""

    changed: int = 0

    def as_json(self) -> dict[str, Any]:
        return {**super().as_json(), "changed": self.changed}

    def take(self, *, is_new: bool, is_changed: bool) -> None:
        self.added += is_new
        self.changed += is_changed and not is_new
        self.known += not (is_new or is_changed)


def fingerprint(*, survey: Survey, columns: Mapping[str, str], store_code: str) -> str:
    """Return what makes two imports the same: the file's content and how it is read."""
    said = json.dumps([survey.content_hash, sorted(columns.items()), store_code])
    return hashlib.sha256(said.encode()).hexdigest()


def open_run(*, kind: str, content_hash: str, at: datetime) -> ImportRun:
    """Return the unfinished run of the same file and options, or start one."""
    unfinished = ImportRun.objects.filter(
        kind=kind, content_hash=content_hash, finished_at=None
    ).order_by("pk")
    return unfinished.first() or ImportRun.objects.create(
        kind=kind, content_hash=content_hash, started_at=at
    )


def count(
    *,
    run: ImportRun,
    lines: int = 0,
    added: int = 0,
    known: int = 0,
    errors: Iterable[LineError] = (),
) -> None:
    """Add to a run's figures, in the transaction of what they count."""
    refused = list(errors)
    run.lines_read += lines
    run.added += added
    run.known += known
    run.refused += len(refused)
    room = MOST_ERRORS - len(run.errors)
    run.errors += [vars(error) for error in refused[:room]]
    run.save(
        update_fields=["lines_read", "last_line", "added", "known", "refused", "errors"]
        if refused
        else ["lines_read", "last_line", "added", "known"]
    )


def finish(*, run: ImportRun, at: datetime) -> Report:
    """Close a run and say what it did, parts before an interruption included."""
    run.finished_at = at
    run.save(update_fields=["finished_at"])
    return report(run=run)


def report(*, run: ImportRun) -> Report:
    return Report(
        lines=run.lines_read,
        added=run.added,
        known=run.known,
        refused=run.refused,
        errors=[LineError(**error) for error in run.errors],
    )
