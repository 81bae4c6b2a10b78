"""Products from a file: known ones are changed, unknown ones are added."""

import re
from collections.abc import Collection, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from loyalty.programmes import shapes, shelving
from loyalty.programmes.models import Category, Product
from members.importing import columns, journal, reading, surveying, values
from members.importing.journal import ChangeReport
from members.importing.reading import LineError, LineRefused, RawRow
from members.importing.surveying import Survey

FIELDS = ("sku", "name_fr", "name_en", "category", "brand", "tags")
_USUAL_NAMES: Mapping[str, Collection[str]] = {
    "sku": ("sku", "ugs", "reference_article", "reference", "ref", "code_article", "article",
            "code_produit", "code_barres", "ean", "product", "produit", "code"),
    "name_fr": ("name_fr", "nom_fr", "nom_en_francais", "name_in_french", "nom", "libelle",
                "designation", "name"),
    "name_en": ("name_en", "nom_en", "nom_en_anglais", "name_in_english"),
    "category": ("category", "categorie", "code_categorie", "category_code", "rayon", "famille"),
    "brand": ("brand", "marque"),
    "tags": ("tags", "tag", "etiquettes", "etiquette"),
}  # fmt: skip
_BETWEEN_TAGS = re.compile(r"[\s,;|]+")
_LONGEST_NAME = 120
_CHUNK = 2_000


@dataclass
class _Work:
    """What lines are read by, and on which line each SKU came first."""

    categories: Mapping[str, Category]
    report: ChangeReport
    is_dry_run: bool
    seen: dict[str, int] = field(default_factory=dict)


def understand(*, survey: Survey, mapped: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return which column holds which field. Raises NoUsableColumn, BadFile."""
    found = columns.find(
        names=survey.columns, mapped=mapped or {}, required=("sku",), optional=FIELDS[1:],
        is_guessing=FIELDS, usual=_USUAL_NAMES,
    )  # fmt: skip
    if len(found) < 2:
        raise columns.NoUsableColumn(columns=survey.columns)
    return found


def bring_in(
    *,
    path: Path,
    mapped: Mapping[str, str] | None = None,
    is_dry_run: bool = False,
    watch: journal.Watch = journal.unwatched,
) -> ChangeReport:
    """Bring the products to what a file says: those of two thousand lines in one transaction.

    A line finds its product by its SKU. What the file has no column for stays; an empty cell
    empties what may be empty. The same file again changes nothing. Products that are in no
    line stay. A dry run says the same and writes nothing. Raises BadFile.
    """
    survey = surveying.survey(path=path)
    found = understand(survey=survey, mapped=mapped)
    work = _Work(
        categories={category.code: category for category in Category.objects.all()},
        report=ChangeReport(),
        is_dry_run=is_dry_run,
    )
    rows = reading.rows_of(survey=survey, columns=found)
    with watch(survey.lines) as progress:
        while chunk := list(islice(rows, _CHUNK)):
            _take(chunk, work)
            progress(len(chunk))
    return work.report


@transaction.atomic
def _take(chunk: Sequence[RawRow | LineError], work: _Work) -> None:
    """Count some lines, and write what they change, in a few statements."""
    skus = {row.values["sku"] for row in chunk if isinstance(row, RawRow)}
    there = {row.sku: row for row in Product.objects.filter(sku__in=skus)}
    work.report.lines += len(chunk)
    written: list[Product] = []
    fields: set[str] = set()
    for row in chunk:
        if isinstance(row, LineError):
            work.report.refuse(row)
            continue
        known = there.get(row.values["sku"])
        try:
            said = _read(row, work, is_new=known is None)
        except LineRefused as refused:
            work.report.refuse(LineError(row.line, refused.code, refused.detail))
            continue
        is_changed = any(getattr(known, name) != value for name, value in said.items() if known)
        work.report.take(is_new=known is None, is_changed=is_changed)
        if known is None or is_changed:
            written.append(_as_said(known, said))
            fields |= said.keys() - {"sku"}
    if not work.is_dry_run:
        shelving.keep_products(products=written, fields=sorted(fields))


def _as_said(known: Product | None, said: Mapping[str, Any]) -> Product:
    """Return a row to be kept under its SKU: what it was, and what a line says of it."""
    product = copy(known) if known else Product()
    product.pk = None
    for name, value in said.items():
        setattr(product, name, value)
    return product


def _read(row: RawRow, work: _Work, *, is_new: bool) -> dict[str, Any]:
    """Return what a line says, by field of a product. Raises LineRefused."""
    cells = row.values
    said: dict[str, Any] = {"sku": _sku(row, work), **_names(cells, is_new=is_new)}
    if "category" in cells:
        said["category_id"] = _category(cells["category"], work)
    if "brand" in cells:
        said["brand"] = values.brand(cells["brand"])
    if "tags" in cells:
        said["tags"] = values.tags(filter(None, _BETWEEN_TAGS.split(cells["tags"])))
    work.seen[said["sku"]] = row.line
    return said


def _sku(row: RawRow, work: _Work) -> str:
    sku = row.values["sku"]
    if not sku:
        raise LineRefused("missing-value", _("There is no SKU."))
    if not shapes.SKU.fullmatch(sku):
        raise LineRefused("bad-sku", _("Not a SKU: %(text)s.") % {"text": sku[:40]})
    if sku in work.seen:
        detail = _("The same product as on line %(line)d.") % {"line": work.seen[sku]}
        raise LineRefused("twice-in-file", detail)
    return sku


def _names(cells: Mapping[str, str], *, is_new: bool) -> dict[str, str]:
    """Return the names that a line says; one alone stands for both languages."""
    said = {
        name: values.words(cells[name], field=name, most=_LONGEST_NAME)
        for name in ("name_fr", "name_en")
        if name in cells
    }
    if is_new or "name_fr" in said:
        said["name_fr"] = said.get("name_fr") or said.get("name_en", "")
        if not said["name_fr"]:
            raise LineRefused("missing-value", _("There is no name."))
    return said


def _category(code: str, work: _Work) -> int | None:
    if not code:
        return None
    if code not in work.categories:
        raise LineRefused("unknown-category", _("No category %(code)s.") % {"code": code[:40]})
    return work.categories[code].pk
