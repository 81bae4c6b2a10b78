"""Purchases from a file: read and checked to the end, then booked by member and time."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from members.importing import booking, columns, gathering, journal, reading, staging, surveying
from members.importing.booking import Booking
from members.importing.journal import Report
from members.importing.knowing import Sorter
from members.importing.reading import LineError, LineRefused, RawRow
from members.importing.staging import StagedRow, Terms
from members.importing.surveying import Survey
from members.models import ImportRun

KIND = "purchases"
_CHUNK = 2_000


def bring_in(
    *,
    path: Path,
    at: datetime,
    mapped: Mapping[str, str] | None = None,
    store_code: str = "",
    may_enrol: bool = True,
    is_dry_run: bool = False,
    watch: journal.Watch = journal.unwatched,
) -> Report:
    """Record the purchases of a file, with points, tiers and members as of their moments.

    Each line is added, already known, or refused with its number; the others go on. The same
    file again changes nothing, and goes on where an import that was stopped had come. All
    of it is historic: no message comes of it. A dry run says what would be done and writes
    nothing. Raises BadFile, before anything is written, or books.ProgrammeMissing.
    """
    survey = surveying.survey(path=path)
    found = columns.find(
        names=survey.columns,
        mapped=mapped or {},
        required=staging.REQUIRED,
        optional=staging.OPTIONAL,
        is_guessing=staging.REQUIRED,
    )
    terms = staging.get_terms(store_code=store_code, at=at)
    if is_dry_run:
        with watch(survey.lines) as progress:
            return _rehearse(survey, found, terms, may_enrol=may_enrol, progress=progress)
    said = journal.fingerprint(survey=survey, columns=found, store_code=store_code)
    run = journal.open_run(kind=KIND, content_hash=said, at=at)
    with watch(2 * survey.lines) as progress:
        _stage_all(run, survey, found, terms, at=at, progress=progress)
        todo = Booking(run=run, at=at, stores=terms.stores, may_enrol=may_enrol, size=_CHUNK)
        booking.book_all(booking=todo, progress=progress)
    return journal.finish(run=run, at=at)


def _stage_all(
    run: ImportRun,
    survey: Survey,
    found: Mapping[str, str],
    terms: Terms,
    *,
    at: datetime,
    progress: journal.Progress,
) -> None:
    """Put every row aside that is not yet; a stopped import goes on after its last line."""
    if run.staged_at is not None:
        return
    rows = reading.rows_of(survey=survey, columns=found, after=run.last_line)
    while chunk := list(islice(rows, _CHUNK)):
        _stage(run, chunk, terms)
        progress(len(chunk))
    run.staged_at = at
    run.save(update_fields=["staged_at"])


@transaction.atomic
def _stage(run: ImportRun, chunk: list[RawRow | LineError], terms: Terms) -> None:
    rows, errors = _checked(chunk, terms)
    staging.write(run=run, rows=rows)
    run.last_line = chunk[-1].line
    journal.count(run=run, lines=len(chunk), errors=errors)


def _checked(
    chunk: list[RawRow | LineError], terms: Terms
) -> tuple[list[StagedRow], list[LineError]]:
    rows: list[StagedRow] = []
    errors: list[LineError] = []
    for row in chunk:
        if isinstance(row, LineError):
            errors.append(row)
            continue
        try:
            rows.append(staging.read(row=row, terms=terms))
        except LineRefused as refused:
            errors.append(LineError(row.line, refused.code, refused.detail))
    return rows, errors


def _rehearse(
    survey: Survey,
    found: Mapping[str, str],
    terms: Terms,
    *,
    may_enrol: bool,
    progress: journal.Progress,
) -> Report:
    """Say what an import would do. It remembers each distinct line: some 200 bytes a line."""
    report = Report()
    sorter = Sorter(book=terms.book, stores=terms.stores)
    rows = reading.rows_of(survey=survey, columns=found)
    while chunk := list(islice(rows, _CHUNK)):
        checked, errors = _checked(chunk, terms)
        there = sorter.sort(checked)
        why = gathering.get_refusals(
            references={row.member_reference for row, _key in there.fresh}, may_enrol=may_enrol
        )
        refused = [
            LineError(row.line, why[row.member_reference].code, why[row.member_reference].detail)
            for row, _key in there.fresh
            if row.member_reference in why
        ]
        report.lines += len(chunk)
        report.known += there.known
        report.added += len(there.fresh) - len(refused)
        for error in [*errors, *there.errors, *refused]:
            report.refuse(error)
        progress(len(chunk))
    return report
