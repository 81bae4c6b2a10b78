"""SQL put together from named parts, so that a measure reads as what it counts.

The one place through which facts and measures reach the database. The SQL given is the
subset that PostgreSQL and SQLite share; what differs comes from `core/engines.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and its parameters, in order."""

    text: str
    params: tuple[Any, ...] = ()


Part = Query | int | str | date | Sequence[int] | None


# A return counts where and when it happened, for whom the sale was.
RETURNED = Query(
    "SELECT given.id AS return_id, sale.member_id, sale.business_on AS sold_on,"
    " given.store_id, given.channel, given.business_on, given.total_cents"
    " FROM members_return AS given JOIN members_purchase AS sale ON sale.id = given.purchase_id"
)


def compose(template: str, parts: Mapping[str, Part]) -> Query:
    """Return the template with each `{name}` replaced by its part.

    A query goes in as it is, in brackets; a sequence of numbers as a list for IN; anything
    else is bound as a parameter and never becomes SQL.
    """
    found: list[Any] = []

    def fill(match: re.Match[str]) -> str:
        text, params = _rendered(parts[match[1]])
        found.extend(params)
        return text

    return Query(_NAME.sub(fill, template), tuple(found))


def union_all(queries: Sequence[Query]) -> Query:
    """Return the rows of all, repeats included."""
    text = " UNION ALL ".join(query.text for query in queries)
    return Query(text, tuple(param for query in queries for param in query.params))


def added(queries: Sequence[Query]) -> Query:
    """Return the sum of expressions: 0 of none."""
    text = " + ".join(["0", *(f"({query.text})" for query in queries)])
    return Query(text, tuple(param for query in queries for param in query.params))


def get_rows(query: Query) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        return [tuple(row) for row in cursor.fetchall()]


def get_number(query: Query) -> int:
    """Return the one number that a query answers; nothing counts as 0."""
    return int(get_rows(query)[0][0] or 0)


def count(query: Query) -> int:
    """Return how many rows a query has."""
    return get_number(compose("SELECT COUNT(*) FROM {query} AS counted", {"query": query}))


def execute(query: Query) -> int:
    """Run a statement that writes; return how many rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(query.text, query.params)
        return int(cursor.rowcount)


def as_subquery(query: Query) -> RawSQL:
    """Return the query for `filter(pk__in=...)`."""
    return RawSQL(query.text, query.params)  # noqa: S611 (values are bound, never written)


def _rendered(part: Part) -> tuple[str, tuple[Any, ...]]:
    if isinstance(part, Query):
        return f"({part.text})", part.params
    if isinstance(part, Sequence) and not isinstance(part, str):
        return f"({', '.join(['%s'] * len(part)) or 'NULL'})", tuple(part)
    return "%s", (_bindable(part),)


def _bindable(value: Any) -> Any:
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return value
