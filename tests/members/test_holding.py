"""Points set aside at a till, without a door."""

import pytest

from loyalty.core.refusals import KeyReused
from loyalty.ledger.models import Entry
from members import blocking, enrolling, holding, purchasing
from members.holding import Asked
from members.models import Member, TillHold
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.members.twins import carer, merge, twin

__all__ = ["carer", "twin"]


@pytest.fixture
def rich(ada: Member) -> Member:
    """Ada, with 1000 points."""
    purchasing.record(sale=sale(ada, "1000.00"), key="rich", at=NOON)
    return ada


class TestTheSameKey:
    def test_acts_once(self, rich: Member):
        asked = Asked(member=rich, points=700)
        first = holding.hold(asked=asked, key="k", at=NOON)
        holding.capture(held=first, points=600, key="c", at=NOON)
        before = Entry.objects.count()

        again = holding.hold(asked=asked, key="k", at=NOON)
        captured = holding.capture(held=again, points=600, key="c", at=NOON)

        assert (again.pk, captured.hold.captured) == (first.pk, 600)
        assert Entry.objects.count() == before

    def test_is_refused_for_another_member(self, rich: Member):
        bob = enrolling.enrol(at=NOON, email="bob@example.org")
        purchasing.record(sale=sale(bob, "10.00"), key="bob", at=NOON)
        holding.hold(asked=Asked(member=rich, points=7), key="k", at=NOON)

        with pytest.raises(KeyReused):
            holding.hold(asked=Asked(member=bob, points=7), key="k", at=NOON)

        assert (TillHold.objects.count(), points_of(bob, at=NOON)) == (1, 10)


class TestAMerge:
    def test_lets_the_survivor_use_what_was_held_before(self, rich: Member, twin: Member, carer):
        purchasing.record(sale=sale(twin, "300.00"), key="twin", at=NOON)
        held = holding.hold(asked=Asked(member=twin, points=200), key="k", at=NOON)

        merge(twin, rich, carer)
        held = holding.get_hold(public_id=held.hold.public_id)
        holding.capture(held=held, points=150, key="c", at=NOON)

        assert (held.member, points_of(rich, at=NOON)) == (rich, 1150)

    def test_a_moment_ago_is_looked_up_again(self, rich: Member, twin: Member, carer):
        purchasing.record(sale=sale(twin, "300.00"), key="twin", at=NOON)
        held = holding.hold(asked=Asked(member=twin, points=200), key="k", at=NOON)

        merge(twin, rich, carer)

        with pytest.raises(blocking.MemberMerged):
            holding.capture(held=held, key="c", at=NOON)
        assert points_of(rich, at=NOON) == 1100
