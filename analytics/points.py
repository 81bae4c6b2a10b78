"""The flow of points: what each movement did to what the programme owes, by business day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from django.db.models import BigIntegerField, Case, F, Q, QuerySet, Sum, When

from analytics.models import PointsDay
from analytics.scopes import Scope
from loyalty.core import zones
from loyalty.ledger.models import Bucket, Kind, Lot, LotState, Movement

Moved = tuple[str, str, str]  # kind, source, destination


class Flow(StrEnum):
    """The lines of a roll-forward, in its order."""

    ISSUED = "issued"
    REFUNDED = "refunded"
    REDEEMED = "redeemed"
    EXPIRED = "expired"
    CLAWED_BACK = "clawed_back"
    ADJUSTED = "adjusted"
    TRANSFERRED = "transferred"
    REMOVED = "removed"


_INCOMING = {Kind.ADJUST: Flow.ADJUSTED, Kind.TRANSFER_IN: Flow.TRANSFERRED}
_OUTGOING = {
    Kind.ADJUST: Flow.ADJUSTED,
    Kind.TRANSFER_OUT: Flow.TRANSFERRED,
    Kind.CLAWBACK: Flow.CLAWED_BACK,
}
# At the instant a day ends these still belong to it; what people do then is the next day's.
_FALLING_DUE = (Kind.ACTIVATE, Kind.CANCEL, Kind.EXPIRE, Kind.LAPSE)
_LEAVING = {Bucket.REDEEMED, Bucket.EXPIRED, Bucket.REMOVED}
# Lines that may go either way carry their sign; the others are counted as people say them.
_SIGNED = {Flow.ADJUSTED, Flow.TRANSFERRED}
_ADDING = {Flow.ISSUED, Flow.REFUNDED} | _SIGNED


@dataclass(frozen=True, slots=True)
class RollForward:
    """Opening + issued + refunded − redeemed − expired … = closing, in points."""

    opening: int
    lines: dict[Flow, int]

    @property
    def closing(self) -> int:
        return self.opening + change(self.lines)


def change(lines: dict[Flow, int]) -> int:
    """Return what the lines together do to the balance."""
    return sum(points if line in _ADDING else -points for line, points in lines.items())


def get_roll_forward(scope: Scope) -> RollForward:
    """Return the flow of the spending wallet over the period, to the point of the ledger.

    Lots that have ended and that nobody has settled yet count as expired on their last day.
    """
    before, within = _get_lines(scope, first=scope.period.first, last=scope.period.last)
    unsettled_before, unsettled = _get_unsettled(scope)
    within[Flow.EXPIRED] += unsettled
    return RollForward(change(before) - unsettled_before, within)


def get_lines_to_date(scope: Scope) -> dict[Flow, int]:
    """Return the flow from the first day on. What is due and unsettled is not in it."""
    return _get_lines(scope, first=date.min, last=scope.as_of)[1]


def movements_to(scope: Scope) -> QuerySet[Movement]:
    """Return the movements behind a roll-forward, each with `effect`, its signed points."""
    end_at = zones.end_of_day(day=scope.period.last, zone=scope.zone)
    entering = Q(source__in=[Bucket.ISSUED, Bucket.REDEEMED])
    leaving = Q(destination__in=_LEAVING)
    effect = Case(
        When(entering & leaving, then=0),
        When(leaving, then=-F("points")),
        default="points",
        output_field=BigIntegerField(),
    )
    return (
        Movement.objects.filter(has_happened(end_at), account__wallet=scope.wallet_id)
        .filter(entering | leaving)
        .annotate(effect=effect)
    )


def has_happened(end_at: datetime) -> Q:
    """Return the condition that a movement took effect by the close of a day."""
    return Q(entry__occurred_at__lt=end_at) | Q(
        entry__kind__in=_FALLING_DUE, entry__key=None, entry__occurred_at=end_at
    )


def redemptions_to(scope: Scope) -> QuerySet[Movement]:
    """Return the movements of redemptions and their refunds to date, with `effect`."""
    return redemptions_until(scope, scope.as_of)


def redemptions_until(scope: Scope, day: date) -> QuerySet[Movement]:
    """Return the movements of redemptions and their refunds to the close of a day, likewise."""
    end_at = zones.end_of_day(day=day, zone=scope.zone)
    effect = Case(
        When(source=Bucket.REDEEMED, then=-F("points")),
        default="points",
        output_field=BigIntegerField(),
    )
    return Movement.objects.filter(
        Q(source=Bucket.REDEEMED) | Q(destination=Bucket.REDEEMED),
        entry__occurred_at__lt=end_at,
        account__wallet=scope.wallet_id,
    ).annotate(effect=effect)


def due_lots(scope: Scope) -> QuerySet[Lot]:
    """Return open lots that have ended by the end of the scope, with `effect`, what is lost."""
    is_asleep = Q(account__inactive_at__lt=F("cancels_at"))
    is_cancelled = Q(cancels_at__lte=scope.end_at) & ~is_asleep
    ends_at = Case(
        When(is_cancelled, state=LotState.PENDING, then="cancels_at"),
        When(account__inactive_at__lt=F("expires_at"), then="account__inactive_at"),
        default="expires_at",
    )
    return (
        Lot.objects.filter(
            remaining__gt=0,
            account__debt=0,
            account__next_event_at__lte=scope.end_at,
            account__wallet=scope.wallet_id,
        )
        .annotate(ends_at=ends_at, effect=-F("remaining"))
        .filter(ends_at__lte=scope.end_at)
    )


def _get_lines(
    scope: Scope, *, first: date, last: date
) -> tuple[dict[Flow, int], dict[Flow, int]]:
    """Return the lines of the days before the first, and of the first to the last."""
    moved = (
        PointsDay.objects.filter(wallet=scope.wallet_id, day__lte=last)
        .values_list("kind", "source", "destination")
        .annotate(
            before=Sum("points", filter=Q(day__lt=first), default=0),
            within=Sum("points", filter=Q(day__gte=first), default=0),
        )
    )
    rows = list(moved)
    before = _lines(((kind, source, to), points) for kind, source, to, points, _ in rows)
    within = _lines(((kind, source, to), points) for kind, source, to, _, points in rows)
    return before, within


def _lines(moved: Iterable[tuple[Moved, int]]) -> dict[Flow, int]:
    lines = dict.fromkeys(Flow, 0)
    for (kind, source, destination), points in moved:
        if source == Bucket.ISSUED:
            lines[_INCOMING.get(Kind(kind), Flow.ISSUED)] += points
        if source == Bucket.REDEEMED:
            lines[Flow.REFUNDED] += points
        if destination == Bucket.REDEEMED:
            lines[Flow.REDEEMED] += points
        if destination == Bucket.EXPIRED:
            lines[Flow.EXPIRED] += points
        if destination == Bucket.REMOVED:
            line = _OUTGOING.get(Kind(kind), Flow.REMOVED)
            lines[line] += -points if line in _SIGNED else points
    return lines


def _get_unsettled(scope: Scope) -> tuple[int, int]:
    """Return the points of lots that ended unsettled: before the period, and in it."""
    start_at: datetime = scope.start_at
    found = due_lots(scope).aggregate(
        before=Sum("remaining", filter=Q(ends_at__lte=start_at), default=0),
        within=Sum("remaining", filter=Q(ends_at__gt=start_at), default=0),
    )
    return found["before"], found["within"]
