import pytest

from analytics import reporting
from analytics.models import MemberFact
from analytics.periods import day
from members.models import Member
from tests.analytics.asking import ask, refused, run
from tests.analytics.builders import Sold, make_members, make_programme, sell

Q4 = ("--from", "1997-10-01", "--to", "1997-12-31")


@pytest.mark.django_db
class TestFreshness:
    def test_figures_are_true_without_a_night(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        sell([Sold(ada, day("2026-01-10"), 1000)])
        january = ("--from", "2026-01-01", "--to", "2026-01-31", "--code", "purchase_frequency")
        assert ask("measures", *january)["measures"]["purchase_frequency"]["value"] == 1

        sell([Sold(ada, day("2026-01-11"), 1000)])

        assert ask("measures", *january)["measures"]["purchase_frequency"]["value"] == 2
        assert ask("cohorts", "--until", "2026-01-31") == {"2026-01": [1]}
        assert ask("rfm", "--at", "2026-01-31", "--members")["members"] == {"ada": "111"}
        assert run("lorenz", *january[:4]).strip() == "1  20.00  1.0  1.0"

    def test_an_unfinished_period_says_so(self) -> None:
        make_programme()

        heading = run("measures", "--from", "2026-01-01", "--to", "2999-12-31").splitlines()[0]

        assert heading.startswith("2026-01-01 – 2999-12-31 (")

    def test_a_member_without_external_id_goes_by_ours(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        Member.objects.update(external_id=None)
        sell([Sold(ada, day("2026-01-10"), 1000)])

        assert list(ask("rfm", "--at", "2026-01-31", "--members")["members"]) == [ada.public_id]


@pytest.mark.django_db
class TestRefusals:
    def test_a_period_that_ends_before_it_begins(self) -> None:
        make_programme()

        for command in ("measures", "lorenz"):
            assert "period-impossible" in refused(
                command, "--from", "2026-02-01", "--to", "2026-01-31"
            )

    def test_a_period_out_of_this_world(self) -> None:
        make_programme()

        assert "0001-01-01 is not between 1900-01-01 and 2999-12-31." in refused(
            "measures", "--from", "0001-01-01", "--to", "2026-01-31"
        )

    def test_a_day_that_is_none(self) -> None:
        assert "2026-02-30" in refused("measures", "--from", "2026-02-30", "--to", "2026-03-01")
        assert "soon" in refused("cohorts", "--until", "soon")

    def test_a_measure_that_is_none(self) -> None:
        make_programme()

        assert "measure-unknown" in refused("measures", *Q4, "--code", "happiness")

    def test_a_scoring_that_is_none(self) -> None:
        assert "invalid choice" in refused("rfm", "--at", "2026-01-01", "--scoring", "stars")

    @pytest.mark.parametrize(
        "words",
        [("measures", *Q4), ("cohorts", "--until", "1998-06-30"), ("rfm", "--at", "1998-06-30")],
    )
    def test_anything_before_there_is_a_programme(self, words: tuple[str, ...]) -> None:
        assert "programme-missing" in refused(*words)
        assert MemberFact.objects.exists() is False


class TestMoney:
    def test_of_a_currency_without_decimals_has_none(self) -> None:
        assert reporting.to_number(1380, reporting.Unit.MONEY, "JPY") == "1380"
        assert reporting.to_number(1380, reporting.Unit.MONEY, "EUR") == "13.80"
