from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import listening
from analytics.figures import Column, Direction, Figure, Unit
from analytics.listening import SATISFIED
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.models import SurveyKind
from analytics.periods import Period, day
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    scores, of_best = listening.get_scores_and_best(scope, SurveyKind.CSAT)
    return listening.figure(
        scope=scope,
        kind=SurveyKind.CSAT,
        numerator=scores.among(SATISFIED),
        scores=scores,
        columns={"mean": Column(scores.mean, Unit.SCORE), **of_best},
    )


def drill(scope: Scope) -> Drill:
    answers = listening.answers_in(scope, SurveyKind.CSAT)
    return Drill((Rows(answers.filter(score__in=SATISFIED)),))


MEASURE = Measure(
    code="csat",
    family=Family.LISTENING,
    name=_("Customer satisfaction (CSAT)"),
    definition=_(
        "Share of 4 and 5 among the answers of the period to how satisfied somebody is, from 1 to "
        "5. Beside it, the mean, and the share among the fifth of buyers who brought most to "
        "date. The interval is Wilson's. Too few answers give no score."
    ),
    numerator_name=_("Answers of 4 or 5"),
    denominator_name=_("Answers"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    numerator_unit=Unit.ANSWERS,
    denominator_unit=Unit.ANSWERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(("Ada", "2026-01-10", 9000), ("Bea", "2026-01-10", 1000)),
        answers=(
            ("Ada", "2026-02-01", 5),
            ("Ada", "2026-02-02", 5),
            ("Ada", "2026-02-03", 4),
            ("Ada", "2026-02-04", 3),
            ("Ada", "2026-02-28", 2),
            ("Bea", "2026-02-28", 5),
            ("Ada", "2026-03-01", 1),
        ),
        expected=Figure(
            Fraction(2, 3),
            4,
            6,
            {
                "n": Column(6, Unit.ANSWERS),
                "mean": Column(Fraction(4), Unit.SCORE),
                "of_best": Column(Fraction(3, 5), Unit.SHARE),
                "low": Column(Fraction("0.3000"), Unit.SHARE),
                "high": Column(Fraction("0.9032"), Unit.SHARE),
                "asked": Column(6, Unit.MEMBERS),
                "response_rate": Column(Fraction(1), Unit.SHARE),
            },
        ),
    ),
)
