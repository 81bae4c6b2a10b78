"""SQL put together from named parts, so that a measure reads as what it counts.

The one place through which facts and measures reach the database. The SQL given is the
subset that PostgreSQL and SQLite share; what differs comes from `core/expressions.py`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import blake2b
from typing import Any

from django.db import connection
from django.db.models.expressions import RawSQL

from loyalty.core import expressions

_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Query:
    """SQL and its parameters, in order, and what it calls by a name: asked once, before it."""

    text: str
    params: tuple[Any, ...] = ()
    named: "tuple[tuple[str, Query], ...]" = ()


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
    named: dict[tuple[str, Query], None] = {}

    def fill(match: re.Match[str]) -> str:
        part = parts[match[1]]
        text, params = _rendered(part)
        found.extend(params)
        named.update(dict.fromkeys(part.named if isinstance(part, Query) else ()))
        return text

    return Query(_NAME.sub(fill, template), tuple(found), tuple(named))


def called(query: Query, *, column: str) -> Query:
    """Return a query of one column that calls this one by a name: however deep, it nests no more.

    SQLite reads no statement that nests too deep. Who calls it twice has it asked once.
    """
    digest = blake2b(repr((query.text, query.params)).encode(), digest_size=8).hexdigest()
    name = f"called_{digest}"
    return Query(f"SELECT {column} FROM {name}", (), (*query.named, (name, query)))  # noqa: S608


def listed(numbers: Sequence[int]) -> Query:
    """Return the rows that are these whole numbers, however many: for IN, bound at once."""
    text, params = expressions.listed(numbers)
    return Query(text, tuple(params))


def union_all(queries: Sequence[Query]) -> Query:
    """Return the rows of all, repeats included."""
    return joined(" UNION ALL ", queries)


def added(queries: Sequence[Query]) -> Query:
    """Return the sum of expressions: 0 of none."""
    return joined(" + ", [Query("0"), *map(bracketed, queries)])


def joined(joint: str, queries: Sequence[Query]) -> Query:
    """Return queries or conditions, as they are written, one after another."""
    text = joint.join(query.text for query in queries)
    params = tuple(param for query in queries for param in query.params)
    named = dict.fromkeys(one for query in queries for one in query.named)
    return Query(text, params, tuple(named))


def bracketed(query: Query) -> Query:
    return compose("{query}", {"query": query})


def get_rows(query: Query) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(*_whole(query))
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
        cursor.execute(*_whole(query))
        return int(cursor.rowcount)


def as_subquery(query: Query) -> RawSQL:
    """Return the query for `filter(pk__in=...)`."""
    return RawSQL(*_whole(query))  # noqa: S611 (values are bound, never written)


def _whole(query: Query) -> tuple[str, tuple[Any, ...]]:
    """Return the text with all that it calls before it."""
    if not query.named:
        return query.text, query.params
    told = ", ".join(f"{name} AS ({called.text})" for name, called in query.named)
    before = tuple(param for _name, called in query.named for param in called.params)
    return f"WITH {told} {query.text}", before + query.params


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
