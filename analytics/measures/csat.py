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
    scores = listening.get_scores(scope, SurveyKind.CSAT)
    return listening.figure(
        scope=scope,
        kind=SurveyKind.CSAT,
        numerator=scores.among(SATISFIED),
        scores=scores,
        columns={"mean": Column(scores.mean, Unit.SCORE)},
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
        "5. Beside it, the mean. The interval is Wilson's. Too few answers give no score."
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
        answers=(
            ("Ada", "2026-02-01", 5),
            ("Bea", "2026-02-02", 5),
            ("Cid", "2026-02-03", 4),
            ("Dov", "2026-02-04", 4),
            ("Eve", "2026-02-28", 2),
            ("Ada", "2026-03-01", 1),
        ),
        expected=Figure(
            Fraction(4, 5),
            4,
            5,
            {
                "n": Column(5, Unit.ANSWERS),
                "mean": Column(Fraction(4), Unit.SCORE),
                "low": Column(Fraction("0.3755"), Unit.SHARE),
                "high": Column(Fraction("0.9638"), Unit.SHARE),
                "asked": Column(5, Unit.MEMBERS),
                "response_rate": Column(Fraction(1), Unit.SHARE),
            },
        ),
    ),
)
