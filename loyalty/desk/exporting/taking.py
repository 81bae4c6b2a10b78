"""Taking a list away: it is written down first who takes what, and at the end how many rows."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import structlog

from loyalty.desk.exporting import lists
from loyalty.desk.exporting.lists import Asked, Sort, Terms
from loyalty.identity.models import User
from loyalty.identity.models.tracing import address_of_request
from members.models import Export

_log = structlog.get_logger(__name__)


def note(
    *,
    sort: Sort,
    asked: Asked,
    file_format: str,
    taken_by: User,
    at: datetime,
    approval: str = "",
) -> Export:
    """Write down that somebody takes a list, before a row of it leaves; by which approval."""
    export = Export.objects.create(
        kind=sort.code,
        file_format=file_format,
        filters=asked.facts() | ({"approval": approval} if approval else {}),
        taken_by=taken_by,
        taken_at=at,
        address=address_of_request(),
    )
    _log.info("list_export_started", export=export.pk, kind=sort.code, user=taken_by.pk)
    return export


def counted(*, sort: Sort, asked: Asked, terms: Terms, export: Export) -> Iterator[Any]:
    """Give the rows of a list, and write down at its end how many left, all or not."""
    rows = 0
    try:
        for row in lists.walk(sort.rows(asked, terms)):
            rows += 1
            yield row
    finally:
        Export.objects.filter(pk=export.pk).update(rows=rows)
        _log.info("list_export_ended", export=export.pk, rows=rows)
