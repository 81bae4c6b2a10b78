"""The tables of the desk: who reads, adds, changes and deletes rows, and whose rows they see.

Letters are readers (`readers`). Histories are for those who read a table and may see who of the
staff did what. An administrator may do what the product does at all: nobody writes in the ledger.
"""

from dataclasses import dataclass

# Who may see who of the staff did what.
TRAIL = "SMCUA"


@dataclass(frozen=True)
class Table:
    """Who may do what to a table's rows.

    `bound` are readers who see only what is of their stores, `blind` those who open the list
    and find nothing in it.
    """

    reads: str
    adds: str = ""
    changes: str = ""
    deletes: str = ""
    bound: str = ""
    blind: str = ""


# What is about somebody: a manager sees those of their stores.
_COUNTER = Table("KSMCUA", bound="S")
_PEOPLE = Table("SMCUA", bound="S")
_BOOK = Table("SCUA", bound="S")
# Sums are everybody's who reads measures; what is of one member, or one store, is not.
_MEASURES = Table("SMYUA")
_CATALOGUE = Table("SMCYUA")
_MACHINERY = Table("UA")

TABLES = {
    # Their page shows them; `admin:members_member_identity` changes what is written of them.
    "members.Member": Table("KSMCUA", adds="KCA", bound="S"),
    "members.Card": _COUNTER,
    "members.Purchase": _COUNTER,
    "members.PurchaseLine": _COUNTER,
    "members.Return": _COUNTER,
    "members.ReturnLine": _COUNTER,
    "members.TillHold": _COUNTER,
    "members.Voucher": _COUNTER,
    "members.Subscription": _PEOPLE,
    "members.SubscriptionPayment": _PEOPLE,
    "members.Consent": _PEOPLE,
    "members.OfflineSpending": _PEOPLE,
    "members.TierChange": _PEOPLE,
    "members.Adjustment": _PEOPLE,
    "members.AdjustmentNote": _PEOPLE,
    "members.MemberNote": _PEOPLE,
    # Its page names everybody in it, of whichever store.
    "members.Household": Table("SMCUA", blind="S"),
    "members.HouseholdInvitation": _PEOPLE,
    "members.HouseholdStay": _PEOPLE,
    # Its page names both sides, here of two stores.
    "members.Referral": Table("SMCUA", blind="S"),
    "members.ReferralCode": _MACHINERY,
    "members.Case": _BOOK,
    "members.CaseMessage": _BOOK,
    "members.CaseNote": _BOOK,
    "members.Claim": _BOOK,
    "members.CaseSettings": Table("SCUA", changes="CA"),
    "members.ErasureRequest": Table("CUA"),
    "members.Merge": Table("CUA"),
    "members.ImportRun": _MACHINERY,
    "members.ImportRow": _MACHINERY,
    "members.CarriedAmount": _MACHINERY,
    "members.TierReview": _MACHINERY,
    "members.TierReviewMove": _MACHINERY,
    "members.MemberEvent": _MACHINERY,
    "members.SegmentStay": _MACHINERY,
    "members.SignInDay": _MACHINERY,
    "members.ImportFile": _MACHINERY,
    "members.Export": _MACHINERY,
    "rewards.Reward": Table("KSMCYUA", adds="MA", changes="MA", deletes="A"),
    "rewards.RewardCategory": Table("SMCYUA", adds="MA", changes="MA", deletes="A"),
    "rewards.RewardPrice": _CATALOGUE,
    "rewards.Picture": _CATALOGUE,
    "rewards.VoucherPool": Table("MUA", adds="MA", changes="MA", deletes="A"),
    "rewards.PoolCode": Table("MUA"),
    "rewards.Redemption": _PEOPLE,
    "rewards.RedemptionPayment": _PEOPLE,
    "rewards.ReadyNotice": _MACHINERY,
    "programmes.Programme": Table("SMCYUA", changes="MA"),
    "programmes.Store": Table("SMCYUA", adds="A", changes="A", deletes="A"),
    "programmes.Category": Table("SMCYUA", adds="MA", changes="MA", deletes="A"),
    "programmes.Product": Table("SMCYUA", adds="MA", changes="MA", deletes="A"),
    "programmes.Campaign": Table("SMCYUA", adds="MA", changes="MA"),
    "programmes.Plan": Table("SMCYUA", adds="MA", changes="MA"),
    "programmes.Segment": Table("SMCYUA", adds="MA", changes="MA"),
    "programmes.Rule": Table("SMCYUA", adds="MA", changes="MA"),
    "programmes.RuleVersion": Table("SMCYUA", adds="MA"),
    "programmes.TierLadder": Table("SMCYUA", adds="MA", changes="MA"),
    "programmes.Tier": _CATALOGUE,
    "programmes.WalletPolicy": Table("SMCYUA", adds="A", changes="MA"),
    "programmes.StoreAssignment": _MACHINERY,
    "programmes.BudgetUse": _MACHINERY,
    "programmes.RuleCost": _MACHINERY,
    "programmes.MemberCount": _MACHINERY,
    "programmes.RuleRequest": _MACHINERY,
    "programmes.Simulation": _MACHINERY,
    "ledger.Wallet": Table("SCUA"),
    "ledger.Holder": _BOOK,
    "ledger.Account": _BOOK,
    "ledger.Entry": _BOOK,
    "ledger.Lot": _BOOK,
    "ledger.Movement": _BOOK,
    "ledger.Hold": _BOOK,
    # One that has asked somebody stays.
    "analytics.Survey": Table("SMCYUA", adds="MA", changes="MA"),
    "analytics.Invitation": _PEOPLE,
    "analytics.Answer": _PEOPLE,
    "analytics.MemberFact": Table("SMYUA", bound="S"),
    "analytics.MemberMonth": Table("SMYUA", bound="S"),
    "analytics.MemberScore": Table("SMYUA", bound="S"),
    "analytics.MemberCategory": Table("SMYUA", bound="S"),
    "analytics.StoreDay": Table("SMYUA", bound="S"),
    "analytics.Outlook": Table("SMYUA", bound="S"),
    "analytics.PointsMonth": Table("SMYUA", bound="S"),
    "analytics.Loss": _PEOPLE,
    "analytics.Competitor": Table("SMCUA", changes="MA"),
    # What the whole chain will buy: no figure of one store is in it.
    "analytics.Fit": Table("MYUA"),
    # Points of the whole chain: of no store either.
    "analytics.PointsDay": Table("SMYUA", blind="S"),
    "analytics.PointsVintage": Table("SMYUA", blind="S"),
    "analytics.DayToCount": _MEASURES,
    "analytics.Refresh": _MEASURES,
    "analytics.Revision": _MEASURES,
    "analytics.SegmentDefinition": Table("SMCYUA", blind="S"),
    "analytics.Goal": Table("SMYUA", bound="S"),
    "analytics.Action": Table("SMYUA", bound="S"),
    "analytics.Benchmark": _MEASURES,
    "analytics.Cost": Table("MYUA", adds="MA", changes="MA", deletes="MA"),
    "analytics.Budget": Table("MYUA", adds="A", changes="A", deletes="A"),
    "analytics.KeptFigure": _MACHINERY,
    "analytics.MoneySettings": Table("SMYUA", changes="A"),
    "analytics.MeasureSettings": Table("SMYUA", changes="YA"),
    "clients.Client": Table("UA", adds="A", changes="A"),
    "clients.ClientKey": Table("UA", adds="A"),
    "clients.Answer": _MACHINERY,
    "clients.Count": _MACHINERY,
    "clients.Shift": _MACHINERY,
    "webhooks.Endpoint": Table("UA", adds="A", changes="A"),
    "webhooks.Delivery": _MACHINERY,
    "events.OutboxEvent": _MACHINERY,
    "events.Change": _MACHINERY,
    "events.JobRun": _MACHINERY,
    "events.Message": Table("CUA"),
    "identity.User": Table("UA", adds="A", changes="A"),
    "identity.EmailedCode": _MACHINERY,
    "identity.Guesses": _MACHINERY,
    "identity.SignIn": _MACHINERY,
    "identity.Limit": Table("UA", changes="A"),
    # A manager decides on the page of approvals, which shows them their stores' alone.
    "identity.Approval": Table("SCUA", blind="S"),
    # Roles are the product's; who may be what is said in a file, and kept by a superuser.
    "auth.Group": Table("UA", adds="A"),
}
