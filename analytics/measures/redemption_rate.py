from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import points, vintages
from analytics.figures import Column, Direction, Figure, Unit, ratio, share_of
from analytics.measuring import Drill, Example, Family, Measure, Rows
from analytics.periods import Period, day
from analytics.points import Flow
from analytics.scopes import NO_WAY, Scope
from analytics.vintages import Vintage


def compute(scope: Scope) -> Figure:
    lines = points.get_lines_to_date(scope)
    return ratio(
        lines[Flow.REDEEMED] - lines[Flow.REFUNDED],
        lines[Flow.ISSUED] - lines[Flow.CLAWED_BACK],
        {f"{one.month:%Y-%m}": Column(_share(one), Unit.SHARE) for one in _vintages(scope)},
    )


def _vintages(scope: Scope) -> list[Vintage]:
    return [one for one in vintages.get_vintages(scope) if one.month <= scope.as_of]


def _share(vintage: Vintage) -> Fraction | None:
    change = vintages.total(vintage.changes.values())
    return share_of(change.redeemed, change.kept)


def drill(scope: Scope) -> Drill:
    return Drill((Rows(points.redemptions_to(scope), "effect"),))


MEASURE = Measure(
    code="redemption_rate",
    family=Family.PROGRAMME,
    name=_("Redemption rate"),
    definition=_(
        "Of the points issued from the first day to the end of the period, less those taken back, "
        "the share that members redeemed, less those given back. By month of issue, the share of "
        "that month's points, adjustments included, redeemed so far."
    ),
    numerator_name=_("Points redeemed, less given back"),
    denominator_name=_("Points issued, less taken back"),
    unit=Unit.SHARE,
    direction=Direction.HIGHER,
    compute=compute,
    drill=drill,
    cuts=NO_WAY,
    numerator_unit=Unit.POINTS,
    denominator_unit=Unit.POINTS,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        points=(
            ("Ada", "2026-01-10", 100),
            ("Ada", "2026-01-20", -30),
            ("Bea", "2026-02-28", 20),
            ("Bea", "2026-03-01", -5),
        ),
        expected=Figure(
            Fraction(1, 4),
            30,
            120,
            {
                "2026-01": Column(Fraction(3, 10), Unit.SHARE),
                "2026-02": Column(Fraction(0), Unit.SHARE),
            },
        ),
    ),
)
