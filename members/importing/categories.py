"""The tree of categories from a file: known ones are changed, unknown ones are added."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from loyalty.programmes import shapes, shelving
from loyalty.programmes.models import Category
from members.importing import columns, journal, reading, surveying, values
from members.importing.journal import ChangeReport
from members.importing.reading import LineError, LineRefused, RawRow
from members.importing.surveying import BadFile, Survey

FIELDS = ("code", "name", "parent", "is_excluded")
MOST_LINES = 10_000
_USUAL_NAMES: Mapping[str, Collection[str]] = {
    "code": ("code", "category", "categorie", "code_categorie", "category_code", "id"),
    "name": ("name", "nom", "libelle", "designation"),
    "parent": ("parent", "part_of", "fait_partie_de", "code_parent", "parent_code"),
    "is_excluded": ("is_excluded", "never_earns_points", "ne_rapporte_jamais_de_points", "exclue"),
}
_LONGEST_NAME = 80


class TooManyCategories(BadFile):
    code = "too-many-categories"
    title = gettext_lazy("The file holds more than 10,000 categories.")


@dataclass(frozen=True, kw_only=True)
class _Told:
    """What one line says. None is what the file has no column for."""

    line: int
    code: str
    name: str | None
    parent: str | None
    is_excluded: bool | None


_Tree = dict[str, _Told]


def understand(*, survey: Survey, mapped: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return which column holds which field. Raises NoUsableColumn, BadFile."""
    found = columns.find(
        names=survey.columns, mapped=mapped or {}, required=("code",), optional=FIELDS[1:],
        is_guessing=FIELDS, usual=_USUAL_NAMES,
    )  # fmt: skip
    if len(found) < 2:
        raise columns.NoUsableColumn(columns=survey.columns)
    return found


@transaction.atomic
def bring_in(
    *,
    path: Path,
    mapped: Mapping[str, str] | None = None,
    is_dry_run: bool = False,
    watch: journal.Watch = journal.unwatched,
) -> ChangeReport:
    """Bring the categories to what a file says, all lines that can be at once.

    A line finds its category by its code; its parent is in the file, before or after it, or was
    there. What the file has no column for stays; an empty parent makes a category one of the
    first. A line is refused whose parent is nowhere, or that would be inside itself. The same
    file again changes nothing. A dry run says the same and writes nothing. Raises BadFile.
    """
    survey = surveying.survey(path=path)
    found = understand(survey=survey, mapped=mapped)
    rows = list(reading.rows_of(survey=survey, columns=found))
    if len(rows) > MOST_LINES:
        raise TooManyCategories
    report = ChangeReport(lines=len(rows))
    with watch(len(rows)) as progress:
        categories = Category.objects.select_related("parent").order_by("pk")
        there = {row.code: row for row in categories.select_for_update(of=("self",))}
        told = _read_all(rows, there, report)
        _sift(told, there, report)
        _keep(told, there, report, is_dry_run=is_dry_run)
        progress(len(rows))
    return report


def _read_all(
    rows: Sequence[RawRow | LineError], there: Mapping[str, Category], report: ChangeReport
) -> _Tree:
    told: _Tree = {}
    for row in rows:
        if isinstance(row, LineError):
            report.refuse(row)
            continue
        try:
            read = _read(row, told, there)
        except LineRefused as refused:
            report.refuse(LineError(row.line, refused.code, refused.detail))
        else:
            told[read.code] = read
    return told


def _read(row: RawRow, told: _Tree, there: Mapping[str, Category]) -> _Told:
    cells = row.values
    code, name = cells["code"], cells.get("name")
    if not code:
        raise LineRefused("missing-value", _("There is no code."))
    if not shapes.CODE.fullmatch(code):
        raise LineRefused("bad-code", _("Not a code: %(text)s.") % {"text": code[:40]})
    if code in told:
        detail = _("The same category as on line %(line)d.") % {"line": told[code].line}
        raise LineRefused("twice-in-file", detail)
    if not name and (name is not None or code not in there):
        raise LineRefused("missing-value", _("There is no name."))
    never = cells.get("is_excluded")
    return _Told(
        line=row.line,
        code=code,
        name=name and values.words(name, field="name", most=_LONGEST_NAME),
        parent=cells.get("parent"),
        is_excluded=values.is_yes(never) if never else None,
    )


def _sift(told: _Tree, there: Mapping[str, Category], report: ChangeReport) -> None:
    """Refuse lines until the others make a tree. What was refused stays where it was."""
    while True:
        wrong = dict.fromkeys(_orphans(told, there), "unknown-parent")
        wrong = wrong or dict.fromkeys(_circular(told, there), "circular")
        if not wrong:
            return
        for code, why in wrong.items():
            line = told.pop(code)
            words = {"code": str(line.parent)[:40]}
            detail = _("A category is not inside itself.")
            if why == "unknown-parent":
                detail = _("No category %(code)s.") % words
            report.refuse(LineError(line.line, why, detail))


def _orphans(told: _Tree, there: Mapping[str, Category]) -> list[str]:
    """Return the lines whose parent is nowhere, or comes to nothing with its own line."""
    inside: dict[str, list[str]] = defaultdict(list)
    for code, line in told.items():
        if line.parent:
            inside[line.parent].append(code)
    lost = [parent for parent in inside if parent not in told and parent not in there]
    orphans: list[str] = []
    while lost:
        found = inside.pop(lost.pop(), [])
        orphans += found
        lost += [code for code in found if code not in there]
    return orphans


def _circular(told: _Tree, there: Mapping[str, Category]) -> list[str]:
    """Return the lines by which a category would be inside itself."""
    parents = {code: row.parent.code for code, row in there.items() if row.parent}
    parents |= {code: line.parent or "" for code, line in told.items() if line.parent is not None}
    done: set[str] = set()
    circular: set[str] = set()
    for start in parents:
        path: dict[str, None] = {}
        code = start
        while code in parents and code not in done and code not in path:
            path[code] = None
            code = parents[code]
        if code in path:
            steps = list(path)
            circular.update(steps[steps.index(code) :])
        done.update(path)
    return [code for code in told if code in circular]


def _keep(
    told: _Tree, there: Mapping[str, Category], report: ChangeReport, *, is_dry_run: bool
) -> None:
    """Count what lines change, and write it. The tree is whole by now."""
    new = {code: Category(code=code) for code in told if code not in there}
    every = {**there, **new}
    changed = []
    for code, line in told.items():
        is_changed = False
        for name, value in _said(line, every):
            is_changed |= getattr(every[code], name) != value
            setattr(every[code], name, value)
        report.take(is_new=code in new, is_changed=is_changed)
        if is_changed and code not in new:
            changed.append(every[code])
    if not is_dry_run:
        shelving.keep_categories(new=list(new.values()), changed=changed)


def _said(line: _Told, every: Mapping[str, Category]) -> Iterator[tuple[str, object]]:
    if line.name is not None:
        yield "name", line.name
    if line.parent is not None:
        yield "parent", every[line.parent] if line.parent else None
    if line.is_excluded is not None:
        yield "is_excluded", line.is_excluded
