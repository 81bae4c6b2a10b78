"""Two memberships that were merged by mistake are two again."""

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.ledger import verifying
from members import blocking, carding, closing, consenting, enrolling, finding, merging
from members.models import Card, CardState, Consent, Member, MemberState, Purchase, Voucher
from tests.conftest import NOON
from tests.members.builders import give_voucher, points_of
from tests.members.twins import buy, carer, merge, say, spend, tier_of, twin, unmerge

__all__ = ["carer", "twin"]


@pytest.fixture(autouse=True)
def _sound_books(db: None):
    yield
    assert verifying.verify().first_fault is None


class TestUnmerge:
    def test_returns_what_is_left_of_the_points_that_came(self, ada, twin, carer):
        buy(ada, "20.00", "a", days=1)
        buy(twin, "30.00", "b", days=2)
        merged = merge(twin, ada, carer)
        spend(ada, 25)

        unmerge(merged, carer)

        # What expires first is spent first: 25 of the 30 that came.
        assert (points_of(ada, at=NOON), points_of(twin, at=NOON)) == (20, 5)
        assert Member.objects.get(pk=twin.pk).state == MemberState.ACTIVE

    def test_returns_cards_with_their_successors_purchases_and_vouchers(self, ada, twin, carer):
        bought, voucher = buy(twin, "30.00", "b"), give_voucher(twin)
        merged = merge(twin, ada, carer)
        old = Card.objects.get(number="2000000000139")
        new = carding.replace(card=old, at=NOON, key="c", actor="user:1")
        later = buy(ada, "10.00", "later")

        unmerge(merged, carer)

        twin.refresh_from_db()
        assert finding.get_member(card=new.number) == twin
        assert Card.objects.get(pk=old.pk).state == CardState.REPLACED
        assert finding.get_member(card="2000000000121") == ada
        assert Purchase.objects.get(pk=bought.pk).member == twin
        assert Voucher.objects.get(pk=voucher.pk).member == twin
        assert Purchase.objects.get(pk=later.pk).member == ada

    def test_lets_the_survivor_stand_where_they_stood(self, ada, twin, carer):
        buy(ada, "60.00", "a")
        buy(twin, "60.00", "b")
        merged = merge(twin, ada, carer)

        unmerge(merged, carer)

        assert (tier_of(ada), tier_of(twin)) == ("member", "member")
        assert [row.reason for row in ada.tier_changes.order_by("pk")] == [
            *("reached", "reached", "unmerged")
        ]

    def test_leaves_a_tier_that_was_reached_since(self, ada, twin, carer):
        buy(ada, "60.00", "a")
        buy(twin, "60.00", "b")
        merged = merge(twin, ada, carer)
        buy(ada, "200.00", "c")

        unmerge(merged, carer)

        assert tier_of(ada) == "gold"

    def test_restores_a_consent_that_the_merge_ended(self, ada, twin, carer):
        say(ada, is_given=True, days=1)
        say(twin, is_given=False, days=2)
        merged = merge(twin, ada, carer)

        unmerge(merged, carer)

        assert consenting.is_allowed(member=ada, channel="EMAIL", purpose="MARKETING")
        assert not consenting.is_allowed(member=twin, channel="EMAIL", purpose="MARKETING")

    def test_withdraws_an_objection_to_surveys_that_came_with_the_merge(self, ada, twin, carer):
        say(twin, is_given=False, days=2, purpose="SURVEYS")
        merged = merge(twin, ada, carer)

        unmerge(merged, carer)

        assert not consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")
        assert consenting.has_objected(member=twin, channel="EMAIL", purpose="SURVEYS")
        answers = Consent.objects.filter(member=ada).order_by("pk")
        assert list(answers.values_list("is_given", "said_where")) == [
            (False, "merge"),
            (True, "unmerge"),
        ]

    def test_leaves_an_objection_to_surveys_that_was_made_since(self, ada, twin, carer):
        say(twin, is_given=False, days=2, purpose="SURVEYS")
        merged = merge(twin, ada, carer)
        say(ada, is_given=True, days=0, purpose="SURVEYS")
        say(ada, is_given=False, days=0, purpose="SURVEYS")

        unmerge(merged, carer)

        assert consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")
        assert Consent.objects.filter(member=ada).count() == 3

    def test_twice_is_once(self, ada, twin, carer):
        buy(twin, "30.00", "b")
        merged = merge(twin, ada, carer)
        unmerge(merged, carer)

        assert unmerge(merged, carer).undone_at == NOON
        assert points_of(twin, at=NOON) == 30
        assert OutboxEvent.objects.filter(name="member.unmerged").count() == 1

    def test_lets_both_be_merged_again_the_other_way_round(self, ada, twin, carer):
        buy(twin, "30.00", "b")
        unmerge(merge(twin, ada, carer), carer)

        merge(ada, twin, carer, key="b")

        assert finding.get_member(email="ada@example.org") == twin
        assert points_of(twin, at=NOON) == 30

    def test_waits_until_a_later_merge_of_the_survivor_is_undone(self, ada, twin, carer):
        third = enrolling.enrol(at=NOON)
        buy(twin, "30.00", "b")
        first = merge(twin, ada, carer)
        second = merge(ada, third, carer, key="b")

        with pytest.raises(merging.AlreadyMerged):
            unmerge(first, carer)
        unmerge(second, carer)

        assert finding.get_member(public_id=twin.public_id) == ada
        assert points_of(ada, at=NOON) == 30
        unmerge(first, carer)
        assert points_of(twin, at=NOON) == 30

    def test_is_refused_once_the_survivor_has_left(self, ada, twin, carer):
        merged = merge(twin, ada, carer)
        closing.close(member=ada, key="c", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            unmerge(merged, carer)

        assert Member.objects.get(pk=twin.pk).state == MemberState.MERGED
