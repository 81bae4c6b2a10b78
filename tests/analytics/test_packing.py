from dataclasses import fields
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from analytics.figures import Column, Figure, Unit
from analytics.packing import pack, unpack

whole = st.one_of(st.none(), st.integers(-(10**40), 10**40))
number = st.one_of(whole, st.fractions())
columns = st.dictionaries(st.text(), st.builds(Column, number, st.sampled_from(Unit)))
drawn = st.dictionaries(st.text(), st.lists(st.integers(), max_size=5).map(tuple))


class TestPacking:
    @given(figure=st.builds(Figure, number, whole, whole, columns, drawn))
    def test_gives_back_what_was_put_in(self, figure: Figure) -> None:
        found = unpack(pack(figure))

        assert found == figure
        assert found.drawn == figure.drawn
        assert type(found.value) is type(figure.value)
        assert list(found.columns) == list(figure.columns)

    def test_keeps_a_ratio_of_one_apart_from_one(self) -> None:
        assert isinstance(unpack(pack(Figure(Fraction(1), 3, 3))).value, Fraction)
        assert isinstance(unpack(pack(Figure(1, 1))).value, int)

    def test_knows_all_that_a_figure_is_made_of(self) -> None:
        assert [field.name for field in fields(Figure)] == [
            "value", "numerator", "denominator", "columns", "drawn",
        ]  # fmt: skip
        assert [field.name for field in fields(Column)] == ["value", "unit"]
