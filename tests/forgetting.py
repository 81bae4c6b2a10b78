"""Leaves a database as its migrations did, at the cost of what a test wrote into it.

Django's own flush empties all tables one by one and then writes every permission again: on a
disk that is slow to commit it takes longer than most tests.
"""

from django.db import connection, transaction

from loyalty.core import unsealing

# What migrations leave, and no test changes.
_LEFT_BY_MIGRATIONS = frozenset({"django_content_type", "auth_permission"})


def forget_all() -> None:
    """Delete every row that a test committed, those of the sealed ledger too."""
    # One transaction: what refers to what is looked at when all is gone.
    with unsealing.ledger_unsealed(), transaction.atomic(), connection.cursor() as cursor:
        for table in _filled():
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(table)}")


def _filled() -> list[str]:
    """Return the tables that hold something. One statement."""
    names = connection.introspection.django_table_names(only_existing=True, include_views=False)
    ours = [name for name in names if name not in _LEFT_BY_MIGRATIONS]
    asked = " UNION ALL ".join(
        f"SELECT {number} WHERE EXISTS (SELECT 1 FROM {connection.ops.quote_name(name)})"
        for number, name in enumerate(ours)
    )
    with connection.cursor() as cursor:
        cursor.execute(asked)
        return [ours[number] for (number,) in cursor.fetchall()]
