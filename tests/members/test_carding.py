"""Replacing a card: the old number is refused, the new one is the member's."""

import pytest

from loyalty.core.refusals import KeyReused
from loyalty.events.models import OutboxEvent
from members import (
    blocking,
    carding,
    closing,
    enrolling,
    finding,
    identifying,
    purchasing,
    showing,
)
from members.models import Card, CardState, Member
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.racing import at_once

SAID = {"at": NOON, "actor": "user:1", "reason": "lost"}


def card_of(member: Member) -> Card:
    return Card.objects.filter(member=member).latest("pk")


class TestReplace:
    def test_issues_a_new_number_and_refuses_the_old_one(self, ada: Member):
        old = card_of(ada)

        new = carding.replace(card=old, key="a", **SAID)

        assert finding.get_member(card=new.number) == ada
        with pytest.raises(finding.CardBlocked):
            finding.get_member(card=old.number)
        old.refresh_from_db()
        assert (old.state, new.state, new.replaces) == (CardState.REPLACED, CardState.ACTIVE, old)

    def test_tells_who_did_it_and_why(self, ada: Member):
        carding.replace(card=card_of(ada), key="a", **SAID)

        event = OutboxEvent.objects.get(name="member.updated")
        assert event.payload == {"member": ada.public_id, "card": "replaced", "actor": "user:1"}
        assert Member.history.latest().history_change_reason == "card-replaced:lost"

    def test_takes_a_printed_number(self, ada: Member):
        new = carding.replace(card=card_of(ada), key="a", number="2000 0000 0013 9", **SAID)

        assert new.number == "2000000000139"

    def test_returns_the_same_card_for_the_same_key(self, ada: Member):
        old = card_of(ada)
        first = carding.replace(card=old, key="a", **SAID)

        assert carding.replace(card=old, key="a", **SAID) == first
        assert Card.objects.count() == 2

    def test_refuses_a_key_that_replaced_another_card(self, ada: Member):
        old = card_of(ada)
        new = carding.replace(card=old, key="a", **SAID)

        with pytest.raises(KeyReused):
            carding.replace(card=new, key="a", **SAID)

        assert Card.objects.count() == 2

    def test_refuses_a_card_that_was_replaced_before(self, ada: Member):
        old = card_of(ada)
        carding.replace(card=old, key="a", **SAID)

        with pytest.raises(carding.CardReplaced):
            carding.replace(card=old, key="b", **SAID)

        assert Card.objects.count() == 2

    def test_refuses_a_number_that_somebody_has(self, ada: Member):
        enrolling.enrol(at=NOON, card="2000000000139")

        with pytest.raises(identifying.IdentifierTaken):
            carding.replace(card=card_of(ada), key="a", number="2000000000139", **SAID)

        assert card_of(ada).state == CardState.ACTIVE

    @pytest.mark.parametrize("number", ["2000000000121", "2000 0000 0012 1"])
    def test_never_gives_a_replaced_number_out_again(self, ada: Member, number: str):
        new = carding.replace(card=card_of(ada), key="a", **SAID)

        with pytest.raises(identifying.IdentifierTaken):
            carding.replace(card=new, key="b", number=number, **SAID)
        with pytest.raises(identifying.IdentifierTaken):
            enrolling.enrol(at=NOON, card=number)

        assert Card.objects.count() == 2
        assert Member.objects.count() == 1

    def test_refuses_the_code_that_the_old_card_shows(self, ada: Member):
        old = card_of(ada)
        code = showing.issue(card=old, at=NOON)
        new = carding.replace(card=old, key="a", **SAID)

        with pytest.raises(finding.CardBlocked):
            finding.get_member(code=code, at=NOON)

        assert showing.get_card(member=ada) == new

    def test_leaves_points_with_the_member(self, ada: Member):
        purchasing.record(sale=sale(ada, "20.00"), key="a", at=NOON)

        new = carding.replace(card=card_of(ada), key="a", **SAID)

        assert points_of(finding.get_member(card=new.number), at=NOON) == 20

    def test_refuses_who_has_left(self, ada: Member):
        closing.close(member=ada, key="close", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            carding.replace(card=card_of(ada), key="a", **SAID)

        assert card_of(ada).state == CardState.ACTIVE

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_issues_one_card_however_many_ask_at_once(self, ada: Member):
        old = card_of(ada)

        def ask(number: int) -> str:
            try:
                carding.replace(card=old, key=f"key-{number}", **SAID)
            except carding.CardReplaced:
                return "refused"
            return "issued"

        assert sorted(at_once(ask, calls=10)) == ["issued"] + ["refused"] * 9
        assert Card.objects.filter(member=ada, state=CardState.ACTIVE).count() == 1
