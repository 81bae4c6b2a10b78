"""The page of fits: what was fitted, how right it would have been, and what came before."""

from datetime import timedelta

import pytest

from analytics.lifetimes.trial import Group
from analytics.models import Fit
from loyalty.desk import fits
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, rows_of, words_of

PAGE = "/desk/fits/"
TRIAL = [
    {"repeats": 0, "members": 40, "expected": 0.5, "came": 0.4},
    {"repeats": 7, "members": 3, "expected": 4.0, "came": 5.25},
]

pytestmark = pytest.mark.usefixtures("shop")


def fit(*, days: int = 0, **told: object) -> Fit:
    known = {
        "fitted_at": NOON, "members": 1_200, "repeaters": 480, "r": 0.2426, "alpha": 4.41361,
        "a": 0.7929, "b": 2.4259, "log_likelihood": -9582.429, "told": 1_190, "alive": 700.5,
        "expected_days": 900.25, "expected_cents": 1_234_500, "trial": TRIAL,
    }  # fmt: skip
    return Fit.objects.create(as_of=NOON.date() - timedelta(days), **(known | told))


class TestThePage:
    def test_tells_parameters_the_trial_and_the_history(self, sign_in: SignIn):
        fit()
        fit(days=1, members=1_100, log_likelihood=-9000.5)

        told = words_of(sign_in(Role.ANALYST), PAGE)

        assert "Fit of 10 March 2026" in told
        assert "members who ever bought 1,200 members who came back 480" in told
        assert "parameter r 0.2426 parameter alpha 4.4136 parameter a 0.7929" in told
        assert "log-likelihood of how often −9,582.43" in told
        assert "actual days 0 40 0.50 0.40 7 or more 3 4.00 5.25" in told
        assert "9 March 2026 1,100 480 −9,000.50" in told

    def test_gives_the_trial_and_the_fits_as_files(self, sign_in: SignIn):
        fit()
        client = sign_in(Role.ANALYST)
        User.objects.update(language="fr")

        trial, fits_ = (client.get(f"{PAGE}?csv={table}") for table in ("trial", "fits"))
        picture = client.get(f"{PAGE}?png=trial")

        assert rows_of(trial)[1:] == [["0", "40", "0,5", "0,4"], ["7 ou plus", "3", "4,0", "5,25"]]
        assert rows_of(fits_)[1] == [
            "2026-03-10", "1200", "480", "0,2426", "4,41361", "0,7929", "2,4259", "", "", "",
            "-9582,429", "", "12345,00",
        ]  # fmt: skip
        assert (picture["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")
        assert client.get(f"{PAGE}?png=nothing").status_code == 404

    def test_says_what_is_not_known_yet(self, sign_in: SignIn):
        client = sign_in(Role.ANALYST)
        nothing = words_of(client, PAGE)
        fit(trial=[])

        assert "No fit yet" in nothing
        assert "too few had come back" in words_of(client, PAGE)

    def test_costs_as_many_statements_for_one_fit_as_for_many(self, sign_in: SignIn):
        client = sign_in(Role.ANALYST)
        fit()
        client.get(PAGE)
        one = queries_of(client, PAGE)
        for days in range(1, 70):
            fit(days=days)

        assert queries_of(client, PAGE) == one


class TestTheBars:
    def test_are_on_one_scale_from_zero(self):
        few, many = fits.lay_out([Group(0, 40, 0.5, 1.0), Group(1, 9, 4.0, 2.0)])

        assert (many.expected_height, many.came_height) == (172, 86)
        assert (few.expected_height, few.came_height) == (22, 43)
        assert (few.x, few.came_x, many.x) == (35, 181, 395)

    def test_have_no_height_where_nothing_was_expected_and_nothing_came(self):
        [none] = fits.lay_out([Group(0, 40, 0.0, 0.0)])

        assert (none.expected_height, none.came_y) == (0, 200)
