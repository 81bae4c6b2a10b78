"""A purchase file gone through from end to end, and nothing of it written."""

from collections.abc import Mapping, Sequence
from itertools import islice

from members.importing import gathering, journal, reading, staging
from members.importing.foreseeing import Foresight
from members.importing.journal import Report
from members.importing.knowing import Sorter
from members.importing.reading import LineError, LineRefused, RawRow
from members.importing.staging import StagedRow, Terms
from members.importing.surveying import Survey

_CHUNK = 2_000


class Rehearsal:
    """Says what an import would do. It remembers each distinct line: some 200 bytes a line."""

    def __init__(
        self,
        *,
        terms: Terms,
        may_enrol: bool,
        own: frozenset[int],
        foresight: Foresight | None,
    ) -> None:
        self._terms, self._may_enrol, self._own = terms, may_enrol, own
        self._foresight = foresight
        self._sorter = Sorter(book=terms.book, stores=terms.stores)

    def run(self, survey: Survey, found: Mapping[str, str], *, watch: journal.Watch) -> Report:
        """Return what would become of each line."""
        report = Report(points=0 if self._foresight else None)
        rows = reading.rows_of(survey=survey, columns=found)
        with watch(survey.lines) as progress:
            while chunk := list(islice(rows, _CHUNK)):
                self._go_through(chunk, report)
                progress(len(chunk))
        return report

    def _go_through(self, chunk: Sequence[RawRow | LineError], report: Report) -> None:
        checked, errors = check(chunk, self._terms)
        there = self._sorter.sort(checked)
        fresh = [row for row, _key in there.fresh]
        why = gathering.get_refusals(
            references={row.member_reference for row in fresh},
            may_enrol=self._may_enrol,
            own=self._own,
        )
        refused = [
            LineError(row.line, why[row.member_reference].code, why[row.member_reference].detail)
            for row in fresh
            if row.member_reference in why
        ]
        report.lines += len(chunk)
        report.known += there.known
        report.added += len(fresh) - len(refused)
        for error in [*errors, *there.errors, *refused]:
            report.refuse(error)
        if self._foresight:
            taken = [row for row in fresh if row.member_reference not in why]
            report.points = (report.points or 0) + self._foresight.points_of(taken)


def check(
    chunk: Sequence[RawRow | LineError], terms: Terms
) -> tuple[list[StagedRow], list[LineError]]:
    """Return the rows that can be read, and what is wrong with the others."""
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
