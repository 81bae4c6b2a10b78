"""Where bars stand."""

from fractions import Fraction

from loyalty.desk.measures import charting
from loyalty.desk.measures.charting import SMALL, WIDE, Point


class TestLayOut:
    def test_stands_bars_on_zero_by_the_highest_value(self):
        low, high, none = charting.lay_out(
            [Point("a", "1", 1), Point("b", "2", 2, year_before=1), Point("c", "–", None)]
        ).bars

        assert (low.height * 2, none.height) == (high.height, 0)
        assert low.y + low.height == high.y + high.height == WIDE.floor
        assert (low.line_y, high.line_y) == (None, WIDE.floor - low.height)

    def test_hangs_what_is_below_zero_from_the_axis(self):
        drawn = charting.lay_out([Point("a", "10", 10), Point("b", "−10", -10)])
        up, down = drawn.bars

        assert drawn.axis_y == 106
        assert (up.y, up.height) == (WIDE.top, 78)
        assert (down.y, down.height) == (106, 78)

    def test_says_what_hangs_above_the_names_of_periods(self):
        for plot in (WIDE, SMALL):
            assert (
                charting.lay_out([Point("a", "−1", -1)], plot=plot).bars[0].words_y == plot.floor
            )

    def test_says_a_value_beside_its_own_bar_and_not_by_the_line_above(self):
        far, near = charting.lay_out(
            [Point("a", "1", 1, year_before=10), Point("b", "9", 9, year_before=10)]
        ).bars

        assert far.words_y == far.y - 8
        assert near.line_y is not None
        assert near.words_y == near.line_y - 8

    def test_draws_a_target_where_the_highest_bar_does_not_reach(self):
        drawn = charting.lay_out([Point("a", "1", Fraction(1, 4))], target=Fraction(1, 2))

        assert (drawn.target_y, drawn.bars[0].y) == (WIDE.top, 114)

    def test_keeps_the_newest_at_the_right_however_few_there_are(self):
        one = charting.lay_out([Point("a", "1", 1)], plot=SMALL)

        assert one.bars[0].end <= SMALL.width
        assert one.bars[0].x > SMALL.width // 2
        assert one.edges == one.bars

    def test_draws_nothing_of_nothing(self):
        assert charting.lay_out([]).bars == []
        assert [bar.height for bar in charting.lay_out([Point("a", "0", 0)]).bars] == [0]
