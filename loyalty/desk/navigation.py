"""The desk's menu: what people come to do, in groups, and of each what the reader may open.

A table that no group names is found under Administration, so that nothing is lost.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

_REST = "administration"
# Tables that a page of their own shows better, to who may open it.
_BEHIND = {
    "analytics.Answer": "answers",
    "members.Case": "cases",
    "analytics.Fit": "fits",
    "members.ImportRun": "imports",
    "programmes.Campaign": "campaigns",
    "programmes.Segment": "segments",
    "webhooks.Endpoint": "webhooks",
}


@dataclass(frozen=True)
class Link:
    """One page or table; the current one is marked."""

    title: str
    url: str
    is_current: bool


@dataclass(frozen=True)
class Group:
    """What belongs to one thing that people do. The one that is worked in stands open."""

    title: str
    icon: str
    links: tuple[Link, ...]

    @property
    def is_current(self) -> bool:
        return any(link.is_current for link in self.links)


@dataclass(frozen=True)
class _Page:
    """A page of the desk's own. Its view says who may open it."""

    name: str
    title: Promise


@dataclass(frozen=True)
class _Plan:
    code: str
    title: Promise
    icon: str
    holds: tuple[_Page | str, ...]


_PLANS = (
    _Plan(
        "members", _("Members"), "users",
        ("members.Member", "members.Card", "members.Consent", "members.TierChange",
         "members.Subscription", "members.Merge", _Page("cases", _("Requests")),
         "members.Case", "members.Claim", "members.CaseSettings"),
    ),
    _Plan(
        "purchases", _("Purchases"), "receipt",
        (_Page("till", _("Till")), "members.Purchase", "members.PurchaseLine",
         _Page("approvals", _("Approvals")), "members.TillHold",
         "members.OfflineSpending", "ledger.Account",
         "ledger.Entry", "ledger.Lot", "ledger.Movement", "ledger.Hold"),
    ),
    _Plan(
        "rewards", _("Rewards"), "gift",
        ("rewards.Reward", "rewards.RewardCategory", "rewards.Redemption", "members.Voucher",
         "rewards.VoucherPool", "rewards.PoolCode"),
    ),
    _Plan(
        "programme", _("Programme"), "sliders-horizontal",
        ("programmes.Programme", "programmes.Rule", "programmes.RuleVersion",
         _Page("campaigns", _("Campaigns")), _Page("offers", _("Personal offers")),
         _Page("simulations", _("Simulations")),
         "programmes.TierLadder", "programmes.Tier", _Page("tier_moves", _("Who would move")),
         "programmes.Plan", "programmes.WalletPolicy", "programmes.Store", "programmes.Category",
         "programmes.Product", _Page("emails", _("E-mails to members"))),
    ),
    _Plan(
        "measures", _("Measures"), "chart-line",
        (_Page("measures", _("Overview")), _Page("plan", _("Action plan")),
         _Page("lost", _("Lost members")), _Page("answers", _("Survey answers")),
         "analytics.Answer", "analytics.Survey", _Page("segments", _("Segments")),
         "programmes.Segment", "analytics.Cost", "analytics.Budget",
         _Page("journal", _("Accounting journal")), _Page("fits", _("Predicted value")),
         "analytics.Fit", "analytics.Benchmark", "analytics.MeasureSettings",
         "analytics.MoneySettings"),
    ),
    _Plan(
        "tills", _("Till clients"), "key-round",
        ("clients.Client", "clients.ClientKey", "clients.Shift", "clients.Answer",
         "clients.Count", _Page("webhooks", _("Webhooks")), "webhooks.Endpoint",
         "webhooks.Delivery"),
    ),
    _Plan(
        # What measures count from: nobody comes for it, an auditor may.
        "facts", _("Facts"), "database",
        ("analytics.Goal", "analytics.Action", "analytics.Loss", "analytics.Competitor",
         "analytics.Invitation", "analytics.MemberFact", "analytics.MemberMonth",
         "analytics.MemberCategory", "analytics.MemberScore", "analytics.Outlook",
         "analytics.StoreDay", "analytics.PointsDay", "analytics.PointsMonth",
         "analytics.PointsVintage", "analytics.Revision", "analytics.Refresh",
         "analytics.DayToCount", "analytics.KeptFigure"),
    ),
    _Plan(
        _REST, _("Administration"), "settings",
        (_Page("jobs", _("Jobs")), _Page("audit", _("Audit log")),
         _Page("imports", _("Imports")), _Page("exports", _("Exports")), "members.ImportRun",
         "identity.User", "auth.Group", "events.Message", "events.JobRun", "events.OutboxEvent"),
    ),
)  # fmt: skip


def get_menu(
    request: HttpRequest, *, apps: Iterable[Mapping[str, Any]], needed: Mapping[str, Iterable[str]]
) -> list[Group]:
    """Return the groups in which the reader may open something.

    `apps` are the tables that the admin would list for them, `needed` the permissions of the
    desk's own pages by name: one of them is enough.
    """
    tables = {f"{app['app_label']}.{m['object_name']}": m for app in apps for m in app["models"]}
    named = {name for plan in _PLANS for name in plan.holds}
    rest = tuple(name for name in tables if name not in named)
    groups = []
    for plan in _PLANS:
        holds = plan.holds + (rest if plan.code == _REST else ())
        links = tuple(_mark(request, _links(request, holds, tables=tables, needed=needed)))
        if links:
            groups.append(Group(str(plan.title), plan.icon, links))
    return groups


def _links(
    request: HttpRequest,
    holds: Iterable[_Page | str],
    *,
    tables: Mapping[str, Mapping[str, Any]],
    needed: Mapping[str, Iterable[str]],
) -> Iterator[tuple[str, str]]:
    for held in holds:
        if isinstance(held, _Page):
            # Until somebody has built it, a page is in nobody's menu.
            asked = needed.get(held.name)
            if asked is not None and any(map(request.user.has_perm, asked)):
                yield str(held.title), reverse(f"admin:{held.name}")
        elif _is_behind(request, held, needed):
            continue
        elif (table := tables.get(held)) and table.get("admin_url"):
            yield capfirst(str(table["name"])), str(table["admin_url"])


def _is_behind(request: HttpRequest, table: str, needed: Mapping[str, Iterable[str]]) -> bool:
    asked = needed.get(_BEHIND.get(table, ""), ())
    return any(map(request.user.has_perm, asked))


def _mark(request: HttpRequest, links: Iterable[tuple[str, str]]) -> Iterator[Link]:
    for title, url in links:
        yield Link(title, url, request.path.startswith(url))
