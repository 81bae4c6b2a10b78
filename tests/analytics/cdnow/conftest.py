"""The CDNOW sample, imported once for this folder, outside the transaction of any one test."""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from analytics import facts
from tests.analytics.builders import NOW, import_cdnow


@pytest.fixture(scope="package")
def cdnow(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The sample as members, receipts and facts; undone after the last test that reads it."""
    with django_db_blocker.unblock(), transaction.atomic():
        import_cdnow()
        facts.refresh(at=NOW)
        # Once, and not after each test that is rolled back to here.
        connection.check_constraints()
        if connection.vendor == "postgresql":
            # As its own housekeeping would, of what was just filled.
            connection.cursor().execute("ANALYZE")
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)
