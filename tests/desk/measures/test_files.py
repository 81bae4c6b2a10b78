"""What the pages of measures cost, and their tables and charts as files."""

from io import BytesIO
from typing import Any

from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from analytics import facts
from loyalty.desk.measures import chapters, effects
from loyalty.desk.measures.effects import Bar, Effects
from loyalty.desk.uplift import Uplift
from loyalty.programmes.models import Programme
from tests.conftest import NOON
from tests.desk.measures.conftest import buy
from tests.desk.reading import rows_of

RETENTION = "chapters/retention/"
MOST = 15
PAGES = [
    "",
    *(f"chapters/{chapters.slug_of(family)}/" for family in chapters.get_families()),
    *("stores/", "campaigns/"),
    *("retention_rate/", "tier_distribution/", "retention_rate/rows/", "average_basket/rows/"),
]


class TestWhatAPageCosts:
    def test_is_fifteen_statements_at_most_however_many_members(
        self, bought: Programme, page: Any
    ):
        def count(path: str) -> int:
            page(path)
            with CaptureQueriesContext(connection) as queries:
                page(path)
            return len(queries)

        few = {path: count(path) for path in PAGES}
        for number in range(20):
            buy(f"Member {number}", "2026-01-08", "2026-02-08")
        facts.refresh(at=NOON)

        assert [(path, asked) for path, asked in few.items() if asked > MOST] == []
        assert {path: count(path) for path in PAGES} == few


class TestItsFiles:
    def test_hold_the_cohorts(self, bought: Programme, page: Any):
        response = page(f"{RETENTION}?period=2026-02&csv=cohorts")

        assert response["Content-Disposition"] == 'attachment; filename="cohorts-2026-02.csv"'
        assert response.content.decode("utf-8-sig").splitlines() == [
            "cohorte;0;1", "2026-01;2;1", "2026-02;1",
        ]  # fmt: skip

    def test_hold_every_measure_exactly(self, bought: Programme, page: Any):
        response = page(f"{RETENTION}?period=2026-02&csv=measures")
        lines = response.content.decode("utf-8-sig").splitlines()

        assert lines[0] == "indicateur;du;au;valeur;numérateur;dénominateur"
        assert "retention_rate;2026-02-01;2026-02-28;0,5;1;2" in lines
        assert "average_basket;2026-02-01;2026-02-28;20,00;60,00;3" in lines

    def test_hold_a_measure_over_time(self, bought: Programme, page: Any):
        lines = page("retention_rate/table.csv").content.decode("utf-8-sig").splitlines()

        assert lines[0] == "du;au;valeur;numérateur;dénominateur;un an avant"
        assert lines[-1] == "2026-02-01;2026-02-28;0,5;1;2;"

    def test_hold_the_chart_as_a_picture(self, bought: Programme, page: Any):
        response = page("retention_rate/chart.png?period=2026-02&store=paris")
        picture = Image.open(BytesIO(response.content))

        assert response["Content-Disposition"] == (
            'attachment; filename="retention_rate-2026-02-paris.png"'
        )
        assert (picture.format, picture.size) == ("PNG", (1520, 680))
        # The bar of February, in the colour of what is current.
        assert (11, 93, 75) in {colour[:3] for _, colour in picture.getcolors(100_000) or []}

    def test_hold_no_chart_of_what_cannot_be_told(self, bought: Programme, page: Any):
        assert page("points_flow/chart.png?store=paris").status_code == 404

    def test_hold_the_second_figures_of_a_measure_as_columns(self, bought: Programme, page: Any):
        lines = rows_of(page("median_gap_days/table.csv?period=2026-02"))

        assert lines[0][6:] == ["En comptant un ticket par jour"]
        assert lines[-1][2:] == ["15", "2", "", "", "15"]

    def test_hold_the_roll_forward_of_points(self, bought: Programme, page: Any):
        head, *_rest, last = rows_of(page("points_flow/table.csv?period=2026-02"))

        told = dict(zip(head, last, strict=True))
        assert (told["Dus au début"], told["Émis"], told["Dus à la fin"]) == ("40", "60", "100")

    def test_hold_the_grid_of_scores(self, bought: Programme, page: Any):
        response = page("rfm/table.csv?period=2026-02&table=grid")
        head, *rows = rows_of(response)

        assert response["Content-Disposition"] == 'attachment; filename="rfm-grid-2026-02.csv"'
        assert head == [
            "récence", "fréquence", "groupe", "membres", "part", "montant 5", "montant 4",
            "montant 3", "montant 2", "montant 1",
        ]  # fmt: skip
        assert len(rows) == 25
        assert sum(int(row[3]) for row in rows) == 3
        assert all(int(row[3]) == sum(map(int, row[5:])) for row in rows)

    def test_hold_the_curve(self, bought: Programme, page: Any):
        head, *rows = rows_of(page("pareto_share/table.csv?period=2026-02&table=curve"))

        assert [row[:2] for row in rows] == [["1", "20,00"], ["1", "40,00"]]
        assert rows[-1][2:] == ["1,0", "1,0"]
        assert head[:2] == ["membres", "chiffre d’affaires"]

    def test_hold_what_stands_side_by_side(self, bought: Programme, page: Any):
        head, *rows = rows_of(
            page("average_basket/table.csv?period=2026-02&table=pieces&by=store")
        )

        assert head == ["Magasin", "valeur", "numérateur", "dénominateur"]
        assert rows == [["Nice", "", "0,00", "0"], ["Paris", "20,00", "20,00", "1"]]

    def test_hold_no_table_that_the_page_has_not(self, bought: Programme, page: Any):
        assert page("average_basket/table.csv?table=grid").status_code == 404
        assert page("average_basket/table.csv?table=nothing").status_code == 404


class TestTheFilesOfOtherPages:
    def test_hold_the_stores_side_by_side(self, bought: Programme, page: Any):
        response = page("stores/?period=2026-02&csv=store")
        head, *rows = rows_of(response)

        assert response["Content-Disposition"] == 'attachment; filename="stores-store-2026-02.csv"'
        assert [head[0], head[4]] == ["Magasin", "Panier moyen"]
        assert [row[:1] + row[4:5] for row in rows] == [["Nice", ""], ["Paris", "20,00"]]
        assert page("stores/?csv=tier").status_code == 404

    def test_hold_what_a_campaign_changed(self):
        effect = Uplift("Efficace.", 2_000, 1_000, 1_000, 500, 1_500, "0,010")
        told = Effects([], None, effect, Bar(100, 2_000), Bar(50, 1_000), "EUR")

        text = effects.write_effect(told)
        picture = Image.open(BytesIO(effects.draw(told, programme="Maison Lise")))

        assert [line.split(";")[1:] for line in text.splitlines()[1:]] == [
            ["20,00", "", ""], ["10,00", "", ""], ["10,00", "5,00", "15,00"],
        ]  # fmt: skip
        assert picture.size == (1520, 680)
        assert picture.getpixel((1400, 240)) == (11, 93, 75, 255)
        assert picture.getpixel((1400, 480)) == (255, 255, 255, 255)
