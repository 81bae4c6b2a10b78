"""One measure side by side: by store, channel, tier … each with its share of the longest bar."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from analytics import slicing
from analytics.figures import Figure
from analytics.keeping import Asked, Kept
from analytics.measuring import Measure
from analytics.scopes import FIELDS, Cut, Dimension
from analytics.slicing import Choice
from loyalty.desk.measures import saying
from loyalty.desk.measures.reading import Reading

# More is no table to look at: the choice is made in the picker then.
MOST = 24


@dataclass(frozen=True)
class Piece:
    """The figure of one value of a dimension; `width` is its bar, of a hundred."""

    label: str
    value: str
    numerator: str
    denominator: str
    width: int
    query: str


@dataclass(frozen=True)
class Pieces:
    """A measure by one dimension, beside the other dimensions it may be told by."""

    name: str
    pieces: Sequence[Piece]
    ways: Sequence[tuple[str, str, bool]]

    # Properties

    @property
    def way(self) -> str:
        """The dimension it is told by, as an address says it."""
        return next(key for key, _name, is_current in self.ways if is_current)


@dataclass(frozen=True)
class Plan:
    """What has to be known to tell a measure by a dimension: a figure for each of its values."""

    dimension: Dimension
    ways: Sequence[Dimension]
    asked: Mapping[Choice, Asked]


def plan(*, measure: Measure, read: Reading, asked: str) -> Plan | None:
    """Plan a measure by the dimension that was asked for, or by the first there is.

    None where it cannot be told by anything, or of what the page is cut by.
    """
    ways = _ways(measure, read)
    if not ways or not measure.allows(read.scope.cut):
        return None
    dimension = next((way for way in ways if way.value == asked), ways[0])
    choices = read.picked.offer.choices_of(dimension)[:MOST]
    period = read.scope.period
    return Plan(
        dimension,
        ways,
        {one: Asked(measure.code, period, cut_by(dimension, one, read)) for one in choices},
    )


def tell(*, plan: Plan, measure: Measure, read: Reading, found: Mapping[Asked, Kept]) -> Pieces:
    """Return what was planned, of what was found."""
    figures = {choice: found[one].figure for choice, one in plan.asked.items()}
    longest = max((Fraction(one.value or 0) for one in figures.values()), default=Fraction(0))
    return Pieces(
        name=str(slicing.NAMES[plan.dimension]),
        pieces=[
            _piece(
                figure,
                label=choice.label,
                query=read.picked.query_with(**{plan.dimension.value: choice.value}),
                measure=measure,
                currency=read.scope.currency,
                longest=longest or Fraction(1),
            )
            for choice, figure in figures.items()
        ],
        ways=[(way.value, str(slicing.NAMES[way]), way == plan.dimension) for way in plan.ways],
    )


def cut_by(dimension: Dimension, choice: Choice, read: Reading) -> Cut:
    """Return the page's cut, narrowed to one value of a dimension."""
    alone = read.picked.offer.cut_of({dimension.value: choice.value})
    field = FIELDS[dimension]
    return replace(read.scope.cut, **{field: getattr(alone, field)})


def _ways(measure: Measure, read: Reading) -> list[Dimension]:
    """Whatever it is cut by already is no way; one store alone is nothing to compare."""
    return [
        way
        for way in Dimension
        if way in measure.cuts
        and (way not in read.scope.cut.dimensions or not read.picked.offer.may_go(way))
        and (way != Dimension.STORE or len(read.picked.offer.stores) > 1)
    ]


def _piece(
    figure: Figure, *, label: str, query: str, measure: Measure, currency: str, longest: Fraction
) -> Piece:
    share = Fraction(figure.value or 0) / longest
    return Piece(
        label=label,
        value=saying.say(figure.value, measure.unit, currency),
        numerator=saying.say(figure.numerator, measure.numerator_unit, currency),
        denominator=saying.say(figure.denominator, measure.denominator_unit, currency),
        width=max(0, round(share * 100)),
        query=query,
    )
