"""What members answered in a period, and how many of those who were asked did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, Q, QuerySet

from analytics import cutting
from analytics.figures import Column, Figure, Unit, share_of
from analytics.intervals import Interval
from analytics.models import Answer, Invitation, SurveyKind, SurveyTrigger
from analytics.queries import as_subquery
from analytics.scopes import Scope

PROMOTERS, DETRACTORS, PASSIVES = frozenset({9, 10}), frozenset(range(7)), frozenset({7, 8})
SATISFIED = frozenset({4, 5})
EASY = frozenset({5, 6, 7})


@dataclass(frozen=True, slots=True)
class Scores:
    """Answers of one kind: score → how many."""

    counts: Mapping[int, int]

    def among(self, scores: Iterable[int]) -> int:
        return sum(self.counts.get(score, 0) for score in scores)

    # Properties

    @property
    def count(self) -> int:
        return sum(self.counts.values())

    @property
    def total(self) -> int:
        return sum(score * count for score, count in self.counts.items())

    @property
    def mean(self) -> Fraction | None:
        return share_of(self.total, self.count)


def answers_in(scope: Scope, kind: SurveyKind) -> QuerySet[Answer]:
    """Return the answers of a kind that were given in the period."""
    days = (scope.period.first, scope.period.last)
    rows = Answer.objects.filter(kind=kind, answered_on__range=days)
    return rows.filter(_cut(scope, "invitation__"))


def get_scores(scope: Scope, kind: SurveyKind) -> Scores:
    """Count the answers of a kind by score: one statement."""
    counted = answers_in(scope, kind).values("score").order_by("score").annotate(count=Count("pk"))
    return Scores(dict(counted.values_list("score", "count")))


def get_response(scope: Scope, kind: SurveyKind) -> tuple[int, int]:
    """Return how many were asked in the period, and how many of them have answered by now.

    Who is asked on opening their page is counted when they answer: they are left out.
    """
    asked = Invitation.objects.filter(
        _cut(scope, ""),
        survey__kind=kind,
        opens_at__gte=scope.start_at,
        opens_at__lt=scope.end_at,
    ).exclude(survey__trigger=SurveyTrigger.VISIT)
    found = asked.aggregate(asked=Count("pk"), answered=Count("answer"))
    return found["asked"], found["answered"]


def figure(
    *,
    scope: Scope,
    value: Fraction | int | None,
    numerator: int,
    scores: Scores,
    interval: Interval | None,
    unit: Unit,
    columns: Mapping[str, Column],
    response: tuple[int, int],
) -> Figure:
    """Return a score beside its interval; of too few answers neither is available."""
    asked, answered = response
    is_enough = scores.count >= max(scope.least_answers, 1)
    said = interval if is_enough else None
    return Figure(
        value if is_enough else None,
        numerator,
        scores.count,
        {
            "answers": Column(scores.count, Unit.ANSWERS),
            **columns,
            "low_95": Column(said.low if said else None, unit),
            "high_95": Column(said.high if said else None, unit),
            "asked": Column(asked, Unit.MEMBERS),
            "response_rate": Column(share_of(answered, asked), Unit.SHARE),
        },
    )


def _cut(scope: Scope, path: str) -> Q:
    """Return the condition of a scope's cut: store and channel are those of the occasion."""
    cut = Q()
    if scope.cut.store_id is not None:
        cut &= Q(**{f"{path}store": scope.cut.store_id})
    if scope.cut.channel is not None:
        cut &= Q(**{f"{path}channel": scope.cut.channel})
    if members := cutting.whose(scope):
        cut &= Q(**{f"{path}member__in": as_subquery(members)})
    return cut
