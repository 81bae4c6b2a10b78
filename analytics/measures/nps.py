from fractions import Fraction

from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from analytics import listening
from analytics.figures import Column, Direction, Figure, Unit
from analytics.listening import DETRACTORS, PASSIVES, PROMOTERS
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.models import SurveyKind
from analytics.periods import Period, day
from analytics.scopes import Scope


def compute(scope: Scope) -> Figure:
    scores, of_best = listening.get_scores_and_best(scope, SurveyKind.NPS)
    up, even, down = (scores.among(group) for group in (PROMOTERS, PASSIVES, DETRACTORS))
    return listening.figure(
        scope=scope,
        kind=SurveyKind.NPS,
        numerator=up - down,
        scores=scores,
        columns={
            "promoters": Column(up, Unit.ANSWERS),
            "passives": Column(even, Unit.ANSWERS),
            "detractors": Column(down, Unit.ANSWERS),
            **of_best,
        },
    )


def drill(scope: Scope) -> Drill:
    """Each promoter counts for one, each detractor against one, and passives for nothing."""
    counted = listening.answers_in(scope, SurveyKind.NPS).filter(score__in=PROMOTERS | DETRACTORS)
    effect = Case(When(score__in=PROMOTERS, then=Value(1)), default=Value(-1))
    return Drill((Rows(counted.annotate(effect=effect), "effect"),))


MEASURE = Measure(
    code="nps",
    family=Family.LISTENING,
    name=_("NPS"),
    definition=_(
        "Of the answers of the period to how likely somebody is to recommend us, from 0 to 10: "
        "the percentage of 9 and 10 less the percentage of 0 to 6, from −100 to 100. The interval "
        "is the adjusted Wald of Rocks (2016). Beside it, the score of the fifth of buyers who "
        "brought most to date. Too few answers give no score."
    ),
    numerator_name=_("Promoters less detractors"),
    denominator_name=_("Answers"),
    unit=Unit.SCORE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    numerator_unit=Unit.ANSWERS,
    denominator_unit=Unit.ANSWERS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        receipts=(("A", "2026-01-10", 1000),),
        answers=(
            ("Zoe", "2026-01-31", 10),
            *((name, "2026-02-10", score) for score, name in enumerate("ABCDEFGHIJK")),
            ("Yan", "2026-03-01", 10),
        ),
        expected=Figure(
            Fraction(-500, 11),
            -5,
            11,
            {
                "n": Column(11, Unit.ANSWERS),
                "promoters": Column(2, Unit.ANSWERS),
                "passives": Column(2, Unit.ANSWERS),
                "detractors": Column(7, Unit.ANSWERS),
                # A brought all that was bought, and one answer is too few.
                "of_best": Column(None, Unit.SCORE),
                "low": Column(Fraction("-77.0415"), Unit.SCORE),
                "high": Column(Fraction("5.6129"), Unit.SCORE),
                "asked": Column(11, Unit.MEMBERS),
                "response_rate": Column(Fraction(1), Unit.SHARE),
            },
        ),
    ),
)
