"""The chapters and each measure's page: what they say, to whom, and what they cost."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils.html import escape

from analytics import facts
from analytics.measures.registry import get_measures
from analytics.models import Benchmark
from loyalty.desk.measures import chapters
from loyalty.desk.measures.telling import Told
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme, Store, StoreAssignment
from members import purchasing
from members.models import Member
from tests.conftest import NOON
from tests.desk.measures.conftest import ADDRESS, buy, plain, text_of
from tests.desk.reading import queries_of
from tests.members.builders import sale
from tests.pages.conftest import set_up

RETENTION = "chapters/retention/"


def told_of(response: Any) -> dict[str, Any]:
    return {one.code: one for one in response.context["chapter"].told}


def squares_of(response: Any) -> dict[str, str]:
    """How many members have each recency and frequency, where there are any."""
    return {
        f"{recency}·{frequency}": square.members
        for recency, squares in response.context["drawings"].grid.rows
        for frequency, square in enumerate(squares, start=1)
        if square.members != "0"
    }


class TestAChapter:
    def test_says_who_came_back_in_february(self, bought: Programme, page: Any):
        told = told_of(page(RETENTION))

        rate = told["retention_rate"]
        assert [plain(rate.value), rate.numerator, rate.denominator] == ["50 %", "1", "2"]
        assert told["purchase_frequency"].value == "1,5"

    def test_holds_every_measure_of_its_family(self, bought: Programme, page: Any):
        slugs = [chapters.slug_of(one) for one in chapters.get_families()]
        pages = [page(f"chapters/{slug}/?period=2026") for slug in slugs]

        shown = [told.code for one in pages for told in one.context["chapter"].told]
        assert sorted(shown) == sorted(get_measures())

    def test_says_who_of_the_month_before_came_again(self, bought: Programme, page: Any):
        rate = told_of(page(f"{RETENTION}?period=2026-02"))["cohort_retention"]

        assert [plain(rate.value), rate.numerator, rate.denominator] == ["50 %", "1", "2"]

    def test_tells_cohorts_by_their_table_alone_where_nobody_came_the_month_before(
        self, bought: Programme, page: Any
    ):
        response = page(f"{RETENTION}?period=2026-01")

        assert "cohort_retention" not in told_of(response)
        assert "/desk/measures/cohort_retention/?period=2026-01" in text_of(response)

    def test_compares_with_the_period_before_and_the_year_before(
        self, bought: Programme, page: Any
    ):
        repeated = told_of(page(RETENTION))["repeat_purchase_rate"]

        before = repeated.before
        assert [before.trend, before.tone, plain(before.words)] == ["up", "good", "+50 pt"]
        assert (before.period, repeated.year.trend) == ("janv. 2026", "none")

    def test_follows_each_cohort(self, bought: Programme, page: Any):
        rows = page(RETENTION).context["drawings"].matrix.rows

        assert [(one.label, one.size) for one in rows] == [
            ("janvier 2026", 2), ("février 2026", 1),
        ]  # fmt: skip
        assert [(cell.buyers, cell.tint) for cell in rows[0].cells] == [(1, 10)]

    def test_marks_what_is_not_over_and_compares_as_many_days(self, bought: Programme, page: Any):
        response = page(f"{RETENTION}?period=2026-03")

        rows = response.context["drawings"].matrix.rows
        assert "n’est pas terminée" in text_of(response)
        assert [cell.is_unfinished for cell in rows[0].cells] == [False, True]
        assert told_of(response)["retention_rate"].before.period == ("1 févr. 26 – 10 févr. 26")

    def test_keeps_to_one_store_and_says_what_that_leaves_out(self, bought: Programme, page: Any):
        response = page(f"{RETENTION}?period=2026-02&store=paris")
        programme = page("chapters/programme/?period=2026-02&store=paris")

        assert told_of(response)["retention_rate"].denominator == "1"
        assert "points_flow" in {one.code for one in programme.context["chapter"].untold}

    def test_names_nobody(self, bought: Programme, page: Any):
        text = text_of(page(RETENTION))

        assert not {"Ada", "Bea", "Cid"} & set(text.replace("<", " ").split())

    def test_is_not_found_by_another_name(self, bought: Programme, page: Any):
        assert page("chapters/weather/").status_code == 404

    def test_refuses_an_impossible_period_in_words(self, bought: Programme, page: Any):
        response = page(f"{RETENTION}?from=2026-03-01&to=2026-02-01")

        assert response.status_code == 400
        assert "Une période s’achève" in text_of(response)

    @pytest.mark.parametrize("words", ["period=1901-01-01_2000-12-31", "period=2998&tier=-"])
    def test_goes_as_far_as_a_period_may(self, bought: Programme, page: Any, words: str):
        assert page(f"retention_rate/?{words}").status_code == 200

    def test_is_there_before_the_first_purchase_and_before_the_programme(
        self, page: Any, db: None
    ):
        assert "dès le premier achat" in text_of(page(RETENTION))
        set_up()
        for path in (RETENTION, ""):
            assert "dès le premier achat" in text_of(page(path))
            assert "n. d." not in text_of(page(path))

    def test_is_led_to_from_where_it_used_to_be(self, bought: Programme, desk: Client):
        response = desk.get("/desk/retention/?period=2026-02&store=paris")

        assert response.status_code == 301
        assert response.url == f"{ADDRESS}{RETENTION}?period=2026-02&store=paris"


class TestTheOverview:
    def test_answers_in_sentences(self, bought: Programme, page: Any):
        response = page()

        assert (
            "Sur 2 membres ayant acheté la période précédente (janv. 2026), 50 % ont racheté."
        ) in text_of(response)

    def test_says_in_the_same_breath_how_a_figure_moved(self, bought: Programme, page: Any):
        told = plain(text_of(page("?period=2026-02")))

        assert "3 membres sont actifs, soit +50 % par rapport à la période précédente." in told

    def test_says_beside_a_figure_what_the_sector_had_last(self, bought: Programme, page: Any):
        for year, value in ((2024, "0.5"), (2025, "0.42")):
            Benchmark.objects.create(
                code="retention_rate", sector="Cafés", year=year, value=value, source="S",
                entered_at=NOON,
            )  # fmt: skip

        for path in ("", RETENTION):
            told = plain(text_of(page(path)))
            assert "Secteur (Cafés, 2025) : 42 %" in told
            assert "Cafés, 2024" not in told

    def test_says_what_to_do(self, bought: Programme, page: Any):
        deeds = page("?period=2026-02").context["overview"].deeds

        assert [deed.code for deed in deeds] == ["redemption_rate"]

    def test_say_of_a_store_that_its_lost_members_may_buy_in_others(
        self, bought: Programme, page: Any
    ):
        paris, nice = (Store.objects.get(code=code) for code in ("paris", "nice"))
        buy("Old", "2025-03-05", store=paris)
        at = NOON - timedelta(days=30)
        told = sale(Member.objects.get(first_name="Old"), "20.00", occurred_at=at, store=nice)
        purchasing.record(sale=told, key="Old in Nice", at=at, is_historic=True)
        facts.refresh(at=NOON)

        everywhere, here = (
            {deed.code: deed.words for deed in page(asked).context["overview"].deeds}
            for asked in ("?period=2026-02", "?period=2026-02&store=paris")
        )

        assert "lost_members" not in everywhere
        assert here["lost_members"].startswith("1 membre qui achetait ici n’est pas venu depuis")


def assert_prints_what_was_counted(told: Told, text: str) -> None:
    """With its name: once beside the value, once for each period where it is another number."""
    name = plain(escape(told.numerator_name))
    if told.has_numerator:
        assert f"{name} <strong>{plain(told.numerator)}</strong>" in text, told.code
    shown = text.count(f'data-label="{name}">')
    assert shown >= (len(told.rows) if told.has_parts else 0), told.code


class TestAMeasure:
    def test_says_what_to_choose_where_there_is_nothing_to_draw(
        self, bought: Programme, page: Any
    ):
        text = text_of(page("nps/"))

        assert "Choisissez plus haut une période plus longue" in text
        assert "une période qui n’est pas terminée" not in text

    def test_has_a_page_with_all_that_it_is_made_of(self, bought: Programme, page: Any):
        for code, measure in get_measures().items():
            text = text_of(page(f"{code}/"))

            assert "Europe/Paris" in text
            assert plain(escape(str(measure.definition))) in text
            assert_prints_what_was_counted(page(f"{code}/").context["told"], text)
            assert page(f"{code}/table.csv").status_code == 200

    def test_of_what_is_owed_leads_to_the_journal_who_may_read_it(
        self, bought: Programme, page: Any, sign_in: Any
    ):
        address = "/desk/journal/?from=2026-02&amp;to=2026-02"
        told = {
            role: address in text_of(page("points_liability/?period=2026-02", sign_in(role)))
            for role in (Role.ANALYST, Role.MARKETING)
        }

        assert told == {Role.ANALYST: True, Role.MARKETING: False}

    def test_says_at_once_how_the_best_fifth_feels(self, bought: Programme, page: Any):
        paths = ("churn_rate/?period=2026-02", "chapters/retention/?period=2026-02")

        for path in paths:
            assert "0 % chez le meilleur cinquième des acheteurs" in text_of(page(path))

    def test_stands_side_by_side_by_store(self, bought: Programme, page: Any):
        pieces = page("purchase_frequency/?by=store").context["pieces"]

        assert [(one.label, one.value, one.width) for one in pieces.pieces] == [
            ("Nice", "n. d.", 0), ("Paris", "1", 100),
        ]  # fmt: skip
        assert pieces.pieces[1].query == "period=2026-02&store=paris"

    def test_scores_members_by_thresholds_for_six_statements_more(
        self, bought: Programme, page: Any, desk: Client
    ):
        address = "rfm/?period=2026-02"
        by_groups = text_of(page(address))
        with time_machine.travel(NOON, tick=False):
            usual, more = (
                queries_of(desk, f"{ADDRESS}{address}{words}")
                for words in ("", "&scoring=threshold")
            )

        by_thresholds = page(f"{address}&scoring=threshold")

        assert "Cinq groupes de même taille" in by_groups
        assert squares_of(page(address)) == {"1·1": "1", "2·2": "1", "3·3": "1"}
        assert squares_of(by_thresholds) == {"1·1": "1", "3·3": "1", "5·3": "1"}
        assert "ont le même score" in text_of(by_thresholds)
        assert 'scoring=threshold#grid" aria-current="true"' in text_of(by_thresholds)
        assert more - usual == 6

    def test_is_not_found_without_one_of_its_code(self, bought: Programme, page: Any):
        assert page("weather/").status_code == 404


class TestItsRows:
    def test_make_exactly_the_numerator(self, bought: Programme, page: Any):
        counted = {code: page(f"{code}/rows/").context["counted"] for code in get_measures()}

        wrong = [code for code, one in counted.items() if not one.is_exact]
        assert wrong == [code for code, one in counted.items() if one.numerator == "n. d."]

    def test_name_members_to_who_may_see_them(self, bought: Programme, page: Any):
        lines = page("retention_rate/rows/").context["counted"].lines

        assert [(one.whose, one.whose_url[:12]) for one, _ in lines] == [("Ada", "/desk/member")]

    def test_say_ids_and_no_name_to_an_analyst(self, bought: Programme, page: Any, sign_in: Any):
        response = page("retention_rate/rows/", client=sign_in(Role.ANALYST))

        [(line, _)] = response.context["counted"].lines
        assert (line.whose[:4], line.whose_url) == ("mem_", "")
        assert "Ada" not in text_of(response)

    def test_weigh_what_they_count_for(self, bought: Programme, page: Any):
        counted = page("average_basket/rows/").context["counted"]

        assert [plain(weight) for _, weight in counted.lines] == ["20,00 €"] * 3
        assert plain(counted.total) == "60,00 €"
        assert [sheet.name for sheet in counted.sheets] == ["Achats", "Retours"]

    def test_are_those_of_a_cell_of_the_grid(self, bought: Programme, page: Any):
        shown = page("rfm/?period=2026-02").context["drawings"].grid
        keys = [square.key for _recency, squares in shown.rows for square in squares]

        counted = {
            key: page(f"rfm/rows/?period=2026-02&cell={key}").context["counted"]
            for key in filter(None, keys)
        }

        told = {key: [line.whose for line, _ in one.lines] for key, one in counted.items()}
        assert told == {"11": ["Bea"], "22": ["Ada"], "33": ["Cid"]}
        assert all(one.is_exact and one.total == "1" for one in counted.values())
        assert counted["33"].cell == "Récence 3, fréquence 3"
        assert page("rfm/rows/?cell=77").status_code == 404

    def test_are_those_of_a_group_of_scores_by_either_way(self, bought: Programme, page: Any):
        asked = "rfm/rows/?period=2026-02&cell=need-attention&scoring="

        by_groups, by_thresholds = (
            page(f"{asked}{way}").context["counted"] for way in ("ntile", "threshold")
        )

        assert [line.whose for line, _ in by_groups.lines] == ["Cid"]
        assert [line.whose for line, _ in by_thresholds.lines] == ["Ada"]
        assert (by_groups.is_exact, by_thresholds.is_exact) == (True, True)

    def test_are_those_of_a_cell_of_the_cohorts(self, bought: Programme, page: Any):
        asked = "cohort_retention/rows/?period=2026-02&cohort=2026-01&since="

        first, next_month = (page(f"{asked}{since}").context["counted"] for since in (0, 1))

        assert [line.whose for line, _ in first.lines] == ["Bea", "Ada"]
        assert [line.whose for line, _ in next_month.lines] == ["Ada"]
        assert (first.is_exact, next_month.is_exact) == (True, True)
        assert next_month.cell == "Premier achat en janvier 2026, achat en février 2026"
        assert page("cohort_retention/rows/?cohort=x").status_code == 404

    def test_are_not_found_beyond_their_pages(self, bought: Programme, page: Any):
        assert page("average_basket/rows/?sheet=7").status_code == 404
        assert page("average_basket/rows/?at=after-x").status_code == 404


class TestACutThatThereIsNot:
    @pytest.mark.parametrize("asked", ["store=zzz", "tier=zzz", "segment=zzz", "enrolled=2026"])
    @pytest.mark.parametrize(
        "path", ["", RETENTION, "retention_rate/", "retention_rate/table.csv"]
    )
    def test_is_said_and_nothing_is_shown(
        self, bought: Programme, page: Any, path: str, asked: str
    ):
        response = page(f"{path}?period=2026-02&{asked}")

        assert response.status_code == 400
        assert f"rien qui s’appelle « {asked.partition('=')[2]} »" in text_of(response)
        assert "measure__value" not in text_of(response)


class TestWhoMayLook:
    @pytest.mark.parametrize("role", [Role.ANALYST, Role.MARKETING, Role.AUDITOR])
    def test_reads_all_stores(self, bought: Programme, page: Any, sign_in: Any, role: Role):
        assert page(RETENTION, client=sign_in(role)).status_code == 200

    def test_is_not_a_cashier_s_business(self, bought: Programme, page: Any, sign_in: Any):
        assert page(RETENTION, client=sign_in(Role.CASHIER)).status_code == 403

    def test_of_a_manager_is_their_own_stores(self, bought: Programme, page: Any, sign_in: Any):
        assert page(RETENTION, client=sign_in(Role.STORE_MANAGER)).status_code == 403


class TestTheStores:
    def test_stand_side_by_side_with_how_they_moved(self, bought: Programme, page: Any):
        stores, channels = page("stores/?period=2026-02").context["comparisons"]

        assert [row.label for row in stores.rows] == ["Nice", "Paris"]
        paris = {cell.code: (plain(cell.value), cell.trend) for cell in stores.rows[1].cells}
        assert paris["retention_rate"] == ("100 %", "none")
        assert paris["average_basket"] == ("20,00 €", "same")
        assert stores.rows[1].query == "period=2026-02&store=paris"
        assert [row.label for row in channels.rows] == ["En magasin"]

    def test_of_a_manager_are_theirs_alone(self, bought: Programme, page: Any, sign_in: Any):
        client = sign_in(Role.STORE_MANAGER)
        manager = User.objects.get(email="store_manager@example.test")
        StoreAssignment.objects.create(user=manager, store=Store.objects.get(code="paris"))

        response = page("stores/", client=client)

        [stores, *_] = response.context["comparisons"]
        assert [row.label for row in stores.rows] == ["Paris"]
        assert "Nice" not in text_of(response)
