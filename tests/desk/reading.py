"""What a page says, what it costs, and how its statements find their rows."""

import csv
from html import unescape
from io import StringIO
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import strip_tags

from loyalty.core import engines
from loyalty.identity.models import User


def words_of(client: Client, url: str, language: str = "en") -> str:
    """Return what a page says beside its menu to a reader of a language, in one line."""
    User.objects.filter(pk=client.session["_auth_user_id"]).update(language=language)
    answer = client.get(url)
    assert answer.status_code == 200, answer.status_code
    main = answer.content.decode().partition("<main")[2].partition("<footer")[0]
    return " ".join(unescape(strip_tags(f"<main{main}")).split())


def queries_of(client: Client, url: str) -> int:
    """Return how many statements a page asks."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def statements_about(table: str, client: Client, url: str) -> list[str]:
    """Return the statements of a page that read a table."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url).status_code == 200
    return [query["sql"] for query in captured if f'FROM "{table}"' in query["sql"]]


def is_by_index(statement: str) -> bool:
    """Say whether the database would find a statement's rows by an index, were they many."""
    with connection.cursor() as cursor:
        if engines.is_postgresql():
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {statement}")
            plan = " ".join(row[0] for row in cursor.fetchall())
            return "Seq Scan" not in plan
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        return not any(row[3].startswith("SCAN") for row in cursor.fetchall())


def rows_of(response: Any) -> list[list[str]]:
    """Return the cells of a file as a French spreadsheet opens it."""
    return list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
