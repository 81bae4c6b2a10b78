"""Which rows of a file are recorded already. A row is known by its receipt, or its content."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, Protocol, TypeVar

from django.utils.translation import gettext as _

from loyalty.core import keys
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from members.importing.reading import LineError
from members.models import Purchase

_SCOPE = "import"

Receipt = tuple[int | None, str, date, str]
Said = tuple[str, int]


class Row(Protocol):
    """A checked row, staged or not. `key` is the same for rows that say the same."""

    @property
    def line(self) -> int: ...
    @property
    def member_reference(self) -> str: ...
    @property
    def occurred_at(self) -> datetime: ...
    @property
    def content(self) -> Mapping[str, Any]: ...
    @property
    def key(self) -> str: ...


AnyRow = TypeVar("AnyRow", bound=Row)


@dataclass
class Sorted(Generic[AnyRow]):
    """Rows to record with their keys, how many are recorded already, and contradictions."""

    fresh: list[tuple[AnyRow, str]] = field(default_factory=list)
    known: int = 0
    errors: list[LineError] = field(default_factory=list)


class Sorter:
    """Tells rows apart. Remembers those it saw, so that equal rows are counted.

    Rows of equal content are distinct purchases: the first, the second… of that file. They
    must all come to the same sorter, in order of line. A receipt that was recorded before
    with another member or amount is a line error.
    """

    def __init__(self, *, book: Rulebook, stores: Mapping[str, Store]) -> None:
        self._book, self._stores = book, stores
        self._counted: Counter[bytes] = Counter()
        self._receipts: dict[Receipt, Said] = {}

    def sort(self, rows: Sequence[AnyRow]) -> Sorted[AnyRow]:
        """Sort rows in two statements."""
        receipts = [self._receipt(row) for row in rows]
        keyed = [
            self._content_key(row) if receipt is None else _receipt_key(receipt)
            for row, receipt in zip(rows, receipts, strict=True)
        ]
        recorded = set(Purchase.objects.filter(key__in=keyed).values_list("key", flat=True))
        self._receipts |= _recorded(receipt for receipt in receipts if receipt)
        found = Sorted[AnyRow]()
        for row, receipt, key in zip(rows, receipts, keyed, strict=True):
            if receipt is not None:
                self._by_receipt(row, receipt, key, found)
            elif key in recorded:
                found.known += 1
            else:
                found.fresh.append((row, key))
        return found

    def _by_receipt(self, row: AnyRow, receipt: Receipt, key: str, found: Sorted[AnyRow]) -> None:
        said = row.member_reference, row.content["cents"]
        first = self._receipts.setdefault(receipt, said)
        if first is said:
            found.fresh.append((row, key))
        elif first == said:
            found.known += 1
        else:
            detail = _("This receipt was recorded with another member or amount.")
            found.errors.append(LineError(row.line, "duplicate-receipt", detail))

    def _content_key(self, row: Row) -> str:
        content = bytes.fromhex(row.key)
        self._counted[content] += 1
        return keys.digest(scope=_SCOPE, key=f"row {row.key} {self._counted[content]}")

    def _receipt(self, row: Row) -> Receipt | None:
        said = row.content
        if "receipt" not in said:
            return None
        store = self._stores[said["store"]].pk if "store" in said else None
        day = self._book.business_day(row.occurred_at)
        return store, said.get("till", ""), day, said["receipt"]


def _receipt_key(receipt: Receipt) -> str:
    store, till, day, number = receipt
    return keys.digest(scope=_SCOPE, key=f"receipt {store} {till} {day.isoformat()} {number}")


def _recorded(receipts: Iterable[Receipt]) -> dict[Receipt, Said]:
    asked = set(receipts)
    if not asked:
        return {}
    found = Purchase.objects.filter(
        receipt__in={number for _store, _till, _day, number in asked},
        business_on__in={day for _store, _till, day, _number in asked},
    ).values_list(
        "store_id", "till", "business_on", "receipt", "member__external_id", "total_cents"
    )
    return {
        (store, till, day, number): (reference or "", cents)
        for store, till, day, number, reference, cents in found
        if (store, till, day, number) in asked
    }
