"""One measure side by side: by store, channel, tier … each with its share of the longest bar."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from analytics import keeping, slicing
from analytics.keeping import Asked
from analytics.measuring import Measure
from analytics.scopes import FIELDS, Cut, Dimension
from analytics.slicing import Choice
from loyalty.desk.measures import cutting, telling
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

    dimension: Dimension
    name: str
    pieces: Sequence[Piece]
    ways: Sequence[tuple[str, str, bool]]


def get_pieces(*, measure: Measure, read: Reading, asked: str) -> Pieces | None:
    """Return a measure by the dimension that was asked for, or by the first there is.

    None where it cannot be told by anything, or of what the page is cut by.
    """
    ways = _ways(measure, read)
    if not ways or not measure.allows(read.scope.cut):
        return None
    dimension = next((way for way in ways if way.value == asked), ways[0])
    choices = get_choices(dimension, read)[:MOST]
    return Pieces(
        dimension=dimension,
        name=str(slicing.NAMES[dimension]),
        pieces=_pieces(measure, read, dimension, choices),
        ways=[(way.value, str(slicing.NAMES[way]), way == dimension) for way in ways],
    )


def get_choices(dimension: Dimension, read: Reading) -> Sequence[Choice]:
    """Return the values of a dimension: those known already are not asked for again."""
    known = read.picked.offer.choices.get(dimension)
    return cutting.get_choices(dimension) if known is None else known


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
        and len(read.picked.offer.choices.get(way, "xx")) > 1
    ]


def _pieces(
    measure: Measure, read: Reading, dimension: Dimension, choices: Sequence[Choice]
) -> list[Piece]:
    scope = read.scope
    asked = {
        choice: Asked(measure.code, scope.period, cut_by(dimension, choice, read))
        for choice in choices
    }
    found = keeping.get(asked=list(asked.values()), at=scope.at)
    values = [Fraction(found[one].figure.value or 0) for one in asked.values()]
    longest = max([*values, Fraction(0)]) or Fraction(1)
    pieces = []
    for (choice, one), value in zip(asked.items(), values, strict=True):
        figure = found[one].figure
        pieces.append(
            Piece(
                label=choice.label,
                value=telling.say(figure.value, measure.unit, scope.currency),
                numerator=telling.say(figure.numerator, measure.numerator_unit, scope.currency),
                denominator=telling.say(
                    figure.denominator, measure.denominator_unit, scope.currency
                ),
                width=max(0, round(value / longest * 100)),
                query=read.picked.query_with(**{dimension.value: choice.value}),
            )
        )
    return pieces
