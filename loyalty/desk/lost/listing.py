"""Lost members on a page: who, since when, worth what, and why if anybody knows. From facts.

A page is whatever follows a member in the order asked for, so that any page costs the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from django.db.models import Exists, OuterRef, Q, QuerySet

from analytics.models import Loss, MemberFact, Outlook
from loyalty.desk.home import words
from loyalty.desk.lost.picking import LONGEST, Picked, Place
from members.models import Member, MemberState

_STILL_THERE = (MemberState.ACTIVE, MemberState.BLOCKED)
SIZE, _COUNTED, _BACK = 25, 1_000, 20


@dataclass(frozen=True)
class Row:
    """One lost member. Without a fit nothing is foreseen of them."""

    member: Member
    last_on: date
    days: int
    revenue_cents: int
    outlook: Outlook | None
    loss: Loss | None

    # Properties

    @property
    def alive(self) -> str:
        return in_words(self.outlook)


@dataclass(frozen=True)
class Page:
    """Some rows, how many there are in all (as far as they are counted), and where to go on."""

    rows: Sequence[Row]
    count: int
    is_cut: bool
    next_query: str


def get_page(*, picked: Picked, members: QuerySet[Member], since: date, today: date) -> Page:
    """Return a page of the lost among some members: four statements.

    Lost are those of the programme whose last purchase was before a day.
    """
    rows = find(picked=picked, members=members, since=since)
    count = rows[: _COUNTED + 1].count()
    shown = list(
        _in_order(rows, picked).select_related("member__store", "member__tier")[: SIZE + 1]
    )
    more, shown = len(shown) > SIZE, shown[:SIZE]
    ids = [fact.pk for fact in shown]
    outlooks: Mapping[int, Outlook] = Outlook.objects.in_bulk(ids)
    told = Loss.objects.open().filter(member__in=ids).select_related("competitor")
    losses = {loss.member_id: loss for loss in told}
    return Page(
        rows=[
            Row(
                member=fact.member,
                last_on=fact.last_on,
                days=(today - fact.last_on).days,
                revenue_cents=fact.revenue_cents,
                outlook=outlooks.get(fact.pk),
                loss=losses.get(fact.pk),
            )
            for fact in shown
        ],
        count=min(count, _COUNTED),
        is_cut=count > _COUNTED,
        next_query=picked.query_after(_place_of(shown[-1], picked)) if more else "",
    )


def find(*, picked: Picked, members: QuerySet[Member], since: date) -> QuerySet[MemberFact]:
    """Return what is counted of the lost among some members, narrowed as asked."""
    if picked.store:
        members = members.filter(store=picked.store)
    if picked.tier:
        members = members.filter(tier=picked.tier)
    mine = members.filter(pk=OuterRef("member"), state__in=_STILL_THERE).order_by()
    rows = MemberFact.objects.filter(Exists(mine), last_on__lt=since)
    if picked.least_cents:
        rows = rows.filter(revenue_cents__gte=picked.least_cents)
    if picked.told:
        is_told = Exists(Loss.objects.open().filter(member=OuterRef("member")))
        rows = rows.filter(is_told if picked.told == "told" else ~is_told)
    return rows


def get_back(*, members: QuerySet[Member]) -> list[Loss]:
    """Return whom to ask how they came back: the last ones of some members. One statement."""
    mine = members.order_by().filter(pk=OuterRef("member"))
    back = Loss.objects.unexplained().filter(Exists(mine)).select_related("member")
    return list(back.order_by("-won_back_on", "-pk")[:_BACK])


def in_words(outlook: Outlook | None) -> str:
    """Say how probably somebody is a customer still; without a fit nobody knows."""
    return words.of_share(Fraction(outlook.alive)) if outlook else "–"


def _in_order(rows: QuerySet[MemberFact], picked: Picked) -> QuerySet[MemberFact]:
    after = picked.after
    if picked.order == LONGEST:
        if after:
            later = Q(last_on=after.value, member__gt=after.member)
            rows = rows.filter(Q(last_on__gt=after.value) | later)
        return rows.order_by("last_on", "member")
    if after:
        later = Q(revenue_cents=after.value, member__gt=after.member)
        rows = rows.filter(Q(revenue_cents__lt=after.value) | later)
    return rows.order_by("-revenue_cents", "member")


def _place_of(fact: MemberFact, picked: Picked) -> Place:
    value = fact.last_on if picked.order == LONGEST else fact.revenue_cents
    return Place(value, fact.pk)
