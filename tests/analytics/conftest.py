"""The CDNOW sample, loaded once a session outside the transaction of any one test."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.db import transaction

from analytics import facts
from tests.analytics.builders import NOW, load_cdnow, make_programme


@pytest.fixture
def at() -> datetime:
    return NOW


@pytest.fixture(scope="module")
def cdnow(django_db_setup: None, django_db_blocker: pytest.FixtureRequest) -> Iterator[None]:
    """The sample as facts, for all tests of a module; undone after the last of them."""
    with django_db_blocker.unblock(), transaction.atomic():
        make_programme()
        load_cdnow()
        facts.refresh(at=NOW)
        with django_db_blocker.block():
            yield
        transaction.set_rollback(True)
