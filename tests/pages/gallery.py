"""Every page there is, with who may open it. Axe, screenshots and the matrix go through it.

A page is listed once. `{names}` in a path stand for rows: `{reward}` and `{voucher}` for what
the member of the scene can see, `{pool}` for a pool of codes, `{review}` for a look at who would
move, `{member}` for that member as staff call them (the row's key unless the page's route says
otherwise), `{other}` for another one, `{case}` for a request of that member.
"""

from dataclasses import dataclass
from enum import Enum


class Reader(Enum):
    ANYBODY = "anybody"
    MEMBER = "member"
    STAFF = "staff"


@dataclass(frozen=True)
class Page:
    """One page: the name of its screenshot, where it is, and who opens it.

    `press` is what is pressed before the picture, where the page opens closed.
    """

    name: str
    path: str
    reader: Reader
    press: str = ""


PAGES = [
    Page("home", "/", Reader.ANYBODY),
    Page("join", "/join/", Reader.ANYBODY),
    Page("login", "/login/", Reader.ANYBODY),
    Page("demo-mail", "/demo/mail/", Reader.ANYBODY),
    Page("card", "/me/", Reader.MEMBER),
    Page("card-code", "/me/code/", Reader.MEMBER),
    Page("history", "/me/history/", Reader.MEMBER),
    Page("rewards", "/me/rewards/", Reader.MEMBER),
    Page("reward", "/me/rewards/{reward}/", Reader.MEMBER),
    Page("reward-ask", "/me/rewards/{reward}/?ask=1", Reader.MEMBER),
    Page("vouchers", "/me/vouchers/", Reader.MEMBER),
    Page("vouchers-over", "/me/vouchers/?state=over", Reader.MEMBER),
    Page("voucher", "/me/vouchers/{voucher}/", Reader.MEMBER),
    Page("profile", "/me/profile/", Reader.MEMBER),
    Page("contact-email", "/me/profile/email/", Reader.MEMBER),
    Page("contact-phone", "/me/profile/phone/", Reader.MEMBER),
    Page("consents", "/me/consents/", Reader.MEMBER),
    Page("household", "/me/household/", Reader.MEMBER),
    Page("referral", "/me/referral/", Reader.MEMBER),
    Page("help", "/me/help/", Reader.MEMBER),
    Page("help-request", "/me/help/{case}/", Reader.MEMBER),
    Page("claims", "/me/claims/", Reader.MEMBER),
    Page("survey", "/me/surveys/", Reader.MEMBER),
    Page("privacy", "/me/privacy/", Reader.MEMBER),
    Page("leave", "/me/privacy/leave/", Reader.MEMBER),
    Page("erase", "/me/privacy/erase/", Reader.MEMBER),
    Page("left", "/left/", Reader.ANYBODY),
    Page("desk-login", "/desk/login/", Reader.ANYBODY),
    Page("desk-mfa", "/desk/mfa/", Reader.STAFF),
    Page("desk-again", "/desk/again/", Reader.STAFF),
    Page("api-docs", "/api/v1/docs/", Reader.ANYBODY),
    Page("desk-home", "/desk/", Reader.STAFF),
    Page("desk-look", "/desk/look/", Reader.STAFF),
    Page("look", "/desk/look/?at=members", Reader.STAFF),
    Page("desk-jobs", "/desk/jobs/", Reader.STAFF),
    Page("desk-till", "/desk/till/", Reader.STAFF, press="#till-open button"),
    Page("desk-approvals", "/desk/approvals/", Reader.STAFF),
    Page("desk-cases", "/desk/cases/", Reader.STAFF),
    Page("desk-case", "/desk/cases/{case}/", Reader.STAFF),
    Page("desk-adjust", "/desk/members/member/{member}/adjust/", Reader.STAFF),
    Page("desk-pool-codes", "/desk/rewards/voucherpool/{pool}/codes/", Reader.STAFF),
    Page("desk-campaigns", "/desk/campaigns/", Reader.STAFF),
    Page("desk-offers", "/desk/offers/", Reader.STAFF),
    Page("desk-segments", "/desk/segments/", Reader.STAFF),
    Page("desk-segment-new", "/desk/segments/new/", Reader.STAFF, press="button[value='add']"),
    Page("desk-simulations", "/desk/simulations/", Reader.STAFF),
    Page("desk-webhooks", "/desk/webhooks/", Reader.STAFF),
    Page("desk-audit", "/desk/audit/", Reader.STAFF),
    Page("desk-answers", "/desk/answers/", Reader.STAFF),
    Page("desk-fits", "/desk/fits/", Reader.STAFF),
    Page("desk-measures", "/desk/measures/", Reader.STAFF),
    Page("desk-retention", "/desk/measures/chapters/retention/", Reader.STAFF),
    Page("desk-measures-value", "/desk/measures/chapters/value/", Reader.STAFF),
    Page("desk-measures-programme", "/desk/measures/chapters/programme/", Reader.STAFF),
    Page("desk-measures-stores", "/desk/measures/stores/", Reader.STAFF),
    Page("desk-measures-campaigns", "/desk/measures/campaigns/", Reader.STAFF),
    Page("desk-journal", "/desk/journal/", Reader.STAFF),
    Page("desk-measure", "/desk/measures/retention_rate/", Reader.STAFF),
    Page("desk-measure-rows", "/desk/measures/average_basket/rows/", Reader.STAFF),
    Page("desk-benchmarks", "/desk/measures/retention_rate/sector/", Reader.STAFF),
    Page("desk-plan", "/desk/plan/", Reader.STAFF),
    Page("desk-goal-new", "/desk/plan/new/?code=retention_rate", Reader.STAFF),
    Page("desk-lost", "/desk/lost/", Reader.STAFF),
    Page("desk-lost-member", "/desk/lost/{member}/", Reader.STAFF),
    Page("desk-members", "/desk/members/member/", Reader.STAFF),
    Page("desk-rewards", "/desk/rewards/reward/", Reader.STAFF),
    Page("desk-purchases", "/desk/members/purchase/", Reader.STAFF),
    Page("desk-imports", "/desk/imports/", Reader.STAFF),
    Page("desk-tiers", "/desk/tiers/", Reader.STAFF),
    Page("desk-tier-review", "/desk/tiers/{review}/", Reader.STAFF),
    Page("desk-exports", "/desk/exports/", Reader.STAFF),
    Page("desk-emails", "/desk/emails/", Reader.STAFF),
    Page("desk-member", "/desk/members/member/{member}/change/", Reader.STAFF),
    Page("desk-member-identity", "/desk/members/member/{member}/identity/", Reader.STAFF),
    Page("desk-member-statement", "/desk/members/member/{member}/statement/", Reader.STAFF),
    Page("desk-member-export", "/desk/members/member/{member}/export/", Reader.STAFF),
    Page("desk-member-erase", "/desk/members/member/{member}/erase/", Reader.STAFF),
    Page("desk-member-merge", "/desk/members/member/{member}/merge/", Reader.STAFF),
    Page(
        "desk-member-merge-look",
        "/desk/members/member/{member}/merge/?other={other}",
        Reader.STAFF,
    ),
    Page("desk-member-request", "/desk/members/member/{member}/request/", Reader.STAFF),
    Page("desk-member-waiting", "/desk/members/member/{member}/waiting/", Reader.STAFF),
    Page("desk-member-tier", "/desk/members/member/{member}/tier/", Reader.STAFF),
    Page(
        "desk-member-tier-withdraw", "/desk/members/member/{member}/tier/withdraw/", Reader.STAFF
    ),
    Page("desk-member-block", "/desk/members/member/{member}/block/", Reader.STAFF),
]
