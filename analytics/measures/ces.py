from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import listening
from analytics.figures import Column, Direction, Figure, Unit, share_of
from analytics.listening import EASY
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.models import SurveyKind
from analytics.periods import Period, day
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    scores = listening.get_scores(scope, SurveyKind.CES)
    return listening.figure(
        scope=scope,
        kind=SurveyKind.CES,
        numerator=scores.total,
        scores=scores,
        columns={"easy": Column(share_of(scores.among(EASY), scores.count), Unit.SHARE)},
    )


def drill(scope: Scope) -> Drill:
    """Each answer counts for its score."""
    return Drill((Rows(listening.answers_in(scope, SurveyKind.CES), "score"),))


MEASURE = Measure(
    code="ces",
    family=Family.LISTENING,
    name=_("Customer effort (CES)"),
    definition=_(
        "Mean of the answers of the period to whether something was easy, from 1 (not at all) to "
        "7 (fully). Beside it, the share of 5 to 7. The interval is Student's, of the mean. Too "
        "few answers give no score."
    ),
    numerator_name=_("Sum of the scores"),
    denominator_name=_("Answers"),
    unit=Unit.SCORE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    numerator_unit=Unit.SCORE,
    denominator_unit=Unit.ANSWERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        answers=(
            ("Ada", "2026-02-01", 7),
            ("Bea", "2026-02-02", 6),
            ("Cid", "2026-02-03", 5),
            ("Dov", "2026-02-04", 4),
            ("Eve", "2026-02-28", 3),
            ("Ada", "2026-03-01", 1),
        ),
        expected=Figure(
            Fraction(5),
            25,
            5,
            {
                "n": Column(5, Unit.ANSWERS),
                "easy": Column(Fraction(3, 5), Unit.SHARE),
                "low": Column(Fraction("3.0368"), Unit.SCORE),
                "high": Column(Fraction("6.9632"), Unit.SCORE),
                "asked": Column(5, Unit.MEMBERS),
                "response_rate": Column(Fraction(1), Unit.SHARE),
            },
        ),
    ),
)
