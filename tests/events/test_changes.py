from datetime import date

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from loyalty.events import changes
from loyalty.events.models import Change

MONDAY, TUESDAY = date(2026, 3, 9), date(2026, 3, 10)


@pytest.mark.django_db
class TestRecord:
    def test_takes_one_statement_and_drops_repeats(self, django_assert_num_queries):
        with django_assert_num_queries(1):
            changes.record("purchases", [(1, MONDAY), (1, MONDAY), (None, MONDAY)])

        assert Change.objects.count() == 2


@pytest.mark.django_db
class TestTake:
    def test_removes_what_it_returns(self):
        changes.record("purchases", [(1, MONDAY), (None, TUESDAY)])
        changes.record("purchases", [(1, MONDAY)])

        assert changes.take("purchases") == {(1, MONDAY), (None, TUESDAY)}
        assert changes.take("purchases") == set()
        assert Change.objects.count() == 0

    def test_leaves_other_topics(self):
        changes.record("points", [(None, MONDAY)])

        assert changes.take("purchases") == set()
        assert Change.objects.count() == 1

    def test_takes_no_more_rows_than_the_limit(self):
        changes.record("purchases", [(1, MONDAY)])
        changes.record("purchases", [(2, MONDAY)])

        assert changes.take("purchases", 1) == {(1, MONDAY)}
        assert changes.take("purchases", 1) == {(2, MONDAY)}


@pytest.mark.django_db(transaction=True)
class TestTakeAndTheTransaction:
    def test_refuses_outside_one(self):
        changes.record("purchases", [(1, MONDAY)])

        with pytest.raises(TransactionManagementError):
            changes.take("purchases")

        assert Change.objects.count() == 1

    def test_gives_back_what_a_rolled_back_caller_took(self):
        changes.record("purchases", [(1, MONDAY)])

        with transaction.atomic():
            changes.take("purchases")
            transaction.set_rollback(True)

        assert Change.objects.count() == 1
