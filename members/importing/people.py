"""Members from a file: checked, told apart from those who are there, and enrolled."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import islice
from pathlib import Path

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from loyalty.core.refusals import ValidationFailed
from loyalty.ledger import posting
from members import enrolling
from members.enrolling import Newcomer
from members.importing import columns, journal, reading, surveying, values
from members.importing.journal import Report
from members.importing.meeting import Meeting, Newcomers
from members.importing.reading import LineError, LineRefused, RawRow
from members.importing.staging import Terms, get_terms
from members.importing.surveying import Survey
from members.models import ImportRun

KIND = "members"
SOURCE = "import"
IDENTIFIERS = ("external_id", "email", "phone", "card")
FIELDS = (
    *IDENTIFIERS, "first_name", "last_name", "birthday", "language", "enrolled_at", "source",
)  # fmt: skip
_CHUNK = 1_000
_TRIES = 3


def understand(*, survey: Survey, mapped: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return which column holds which field. Raises BadFile, NoUsableColumn."""
    found = columns.find(
        names=survey.columns, mapped=mapped or {}, required=(), optional=FIELDS,
        is_guessing=FIELDS,
    )  # fmt: skip
    if not found.keys() & set(IDENTIFIERS):
        raise columns.NoUsableColumn(
            _("No column for any of %(fields)s among: %(columns)s. Say --map email=COLUMN.")
            % {"fields": ", ".join(IDENTIFIERS), "columns": ", ".join(survey.columns)},
            columns=survey.columns,
        )
    return found


def bring_in(
    *,
    path: Path,
    at: datetime,
    mapped: Mapping[str, str] | None = None,
    store_code: str = "",
    is_dry_run: bool = False,
    watch: journal.Watch = journal.unwatched,
) -> Report:
    """Enrol the members of a file, as of the day it says they joined, or else today.

    A line is known by its external id, or else by its e-mail, phone and card; what is known
    is left as it is. The same file again changes nothing, and goes on where an import that
    was stopped had come. All of it is historic. A dry run writes nothing. Raises BadFile,
    before anything is written, or books.ProgrammeMissing.
    """
    survey = surveying.survey(path=path)
    found = understand(survey=survey, mapped=mapped)
    terms = get_terms(store_code=store_code, at=at)
    with watch(survey.lines) as progress:
        if is_dry_run:
            return _rehearse(survey, found, terms, progress)
        said = journal.fingerprint(survey=survey, columns=found, store_code=store_code)
        run = journal.open_run(kind=KIND, content_hash=said, at=at)
        rows = reading.rows_of(survey=survey, columns=found, after=run.last_line)
        while chunk := list(islice(rows, _CHUNK)):
            _enrol_again(run, chunk, terms)
            progress(len(chunk))
    return journal.finish(run=run, at=at)


def _enrol_again(run: ImportRun, chunk: Sequence[RawRow | LineError], terms: Terms) -> None:
    for _try in range(_TRIES - 1):
        try:
            return _enrol(run, chunk, terms)
        except IntegrityError:
            # Meanwhile a till enrolled one of them: look again, it has committed by now.
            continue
    return _enrol(run, chunk, terms)


@posting.retried
@transaction.atomic
def _enrol(run: ImportRun, chunk: Sequence[RawRow | LineError], terms: Terms) -> None:
    # What a try before this one counted in vain was rolled back.
    run.refresh_from_db()
    newcomers, errors = _checked(chunk, terms)
    met = Meeting().sort(newcomers)
    enrolling.enrol_many(
        newcomers=[newcomer for _line, newcomer in met.fresh], recorded_at=terms.latest
    )
    run.last_line = chunk[-1].line
    journal.count(
        run=run,
        lines=len(chunk),
        added=len(met.fresh),
        known=met.known,
        errors=[*errors, *met.errors],
    )


def _rehearse(
    survey: Survey, found: Mapping[str, str], terms: Terms, progress: journal.Progress
) -> Report:
    """Say what an import would do. It remembers each identifier of the file."""
    report, meeting = Report(), Meeting()
    rows = reading.rows_of(survey=survey, columns=found)
    while chunk := list(islice(rows, _CHUNK)):
        newcomers, errors = _checked(chunk, terms)
        met = meeting.sort(newcomers)
        report.lines += len(chunk)
        report.added += len(met.fresh)
        report.known += met.known
        for error in [*errors, *met.errors]:
            report.refuse(error)
        progress(len(chunk))
    return report


def _checked(
    chunk: Sequence[RawRow | LineError], terms: Terms
) -> tuple[Newcomers, list[LineError]]:
    newcomers: Newcomers = []
    errors: list[LineError] = []
    for row in chunk:
        if isinstance(row, LineError):
            errors.append(row)
            continue
        try:
            newcomers.append((row.line, _newcomer(row, terms)))
        except LineRefused as refused:
            errors.append(LineError(row.line, refused.code, refused.detail))
    return newcomers, errors


def _newcomer(row: RawRow, terms: Terms) -> Newcomer:
    cells = row.values
    joined = cells.get("enrolled_at", "")
    newcomer = Newcomer(
        external_id=cells.get("external_id"),
        email=cells.get("email"),
        phone=cells.get("phone"),
        card=cells.get("card"),
        first_name=values.words(cells.get("first_name", ""), field="first_name", most=80),
        last_name=values.words(cells.get("last_name", ""), field="last_name", most=80),
        birthday=values.birthday(cells.get("birthday", "")),
        language=values.language(cells.get("language", "")),
        enrolled_at=min(
            values.moment(joined, zone=terms.book.zone, latest=terms.latest), terms.latest
        )
        if joined
        else terms.latest,
        source=values.words(cells.get("source", ""), field="source", most=40) or SOURCE,
        store=terms.store,
    )
    try:
        identifiers = newcomer.identifiers
    except ValidationFailed as refusal:
        wrong = refusal.errors[0]
        raise LineRefused(f"bad-{wrong.pointer[1:]}", str(wrong.detail)) from None
    if not identifiers:
        raise LineRefused("missing-value", _("There is no identifier."))
    return newcomer
