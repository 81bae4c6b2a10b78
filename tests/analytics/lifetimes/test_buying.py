"""The BG/NBD model: the paper's own figures, and what must hold of any."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.special import hyp2f1
from scipy.stats import beta

from analytics.lifetimes import buying, histories
from analytics.lifetimes.buying import Buying
from analytics.lifetimes.histories import Histories

# The paper's parameters.
PUBLISHED = Buying(r=0.243, alpha=4.414, a=0.793, b=2.426, log_likelihood=-9582.4)


PARAMETERS = st.tuples(
    st.floats(0.05, 6), st.floats(0.5, 50), st.floats(0.05, 6), st.floats(0.05, 6)
)


def seen(repeats: int, last_day: int, days: int) -> Histories:
    """One member with so many repeated days, the last so many days after the first."""
    return histories.tell([(1, repeats, last_day, days, repeats * 1_000)])


MEMBERS = st.builds(
    lambda repeats, last, silent: seen(repeats, last if repeats else 0, last + silent),
    st.integers(0, 400), st.integers(1, 1_000), st.integers(0, 1_000),
)  # fmt: skip


class TestPublishedMember:
    def test_who_bought_twice_again_is_expected_1_23_times_in_39_weeks(self) -> None:
        """Customer 0001: x = 2, t_x = 30.43, T = 38.86."""
        expected = PUBLISHED.get_expected(seen(2, 213, 272), weeks=39)

        assert round(float(expected[0]), 3) == 1.226

    def test_is_alive_with_a_probability_of_0_73(self) -> None:
        assert round(float(PUBLISHED.get_alive(seen(2, 213, 272))[0]), 4) == 0.7266


class TestAlive:
    def test_is_certain_of_who_never_came_back(self) -> None:
        assert PUBLISHED.get_alive(seen(0, 0, 700))[0] == 1

    @given(repeats=st.integers(1, 300), last=st.integers(1, 1_000), silent=st.integers(0, 3_000))
    def test_falls_with_every_day_of_silence(self, repeats: int, last: int, silent: int) -> None:
        now, later = (
            PUBLISHED.get_alive(seen(repeats, last, last + days))[0]
            for days in (silent, silent + 1)
        )

        assert 0 <= later <= now <= 1


class TestExpected:
    @given(member=MEMBERS, parameters=PARAMETERS)
    def test_is_a_number_of_days_that_grows_with_the_weeks(
        self, member: Histories, parameters: tuple[float, float, float, float]
    ) -> None:
        model = Buying(*parameters, log_likelihood=0.0)

        some, more = (float(model.get_expected(member, weeks=weeks)[0]) for weeks in (4, 52))

        assert 0 <= some <= more < 52 * 7 * (member.repeats[0] + 10)

    @pytest.mark.parametrize("repeats", [0, 1, 2, 9])
    def test_is_what_the_paper_s_own_equation_says(self, repeats: int) -> None:
        one = seen(repeats, 213 if repeats else 0, 272)
        r, alpha, a, b, age = 0.243, 4.414, 0.793, 2.426, 272 / 7
        series = hyp2f1(r + repeats, b + repeats, a + b + repeats - 1, 39 / (alpha + age + 39))
        shrunk = 1 - ((alpha + age) / (alpha + age + 39)) ** (r + repeats) * series
        expected = (a + b + repeats - 1) / (a - 1) * shrunk * PUBLISHED.get_alive(one)[0]

        assert PUBLISHED.get_expected(one, weeks=39)[0] == pytest.approx(expected, rel=1e-9)

    @pytest.mark.parametrize("repeats", [0, 1, 9, 60])
    @pytest.mark.parametrize(
        ("r", "alpha", "a", "b"),
        [
            (1.18, 5.22, 7_696.49, 92_236.81),
            (1.18, 5.22, 400.0, 90.0),
            (1.18, 5.22, 150.0, 0.5),
            (150_000.0, 150_000.0, 0.8, 2.5),
        ],
    )
    def test_is_the_mean_of_who_leaves_with_each_chance_where_all_are_much_alike(
        self, repeats: int, r: float, alpha: float, a: float, b: float
    ) -> None:
        one = seen(repeats, 213 if repeats else 0, 272)
        model = Buying(r, alpha, a, b, log_likelihood=0.0)
        span, chances = 52 / (alpha + 272 / 7), beta(a, b + repeats)

        def expected(place: float) -> float:
            chance = chances.ppf(place)
            return float(-np.expm1(-(r + repeats) * np.log1p(chance * span)) / chance)

        mean, _error = quad(expected, 0, 1, epsrel=1e-9, limit=200)

        told = model.get_expected(one, weeks=52)[0] / model.get_alive(one)[0]
        assert told == pytest.approx(mean, rel=1e-5)

    def test_has_a_limit_where_the_formula_divides_by_nothing(self) -> None:
        one = seen(2, 213, 272)
        at, beside = (
            Buying(r=0.2, alpha=4.0, a=a, b=2.4, log_likelihood=0.0).get_expected(one, weeks=39)[0]
            for a in (1.0, 1.0001)
        )

        assert at == pytest.approx(beside, rel=1e-3)


class TestFit:
    def test_finds_the_parameters_that_made_the_histories(self) -> None:
        """20,000 members who behave as the model says, by a seed."""
        told = simulate(members=20_000, weeks=78, r=0.5, alpha=5.0, a=0.8, b=2.5)

        found = buying.fit(told)

        assert found is not None
        assert found.r == pytest.approx(0.5, rel=0.06)
        assert found.alpha == pytest.approx(5.0, rel=0.08)
        assert found.a / (found.a + found.b) == pytest.approx(0.8 / 3.3, rel=0.06)


def simulate(*, members: int, weeks: int, r: float, alpha: float, a: float, b: float) -> Histories:
    """Let members buy at rates of their own until they leave, each with a chance of their own."""
    rng = np.random.default_rng(7)
    rows = []
    for member in range(members):
        rate, chance = rng.gamma(r, 1 / alpha), rng.beta(a, b)
        now, last, repeats, is_alive = 0.0, 0.0, 0, True
        while is_alive and (now := now + rng.exponential(1 / rate)) <= weeks:
            repeats, last, is_alive = repeats + 1, now, rng.random() >= chance
        rows.append((member, repeats, round(last * 7), weeks * 7, 0))
    return histories.tell(rows)
