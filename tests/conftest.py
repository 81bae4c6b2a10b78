"""What every test may use. Moments are fixed; nothing here reads the clock."""

import gc
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase
from django.utils import timezone, translation
from hypothesis import HealthCheck, settings
from pytest_django import DjangoDbBlocker

from tests import forgetting, ready_made

# The same examples each time, however slow the machine: `make prove` looks for others.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")

NOON = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


@pytest.fixture
def noon() -> datetime:
    """Noon in Paris on Tuesday 10 March 2026."""
    return NOON


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--only-with-a-database", action="store_true",
        help="leave out what asks no database, and so says the same on any engine",
    )  # fmt: skip
    parser.addoption(
        "--only-without-a-database", action="store_true",
        help="leave out what asks a database, which is then not made",
    )  # fmt: skip


def pytest_configure(config: pytest.Config) -> None:
    gc.disable()
    config.addinivalue_line("markers", "postgresql: races that only PostgreSQL can run")
    config.addinivalue_line("markers", "sqlite: what only SQLite does")
    config.addinivalue_line("markers", "processes: asks the database in processes of its own")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    for option, asks in (("--only-with-a-database", True), ("--only-without-a-database", False)):
        if config.getoption(option):
            left_out = [item for item in items if _asks_a_database(item) is not asks]
            config.hook.pytest_deselected(items=left_out)
            items[:] = [item for item in items if _asks_a_database(item) is asks]


def pytest_collection_finish(session: pytest.Session) -> None:
    """Look for garbage from now on, seldom, and not among all that was imported."""
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)
    gc.enable()


def _asks_a_database(item: pytest.Item) -> bool:
    marks = ("django_db", "processes", "postgresql")
    fixtures = {"db", "transactional_db", "live_server"} & set(getattr(item, "fixturenames", ()))
    return bool(fixtures) or any(item.get_closest_marker(mark) for mark in marks)


def pytest_runtest_setup(item: pytest.Item) -> None:
    # Whatever a page of the test before was read in.
    translation.deactivate()
    timezone.deactivate()
    for vendor in ("postgresql", "sqlite"):
        if item.get_closest_marker(vendor) and connection.vendor != vendor:
            pytest.skip(f"runs on {vendor}; this database is {connection.vendor}")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Begin with a copy of a database on which the migrations ran."""
    with django_db_blocker.unblock():
        ready_made.use()


@pytest.fixture(scope="session")
def ready_file(django_db_blocker: DjangoDbBlocker) -> Path:
    """A file of SQLite that holds all tables, for processes to begin with a copy of."""
    with django_db_blocker.unblock():
        return ready_made.get_file()


@pytest.fixture(autouse=True, scope="session")
def _a_test_that_commits_leaves_nothing() -> Iterator[None]:
    """Delete what a transactional test wrote, where Django would empty and refill every table."""
    flush = TransactionTestCase._fixture_teardown
    TransactionTestCase._fixture_teardown = lambda _case: forgetting.forget_all()
    yield
    TransactionTestCase._fixture_teardown = flush
