"""Seams between the databases: what gives up does so by itself, and leaves nothing behind."""

import pytest
from django.db import DataError, connection, transaction

from loyalty.core import engines

postgresql = pytest.mark.postgresql


def ask(query: str) -> object:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


@postgresql
@pytest.mark.django_db(transaction=True)
class TestHurried:
    def test_gives_up_what_takes_longer(self):
        with pytest.raises(engines.TookTooLong), engines.hurried(seconds=1):
            ask("SELECT pg_sleep(20)")

    def test_lets_through_what_is_quick(self):
        with engines.hurried(seconds=1):
            assert ask("SELECT 7") == 7

    def test_leaves_a_connection_that_answers(self):
        with pytest.raises(engines.TookTooLong), engines.hurried(seconds=1):
            ask("SELECT pg_sleep(20)")

        assert ask("SELECT 7") == 7

    def test_leaves_a_transaction_around_it_that_goes_on(self):
        with transaction.atomic():
            with pytest.raises(engines.TookTooLong), engines.hurried(seconds=1):
                ask("SELECT pg_sleep(20)")

            assert ask("SELECT 7") == 7

    @pytest.mark.parametrize("query", ["SELECT 7", "SELECT pg_sleep(20)"])
    def test_leaves_a_transaction_around_it_as_long_as_it_had(self, query: str):
        with transaction.atomic():
            ask("SELECT set_config('statement_timeout', '42s', true)")
            try:
                with engines.hurried(seconds=1):
                    assert ask("SHOW statement_timeout") == "1s"
                    ask(query)
            except engines.TookTooLong:
                pass

            assert ask("SHOW statement_timeout") == "42s"

    def test_raises_what_is_wrong_for_another_reason_as_it_is(self):
        before = ask("SHOW statement_timeout")

        with pytest.raises(DataError), engines.hurried(seconds=1):
            ask("SELECT 1 / 0")

        assert ask("SHOW statement_timeout") == before


@pytest.mark.sqlite
@pytest.mark.django_db
class TestHurriedOnSqlite:
    def test_takes_what_it_takes(self):
        with engines.hurried(seconds=0):
            assert ask(_LONG) == 300_000

    def test_begins_no_transaction(self):
        before = len(connection.savepoint_ids)

        with engines.hurried(seconds=1):
            assert len(connection.savepoint_ids) == before


_LONG = """
WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 300000)
SELECT COUNT(*) FROM numbers
"""
