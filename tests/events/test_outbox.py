from datetime import timedelta

import pytest
from django.db import transaction
from django.db.transaction import TransactionManagementError

from loyalty.events import outbox
from loyalty.events.models import OutboxEvent
from tests.conftest import NOON


class TestRecord:
    @pytest.mark.django_db(transaction=True)
    def test_refuses_outside_a_transaction(self):
        with pytest.raises(TransactionManagementError):
            outbox.record("purchase.recorded", {"id": "pur_1"}, at=NOON)

        assert OutboxEvent.objects.count() == 0

    @pytest.mark.django_db(transaction=True)
    def test_leaves_nothing_when_the_caller_rolls_back(self):
        def record_and_give_up() -> None:
            with transaction.atomic():
                outbox.record("purchase.recorded", {}, at=NOON)
                raise LookupError

        with pytest.raises(LookupError):
            record_and_give_up()

        assert OutboxEvent.objects.count() == 0

    @pytest.mark.django_db
    def test_keeps_what_happened_and_when(self):
        outbox.record("member.closed", {"member": "mem_1"}, at=NOON, is_historic=True)

        event = OutboxEvent.objects.get()
        assert event.public_id.startswith("evt_")
        assert (event.name, event.payload) == ("member.closed", {"member": "mem_1"})
        assert (event.occurred_at, event.due_at) == (NOON, NOON)
        assert event.is_historic is True
        assert event.relayed_at is None


class TestRecordMany:
    @pytest.mark.django_db
    def test_takes_one_statement(self, django_assert_num_queries):
        events = [
            outbox.Event("points.earned", {"points": n}, NOON + timedelta(seconds=n))
            for n in range(50)
        ]

        with django_assert_num_queries(1):
            outbox.record_many(events)

        assert OutboxEvent.objects.count() == 50

    @pytest.mark.django_db
    def test_records_nothing_for_nothing(self, django_assert_num_queries):
        with django_assert_num_queries(0):
            outbox.record_many([])
