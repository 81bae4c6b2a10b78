"""Cursor pages, newest first: nothing missing and nothing twice while writing goes on.

A cursor is opaque to callers. It names the last row they saw, so a page never counts rows,
and whoever forges one only chooses where their own list starts.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db.models import Model, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from loyalty.core.refusals import Refusal

_Row = TypeVar("_Row", bound=Model)


class InvalidCursor(Refusal):
    code = "invalid-cursor"
    status = 400
    title = _("This cursor was not given by this service. Start from the first page.")


@dataclass(frozen=True)
class Page(Generic[_Row]):
    """Some rows, newest first, and the cursor of what follows; None at the end."""

    rows: Sequence[_Row]
    next_cursor: str | None


def read(*, rows: QuerySet[_Row], by: str, cursor: str | None, size: int) -> Page[_Row]:
    """Return a page of at most `size` rows, by a whole-numbered column and then by id.

    One statement, whatever the depth. Refused: a cursor that is not one (InvalidCursor).
    """
    if cursor is not None:
        last, pk = _open(cursor)
        rows = rows.filter(Q(**{f"{by}__lt": last}) | Q(**{by: last, "pk__lt": pk}))
    found = list(rows.order_by(f"-{by}", "-pk")[: size + 1])
    shown = found[:size]
    more = len(found) > size
    return Page(shown, _seal(getattr(shown[-1], by), shown[-1].pk) if more else None)


def _seal(last: int, pk: int) -> str:
    return base64.urlsafe_b64encode(json.dumps([last, pk]).encode()).decode().rstrip("=")


def _open(cursor: str) -> tuple[int, int]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        match json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)):
            case [int(last), int(pk)] if max(abs(last), abs(pk)) < 2**63:
                return last, pk
    except (ValueError, binascii.Error, RecursionError) as error:
        raise InvalidCursor from error
    raise InvalidCursor
