from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from analytics import pairs
from analytics.figures import Column, Direction, Figure, Unit
from analytics.measuring import Drill, Example, Family, Measure, Rows, members
from analytics.periods import Period, day
from analytics.scopes import OF_MEMBERS, Scope
from members.models import Member

_SHOWN = 5


def compute(scope: Scope) -> Figure:
    found = pairs.find(scope)
    columns = {pair.name: Column(pair.support, Unit.SHARE) for pair in found.pairs[:_SHOWN]}
    columns["pairs"] = Column(found.count, Unit.NUMBER)
    if not found.pairs:
        return Figure(None, 0, found.buyers, columns)
    best = found.pairs[0]
    columns |= {
        "lift": Column(best.lift, Unit.NUMBER),
        "confidence": Column(best.confidence, Unit.SHARE),
        "confidence_back": Column(best.confidence_back, Unit.SHARE),
    }
    return Figure(best.support, best.members, found.buyers, columns)


def drill(scope: Scope) -> Drill:
    found = pairs.get_pairs(scope)
    if not found:
        return Drill((Rows(Member.objects.none()),))
    return members(pairs.of_both(scope, found[0]))


MEASURE = Measure(
    code="cross_sell_pairs",
    family=Family.VALUE,
    name=_("Categories bought together"),
    definition=_(
        "Of the two categories that go together most, the share of the period's buyers who bought "
        "both (support), on one receipt or on several; buyers are members who bought anything of "
        "a category. In detail, the same of the first five pairs, how many times more often both "
        "were bought than if one had nothing to do with the other (lift), the share of buyers of "
        "the first who bought the second (confidence), and back; and how many pairs reach the "
        "least support, which is a setting. Pairs are ranked by lift, then by members. Receipts "
        "count as they were sold, whatever came back."
    ),
    numerator_name=_("Members who bought both categories"),
    denominator_name=_("Members who bought anything of a category"),
    unit=Unit.SHARE,
    direction=Direction.NEUTRAL,
    compute=compute,
    drill=drill,
    cuts=OF_MEMBERS,
    is_of_facts=True,
    example=Example(
        period=Period(day("2026-02-01"), day("2026-02-28")),
        categories=(
            ("Ada", "2026-02-02", "coffee"),
            ("Ada", "2026-02-20", "cake"),
            ("Bea", "2026-02-03", "coffee"),
            ("Bea", "2026-02-03", "cake"),
            ("Cid", "2026-02-04", "coffee"),
            ("Cid", "2026-03-01", "cake"),
            ("Dee", "2026-02-05", "tea"),
            ("Dee", "2026-02-06", "coffee"),
            ("Eve", "2026-02-06", "tea"),
        ),
        # Coffee 4, cake 2, tea 2 of 5 buyers: with cake, 2 ÷ 2 ÷ (4 ÷ 5) = 1.25; with tea 0.625.
        expected=Figure(
            Fraction(2, 5),
            2,
            5,
            {
                "cake + coffee": Column(Fraction(2, 5), Unit.SHARE),
                "coffee + tea": Column(Fraction(1, 5), Unit.SHARE),
                "pairs": Column(2, Unit.NUMBER),
                "lift": Column(Fraction(5, 4), Unit.NUMBER),
                "confidence": Column(Fraction(1), Unit.SHARE),
                "confidence_back": Column(Fraction(1, 2), Unit.SHARE),
            },
        ),
    ),
)
