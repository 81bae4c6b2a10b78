"""The rows of a purchase file, checked one by one and put aside until they are booked."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from loyalty.core import engines
from loyalty.core.refusals import ValidationFailed
from loyalty.programmes import books
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members import identifying
from members.importing import values
from members.importing.reading import LineRefused, RawRow
from members.importing.surveying import BadFile
from members.models import ImportRow, ImportRun

REQUIRED = ("member", "at", "amount")
OPTIONAL = ("receipt", "store", "till", "channel", "lines", "tax")
_MOST_LINES = 1_000
_KNOWN = frozenset({"sku", "name", "category", "brand", "tags", "quantity", "amount", "tax"})


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the rows of one import are read by."""

    book: Rulebook
    latest: datetime
    stores: Mapping[str, Store]
    store: Store | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class StagedRow:
    """One checked row. `key` is the same for rows that say the same."""

    line: int
    member_reference: str
    occurred_at: datetime
    content: Mapping[str, Any]
    key: str


def write(*, run: ImportRun, rows: Sequence[StagedRow]) -> None:
    """Put rows aside."""
    engines.load(
        table=ImportRow._meta.db_table,
        columns=("run_id", "line", "member_reference", "occurred_at", "content", "key"),
        rows=[
            (
                run.pk,
                row.line,
                row.member_reference,
                row.occurred_at,
                json.dumps(row.content),
                row.key,
            )
            for row in rows
        ],
    )


def get_next(*, run: ImportRun, size: int) -> list[StagedRow]:
    """Return the next rows to book, in order of member, time and line.

    Rows of one member and moment stay together, however many: equal ones among them are told
    apart by their order. Anonymous ones need no other order: only those that are equal stay
    together, or a day of a file that says no time would be one chunk.
    """
    staged = (
        ImportRow.objects.filter(run=run)
        .order_by("member_reference", "occurred_at", "line")
        .values_list("line", "member_reference", "occurred_at", "content", "key", named=True)
    )
    rows = list(staged[:size])
    if len(rows) == size:
        last = _group(rows[-1])
        whole = [row for row in rows if _group(row) != last]
        rows = whole or _next_of(
            staged.filter(member_reference=last[0], occurred_at=last[1]),
            size=None if last[0] else size,
        )
    return [StagedRow(**row._asdict()) for row in rows]


def _next_of(group: QuerySet[ImportRow, Any], *, size: int | None) -> list[Any]:
    """Return all of a group in order of line, or about `size` of it, equal rows together."""
    if size is None:
        return list(group)
    rows = list(group.order_by("key", "line")[:size])
    if len(rows) == size:
        whole = [row for row in rows if row.key != rows[-1].key]
        rows = whole or list(group.filter(key=rows[-1].key))
    return sorted(rows, key=attrgetter("line"))


def _group(row: Any) -> tuple[str, datetime]:
    return row.member_reference, row.occurred_at


def remove(*, run: ImportRun, rows: Sequence[StagedRow]) -> None:
    """Forget rows that were booked, in the transaction that booked them."""
    ImportRow.objects.filter(run=run, line__in=[row.line for row in rows]).delete()


def skus_of(*, rows: Sequence[StagedRow]) -> set[str]:
    """Return the SKUs that the lines of some rows name."""
    lines = (line for row in rows for line in row.content.get("lines", ()))
    return {line["sku"] for line in lines if "sku" in line}


def get_terms(*, store_code: str, at: datetime) -> Terms:
    """Return the programme and its stores, read once. Raises BadFile for an unknown store."""
    stores = {store.code: store for store in Store.objects.all()}
    if store_code and store_code not in stores:
        raise BadFile(_("There is no store %(code)s.") % {"code": store_code})
    store = stores.get(store_code)
    if store is not None and store.is_training:
        raise BadFile(_("A training store's sales are not kept."))
    return Terms(book=books.get_book(), latest=at, stores=stores, store=store)


def read(*, row: RawRow, terms: Terms) -> StagedRow:
    """Return a row checked. Raises LineRefused.

    Without a member it is an anonymous sale. `content` leaves out what was not said.
    """
    cells = row.values
    content: dict[str, Any] = {
        "cents": values.amount(cells["amount"], currency=terms.book.currency)
    }
    for name, most in (("receipt", 80), ("till", 40), ("channel", 20)):
        if said := values.words(cells.get(name, ""), field=name, most=most):
            content[name] = said
    if store := _store(cells.get("store", ""), terms):
        content["store"] = store.code
    if told := cells.get("lines"):
        content["lines"] = _lines(told, terms, total=content["cents"])
    member = _member(cells["member"])
    moment = values.moment(cells["at"], zone=terms.book.zone, latest=terms.latest)
    # Before the tax: a file that was brought in when nobody read it is known again.
    key = key_of(member_reference=member, occurred_at=moment, content=content)
    if told := cells.get("tax"):
        content["tax_cents"] = values.amount(told, currency=terms.book.currency)
    _check_tax(content)
    return StagedRow(
        line=row.line, member_reference=member, occurred_at=moment, content=content, key=key
    )


def key_of(*, member_reference: str, occurred_at: datetime, content: Mapping[str, Any]) -> str:
    """Return the same key for the same sale: blanks, other columns and their order are nothing."""
    said = [member_reference, occurred_at.isoformat(), content]
    text = json.dumps(said, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _member(text: str) -> str:
    try:
        return identifying.external_id(text) if text else ""
    except ValidationFailed:
        raise LineRefused("bad-member", _("Not an identifier.")) from None


def _store(code: str, terms: Terms) -> Store | None:
    if not code:
        return terms.store
    if code not in terms.stores:
        raise LineRefused("unknown-store", _("There is no store %(code)s.") % {"code": code[:40]})
    store = terms.stores[code]
    if store.is_training:
        raise LineRefused("training-store", _("A training store's sales are not kept."))
    return store


def _lines(text: str, terms: Terms, *, total: int) -> list[dict[str, Any]]:
    """Return lines written as the API's: [{"sku": …, "quantity": "2", "amount": "13.80"}]."""
    try:
        told = json.loads(text, parse_float=_no_float)
        lines = [_line(line, terms) for line in told]
    except (ValueError, TypeError, AttributeError, InvalidOperation):
        raise LineRefused("bad-lines", _("Not a JSON list of lines.")) from None
    if len(lines) > _MOST_LINES:
        raise LineRefused("bad-lines", _("At most %(most)d lines.") % {"most": _MOST_LINES})
    if lines and sum(line["cents"] for line in lines) != total:
        raise LineRefused("lines-do-not-add-up", _("The lines do not add up to the amount."))
    return lines


def _check_tax(content: Mapping[str, Any]) -> None:
    """Refuse a tax that is no part of what it is said to be in."""
    lines, tax = content.get("lines", ()), content.get("tax_cents", 0)
    if any(one.get("tax_cents", 0) > one["cents"] for one in (content, *lines)):
        raise LineRefused("bad-tax", _("The tax is a part of the amount."))
    by_line = sum(line.get("tax_cents", 0) for line in lines)
    if tax and by_line and by_line != tax:
        raise LineRefused("bad-tax", _("The tax of the lines does not add up to it."))


def _line(told: Mapping[str, Any], terms: Terms) -> dict[str, Any]:
    if set(told) - _KNOWN:
        raise ValueError
    line: dict[str, Any] = {
        "cents": values.amount(str(told["amount"]), currency=terms.book.currency)
        if "amount" in told
        else 0
    }
    for name, most in (("sku", 60), ("name", 120), ("category", 40)):
        if said := values.words(str(told.get(name, "")).strip(), field=name, most=most):
            line[name] = said
    if brand := values.brand(str(told.get("brand", "")).strip()):
        line["brand"] = brand
    if tags := values.tags(_list(told.get("tags", []))):
        line["tags"] = tags
    if "tax" in told:
        line["tax_cents"] = values.amount(str(told["tax"]), currency=terms.book.currency)
    quantity = Decimal(str(told.get("quantity", "1")))
    if not quantity.is_finite() or not 0 < quantity < 10**9 or quantity != round(quantity, 3):
        raise ValueError
    line["quantity"] = str(quantity.normalize())
    return line


def _list(told: object) -> list[str]:
    if not isinstance(told, list):
        raise TypeError
    return [str(one) for one in told]


def _no_float(_text: str) -> object:
    raise ValueError
