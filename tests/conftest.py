"""What every test may use. Moments are fixed; nothing here reads the clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import TransactionTestCase

from loyalty.core import engines

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    """Noon in Paris on Tuesday 10 March 2026."""
    return NOON


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "postgresql: races that only PostgreSQL can run")
    config.addinivalue_line("markers", "sqlite: what only SQLite does")


def pytest_runtest_setup(item: pytest.Item) -> None:
    for vendor in ("postgresql", "sqlite"):
        if item.get_closest_marker(vendor) and connection.vendor != vendor:
            pytest.skip(f"runs on {vendor}; this database is {connection.vendor}")


@pytest.fixture(autouse=True, scope="session")
def _flush_lifts_the_seal() -> Iterator[None]:
    """A transactional test ends with a flush, which the sealed ledger would refuse."""
    flush = TransactionTestCase._fixture_teardown

    def unseal_and_flush(case: TransactionTestCase) -> None:
        with engines.ledger_unsealed():
            flush(case)

    TransactionTestCase._fixture_teardown = unseal_and_flush
    yield
    TransactionTestCase._fixture_teardown = flush
