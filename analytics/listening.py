"""What members answered in a period, and how many of those who were asked did."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, Q, QuerySet

from analytics import cutting, intervals
from analytics.figures import Column, Figure, Unit, share_of
from analytics.intervals import Interval
from analytics.models import Answer, Invitation, SurveyKind, SurveyTrigger
from analytics.queries import as_subquery
from analytics.scopes import Scope, ValueGroup

PROMOTERS, DETRACTORS, PASSIVES = frozenset({9, 10}), frozenset(range(7)), frozenset({7, 8})
SATISFIED = frozenset({4, 5})
EASY = frozenset({5, 6, 7})


UNITS = {
    SurveyKind.NPS: Unit.SCORE,
    SurveyKind.CSAT: Unit.SHARE,
    SurveyKind.CES: Unit.SCORE,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """What answers come to, and how far that may be off; nothing of too few."""

    value: Fraction | None = None
    interval: Interval | None = None


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


def get_groups(scope: Scope, kind: SurveyKind) -> dict[ValueGroup, Scores]:
    """As `get_scores`, of the best fifth of buyers and of all others: one statement.

    Of a scope that is cut by value already there are no groups.
    """
    best = scope.of_best
    if best is None or (whose := cutting.whose(best)) is None:
        return {}
    is_best = Q(invitation__member__in=as_subquery(whose))
    counted = answers_in(scope, kind).values("score").order_by("score")
    told = counted.annotate(count=Count("pk"), of_best=Count("pk", filter=is_best))
    rows = list(told.values_list("score", "count", "of_best"))
    return {
        ValueGroup.BEST: Scores({score: of_best for score, _count, of_best in rows}),
        ValueGroup.REST: Scores({score: count - of_best for score, count, of_best in rows}),
    }


def get_scores_and_best(scope: Scope, kind: SurveyKind) -> tuple[Scores, dict[str, Column]]:
    """Count answers by score, and tell what those of the best fifth come to: one statement.

    That is left out where the scope is cut by value already; of too few it is not available.
    """
    groups = get_groups(scope, kind)
    if not groups:
        return get_scores(scope, kind), {}
    best, rest = groups[ValueGroup.BEST].counts, groups[ValueGroup.REST].counts
    judged = judge(kind, groups[ValueGroup.BEST], least=scope.least_answers)
    told = {"of_best": Column(judged.value, UNITS[kind])}
    return Scores({score: best[score] + rest[score] for score in best}), told


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


def judge(kind: SurveyKind, scores: Scores, *, least: int) -> Judged:
    """Return the score that answers of a kind come to: of fewer than `least`, none."""
    if scores.count < max(least, 1):
        return Judged()
    if kind == SurveyKind.NPS:
        up, even, down = (scores.among(group) for group in (PROMOTERS, PASSIVES, DETRACTORS))
        interval = intervals.of_net_score(promoters=up, passives=even, detractors=down)
        return Judged(share_of(100 * (up - down), scores.count), interval)
    if kind == SurveyKind.CSAT:
        satisfied = scores.among(SATISFIED)
        interval = intervals.of_share(part=satisfied, whole=scores.count)
        return Judged(share_of(satisfied, scores.count), interval)
    scale = kind.scale
    mean = intervals.of_mean(scores=scores.counts, lowest=scale[0], highest=scale[-1])
    return Judged(scores.mean, mean)


def figure(
    *,
    scope: Scope,
    kind: SurveyKind,
    numerator: int,
    scores: Scores,
    columns: Mapping[str, Column],
) -> Figure:
    """Return a score beside its interval; of too few answers neither is available."""
    judged = judge(kind, scores, least=scope.least_answers)
    asked, answered = get_response(scope, kind)
    ends = judged.interval
    return Figure(
        judged.value,
        numerator,
        scores.count,
        {
            "n": Column(scores.count, Unit.ANSWERS),
            **columns,
            "low": Column(ends.low if ends else None, UNITS[kind]),
            "high": Column(ends.high if ends else None, UNITS[kind]),
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
