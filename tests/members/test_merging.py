"""Two memberships of one person become one."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.events.models import OutboxEvent
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry
from members import (
    blocking,
    closing,
    consenting,
    enrolling,
    erasing,
    finding,
    merging,
    owning,
    signing_in,
)
from members.admin import awarding
from members.models import Consent, Member, MemberState, Merge, Purchase, Voucher
from tests.conftest import NOON
from tests.members.builders import give_voucher, points_of
from tests.members.twins import buy, carer, merge, owe, say, tier_of, twin

__all__ = ["carer", "twin"]


@pytest.fixture(autouse=True)
def _sound_books(db: None):
    yield
    assert verifying.verify().first_fault is None


class TestMerge:
    def test_gives_the_survivor_the_points_with_their_dates(self, ada, twin, carer):
        buy(ada, "20.00", "a", days=3)
        buy(twin, "30.00", "b", days=2)

        merge(twin, ada, carer)

        assert (points_of(ada, at=NOON), points_of(twin, at=NOON)) == (50, 0)
        lots = Account.objects.get(holder=ada.holder_id).lots.order_by("expires_at")
        ends = [(lot.original, (lot.expires_at - NOON).days, lot.earned_at) for lot in lots]
        assert ends == [
            (20, 362, NOON - timedelta(days=3)),
            (30, 363, NOON - timedelta(days=2)),
        ]

    def test_gives_the_survivor_what_is_owed_too(self, ada, twin, carer):
        buy(ada, "20.00", "a")
        buy(twin, "30.00", "b")
        owe(twin, 30)

        merge(twin, ada, carer)

        account = Account.objects.get(holder=ada.holder_id)
        assert (account.available, account.debt) == (0, 10)

    def test_gives_the_survivor_cards_purchases_and_vouchers(self, ada, twin, carer):
        bought, voucher = buy(twin, "30.00", "b"), give_voucher(twin)

        merge(twin, ada, carer)

        assert finding.get_member(card="2000000000139") == ada
        assert Purchase.objects.get(pk=bought.pk).member == ada
        assert Voucher.objects.get(pk=voucher.pk).member == ada

    def test_lets_whoever_is_looked_for_by_the_other_be_the_survivor(self, ada, twin, carer):
        Member.objects.filter(pk=twin.pk).update(phone="+33612345678", external_id="K-2")

        merge(twin, ada, carer)

        assert finding.get_member(email="ada.l@example.org") == ada
        assert finding.get_member(phone="06 12 34 56 78") == ada
        assert finding.get_member(external_id="K-2") == ada
        assert finding.get_member(public_id=twin.public_id) == ada
        assert signing_in.get_member(address="ada.l@example.org") == ada

    def test_finds_the_survivor_in_one_statement(
        self, ada, twin, carer, django_assert_num_queries
    ):
        merge(twin, ada, carer)

        with django_assert_num_queries(1):
            assert finding.get_member(email="ada.l@example.org").tier.code == "member"

    def test_lifts_the_survivor_to_the_tier_that_both_spent_for(self, ada, twin, carer):
        buy(ada, "60.00", "a")
        buy(twin, "60.00", "b")
        assert (tier_of(ada), tier_of(twin)) == ("member", "member")

        merge(twin, ada, carer)

        assert tier_of(ada) == "silver"

    def test_keeps_the_better_tier_of_the_two_and_its_end(self, ada, twin, carer):
        buy(twin, "250.00", "b", days=200)
        Purchase.objects.update(business_on=NOON.date() - timedelta(days=600))
        Purchase.objects.update(occurred_at=NOON - timedelta(days=600))

        merge(twin, ada, carer)

        ada.refresh_from_db()
        twin.refresh_from_db()
        assert (ada.tier.code, ada.tier_until) == ("gold", twin.tier_until)
        assert ada.tier_changes.latest("pk").reason == "merged"

    def test_lets_a_no_of_either_be_a_no(self, ada, twin, carer):
        say(ada, is_given=True, days=1)
        say(twin, is_given=False, days=200)

        merge(twin, ada, carer)

        assert not consenting.is_allowed(member=ada, channel="EMAIL", purpose="MARKETING")
        assert Consent.objects.latest("pk").said_where == "merge"

    def test_carries_no_yes_over(self, ada, twin, carer):
        say(twin, is_given=True, days=1)

        merge(twin, ada, carer)

        assert not consenting.is_allowed(member=ada, channel="EMAIL", purpose="MARKETING")
        assert Consent.objects.filter(member=ada).exists() is False

    def test_carries_an_objection_to_surveys_over_to_who_never_answered(self, ada, twin, carer):
        say(twin, is_given=False, days=1, purpose="SURVEYS")

        merge(twin, ada, carer)

        assert consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")
        assert Consent.objects.get(member=ada).said_where == "merge"

    def test_lets_a_no_to_advertising_be_no_answer_of_who_never_answered(self, ada, twin, carer):
        say(twin, is_given=False, days=1)

        merge(twin, ada, carer)

        assert Consent.objects.filter(member=ada).exists() is False

    def test_keeps_the_later_day_until_which_nothing_is_spent(self, ada, twin, carer):
        Member.objects.filter(pk=twin.pk).update(spending_locked_until=NOON + timedelta(hours=9))

        merge(twin, ada, carer)

        ada.refresh_from_db()
        assert ada.spending_locked_until == NOON + timedelta(hours=9)

    def test_tells_of_it_and_keeps_why_in_both_histories(self, ada, twin, carer):
        merged = merge(twin, ada, carer)

        event = OutboxEvent.objects.get(name="member.merged")
        assert event.payload == {
            "merge": merged.public_id,
            "member": twin.public_id,
            "into": ada.public_id,
            "actor": f"user:{carer.pk}",
        }
        reasons = [who.history.latest().history_change_reason for who in (twin, ada)]
        assert reasons == ["merged:duplicate", "merged-here:duplicate"]

    def test_signs_the_merged_member_out(self, ada, twin, carer):
        user = signing_in.open_user(member=twin)

        merge(twin, ada, carer)

        assert User.objects.get(pk=user.pk).password != user.password

    def test_with_the_same_key_is_the_same_merge(self, ada, twin, carer):
        buy(twin, "30.00", "b")
        first = merge(twin, ada, carer)

        assert merge(twin, ada, carer) == first
        assert points_of(ada, at=NOON) == 30

    def test_with_the_key_of_another_merge_is_refused(self, ada, twin, carer):
        merge(twin, ada, carer)
        third = enrolling.enrol(at=NOON)

        with pytest.raises(posting.KeyReused):
            merge(third, ada, carer)

        third.refresh_from_db()
        assert third.state == MemberState.ACTIVE

    def test_costs_the_same_for_3_purchases_and_for_30(self, ada, twin, carer):
        for n in range(3):
            buy(twin, "1.00", f"t{n}", days=n)
        third = enrolling.enrol(at=NOON - timedelta(days=90))
        for n in range(30):
            buy(third, "1.00", f"u{n}", days=n)

        with CaptureQueriesContext(connection) as few:
            merge(twin, ada, carer)
        with CaptureQueriesContext(connection) as many:
            merge(third, ada, carer, key="b")

        assert len(few) == len(many) == (45 if connection.vendor == "postgresql" else 52)


class TestARefusedMerge:
    def refuses(self, refusal, source, target, carer):
        before = (Entry.objects.count(), OutboxEvent.objects.count())
        with pytest.raises(refusal):
            merge(source, target, carer, key="refused")
        assert (Entry.objects.count(), OutboxEvent.objects.count()) == before
        assert Merge.objects.filter(key="refused").exists() is False

    def test_is_of_one_with_themselves(self, ada, carer):
        self.refuses(merging.SameMember, ada, ada, carer)

    @pytest.mark.parametrize("is_source", [True, False])
    def test_is_of_who_is_blocked_or_has_left(self, ada, twin, carer, is_source: bool):
        pair = (twin, ada) if is_source else (ada, twin)
        blocking.block(member=twin, at=NOON, actor="user:1")
        self.refuses(blocking.MemberBlocked, *pair, carer)

        closing.close(member=twin, key="c", at=NOON)
        self.refuses(blocking.MemberClosed, *pair, carer)

    def test_is_of_who_is_about_to_be_erased(self, ada, twin, carer):
        erasing.ask(member=twin, at=NOON, actor="user:1")

        self.refuses(merging.ErasureWaits, twin, ada, carer)

    def test_is_of_who_was_merged(self, ada, twin, carer):
        merge(twin, ada, carer)
        third = enrolling.enrol(at=NOON)

        self.refuses(merging.AlreadyMerged, twin, third, carer)
        self.refuses(merging.AlreadyMerged, third, twin, carer)

    def test_is_asked_by_who_may_not(self, ada, twin):
        other = User.objects.create_user("till@example.test", is_staff=True)

        self.refuses(permitting.NotPermitted, twin, ada, other)

    def test_is_of_ones_own_card(self, ada, twin, carer):
        Member.objects.filter(pk=twin.pk).update(email="care+shop@example.test")

        self.refuses(owning.OwnCard, Member.objects.get(pk=twin.pk), ada, carer)


class TestAMergedMember:
    def test_earns_and_leaves_no_more(self, ada, twin, carer):
        merge(twin, ada, carer)

        with pytest.raises(blocking.MemberMerged):
            buy(twin, "20.00", "b")
        with pytest.raises(blocking.MemberMerged):
            closing.close(member=twin, key="c", at=NOON)
        with pytest.raises(blocking.MemberMerged):
            erasing.ask(member=twin, at=NOON, actor="user:1")

        assert Purchase.objects.exists() is False
        assert Member.objects.get(pk=twin.pk).state == MemberState.MERGED

    def test_is_ones_own_card_in_the_survivor(self, ada, twin, carer):
        Member.objects.filter(pk=twin.pk).update(email="bea@example.test")
        merge(twin, ada, carer)
        bea = User.objects.create_superuser("bea@example.test", "x")

        with pytest.raises(owning.OwnCard):
            owning.check_not_own(member=ada, user=bea)
        assert owning.get_own(users=[bea]) == {ada.pk, twin.pk}

    def test_is_forgotten_with_the_survivor(self, ada, twin, carer):
        merge(twin, ada, carer)
        erasing.ask(member=ada, at=NOON, actor="user:1")

        erasing.erase_due(at=NOON + timedelta(hours=73))

        twin.refresh_from_db()
        assert (twin.first_name, twin.email, twin.state) == ("", None, MemberState.MERGED)
        assert set(twin.history.values_list("email", flat=True)) == {None}

    def test_leads_to_the_last_of_several(self, ada, twin, carer):
        third = enrolling.enrol(at=NOON, email="third@example.org")
        buy(twin, "30.00", "b")
        merge(twin, ada, carer)
        merge(ada, third, carer, key="b")

        assert finding.get_member(email="ada.l@example.org") == third
        assert points_of(third, at=NOON) == 30


class TestAPurchaseThatWentAlong:
    def test_says_where_it_is_booked(self, ada, twin, carer):
        bought = buy(twin, "30.00", "b")
        merge(twin, ada, carer)

        told = awarding.show_entries(purchase=Purchase.objects.get(pk=bought.pk))

        assert str(Entry.objects.get(reference=bought.public_id).pk) in told
