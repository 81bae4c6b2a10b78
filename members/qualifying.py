"""What a ladder counts around one sale, read in the statement that reads its member."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from loyalty.core import zones
from loyalty.programmes.ladder import Ladder
from loyalty.programmes.merits import Measure, Merits, Past
from loyalty.programmes.rulebook import Rulebook
from members import activity
from members.models import Member, Purchase
from members.selling import Sale

_MOMENT = timedelta(microseconds=1)
BEFORE, TODAY = "before", "today"


def columns(*, sale: Sale, today: date, ladder: Ladder, book: Rulebook) -> dict[str, Coalesce]:
    """Return what is counted before a sale, and until the end of the day of its booking.

    Today's visits leave out the sale's own day, which the sale itself makes one of them.
    """
    day = book.business_day(sale.occurred_at)
    tonight = zones.end_of_day(day=today, zone=book.zone)
    spans: dict[str, tuple[date, datetime, date | None]] = {
        BEFORE: (day, sale.occurred_at + _MOMENT, None),
        TODAY: (today, tonight, day),
    }
    return {
        f"{name}_{measure}": _COUNT[measure](
            since=_begin(sale, last, book, ladder), until=until, but=but, ladder=ladder
        )
        for name, (last, until, but) in spans.items()
        for measure in ladder.measures
    }


def merits_of(*, member: Member, name: str, ladder: Ladder | None) -> Merits | None:
    """Return what the columns of a member say; None without a ladder."""
    if ladder is None:
        return None
    return Merits(**{measure: getattr(member, f"{name}_{measure}") for measure in ladder.measures})


def past_of(*, member: Member, known: Mapping[date, Merits], book: Rulebook) -> Past:
    """Return what the ladder asks, from what is known of the windows that end on some days.

    Another window costs the statements of `get_activity`, once for all that are later. Only a
    tier whose validity has ended, and that no night has written down yet, asks for one.
    """
    enrolled_on = book.business_day(member.enrolled_at)
    read: dict[date, Past] = {}

    def merits(first: date, last: date) -> Merits:
        ladder = book.ladder
        if ladder is None or last < first:
            return Merits()
        if last in known and ladder.span.counted(last, enrolled_on=enrolled_on)[0] == first:
            return known[last]
        since = next((day for day in read if day <= last), None)
        if since is None:
            since = last
            found = activity.get_activity(members=[member], since=last, ladder=ladder, book=book)
            read[last] = found[member.pk].past
        return read[since].merits(first, last)

    return Past(enrolled_on=enrolled_on, merits=merits)


def as_json(merits: Merits | None) -> dict[str, int | None]:
    """Return what was counted as it is kept with a purchase; what counts nothing is left out."""
    if merits is None:
        return {"spent_cents": None}
    more = {"credits": merits.credits, "visits": merits.visits}
    return {"spent_cents": merits.spend, **{name: n for name, n in more.items() if n}}


def _begin(sale: Sale, day: date, book: Rulebook, ladder: Ladder) -> datetime:
    members = [sale.member] if sale.member else []
    return activity.first_moment(members=members, since=day, ladder=ladder, book=book)


def _spent(*, since: datetime, until: datetime, ladder: Ladder, but: date | None) -> Coalesce:
    # Answered from the index on (member, moment) alone, which includes amounts and day.
    left = F("total_cents") - F("returned_cents")
    bought = _bought(since, until).annotate(counted=Sum(left))
    return Coalesce(Subquery(bought.values("counted")), 0)


def _came(*, since: datetime, until: datetime, ladder: Ladder, but: date | None) -> Coalesce:
    is_visit = Q(returned_cents=0) | Q(returned_cents__lt=F("total_cents"))
    bought = _bought(since, until).filter(is_visit)
    if but is not None:
        bought = bought.exclude(business_on=but)
    came = bought.annotate(counted=Count("business_on", distinct=True))
    return Coalesce(Subquery(came.values("counted")), 0)


def _bought(since: datetime, until: datetime) -> QuerySet[Purchase, Any]:
    mine = Purchase.objects.filter(
        member=OuterRef("pk"), occurred_at__gte=since, occurred_at__lt=until
    )
    return mine.order_by().values("member")


def _earned(*, since: datetime, until: datetime, ladder: Ladder, but: date | None) -> Coalesce:
    # What was given to a member who was merged counts for the survivor.
    merged = Member.objects.filter(merged_into=OuterRef(OuterRef("pk"))).values("holder")
    whose = Q(account__holder=OuterRef("holder")) | Q(account__holder__in=merged)
    earned = activity.credited(ladder=ladder, since=since, until=until).filter(whose)
    summed = earned.order_by().values("account__wallet").annotate(counted=Sum("counts"))
    return Coalesce(Subquery(summed.values("counted")), 0)


_COUNT: Mapping[Measure, Callable[..., Coalesce]] = {
    Measure.SPEND: _spent,
    Measure.VISITS: _came,
    Measure.CREDITS: _earned,
}
