from datetime import timedelta

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.ledger import balances, verifying
from loyalty.ledger.models import Entry, Kind
from loyalty.programmes import revising
from loyalty.programmes.models import WalletPolicy
from members import blocking, closing, purchasing
from members.models import Member, Purchase
from tests.conftest import NOON
from tests.members.builders import points_of, sale


class TestClose:
    def test_removes_what_was_available_and_keeps_every_entry(self, ada: Member):
        purchasing.record(sale=sale(ada, "80.00"), key="a", at=NOON)

        left = closing.close(member=ada, key="close", at=NOON, actor="usr_1")

        assert (left.state, left.closed_at) == ("CLOSED", NOON)
        assert points_of(ada, at=NOON) == 0
        entries = Entry.objects.order_by("number").values_list("kind", "points", "reason")
        assert list(entries) == [("EARN", 80, "purchase"), ("CLOSE", -80, "closed")]
        assert verifying.verify().first_fault is None
        told = OutboxEvent.objects.get(name="member.closed").payload
        assert told == {"member": ada.public_id, "points_removed": 80, "actor": "usr_1"}

    def test_removes_what_was_pending_too(self, ada: Member):
        WalletPolicy.objects.update(pending_days=14)
        revising.touch()
        purchasing.record(sale=sale(ada, "80.00"), key="a", at=NOON)
        assert points_of(ada, at=NOON + timedelta(days=15)) == 80

        closing.close(member=ada, key="close", at=NOON)

        assert points_of(ada, at=NOON + timedelta(days=15)) == 0
        entry = Entry.objects.get(kind=Kind.CLOSE)
        assert (entry.points, entry.pending_after) == (-80, 0)
        later = balances.get_totals(at=NOON + timedelta(days=30))
        assert (later.removed, later.outstanding) == (80, 0)
        told = OutboxEvent.objects.get(name="member.closed").payload
        assert told["points_removed"] == 80
        assert verifying.verify().first_fault is None

    def test_twice_is_once(self, ada: Member):
        purchasing.record(sale=sale(ada, "80.00"), key="a", at=NOON)

        closing.close(member=ada, key="close", at=NOON)
        closing.close(member=ada, key="other", at=NOON)

        assert Entry.objects.filter(kind=Kind.CLOSE).count() == 1
        assert OutboxEvent.objects.filter(name="member.closed").count() == 1

    def test_writes_no_entry_where_there_is_nothing_to_remove(self, ada: Member):
        closing.close(member=ada, key="close", at=NOON)

        assert Entry.objects.exists() is False

    def test_opens_nothing_again(self, ada: Member):
        closing.close(member=ada, key="close", at=NOON)

        with pytest.raises(blocking.MemberClosed) as refused:
            purchasing.record(sale=sale(ada), key="a", at=NOON)

        assert refused.value.code == "member-closed"
        assert Purchase.objects.exists() is False
