"""The table: each route of the site but the tables' own, with who may GET and who may POST.

A letter is a reader (`readers`). Whoever is not named is sent to sign in if they are nobody here,
a member at the desk or staff on members' pages; who left is told so on members' pages (403); staff
at the desk are refused (403), or find nothing (404) where the row says so in `unseen`. What is
somebody else's is not found, and neither is what does not exist.
"""

from dataclasses import dataclass

from tests.pages.matrix.readers import ANONYMOUS, EVERYBODY, FORMER, MEMBERS, NOBODY, STAFF

WHO_SEES_ALL = STAFF.replace("S", "")


@dataclass(frozen=True)
class Row:
    """Who may open one route. Where nobody may, everybody is refused one way or another.

    `other` says who may where the object is somebody else's: another member's for members, of
    another store for staff. `unseen` are those who find nothing instead of being refused.
    """

    get: str
    post: str
    other: str = NOBODY
    unseen: str = NOBODY


def public(*, post: str = NOBODY, unseen: str = NOBODY) -> Row:
    return Row(EVERYBODY, post, other=EVERYBODY, unseen=unseen)


def mine(*, get: str = MEMBERS, post: str = NOBODY) -> Row:
    return Row(get, post)


def staff(get: str, post: str = NOBODY, *, unseen: str = NOBODY) -> Row:
    """A page of the desk. A store manager has no way to what belongs to other stores."""
    return Row(get, post, "".join(set(get + post) & set(WHO_SEES_ALL)), unseen)


SITE = {
    "portal:home": public(),
    "portal:join": public(post=EVERYBODY),
    "portal:login": public(post=EVERYBODY),
    "portal:login_code": public(post=EVERYBODY),
    "portal:logout": Row(NOBODY, EVERYBODY),
    "portal:left": public(),
    "portal:unsubscribe": public(post=EVERYBODY),
    "portal:survey": public(post=EVERYBODY),
    "portal:mailbox": public(),
    "portal:mailbox_letter": public(),
    "rewards:picture": public(),
    "set_language": Row(EVERYBODY, EVERYBODY),
    "health": public(),
    "robots.txt": public(),
    "favicon.ico": Row(EVERYBODY, EVERYBODY),
    "api:openapi": public(),
    "api:docs": public(),
    "api:problem": public(),
}

MEMBER = {
    "portal:card": mine(),
    "portal:card_code": mine(),
    "portal:history": mine(),
    "portal:history_download": mine(),
    "portal:statement": mine(),
    "portal:profile": mine(post=MEMBERS),
    "portal:contact_email": mine(post=MEMBERS),
    "portal:contact_phone": mine(post=MEMBERS),
    "portal:contact_code": mine(post=MEMBERS),
    "portal:consents": mine(post=MEMBERS),
    "portal:household": mine(post=MEMBERS),
    "portal:household_leave": mine(post=MEMBERS),
    "portal:referral": mine(),
    "portal:claims": mine(post=MEMBERS),
    "portal:help": mine(post=MEMBERS),
    "portal:case": mine(post=MEMBERS),
    "portal:membership": mine(post=MEMBERS),
    "portal:surveys": mine(post=MEMBERS),
    "portal:rewards": mine(),
    "portal:reward": mine(post=MEMBERS),
    "portal:vouchers": mine(),
    "portal:voucher": mine(),
    # Of who left, what is held is theirs still.
    "portal:privacy": mine(get=MEMBERS + FORMER),
    "portal:download": mine(get=MEMBERS + FORMER),
    "portal:leave": mine(post=MEMBERS),
    "portal:erase": mine(get=MEMBERS + FORMER, post=MEMBERS + FORMER),
    "portal:erase_undo": Row(NOBODY, MEMBERS + FORMER),
}

# Open to staff who came by password, even if they owe a second factor.
ANTEROOM = {
    "admin:again": staff(STAFF, STAFF),
    "admin:mfa": staff(STAFF),
    "admin:mfa_totp": staff(STAFF, STAFF),
    "admin:mfa_key": staff(STAFF, STAFF),
    "admin:mfa_codes": staff(STAFF),
    "admin:jsi18n": staff(STAFF),
    # They ask who comes, and are for those who are nobody yet.
    "admin:login": Row(EVERYBODY, EVERYBODY),
    "admin:mfa_enter": Row(EVERYBODY, EVERYBODY),
    # Whoever is not staff is led to the first page, signed in as they were.
    "admin:logout": Row(ANONYMOUS + MEMBERS + FORMER, EVERYBODY),
}

DESK = {
    "admin:index": staff(STAFF, STAFF),
    "admin:app_list": staff("KSMCUA", "KSMCUA", unseen="Y"),
    "admin:mfa_renew": staff(NOBODY, STAFF),
    "admin:mfa_remove": staff(NOBODY, STAFF),
    "admin:password_change": staff(STAFF, STAFF),
    "admin:password_change_done": staff(STAFF),
    "admin:autocomplete": staff(NOBODY),
    "admin:view_on_site": staff(NOBODY, unseen=STAFF),
    "admin:approvals": staff("SMCUA"),
    "admin:approval": staff("SMCUA", "SMCUA"),
    "admin:audit": staff("UA"),
    "admin:simulations": staff("MA", "MA"),
    "admin:simulation": staff("MA", "MA"),
    "admin:campaigns": staff("SMCYUA"),
    "admin:segments": staff("SMCYUA", "MA"),
    "admin:segment_new": staff("MA", "MA"),
    "admin:segment": staff("SMCYUA", "MA"),
    # Nothing is found of a segment that is kept by hand.
    "admin:segment_assign": staff(NOBODY, NOBODY, unseen="MA"),
    "admin:offers": staff("MA", "MA"),
    "admin:offer": staff("MA", "MA"),
    "admin:campaign": staff("SMCYUA"),
    "admin:answers": staff("SMYUA"),
    "admin:cases": staff("SCUA"),
    "admin:case": staff("SCUA", "SCA"),
    "admin:jobs": staff("UA"),
    "admin:jobs_again": staff("A", "A"),
    "admin:webhooks": staff("UA"),
    "admin:webhook": staff("UA", "A"),
    "admin:webhook_secret": staff("A", "A"),
    "admin:retention": staff("SMYUA"),
    "admin:fits": staff("MYUA"),
    "admin:measures": staff("SMYUA"),
    "admin:measures_stores": staff("SMYUA"),
    "admin:measures_campaigns": staff("MYUA"),
    "admin:measures_chapter": staff("SMYUA"),
    "admin:measure": staff("SMYUA"),
    "admin:measure_table": staff("SMYUA"),
    "admin:measure_chart": staff("SMYUA"),
    "admin:measure_rows": staff("SMYUA"),
    "admin:plan": staff("SMYUA"),
    "admin:goal_new": staff("SMYA", "SMYA"),
    # A goal of the whole chain is not a manager's.
    "admin:goal": Row("MYUA", NOBODY, other="MYUA", unseen="S"),
    "admin:plan_action": Row("MYA", "MYA", other="MYA", unseen="S"),
    "admin:benchmarks": staff("SMYUA", "MYA"),
    "admin:journal": staff("YUA"),
    "admin:lost": staff("SMCUA"),
    # Both have bought just now: there is nothing to write down of them, and they are shown.
    "admin:lost_member": staff("SMCUA", "SMCA"),
    "admin:lost_gather": staff(NOBODY, "MA"),
    "admin:lost_back": staff(NOBODY, unseen="SMCA"),
    "admin:till": staff("KSA"),
    # Nothing is opened where no store is named.
    "admin:till_open": staff(NOBODY, unseen="KSA"),
    "admin:till_renew": staff(NOBODY, "KSA"),
    "admin:till_close": staff(NOBODY, "KSA"),
    "admin:tier_moves": staff("MA", "MA"),
    "admin:tier_review": staff(NOBODY, unseen="MA"),
    # Whoever brings in one sort of file is told that there is none of theirs here.
    "admin:imports": staff("MCA", "MCA"),
    "admin:import": staff(NOBODY, unseen="MCA"),
    "admin:import_errors": staff(NOBODY, unseen="MCA"),
    "admin:exports": staff("SMCA", "SMCA"),
    # Another person's list is as absent as one that nobody asked for.
    "admin:export_taken": staff(NOBODY, unseen="SMCA"),
    "admin:look": staff(STAFF),
    "admin:emails": staff("MA"),
    "admin:email": staff("MA"),
    "admin:members_member_change": staff("KSMCUA"),
    "admin:members_member_identity": staff("KSMCUA", "CA"),
    "admin:member_adjust": staff("SCA", "SCA"),
    "admin:member_note": staff(NOBODY, "SCA"),
    # Written by an administrator: others may erase notes, but this one is not theirs.
    "admin:member_erase_note": staff("A", "A", unseen="SC"),
    "admin:member_waiting": staff("SCA", "SCA"),
    "admin:member_request": staff("SCA", "SCA"),
    "admin:member_tier": staff("SCA", "SCA"),
    "admin:member_tier_withdraw": staff("SCA", "SCA"),
    "admin:member_block": staff("CA", "CA"),
    "admin:member_unblock": staff("CA", "CA"),
    "admin:member_close": staff("CA", "CA"),
    "admin:member_household": staff("CA", "CA"),
    # Nobody there is in a household.
    "admin:member_household_leave": staff(NOBODY, unseen="CA"),
    "admin:member_household_end": staff(NOBODY, unseen="CA"),
    # Nobody there came through a friend.
    "admin:member_referral_cancel": staff(NOBODY, unseen="CA"),
    "admin:member_fee": staff("CA", "CA"),
    # Nobody there pays for a membership.
    "admin:member_fee_cancel": staff(NOBODY, unseen="CA"),
    "admin:member_fee_back": staff(NOBODY, unseen="CA"),
    "admin:member_replace_card": staff("CA", "CA"),
    "admin:member_export": staff("CA", "CA"),
    "admin:member_statement": staff("SCUA"),
    "admin:member_statement_download": staff("SCUA"),
    "admin:member_erase": staff("CA", "CA"),
    "admin:member_merge": staff("CA", "CA"),
    # Nobody was merged: there is nothing to undo.
    "admin:member_unmerge": staff(NOBODY, unseen="CA"),
    "admin:rewards_pool_codes": staff("MA", "MA"),
    "admin:auth_user_password_change": staff("A", "A"),
    "desk/(?P<url>.*)$": staff(NOBODY, unseen=STAFF),
}

# Tables lead whoever asks for an absent row to the desk's first page.
OF_TABLES = {"admin:members_member_identity", "admin:auth_user_password_change"}
PAGES = SITE | MEMBER | ANTEROOM | DESK

# The application's interface: a key opens it, and nobody's sign-in does. What a key may do.
CALLS = {
    "api:members": ("POST", "members:write"),
    "api:lookup": ("POST", "members:read"),
    "api:member": ("GET", "members:read"),
    "api:balance": ("GET", "members:read"),
    "api:events": ("POST", "members:write"),
    "api:entries": ("GET", "members:read"),
    "api:member-rewards": ("GET", "rewards:write"),
    "api:rewards": ("GET", "programme:read"),
    "api:redemptions": ("POST", "rewards:write"),
    "api:cancel": ("POST", "rewards:write"),
    "api:attach": ("POST", "purchases:write"),
    "api:holds": ("POST", "points:spend"),
    "api:hold-capture": ("POST", "points:spend"),
    "api:hold-void": ("POST", "points:spend"),
    "api:voucher": ("GET", "rewards:write"),
    "api:voucher-use": ("POST", "rewards:write"),
    "api:purchases": ("POST", "purchases:write"),
    "api:preview": ("POST", "purchases:write"),
    "api:batch": ("POST", "purchases:write"),
    "api:returns": ("POST", "purchases:write"),
    "api:programme": ("GET", "programme:read"),
    "api:subscriptions": ("POST", "purchases:write"),
    "api:subscription-cancel": ("POST", "purchases:write"),
    "api:measures": ("GET", "measures:read"),
    "api:measure": ("GET", "measures:read"),
    "api:rfm-grid": ("GET", "measures:read"),
    "api:cohorts": ("GET", "measures:read"),
    "api:lorenz-curve": ("GET", "measures:read"),
    "api:fits": ("GET", "measures:read"),
    "api:operation": ("GET", "purchases:write"),
    # Whatever else is asked of it is not there, whoever asks.
    "api/v1/": ("GET", ""),
}
