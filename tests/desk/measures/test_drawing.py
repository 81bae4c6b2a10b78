"""What is drawn besides bars: the grid of scores, the curve of Lorenz, the flow of points."""

from datetime import date
from fractions import Fraction
from types import MappingProxyType

from analytics.concentration import Group, get_groups
from analytics.figures import Column, Figure, Unit
from analytics.keeping import Kept
from analytics.measures.registry import get_measure
from analytics.periods import Period
from analytics.points import Flow
from analytics.rfm import Scoring
from analytics.scopes import get_scope
from loyalty.desk.measures import budgeting, flow, grid, lorenz
from loyalty.desk.measures.series import Series, Spot
from loyalty.programmes.models import Programme
from tests.conftest import NOON
from tests.desk.measures.conftest import plain

FEBRUARY = Period(date(2026, 2, 1), date(2026, 2, 28))
SCORES = MappingProxyType({"555": 3, "551": 1, "111": 4, "231": 2})


class TestTheGrid:
    def test_names_members_by_recency_and_frequency(self):
        columns = {score: Column(count, Unit.MEMBERS) for score, count in SCORES.items()}
        drawn = grid.draw(Figure(10, 10, None, columns), scoring=Scoring.NTILE)

        assert drawn is not None
        assert [recency for recency, _ in drawn.rows] == [5, 4, 3, 2, 1]
        best, lost = drawn.rows[0][1][4], drawn.rows[4][1][0]
        assert (best.name, best.members, plain(best.share), best.tint) == (
            "Champions", "4", "40 %", 10,
        )  # fmt: skip
        assert (lost.name, lost.members) == ("Clients perdus", "4")
        told = [(name, members) for name, members, _share, _key in drawn.names if members != "0"]
        assert told == [("Champions", "4"), ("Clients à risque", "2"), ("Clients perdus", "4")]

    def test_says_who_has_the_best_and_the_lowest_score_and_how_members_are_scored(self):
        columns = {score: Column(count, Unit.MEMBERS) for score, count in SCORES.items()}
        drawn = grid.draw(Figure(10, 10, None, columns), scoring=Scoring.THRESHOLD)

        assert drawn is not None
        assert [(score, members, plain(share)) for score, members, share in drawn.ends] == [
            ("555", "3", "30 %"), ("111", "4", "40 %"),
        ]  # fmt: skip
        assert drawn.ways == [
            ("ntile", "Cinq groupes de même taille", False), ("threshold", "Par seuils", True),
        ]  # fmt: skip
        assert drawn.has_equal_groups is False

    def test_is_none_of_nobody(self):
        assert grid.draw(Figure(0, 0, None, {}), scoring=Scoring.NTILE) is None


class TestTheCurve:
    def test_goes_from_those_who_spend_least_to_all(self):
        drawn = lorenz.draw([Group(1, 10), Group(1, 10), Group(1, 20), Group(1, 60)])

        assert drawn is not None
        assert drawn.line == "40,260 105,234 170,208 235,156 300,0"
        assert [(plain(best), plain(share)) for best, share in drawn.rows] == [
            ("5 %", "12 %"), ("10 %", "24 %"), ("20 %", "48 %"), ("50 %", "80 %"),
        ]  # fmt: skip

    def test_marks_what_the_measure_says_of_the_best_fifth(self):
        drawn = lorenz.draw([Group(5, 100)], best=Fraction(3, 4))

        assert drawn is not None
        assert (plain(drawn.best_words), drawn.best_x, drawn.best_y) == ("75 %", 248, 195)
        assert plain(drawn.rows[2][1]) == "75 %"

    def test_is_none_where_nothing_was_earned(self):
        assert lorenz.draw([]) is None
        assert lorenz.draw([Group(1, -5), Group(1, 5)]) is None

    def test_is_of_the_buyers_of_the_period(self, bought: Programme):
        groups = get_groups(scope=get_scope(period=FEBRUARY, at=NOON))

        assert groups == [Group(1, 2000), Group(1, 4000)]


class TestTheFlow:
    def test_stands_what_came_in_on_the_axis_and_hangs_what_went_out(self, bought: Programme):
        columns = {"opening": 0, "issued": 300, "redeemed": 60, "expired": 40, "closing": 200}
        figure = Figure(
            200, 200, None, {name: Column(moved, Unit.POINTS) for name, moved in columns.items()}
        )
        kept = Kept(figure, NOON, None, is_finished=True)
        drawn = flow.draw(flow_of(kept))

        assert drawn is not None
        issued, redeemed, expired = drawn.pieces
        assert issued.y + issued.height == redeemed.y == drawn.axis_y
        assert redeemed.y + redeemed.height == expired.y
        assert [piece.height for piece in drawn.pieces] == [156, 31, 21]
        [(period, cells)] = drawn.rows
        assert period == "févr. 2026"
        assert [value for _head, value in cells] == ["0", "300", "60", "40", "200"]
        assert [head for head, _value in cells] == list(drawn.heads)
        assert len(drawn.legend) == len(drawn.pieces)

    def test_leaves_out_what_never_moved_a_point(self, bought: Programme):
        columns = {Flow.ISSUED: 10, Flow.CLAWED_BACK: 4}
        figure = Figure(6, columns={one: Column(n, Unit.POINTS) for one, n in columns.items()})

        drawn = flow.draw(flow_of(Kept(figure, NOON, None, is_finished=True)))

        assert drawn is not None
        assert [value for _head, value in drawn.rows[0][1]] == ["0", "10", "0", "0", "4", "0"]

    def test_is_none_where_no_point_moved(self, bought: Programme):
        assert flow.draw(flow_of(Kept(Figure(0), NOON, None, is_finished=True))) is None


def flow_of(kept: Kept) -> Series:
    """One month of the flow of points."""
    measure = get_measure(code="points_flow")
    scope = get_scope(period=FEBRUARY, at=NOON)
    return Series(measure, scope, kept, None, None, [Spot(FEBRUARY, kept, None)])


class TestTheBudget:
    def test_says_of_each_category_what_is_left_and_what_is_overspent(self, bought: Programme):
        told = {
            "staff_planned": 10_000, "staff_spent": 4_000, "staff_left": 6_000,
            "rewards_planned": 500, "rewards_spent": 750, "rewards_left": -250,
            "service_planned": None, "service_spent": 0, "service_left": None,
            "total_planned": 10_500, "total_spent": 4_750, "total_left": 5_750,
        }  # fmt: skip
        columns = {code: Column(cents, Unit.MONEY) for code, cents in told.items()}
        figure = Figure(Fraction(4_750, 10_500), 4_750, 10_500, columns)

        drawn = budgeting.draw(budget_of(figure))

        assert drawn is not None
        assert [(row.name, plain(row.left), row.is_over) for row in drawn.rows] == [
            ("Récompenses", "−2,50 €", True), ("Personnel", "60,00 €", False),
        ]  # fmt: skip
        assert (drawn.year, plain(drawn.total.spent)) == (2026, "47,50 €")

    def test_is_none_where_nothing_is_planned(self, bought: Programme):
        assert budgeting.draw(budget_of(Figure(None, 0, 0))) is None


def budget_of(figure: Figure) -> Series:
    kept = Kept(figure, NOON, None, is_finished=True)
    scope = get_scope(period=FEBRUARY, at=NOON)
    return Series(get_measure(code="budget"), scope, kept, None, None, [])
