import pytest

from loyalty.events.models import OutboxEvent
from members import blocking, closing, purchasing
from members.blocking import MemberBlocked, MemberClosed
from members.models import Card, CardState, Member, MemberState, Purchase
from tests.conftest import NOON
from tests.members.builders import sale


class TestBlock:
    def test_lets_nothing_be_earned_until_unblocked(self, ada: Member):
        blocking.block(member=ada, at=NOON, actor="usr_1")

        with pytest.raises(MemberBlocked) as refused:
            purchasing.record(sale=sale(ada), key="a", at=NOON)
        assert refused.value.code == "member-blocked"
        assert Purchase.objects.exists() is False

        blocking.unblock(member=ada, at=NOON, actor="usr_1")
        purchasing.record(sale=sale(ada), key="a", at=NOON)
        assert Purchase.objects.count() == 1

    def test_twice_is_once(self, ada: Member):
        blocking.block(member=ada, at=NOON, actor="usr_1")
        blocking.block(member=ada, at=NOON, actor="usr_1")

        told = OutboxEvent.objects.get(name="member.updated")
        assert told.payload == {"member": ada.public_id, "state": "BLOCKED", "actor": "usr_1"}

    def test_leaves_a_trace_of_the_state_before(self, ada: Member):
        blocking.block(member=ada, at=NOON, actor="usr_1")

        states = Member.history.filter(id=ada.pk).order_by("history_id")
        assert [row.state for row in states] == ["ACTIVE", "BLOCKED"]

    def test_does_not_bring_back_who_has_left(self, ada: Member):
        closing.close(member=ada, key="close", at=NOON)

        with pytest.raises(MemberClosed):
            blocking.unblock(member=ada, at=NOON, actor="usr_1")

        ada.refresh_from_db()
        assert ada.state == MemberState.CLOSED


class TestBlockCard:
    def test_refuses_one_card_and_leaves_the_member(self, ada: Member):
        card = blocking.block_card(card=Card.objects.get(), at=NOON, actor="usr_1")

        ada.refresh_from_db()
        assert (card.state, ada.state) == (CardState.BLOCKED, MemberState.ACTIVE)

    def test_leaves_a_member_blocked_who_was_blocked_meanwhile(self, ada: Member):
        card = Card.objects.select_related("member").get()
        blocking.block(member=ada, at=NOON, actor="usr_1")

        blocking.block_card(card=card, at=NOON, actor="usr_1")

        ada.refresh_from_db()
        assert ada.state == MemberState.BLOCKED


class TestNoteExport:
    def test_leaves_a_member_blocked_who_was_blocked_meanwhile(self, ada: Member):
        blocking.block(member=Member.objects.get(), at=NOON, actor="usr_1")

        blocking.note_export(member=ada)

        assert ada.state == MemberState.ACTIVE
        ada.refresh_from_db()
        assert ada.state == MemberState.BLOCKED
        assert Member.history.latest("history_id").history_change_reason == "exported"
