"""Whose rows the tables of the desk show: `members.seeing` says whose, this says where they are.

Every table at the desk goes through here, whatever its admin does: lists, pages, histories,
actions, searches and exports read `get_queryset`. A table that nobody wrote down shows nothing to
whoever is bound to stores, and a test asks for it.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, cast

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from loyalty.programmes.models import Store
from members import seeing

TRAIL = "identity.view_trail"
Stores = QuerySet[Store]
Bound = Callable[[Stores], Q]


def _of_member(path: str, *, by: str = "pk") -> Bound:
    """Bound rows by the member at the end of a path, looked up one by one and by index."""

    def bound(stores: Stores) -> Q:
        return Q(Exists(seeing.of_stores(stores).filter(**{by: OuterRef(path)})))

    return bound


def _of_members(*paths: str) -> Bound:
    """Bound rows that name several members to those of whom all are seen."""

    def bound(stores: Stores) -> Q:
        return Q(*(_of_member(path)(stores) for path in paths))

    return bound


def _of_holder(path: str) -> Bound:
    return _of_member(path, by="holder")


def _of_purchase(path: str) -> Bound:
    """Bound sales to those made in the stores, and to all of members who are seen."""

    def bound(stores: Stores) -> Q:
        is_there = Q(**{f"{path}store__in": stores.values("pk")})
        return is_there | _of_member(f"{path}member")(stores)

    return bound


def _of_store(stores: Stores) -> Q:
    return Q(store__in=stores.values("pk"))


def _of_goal(stores: Stores) -> Q:
    return Q(goal__store__in=stores.values("pk"))


BOUNDS: Mapping[str, Bound] = {
    "analytics.Action": _of_goal,
    "analytics.Goal": _of_store,
    "analytics.Loss": _of_member("member"),
    "analytics.MemberCategory": _of_member("member"),
    "analytics.Answer": _of_member("invitation__member"),
    "analytics.Invitation": _of_member("member"),
    "analytics.MemberScore": _of_member("member"),
    "analytics.MemberFact": _of_member("member"),
    "analytics.MemberMonth": _of_member("member"),
    "analytics.Outlook": _of_member("member"),
    "analytics.PointsMonth": _of_member("member"),
    "analytics.StoreDay": _of_store,
    "ledger.Account": _of_holder("holder"),
    "ledger.Entry": _of_holder("account__holder"),
    "ledger.Hold": _of_holder("account__holder"),
    "ledger.Holder": _of_holder("pk"),
    "ledger.Lot": _of_holder("account__holder"),
    "ledger.Movement": _of_holder("account__holder"),
    "members.Adjustment": _of_member("member"),
    "members.AdjustmentNote": _of_member("adjustment__member"),
    "members.Card": _of_member("member"),
    "members.CarriedAmount": _of_member("member"),
    "members.Case": _of_member("member"),
    "members.CaseMessage": _of_member("case__member"),
    "members.CaseNote": _of_member("case__member"),
    "members.Claim": _of_member("member"),
    "members.Consent": _of_member("member"),
    "members.ErasureRequest": _of_member("member"),
    "members.HouseholdInvitation": _of_member("member"),
    "members.HouseholdStay": _of_member("member"),
    "members.Member": _of_member("pk"),
    "members.Merge": _of_member("target"),
    "members.MemberEvent": _of_member("member"),
    "members.MemberNote": _of_member("member"),
    "members.OfflineSpending": _of_member("member"),
    "members.Purchase": _of_purchase(""),
    "members.PurchaseLine": _of_purchase("purchase__"),
    "members.Referral": _of_members("referrer", "friend"),
    "members.ReferralCode": _of_member("member"),
    "members.SegmentStay": _of_member("member"),
    "members.SignInDay": _of_member("member"),
    "members.Return": _of_purchase("purchase__"),
    "members.ReturnLine": _of_purchase("returned__purchase__"),
    "members.Subscription": _of_member("member"),
    "members.SubscriptionPayment": _of_member("subscription__member"),
    "members.TierChange": _of_member("member"),
    "members.TierReviewMove": _of_member("member"),
    "members.TillHold": _of_member("member"),
    "members.Voucher": _of_member("member"),
    "rewards.ReadyNotice": _of_member("member"),
    "rewards.Redemption": _of_member("member"),
    "rewards.RedemptionPayment": _of_member("redemption__member"),
}

# Figures under opaque ids: analysts see those of everybody, and whose they are they do not learn.
FIGURES = frozenset(
    {
        *("analytics.MemberFact", "analytics.MemberMonth", "analytics.MemberCategory"),
        *("analytics.MemberScore", "analytics.Outlook", "analytics.PointsMonth"),
        *("analytics.StoreDay", "analytics.PointsDay", "analytics.PointsVintage"),
        # What is aimed at is sums: who reads those of all stores reads their goals.
        *("analytics.Action", "analytics.Goal"),
        # It says how many of all stores are in it: the page of segments says what it is of.
        "analytics.SegmentDefinition",
    }
)

# Rows about nobody: whoever may open the table sees all of them.
ABOUT_NOBODY = frozenset(
    {
        *("analytics.Budget", "analytics.Cost"),
        *("analytics.DayToCount", "analytics.Fit", "analytics.MeasureSettings"),
        *("analytics.Benchmark", "analytics.Competitor", "analytics.MoneySettings"),
        *("analytics.Refresh", "analytics.Revision", "ledger.Wallet"),
        "analytics.Survey",
        *("members.CaseSettings", "programmes.Campaign", "programmes.Category"),
        "programmes.Product",
        *("programmes.Plan", "programmes.Programme", "programmes.Rule"),
        "programmes.RuleVersion",
        *("programmes.Segment", "programmes.Store", "programmes.Tier"),
        *("programmes.TierLadder", "programmes.WalletPolicy"),
        *("rewards.Picture", "rewards.Reward", "rewards.RewardCategory", "rewards.RewardPrice"),
    }
)

# Staff, tills, machinery, files, and points of all stores: nothing for whoever is bound to stores.
NOTHING = frozenset(
    {
        *("analytics.KeptFigure", "analytics.PointsDay", "analytics.PointsVintage"),
        "analytics.SegmentDefinition",
        *("clients.Answer", "clients.Client", "clients.ClientKey", "clients.Count"),
        "clients.Shift",
        *("events.Change", "events.JobRun", "events.Message", "events.OutboxEvent"),
        *("identity.Approval", "identity.EmailedCode", "identity.Guesses", "identity.Limit"),
        *("identity.SignIn", "identity.User", "members.ImportRow", "members.ImportRun"),
        *("members.Export", "members.Household", "members.ImportFile", "members.TierReview"),
        *("programmes.BudgetUse", "programmes.MemberCount", "programmes.RuleCost"),
        *("programmes.RuleRequest",),
        *("programmes.Simulation", "programmes.StoreAssignment"),
        *("rewards.PoolCode", "rewards.VoucherPool", "webhooks.Delivery", "webhooks.Endpoint"),
    }
)


def rows_for(request: HttpRequest, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of some rows that the reader may see. Absent and foreign look alike."""
    return _bound(rows, get_stores(request), reader=request.user)


def rows_of(user: seeing.Somebody, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of some rows that somebody may see, where there is no request."""
    return _bound(rows, seeing.get_stores(user), reader=user)


def _bound(
    rows: QuerySet[Any], stores: Stores | None, *, reader: seeing.Somebody
) -> QuerySet[Any]:
    if stores is None:
        return rows
    label = rows.model._meta.label
    if label in FIGURES and seeing.sees_all_figures(reader):
        return rows
    if bound := BOUNDS.get(label):
        return rows.filter(bound(stores))
    return rows if label in ABOUT_NOBODY else rows.none()


def get_stores(request: HttpRequest) -> Stores | None:
    """Return the stores that bound the reader, asked for once per request, or None."""
    kept = request.__dict__
    if "own_stores" not in kept:
        kept["own_stores"] = seeing.get_stores(request.user)
    return cast("Stores | None", kept["own_stores"])


def reads_all_figures(request: HttpRequest) -> bool:
    """Say whether the reader may read figures that are of all stores together.

    Sums name nobody: an analyst, who sees no member at all, reads those of every store. Whoever
    sees the members of some stores reads the figures of these: the chain is not theirs to read.
    """
    return get_stores(request) is None or seeing.sees_all_figures(request.user)


class Bounded:
    """Put before every admin: rows follow who reads, and histories are for who may see them."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_queryset(request)  # type: ignore[misc]
        return rows_for(request, rows)

    def history_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return self._away(request, object_id) or cast(
            "HttpResponse",
            super().history_view(request, object_id, *args, **kwargs),  # type: ignore[misc]
        )

    def history_form_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return self._away(request, object_id) or cast(
            "HttpResponse",
            super().history_form_view(request, object_id, *args, **kwargs),  # type: ignore[misc]
        )

    def _away(self, request: HttpRequest, object_id: str) -> HttpResponse | None:
        """Refuse a history (403), or treat a row that is not seen as one that is not there.

        Histories look rows up by themselves, past the queryset; they name staff, too.
        """
        if not request.user.has_perm(TRAIL):
            raise PermissionDenied
        this = cast("Any", self)
        if get_stores(request) is None or this.get_object(request, unquote(object_id)):
            return None
        away = this._get_obj_does_not_exist_redirect(request, this.opts, object_id)
        return cast("HttpResponse", away)


@cache
def bounded(kind: type[admin.ModelAdmin[Any]]) -> type[admin.ModelAdmin[Any]]:
    """Return a kind of admin that shows what the reader may see."""
    return type(kind.__name__, (Bounded, kind), {"__module__": kind.__module__})
