"""The seams between SQLite and PostgreSQL, each with a name. Nowhere else asks the vendor."""

from django.db import connection


def is_postgresql() -> bool:
    """Say whether this process talks to PostgreSQL; otherwise it is SQLite."""
    return connection.vendor == "postgresql"
