"""Which rows a list holds: those the reader may see, narrowed as they asked."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, Model, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics import losing
from analytics.models import Loss, MemberFact
from loyalty.core import zones
from loyalty.desk import seeing
from loyalty.desk.exporting import columns
from loyalty.desk.exporting.columns import Column
from loyalty.programmes.models import Category, Product, Segment, Store, Tier
from loyalty.programmes.rulebook import Rulebook
from members.models import (
    Card,
    CardState,
    Consent,
    ConsentPurpose,
    Member,
    MemberState,
    Purchase,
    SegmentStay,
    Voucher,
    VoucherState,
)
from rewards.models import Reward

PERMISSION = "members.export_lists"
CHUNK = 1_000


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of a list somebody asks for; whatever a list does not know is None there."""

    store: Store | None = None
    since: date | None = None
    until: date | None = None
    state: str = ""
    tier: Tier | None = None
    segment: Segment | None = None
    channel: str = ""

    def facts(self) -> dict[str, str]:
        """Say it in codes, for the audit log."""
        said = {
            "store": self.store.code if self.store else "",
            "since": self.since.isoformat() if self.since else "",
            "until": self.until.isoformat() if self.until else "",
            "state": self.state,
            "tier": self.tier.code if self.tier else "",
            "segment": self.segment.code if self.segment else "",
            "channel": self.channel,
        }
        return {name: value for name, value in said.items() if value}


@dataclass(frozen=True, kw_only=True)
class Terms:
    """Who asks, when, and by which programme."""

    request: HttpRequest
    book: Rulebook
    at: datetime

    def may(self, permission: str) -> bool:
        return bool(self.request.user.has_perm(permission))


@dataclass(frozen=True)
class Sort:
    """One list: who may see its rows, which filters it knows, its rows, its columns."""

    code: str
    title: Promise
    permission: str
    filters: tuple[str, ...]
    rows: Callable[[Asked, Terms], QuerySet[Any]]
    columns: Callable[[Asked, Terms], Sequence[Column]]


def get_sorts(*, has_perm: Callable[[str], bool]) -> list[Sort]:
    """Return the lists that somebody may take away."""
    return [sort for sort in _SORTS if has_perm(PERMISSION) and has_perm(sort.permission)]


def walk(rows: QuerySet[Any]) -> Iterator[Model]:
    """Give rows in the order of their keys, a thousand in memory at a time.

    A row that comes or goes meanwhile moves no other: nothing is missed, nothing comes twice.
    """
    after = 0
    while chunk := list(rows.filter(pk__gt=after).order_by("pk")[:CHUNK]):
        yield from chunk
        after = chunk[-1].pk


def _within(column: str, asked: Asked, book: Rulebook) -> Q:
    """Return the condition that a moment falls on one of the days asked for, both counted."""
    found = Q()
    if asked.since:
        found &= Q(**{f"{column}__gte": zones.start_of_day(day=asked.since, zone=book.zone)})
    if asked.until:
        following = asked.until + timedelta(days=1)
        found &= Q(**{f"{column}__lt": zones.start_of_day(day=following, zone=book.zone)})
    return found


def _members(asked: Asked, terms: Terms) -> QuerySet[Any]:
    cards = Card.objects.filter(state=CardState.ACTIVE).order_by("-issued_at", "-pk")
    rows: QuerySet[Any] = Member.objects.select_related("store", "tier").prefetch_related(
        Prefetch("cards", queryset=cards, to_attr="active_cards")
    )
    rows = rows.filter(_within("enrolled_at", asked, terms.book))
    still = (MemberState.ACTIVE, MemberState.BLOCKED)
    rows = rows.filter(state=asked.state) if asked.state else rows.filter(state__in=still)
    if asked.store:
        rows = rows.filter(store=asked.store)
    if asked.tier:
        rows = rows.filter(tier=asked.tier)
    if asked.segment:
        stays = SegmentStay.objects.filter(segment=asked.segment, member=OuterRef("pk"))
        rows = rows.filter(Exists(stays.at(terms.at)))
    if asked.channel:
        rows = _consented(rows, asked.channel)
    return seeing.rows_for(terms.request, rows)


def _consented(rows: QuerySet[Any], channel: str) -> QuerySet[Any]:
    """Leave those in the programme who agreed to offers and news by a channel."""
    said = Consent.objects.in_force().filter(
        member=OuterRef("pk"), channel=channel, purpose=ConsentPurpose.MARKETING
    )
    # Whoever left is written to no more, whatever they said before.
    left = (MemberState.CLOSED, MemberState.MERGED)
    return rows.filter(Exists(said.filter(is_given=True))).exclude(state__in=left)


def _lost(asked: Asked, terms: Terms) -> QuerySet[Any]:
    """Those to win back: lost, and agreed to hear from us by the channel that is asked for."""
    since = losing.get_since(today=terms.book.business_day(terms.at))
    facts = MemberFact.objects.filter(member=OuterRef("pk"))
    told = Loss.objects.open().filter(member=OuterRef("pk"))
    rows = _members(replace(asked, state=""), terms).filter(
        Exists(facts.filter(last_on__lt=since))
    )
    if asked.state:
        rows = rows.filter(Exists(told) if asked.state == "TOLD" else ~Exists(told))
    found: QuerySet[Any] = rows.annotate(
        last_on=Subquery(facts.values("last_on")),
        revenue_cents=Subquery(facts.values("revenue_cents")),
        loss=Subquery(told.values("reason")),
    )
    return found if asked.channel else found.none()


def _members_columns(asked: Asked, terms: Terms) -> Sequence[Column]:
    return columns.of_members(
        channel=asked.channel,
        may_see_contacts=terms.may("members.change_member") and not asked.channel,
    )


def _purchases(asked: Asked, terms: Terms) -> QuerySet[Any]:
    rows = Purchase.objects.select_related("member", "store")
    if asked.since:
        rows = rows.filter(business_on__gte=asked.since)
    if asked.until:
        rows = rows.filter(business_on__lte=asked.until)
    if asked.store:
        rows = rows.filter(store=asked.store)
    return seeing.rows_for(terms.request, rows)


def _rewards(asked: Asked, terms: Terms) -> QuerySet[Any]:
    rows = Reward.objects.select_related("category")
    if asked.state:
        rows = rows.filter(is_active=asked.state == "OFFERED")
    return seeing.rows_for(terms.request, rows)


def _categories(_asked: Asked, terms: Terms) -> QuerySet[Any]:
    return seeing.rows_for(terms.request, Category.objects.select_related("parent"))


def _products(_asked: Asked, terms: Terms) -> QuerySet[Any]:
    return seeing.rows_for(terms.request, Product.objects.select_related("category"))


def _vouchers(asked: Asked, terms: Terms) -> QuerySet[Any]:
    rows = Voucher.objects.select_related("member")
    rows = rows.filter(_within("issued_at", asked, terms.book))
    if asked.state == VoucherState.OPEN:
        rows = rows.open(at=terms.at)
    elif asked.state == VoucherState.EXPIRED:
        over = Q(state=VoucherState.OPEN, expires_at__lte=terms.at)
        rows = rows.filter(over | Q(state=VoucherState.EXPIRED))
    elif asked.state:
        rows = rows.filter(state=asked.state)
    return seeing.rows_for(terms.request, rows)


def _lost_columns(asked: Asked, terms: Terms) -> Sequence[Column]:
    return (*_members_columns(asked, terms), *columns.of_losses(book=terms.book))


_SORTS = (
    Sort(
        "members", _("Members"), "members.view_member",
        ("store", "since", "until", "state", "tier", "segment", "channel"),
        _members, _members_columns,
    ),
    Sort(
        "lost", _("Lost members to win back"), losing.SEES,
        ("store", "since", "until", "state", "tier", "channel"), _lost, _lost_columns,
    ),
    Sort(
        "purchases", _("Purchases"), "members.view_purchase", ("store", "since", "until"),
        _purchases, lambda _asked, terms: columns.of_purchases(book=terms.book),
    ),
    Sort(
        "rewards", _("Rewards"), "rewards.view_reward", ("state",),
        _rewards, lambda _asked, terms: columns.of_rewards(book=terms.book),
    ),
    Sort(
        "categories", _("Categories"), "programmes.view_category", (),
        _categories, lambda _asked, _terms: columns.of_categories(),
    ),
    Sort(
        "products", _("Products"), "programmes.view_product", (),
        _products, lambda _asked, _terms: columns.of_products(),
    ),
    Sort(
        "vouchers", _("Vouchers"), "members.view_voucher", ("since", "until", "state"),
        _vouchers,
        lambda _asked, terms: columns.of_vouchers(
            book=terms.book, at=terms.at, may_see_codes=terms.may("members.change_voucher")
        ),
    ),
)  # fmt: skip

STATES: Mapping[str, Sequence[tuple[str, str | Promise]]] = {
    "members": [("", _("active and blocked")), *MemberState.choices],
    "lost": [("", _("all")), ("UNTOLD", _("reason not known")), ("TOLD", _("reason known"))],
    "rewards": [("", _("all")), ("OFFERED", _("offered")), ("WITHDRAWN", _("no longer offered"))],
    "vouchers": [("", _("all")), *VoucherState.choices],
}
