"""Every table that can lead to a person is told to them, or is named here with its reason."""

from django.apps import apps
from django.db import models

from loyalty.dossier import writing
from members.models import Member
from tests.conftest import NOON

TOLD = {
    "members.Member": "identity",
    "members.HistoricalMember": "corrections",
    "members.Card": "cards",
    "members.Consent": "consents",
    "members.TierChange": "tiers",
    "events.Message": "messages",
    "identity.User": "sign_in",
    "mfa.Authenticator": "sign_in",
    "members.ErasureRequest": "erasures",
    "ledger.Account": "balances",
    "ledger.Lot": "balances",
    "ledger.Entry": "movements",
    "members.Purchase": "purchases",
    "members.PurchaseLine": "purchase_lines",
    "members.Return": "returns",
    "members.ReturnLine": "returns",
    "rewards.Redemption": "redemptions",
    "members.Voucher": "vouchers",
    "members.Subscription": "memberships",
    "members.SubscriptionPayment": "memberships",
    "members.Adjustment": "adjustments",
    "members.AdjustmentNote": "adjustments",
    "members.MemberNote": "notes",
    "analytics.Loss": "losses",
    "members.MemberEvent": "events",
    "members.SegmentStay": "segments",
    "members.SignInDay": "sign_in_days",
    "analytics.MemberScore": "profile",
    "analytics.Outlook": "profile",
    "members.HouseholdStay": "households",
    "members.HouseholdInvitation": "invitations",
    "members.Referral": "referrals",
    "members.ReferralCode": "referral_code",
    "members.Case": "requests",
    "members.CaseMessage": "request_messages",
    "members.CaseNote": "request_notes",
    "members.Claim": "claims",
    "analytics.Invitation": "surveys",
    "analytics.Answer": "surveys",
}
_OURS = "who of the staff did it; members have no row"
_DERIVED = "counted anew from purchases and points, which are told"
LEFT_OUT = {
    "ledger.Holder": "an opaque number",
    "ledger.Movement": "the double entry of a movement that is told",
    "ledger.Hold": "opened and closed by movements that are told",
    "members.OfflineSpending": "how many points a sale used, which is told as a movement",
    "members.TillHold": "what a hold was worth at a till, opened by a movement that is told",
    "rewards.RedemptionPayment": "a movement in another wallet, which is told",
    "rewards.ReadyNotice": "that an e-mail was written, which is told among the messages",
    "members.Household": "an opaque number; who was in it when is told of each",
    "members.Merge": "that two memberships are one, whose rows are told together",
    "members.TierReviewMove": "a move foreseen; those that came are told as changes of tier",
    "members.TierReview": _OURS,
    "rewards.PoolCode": "the code is told with its voucher",
    "analytics.MemberFact": _DERIVED,
    "analytics.MemberMonth": _DERIVED,
    "analytics.MemberCategory": _DERIVED,
    "analytics.PointsMonth": _DERIVED,
    "analytics.DayToCount": _DERIVED,
    "analytics.Cost": _OURS,
    "analytics.Goal": _OURS,
    "analytics.Action": _OURS,
    "analytics.Benchmark": _OURS,
    "analytics.HistoricalGoal": _OURS,
    "analytics.HistoricalAction": _OURS,
    "analytics.HistoricalCost": _OURS,
    "analytics.HistoricalBudget": _OURS,
    "analytics.HistoricalMeasureSettings": _OURS,
    "analytics.HistoricalMoneySettings": _OURS,
    "members.CarriedAmount": "a sum of purchases that are told, each with what it carried over",
    "programmes.MemberCount": "sums of purchases and points that are told, by rule and period",
    "members.ImportRow": "a line of a file on its way to a purchase, gone when it is booked",
    "clients.Answer": "copies of what is told, for a till that asks twice; 90 days",
    "identity.EmailedCode": "a code for an address, forgotten after two hours",
    "sessions.Session": "a random number in a browser and who is signed in; it ends itself",
    "account.EmailAddress": "not used: a member's address is the member's",
    "account.EmailConfirmation": "not used: see identity.EmailedCode",
    "axes.AccessAttempt": "guesses at the staff's door, forgotten after a quarter of an hour",
    "axes.AccessAttemptExpiration": "see axes.AccessAttempt",
    "axes.AccessFailureLog": "not used",
    "axes.AccessLog": "not used",
    "identity.Guesses": _OURS,
    "identity.Approval": _OURS,
    "identity.Limit": _OURS,
    "identity.HistoricalLimit": _OURS,
    "admin.LogEntry": _OURS,
    "programmes.RuleRequest": _OURS,
    "programmes.Simulation": _OURS,
    "programmes.HistoricalCampaign": _OURS,
    "webhooks.Delivery": "that a server of ours was told of what is told, by opaque id; 30 days",
    "webhooks.HistoricalEndpoint": _OURS,
    "analytics.HistoricalSegmentDefinition": _OURS,
    "programmes.StoreAssignment": _OURS,
    "programmes.HistoricalStoreAssignment": _OURS,
    "programmes.HistoricalProgramme": _OURS,
    "programmes.HistoricalRule": _OURS,
    "programmes.HistoricalPlan": _OURS,
    "programmes.HistoricalTier": _OURS,
    "programmes.HistoricalTierLadder": _OURS,
    "programmes.HistoricalWalletPolicy": _OURS,
    "identity.SignIn": _OURS,
    "clients.Shift": _OURS,
    "members.ImportFile": _OURS,
    "members.Export": _OURS,
    "rewards.HistoricalReward": _OURS,
    "rewards.HistoricalRewardPrice": _OURS,
}
_ROOTS = {"members.Member", "identity.User", "ledger.Holder"}
_TELLTALE = {
    "address", "body", "email", "first_name", "last_name", "member_reference", "phone",
    "recipient", "session_data", "username",
}  # fmt: skip


def leading_to_a_person() -> set[str]:
    """Return the tables with a path to somebody, by keys or by what their columns are called."""
    tables = list(apps.get_models(include_auto_created=False))
    found = _ROOTS | {table._meta.label for table in tables if _columns(table) & _TELLTALE}
    while more := {t._meta.label for t in tables if _points_to(t) & found} - found:
        found |= more
    return found


def _columns(table: type[models.Model]) -> set[str]:
    return {field.name for field in table._meta.concrete_fields}


def _points_to(table: type[models.Model]) -> set[str]:
    keys = [field for field in table._meta.concrete_fields if field.is_relation]
    return {key.related_model._meta.label for key in keys}


class TestEveryTable:
    def test_that_leads_to_a_person_is_told_or_left_out_for_a_reason(self):
        assert leading_to_a_person() - TOLD.keys() - LEFT_OUT.keys() == set()

    def test_is_in_one_list_alone_and_still_there(self):
        there = {table._meta.label for table in apps.get_models()}

        assert TOLD.keys() & LEFT_OUT.keys() == set()
        assert (TOLD.keys() | LEFT_OUT.keys()) - there == set()
        assert all(LEFT_OUT.values())

    def test_that_is_told_has_its_section(self, ada: Member):
        dossier = writing.gather(member=ada, at=NOON)

        assert {section.code for section in dossier.sections} == set(TOLD.values())
