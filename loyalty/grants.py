"""Which role may see and change what. The shell says it, since it knows every app.

Table by table: a new one is nobody's but the administrator's and, to read, the auditor's,
until it is written here, and a test asks for it. Which rows of a table somebody sees is
`loyalty.desk.seeing`'s.
"""

from collections.abc import Iterator, Mapping, Sequence

from loyalty.identity import limiting, roles
from loyalty.identity.roles import Role


def _view(app: str, *tables: str) -> Iterator[str]:
    for table in tables:
        yield f"{app}.view_{table}"


_APPS = (
    "members",
    "rewards",
    "programmes",
    "ledger",
    "analytics",
    "clients",
    "events",
    "webhooks",
)

# What is sold and promised: nobody's name.
_CATALOGUE = (
    *_view("rewards", "reward", "rewardcategory", "rewardprice", "picture"),
    *_view("programmes", "programme", "store", "category", "product"),
    *_view("programmes", "segment", "rule", "ruleversion"),
    *_view("programmes", "campaign", "plan"),
    *_view("programmes", "tierladder", "tier", "walletpolicy"),
    *_view("analytics", "segmentdefinition"),
)
_MEASURES = (
    "analytics.view_measures",
    *_view("analytics", "memberfact", "membermonth", "membercategory", "storeday", "pointsday"),
    *_view("analytics", "pointsmonth"),
    *_view("analytics", "outlook", "pointsvintage", "memberscore"),
    *_view("analytics", "moneysettings"),
    *_view("analytics", "revision", "refresh", "daytocount", "measuresettings"),
    *_view("analytics", "survey"),
    *_view("analytics", "goal", "action", "benchmark"),
)
# What is fitted to the members of all stores together.
_FITS = tuple(_view("analytics", "fit"))
# What measures are to become, and what is done for it.
_PLANNING = tuple(
    f"analytics.{verb}_{table}" for verb in ("add", "change") for table in ("goal", "action")
)
_OF_THE_SECTOR = ("analytics.add_benchmark", "analytics.delete_benchmark")
# What the programme costs and may cost, as it was entered.
_COSTS = tuple(_view("analytics", "cost", "budget"))
_BOOK = tuple(_view("ledger", "wallet", "holder", "account", "entry", "lot", "movement", "hold"))
# What a cashier needs while somebody stands at the till.
_COUNTER = (
    *_view("members", "member", "card", "purchase", "purchaseline", "voucher"),
    *_view("members", "return", "returnline", "tillhold"),
)
_PEOPLE = (
    *_COUNTER,
    *_view("members", "consent", "tierchange", "adjustment", "adjustmentnote", "membernote"),
    *_view("members", "household", "householdstay", "householdinvitation", "referral"),
    *_view("members", "subscription", "subscriptionpayment", "offlinespending"),
    *_view("analytics", "loss", "competitor", "survey", "invitation", "answer"),
    *_view("rewards", "redemption", "redemptionpayment"),
    *("members.view_historicalmember", "identity.view_trail"),
)
# What members asked and complained about, and what they were answered.
_CASES = tuple(_view("members", "case", "casemessage", "casenote", "casesettings", "claim"))
# What whoever looks after members does to them.
_CARING = (
    *_CASES,
    "members.change_case",
    "members.add_membernote",
    "members.adjust_points",
    "members.give_tier",
    "members.settle_offlinespending",
    "identity.view_approval",
    "identity.decide_approval",
)
# Why members were lost, and how they came back.
_WINNING_BACK = ("analytics.add_loss", "analytics.change_loss")

GRANTS: Mapping[Role, Sequence[str]] = {
    Role.CASHIER: (
        *_COUNTER,
        *("members.add_member", "rewards.view_reward", "clients.open_till"),
    ),
    Role.STORE_MANAGER: (
        *_PEOPLE,
        *_CATALOGUE,
        *_BOOK,
        *_MEASURES,
        *_CARING,
        *_WINNING_BACK,
        *_PLANNING,
        *("members.export_lists", "clients.open_till"),
    ),
    Role.MARKETING: (
        *_PEOPLE,
        *_CATALOGUE,
        *_MEASURES,
        *_FITS,
        *_COSTS,
        *(f"analytics.{verb}_cost" for verb in ("add", "change", "delete")),
        *_WINNING_BACK,
        *_PLANNING,
        *_OF_THE_SECTOR,
        "analytics.change_competitor",
        *(f"programmes.{verb}_rule" for verb in ("add", "change")),
        *(f"programmes.{verb}_campaign" for verb in ("add", "change")),
        *(f"programmes.{verb}_ruleversion" for verb in ("add", "change")),
        *(f"programmes.{verb}_tier" for verb in ("add", "change")),
        *(f"programmes.{verb}_category" for verb in ("add", "change")),
        *(f"programmes.{verb}_product" for verb in ("add", "change")),
        *(f"programmes.{verb}_segment" for verb in ("add", "change")),
        *(f"programmes.{verb}_plan" for verb in ("add", "change")),
        *(f"analytics.{verb}_survey" for verb in ("add", "change")),
        *("programmes.change_tierladder", "programmes.change_walletpolicy"),
        *("programmes.change_programme", "programmes.add_tierladder"),
        *(f"rewards.{verb}_reward" for verb in ("add", "change")),
        *(f"rewards.{verb}_rewardcategory" for verb in ("add", "change")),
        *(f"rewards.{verb}_rewardprice" for verb in ("add", "change")),
        *(f"rewards.{verb}_picture" for verb in ("add", "change")),
        *(f"rewards.{verb}_voucherpool" for verb in ("view", "add", "change")),
        *(f"rewards.{verb}_poolcode" for verb in ("view", "add")),
        "members.export_lists",
    ),
    Role.CUSTOMER_CARE: (
        *_PEOPLE,
        *_CATALOGUE,
        *_BOOK,
        *_CARING,
        *_WINNING_BACK,
        *("members.add_member", "members.change_member"),
        *("members.import_files", "members.export_lists"),
        *("members.add_card", "members.change_card", "members.change_voucher"),
        *("members.erase_member", "members.export_members", "members.view_erasurerequest"),
        *("members.merge_member", "members.view_merge", "members.change_householdstay"),
        *("members.change_referral", "members.change_casesettings"),
        "members.change_subscription",
        *("rewards.change_redemption", "events.view_message", "events.change_message"),
    ),
    # No table that shows who a member is, and no page that says who of the staff did what.
    Role.ANALYST: (
        *_CATALOGUE,
        *_MEASURES,
        *_FITS,
        *_COSTS,
        *_PLANNING,
        *_OF_THE_SECTOR,
        "analytics.view_journal",
        "analytics.add_measuresettings",
        "analytics.change_measuresettings",
    ),
    Role.AUDITOR: tuple(f"{app}.view_*" for app in (*_APPS, "identity", "admin", "auth")),
    Role.ADMINISTRATOR: ("*.*",),
}

# Tables that no other role opens: staff, tills, machinery, and files while they are read.
CLOSED = (
    *_view("members", "tierreview", "tierreviewmove"),
    *_view("clients", "client", "clientkey", "shift", "answer", "count"),
    *_view("events", "outboxevent", "change", "jobrun"),
    *_view("identity", "user", "limit", "emailedcode", "guesses", "signin"),
    *_view("members", "importrun", "importrow", "importfile", "export", "carriedamount"),
    *_view("members", "segmentstay", "memberevent", "referralcode", "signinday"),
    *_view("programmes", "storeassignment", "membercount", "budgetuse", "rulecost"),
    *_view("programmes", "rulerequest", "simulation"),
    *_view("rewards", "readynotice"),
    *_view("analytics", "keptfigure"),
    *_view("webhooks", "endpoint", "delivery"),
)


def sync() -> None:
    """Make the roles' groups say what is written here, and give each limits if it has none.

    Repeating changes nothing.
    """
    roles.sync(grants=GRANTS)
    limiting.set_up()
