"""SQL that PostgreSQL and SQLite write differently: each expression with a name."""

import json
from collections.abc import Sequence

from django.db import connection

from loyalty.core import chances, engines


def month_of(column: str) -> str:
    """Return SQL for the first day of the month in which a date column falls."""
    if engines.is_postgresql():
        return f"CAST(date_trunc('month', {column}) AS date)"
    return f"date({column}, 'start of month')"


def day_in_zone(column: str) -> str:
    """Return SQL for the calendar day of a moment in a time zone, whose name is a parameter."""
    if engines.is_postgresql():
        return f"CAST({column} AT TIME ZONE %s AS date)"
    return f"django_datetime_cast_date({column}, %s, 'UTC')"


def day_of_month(column: str) -> str:
    """Return SQL for the day of the month of a date column: an integer from 1 to 31."""
    if engines.is_postgresql():
        return f"CAST(EXTRACT(day FROM {column}) AS integer)"
    return f"CAST(substr({column}, 9, 2) AS integer)"


def day_number(column: str) -> str:
    """Return SQL that counts the days from 1 January 1970 to a date column."""
    if engines.is_postgresql():
        return f"({column} - DATE '1970-01-01')"
    return f"CAST(julianday({column}) - 2440587.5 AS integer)"


def number_written_in(column: str) -> str:
    """Return SQL for the whole number that a text column spells in digits; otherwise NULL."""
    digits = (
        f"{column} ~ '^[0-9]{{1,18}}$'"
        if engines.is_postgresql()
        else f"{column} <> '' AND length({column}) <= 18 AND {column} NOT GLOB '*[^0-9]*'"
    )
    return f"CASE WHEN {digits} THEN CAST({column} AS bigint) END"


def listed(numbers: Sequence[int]) -> tuple[str, list[list[int] | str]]:
    """Return SQL that selects these whole numbers, however many, and its one parameter.

    A list for IN is read, and its parts are weighed, one by one: for a thousand that costs
    more than what they are looked up for.
    """
    if engines.is_postgresql():
        return "SELECT unnest(CAST(%s AS bigint[]))", [list(numbers)]
    return "SELECT value FROM json_each(%s)", [json.dumps(list(numbers))]


def draw(text: str, *, of: int) -> str:
    """Return SQL for what `chances.draw` says of a text, given as SQL.

    SQLite has no such hash: the connection is taught it, so compose this where it is run.
    """
    if not engines.is_postgresql():
        _teach_sqlite_to_draw()
        return f"chances_draw({text}, {of:d})"
    digest = f"encode(sha256(convert_to({text}, 'UTF8')), 'hex')"
    # Eight bytes are a number with a sign to it. With their first bit turned over they are the
    # number meant, less 2 ** 63, and the rest of the division keeps the sign of what it divides.
    bits = f"(CAST('x' || left({digest}, 16) AS bit(64)) # (CAST(1 AS bit(64)) << 63))"
    return f"mod(mod(CAST({bits} AS bigint), {of:d}) + {of + 2**63 % of:d}, {of:d})"


def _teach_sqlite_to_draw() -> None:
    connection.ensure_connection()
    driver = connection.connection
    known = "SELECT 1 FROM pragma_function_list WHERE name = 'chances_draw'"
    if driver.execute(known).fetchone() is None:
        driver.create_function("chances_draw", 2, chances.draw, deterministic=True)
