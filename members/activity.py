"""What members bought, earned and how often they came, by business day: what a ladder counts."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce

from loyalty.core import zones
from loyalty.ledger.models import Entry, Kind
from loyalty.ledger.planning import NEVER
from loyalty.programmes.ladder import Ladder
from loyalty.programmes.merits import Measure, Merits, Past
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from members.models import Member, Purchase

# Points given, by a rule or by hand, and taken back.
_CREDITED = (Kind.EARN, Kind.ADJUST, Kind.CLAWBACK)


class Activity:
    """What one member did by day, as a ladder asks for it.

    Days may be added in any order; in order of time each costs the same however many went
    before, which an import of years relies on.
    """

    def __init__(self, *, enrolled_on: date, days: Iterable[tuple[date, Merits]] = ()) -> None:
        self._enrolled_on = enrolled_on
        self._days: list[date] = []
        # What there had been by the end of each day, and nothing before the first.
        self._sums: list[Merits] = [Merits()]
        for day, done in sorted(days, key=lambda one: one[0]):
            self.add(day=day, done=done)

    def add(self, *, day: date, done: Merits) -> None:
        """Count more of a day."""
        place = bisect_right(self._days, day)
        self._days.insert(place, day)
        self._sums.insert(place + 1, self._sums[place])
        for later in range(place + 1, len(self._sums)):
            self._sums[later] += done

    def add_purchase(
        self, *, day: date, cents: int, credited: int = 0, is_visit: bool = True
    ) -> None:
        """Count one more purchase, less what came back; the first of a day is a visit.

        One that came back whole is none.
        """
        visits = 1 if is_visit and not self.merits(day, day).visits else 0
        self.add(day=day, done=Merits(spend=cents, credits=credited, visits=visits))

    def merits(self, first: date, last: date) -> Merits:
        """Return what was done from one day to another, both included."""
        until, before = bisect_right(self._days, last), bisect_left(self._days, first)
        if until <= before:
            return Merits()
        all_, old = self._sums[until], self._sums[before]
        return Merits(
            spend=all_.spend - old.spend,
            credits=all_.credits - old.credits,
            visits=all_.visits - old.visits,
        )

    def with_all_of(self, other: "Activity") -> "Activity":
        """Return what this member did together with another; a day of both is one visit."""
        days: dict[date, Merits] = defaultdict(Merits)
        for day, done in (*self._by_day(), *other._by_day()):
            both = days[day] + done
            days[day] = replace(both, visits=min(1, both.visits))
        return Activity(enrolled_on=self._enrolled_on, days=days.items())

    def _by_day(self) -> Iterator[tuple[date, Merits]]:
        for day in sorted(set(self._days)):
            yield day, self.merits(day, day)

    # Properties

    @property
    def past(self) -> Past:
        return Past(enrolled_on=self._enrolled_on, merits=self.merits)


def of_newcomer(*, member: Member, book: Rulebook) -> Activity:
    """Return the activity of somebody who has not done anything yet."""
    return Activity(enrolled_on=book.business_day(member.enrolled_at))


def get_activity(
    *, members: Sequence[Member], since: date, ladder: Ladder, book: Rulebook
) -> dict[int, Activity]:
    """Return what counts of each member in every window that ends on `since` or later.

    One statement, answered from the index on (member, moment) alone; two more where status
    credits count.
    """
    activities = {member.pk: of_newcomer(member=member, book=book) for member in members}
    if not members:
        return activities
    begun = first_moment(members=members, since=since, ladder=ladder, book=book)
    if ladder.counts(Measure.SPEND) or ladder.counts(Measure.VISITS):
        bought = (
            Purchase.objects.filter(member__in=list(activities), occurred_at__gte=begun)
            .order_by("member", "occurred_at")
            .values_list("member_id", "business_on", "total_cents", "returned_cents")
        )
        for pk, day, cents, returned in bought:
            is_visit = not returned or returned < cents
            activities[pk].add_purchase(day=day, cents=cents - returned, is_visit=is_visit)
    if ladder.counts(Measure.CREDITS):
        _add_credits(activities, members, begun=begun, ladder=ladder, book=book)
    return activities


def first_moment(
    *, members: Sequence[Member], since: date, ladder: Ladder, book: Rulebook
) -> datetime:
    """Return when the oldest of the members' windows that end on a day begins."""
    enrolments = {book.business_day(member.enrolled_at) for member in members}
    first = min(ladder.span.counted(since, enrolled_on=day)[0] for day in enrolments)
    return zones.start_of_day(day=first, zone=book.zone)


def credits_of(*, award: Award, ladder: Ladder) -> int:
    """Return the status credits of an award, however long they live."""
    wallet = ladder.credit_wallet if ladder.counts(Measure.CREDITS) else None
    return sum(grant.points for grant in award.grants if grant.wallet == wallet)


def _add_credits(
    activities: Mapping[int, Activity],
    members: Sequence[Member],
    *,
    begun: datetime,
    ladder: Ladder,
    book: Rulebook,
) -> None:
    keys = {member.holder_id: member.pk for member in members}
    # What was given to a member who was merged counts for the survivor.
    merged = Member.objects.filter(merged_into__in=list(activities))
    keys |= dict(merged.values_list("holder_id", "merged_into_id"))
    entries: QuerySet[Any] = credited(ladder=ladder, since=begun)
    entries = entries.filter(account__holder__in=list(keys))
    for holder, moment, points in entries.values_list("account__holder_id", "effect_at", "counts"):
        done = Merits(credits=points)
        activities[keys[holder]].add(day=book.business_day(moment), done=done)


def credited(*, ladder: Ladder, since: datetime, until: datetime = NEVER) -> QuerySet[Entry, Any]:
    """Return what was given in the wallet of status credits, and what was taken back of it.

    Of each how much it `counts`, and from when, `effect_at`: what a return takes back lowers
    the day of its sale, what had expired unused included.
    """
    none = Value(0)
    return (
        Entry.objects.filter(account__wallet__code=ladder.credit_wallet, kind__in=_CREDITED)
        .annotate(
            effect_at=Coalesce("parent__occurred_at", "occurred_at"),
            counts=F("points") - Coalesce("forgiven", none) - Coalesce("waived", none),
        )
        .filter(effect_at__gte=since, effect_at__lt=until)
    )
