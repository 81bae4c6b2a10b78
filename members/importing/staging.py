"""The rows of a purchase file, checked one by one and put aside until they are booked."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.utils.translation import gettext as _

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
OPTIONAL = ("receipt", "store", "till", "channel", "lines")
_MOST_LINES = 1_000


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What the rows of one import are read by."""

    book: Rulebook
    latest: datetime
    stores: Mapping[str, Store]
    store: Store | None = None


@dataclass(frozen=True, kw_only=True)
class StagedRow:
    """One checked row. `key` is the same for rows that say the same."""

    line: int
    member_reference: str
    occurred_at: datetime
    content: Mapping[str, Any] = field(default_factory=dict)

    # Properties

    @property
    def key(self) -> str:
        """Depends on what was mapped alone: not on blanks, the order of columns, or others."""
        said = [self.member_reference, self.occurred_at.isoformat(), self.content]
        text = json.dumps(said, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def as_model(self, run: ImportRun) -> ImportRow:
        return ImportRow(
            run=run,
            line=self.line,
            member_reference=self.member_reference,
            occurred_at=self.occurred_at,
            content=self.content,
            key=self.key,
        )


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
    return StagedRow(
        line=row.line,
        member_reference=_member(cells["member"]),
        occurred_at=values.moment(cells["at"], zone=terms.book.zone, latest=terms.latest),
        content=content,
    )


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


def _line(told: Mapping[str, Any], terms: Terms) -> dict[str, Any]:
    if set(told) - {"sku", "name", "category", "quantity", "amount"}:
        raise ValueError
    line: dict[str, Any] = {
        "cents": values.amount(str(told["amount"]), currency=terms.book.currency)
        if "amount" in told
        else 0
    }
    for name, most in (("sku", 60), ("name", 120), ("category", 40)):
        if said := values.words(str(told.get(name, "")).strip(), field=name, most=most):
            line[name] = said
    quantity = Decimal(str(told.get("quantity", "1")))
    if not quantity.is_finite() or not 0 < quantity < 10**9 or quantity != round(quantity, 3):
        raise ValueError
    line["quantity"] = str(quantity.normalize())
    return line


def _no_float(_text: str) -> object:
    raise ValueError
