"""Purchases from a file: read and checked to the end, then booked by member and time."""

from collections.abc import Mapping
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import transaction

from members.importing import booking, columns, journal, reading, rehearsing, staging, surveying
from members.importing.booking import Booking
from members.importing.foreseeing import Foresight
from members.importing.journal import Report
from members.importing.reading import LineError, RawRow
from members.importing.rehearsing import Rehearsal
from members.importing.staging import Terms
from members.importing.surveying import Survey
from members.models import ImportRun

KIND = "purchases"
_CHUNK = 2_000


def understand(*, survey: Survey) -> dict[str, str]:
    """Return which column holds which field by their usual names, those of the receipt too.

    For whoever looks at it before anything is written. Raises BadFile, NoUsableColumn.
    """
    return columns.find(
        names=survey.columns,
        mapped={},
        required=staging.REQUIRED,
        optional=staging.OPTIONAL,
        is_guessing=(*staging.REQUIRED, *staging.OPTIONAL),
    )


def bring_in(
    *,
    path: Path,
    at: datetime,
    mapped: Mapping[str, str] | None = None,
    store_code: str = "",
    may_enrol: bool = True,
    is_dry_run: bool = False,
    watch: journal.Watch = journal.unwatched,
    own: frozenset[int] = frozenset(),
    does_weigh: bool = False,
) -> Report:
    """Record the purchases of a file, with points, tiers and members as of their moments.

    Each line is added, already known, or refused with its number; the others go on. The same
    file again changes nothing, and goes on where an import that was stopped had come. All
    of it is historic: no message comes of it. Lines of the members in `own`, whose card is
    that of who brings it in, are refused. A dry run writes nothing, and says what would be
    done, and the most points if `does_weigh`. Raises BadFile, or books.ProgrammeMissing.
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
        weighed = Foresight(terms=terms) if does_weigh else None
        going = Rehearsal(terms=terms, may_enrol=may_enrol, own=own, foresight=weighed)
        return going.run(survey, found, watch=watch)
    said = journal.fingerprint(survey=survey, columns=found, store_code=store_code)
    run = journal.open_run(kind=KIND, content_hash=said, at=at)
    todo = Booking(run=run, at=at, stores=terms.stores, may_enrol=may_enrol, size=_CHUNK, own=own)
    with watch(2 * survey.lines) as progress:
        _stage_all(run, survey, found, terms, at=at, progress=progress)
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
    rows, errors = rehearsing.check(chunk, terms)
    staging.write(run=run, rows=rows)
    run.last_line = chunk[-1].line
    journal.count(run=run, lines=len(chunk), errors=errors)
