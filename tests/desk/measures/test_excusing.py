"""Why there is no figure."""

from typing import Any

import pytest

from analytics.figures import Column, Figure, Unit
from analytics.keeping import Kept
from analytics.measures.registry import get_measure, get_measures
from analytics.models import MoneySettings, Survey, SurveyKind, SurveyTrigger
from analytics.scopes import Cut, get_scope
from loyalty.desk.measures import excusing
from loyalty.desk.measures.series import Series
from loyalty.programmes.models import Programme
from tests.conftest import NOON
from tests.desk.measures.conftest import plain, text_of
from tests.desk.measures.test_growing import FEBRUARY


def why(code: str, figure: Figure) -> str:
    scope = get_scope(period=FEBRUARY, at=NOON)
    now = Kept(figure, NOON, None, is_finished=True)
    found = excusing.get_reasons([Series(get_measure(code=code), scope, now, None, None, [])])
    return plain(found.get(code, ""))


def answers(count: int, *, asked: int = 0) -> Figure:
    return Figure(None, 0, count, {"asked": Column(asked, Unit.MEMBERS)})


class TestOfASegment:
    def test_says_that_it_was_not_there_yet(self, bought: Programme):
        scope = get_scope(period=FEBRUARY, at=NOON, cut=Cut(segment="vip"))
        now = Kept(Figure(None), NOON, None, is_finished=True)
        lost = get_measure(code="lost_members")

        assert excusing.get_reasons([Series(lost, scope, now, None, None, [])]) == {
            "lost_members": "Ce segment n’existait pas encore pendant cette période."
        }


class TestOfASurvey:
    @pytest.mark.parametrize(
        ("figure", "words"),
        [
            (answers(2, asked=9), "2 réponses : trop peu. Une note s’affiche à partir de 5."),
            (answers(0, asked=1), "Pas encore de réponse : 1 membre interrogé."),
            (
                answers(0),
                "Aucune enquête ne pose encore cette question : écrivez-en une sous Enquêtes.",
            ),
        ],
    )
    def test_says_what_was_missing(self, bought: Programme, figure: Figure, words: str):
        assert why("csat", figure) == words

    def test_says_that_nobody_was_asked_what_a_survey_asks(self, bought: Programme):
        Survey.objects.create(
            public_id="srv_1", name="CSAT", kind=SurveyKind.CSAT, question_fr="?",
            trigger=SurveyTrigger.PURCHASE,
        )  # fmt: skip

        assert why("csat", answers(0)) == "Personne n’a été interrogé sur cette période."
        assert why("ces", answers(0)).startswith("Aucune enquête")


class TestOfAnythingElse:
    def test_says_what_a_share_is_of(self, bought: Programme):
        assert why("retention_rate", Figure(None, 0, 0)) == (
            "Rien à mesurer : « Membres qui ont acheté dans la période précédente » vaut 0."
        )

    def test_tells_a_missing_margin_from_a_programme_that_cost_nothing(self, bought: Programme):
        margin = {"incremental_margin": Column(100, Unit.MONEY)}

        assert "taux de marge" in why("programme_roi", Figure(None, 5))
        MoneySettings.objects.create(pk=1, margin_percent=40)
        assert "Aucune campagne avec groupe témoin n’a pu" in why("programme_roi", Figure(None, 5))
        assert "n’a rien coûté" in why("programme_roi", Figure(None, 0, None, margin))

    def test_says_something_of_every_measure_and_nothing_of_a_figure(self, bought: Programme):
        for code in get_measures():
            assert why(code, Figure(None))
            assert why(code, Figure(0)) == ""

    def test_stands_below_the_figure_on_every_page(self, bought: Programme, page: Any):
        said = "Aucune demande n’a reçu de réponse sur cette période."

        for path in ("", "chapters/listening/", "first_response_hours/"):
            assert said in text_of(page(f"{path}?period=2026-02"))
