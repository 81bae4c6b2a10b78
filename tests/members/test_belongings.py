"""Every table that points to a member goes along when they are merged, or stays for a reason."""

from django.apps import apps

from analytics import facts
from analytics.models import MemberFact
from members import belongings
from members.models import Member
from tests.analytics.test_facts import all_facts
from tests.conftest import NOON
from tests.members.twins import buy, carer, merge, twin, unmerge

__all__ = ["carer", "twin"]

GO = {
    "analytics.Invitation",
    "members.Card",
    "members.Case",
    "members.Claim",
    "members.MemberNote",
    "members.OfflineSpending",
    "members.Purchase",
    "members.Subscription",
    "members.TillHold",
    "members.Voucher",
    "rewards.Redemption",
}
_OF_THE_MEMBERSHIP = "what happened to a membership stays its own; the dossier tells both"
STAY = {
    "members.Member": "who somebody was merged into",
    "members.HistoricalMember": _OF_THE_MEMBERSHIP,
    "members.HouseholdStay": _OF_THE_MEMBERSHIP,
    "members.HouseholdInvitation": _OF_THE_MEMBERSHIP,
    "members.Referral": "who brought whom is read of the survivors",
    "members.ReferralCode": "leads to the survivor",
    "members.Adjustment": _OF_THE_MEMBERSHIP,
    "members.CarriedAmount": "below one step of a rule: worth less than the least it gives",
    "members.MemberEvent": "what was told of a membership and gave points stays with it",
    "members.SegmentStay": "whoever computes segments says it anew of who is left",
    "members.SignInDay": _OF_THE_MEMBERSHIP,
    "members.Consent": "the stricter answer is written for the survivor",
    "members.ErasureRequest": _OF_THE_MEMBERSHIP,
    "members.Merge": "says which two",
    "members.TierChange": _OF_THE_MEMBERSHIP,
    "members.TierReviewMove": "foreseen of a membership at one moment, and never anew",
    "analytics.Loss": _OF_THE_MEMBERSHIP,
    "analytics.MemberFact": "counted again for both",
    "analytics.MemberMonth": "counted again for both",
    "analytics.MemberCategory": "counted again for both",
    "analytics.MemberScore": "found every night of who bought",
    "analytics.PointsMonth": "of the entries, which stay where they were written",
    "analytics.Outlook": "foreseen every night of who is left",
    "rewards.ReadyNotice": "that an e-mail was written to that address",
}


class TestEveryTable:
    def test_that_points_to_a_member_goes_or_stays_for_a_reason(self):
        pointing = {model._meta.label for model in apps.get_models() if belongings.keys_of(model)}

        assert pointing == GO | STAY.keys()
        assert {key.model._meta.label for key in belongings.tables()} == GO


class TestFacts:
    def test_follow_a_merge_and_its_undoing_as_if_counted_anew(
        self, ada: Member, twin: Member, carer
    ):
        buy(ada, "20.00", "a", days=40)
        buy(twin, "30.00", "b", days=40)
        buy(twin, "50.00", "c", days=3)
        facts.refresh(at=NOON)

        merged = merge(twin, ada, carer)
        facts.refresh(at=NOON)

        fact = MemberFact.objects.get()
        assert (fact.member, fact.receipts, fact.revenue_cents, fact.days) == (ada, 3, 10_000, 2)
        followed = all_facts()
        facts.rebuild(at=NOON)
        assert all_facts() == followed

        unmerge(merged, carer)
        facts.refresh(at=NOON)

        followed = all_facts()
        assert sorted(MemberFact.objects.values_list("member", "receipts")) == sorted(
            [(ada.pk, 1), (twin.pk, 2)]
        )
        facts.rebuild(at=NOON)
        assert all_facts() == followed


class TestCount:
    def test_says_how_much_would_go(self, ada: Member, twin: Member, carer):
        buy(twin, "30.00", "b")

        assert dict(belongings.count(member=twin)) == {
            "analytics.Invitation": 0,
            "members.Card": 1,
            "members.Case": 0,
            "members.Claim": 0,
            "members.MemberNote": 0,
            "members.OfflineSpending": 0,
            "members.Purchase": 1,
            "members.Subscription": 0,
            "members.TillHold": 0,
            "members.Voucher": 0,
            "rewards.Redemption": 0,
        }
