from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core import engines
from loyalty.programmes import books
from loyalty.programmes.models import Category, Product, Programme
from members.importing import products, purchases
from members.importing.columns import NoUsableColumn
from members.importing.journal import ChangeReport
from members.models import Purchase, PurchaseLine
from tests.conftest import NOON
from tests.members.builders import publish
from tests.members.conftest import Writer

HEADER = "sku;nom;name_en;categorie;marque;tags\n"
COFFEE = "ESP250;Espresso 250 g;Espresso, 250 g;coffee;Illy;bio, noel\n"
Bring = Callable[..., ChangeReport]


@pytest.fixture
def bring(db: None, write: Writer) -> Bring:
    Category.objects.create(code="coffee", name="Café")

    def bring(text: str, **options: bool) -> ChangeReport:
        return products.bring_in(path=write(text, name="products.csv"), **options)

    return bring


def figures(report: ChangeReport) -> tuple[int, int, int, int, int]:
    return report.lines, report.added, report.changed, report.known, report.refused


def refused(report: ChangeReport) -> list[tuple[int, str]]:
    return [(error["line"], error["code"]) for error in report.as_json()["errors"]]


def kept() -> list[tuple[object, ...]]:
    rows = Product.objects.order_by("sku").values_list(
        "sku", "name_fr", "name_en", "category__code", "brand", "tags"
    )
    return [tuple(row) for row in rows]


class TestBringIn:
    def test_adds_what_is_not_there(self, bring: Bring):
        report = bring(HEADER + COFFEE + "CUP;Tasse;;;;\n")

        assert figures(report) == (2, 2, 0, 0, 0)
        assert kept() == [
            ("CUP", "Tasse", "", None, "", []),
            ("ESP250", "Espresso 250 g", "Espresso, 250 g", "coffee", "Illy", ["bio", "noel"]),
        ]

    def test_twice_changes_nothing(self, bring: Bring):
        bring(HEADER + COFFEE)

        assert figures(bring(HEADER + COFFEE)) == (1, 0, 0, 1, 0)

    def test_changes_what_is_there_and_leaves_what_it_has_no_column_for(self, bring: Bring):
        bring(HEADER + COFFEE + "CUP;Tasse;;;;\n")

        report = bring("ref;marque;categorie\nESP250;;\nCUP;Own;coffee\nNEW;Own;\n")

        assert figures(report) == (3, 0, 2, 0, 1)
        assert refused(report) == [(4, "missing-value")]
        assert kept() == [
            ("CUP", "Tasse", "", "coffee", "Own", []),
            ("ESP250", "Espresso 250 g", "Espresso, 250 g", None, "", ["bio", "noel"]),
        ]

    def test_takes_the_english_name_of_a_new_product_for_both(self, bring: Bring):
        bring("sku;name_en\nCUP;Cup\n")

        assert kept() == [("CUP", "Cup", "Cup", None, "", [])]

    def test_rehearsed_says_the_same_and_writes_nothing(self, bring: Bring):
        bring(HEADER + COFFEE)
        text = HEADER + COFFEE.replace("Illy", "Own") + "CUP;Tasse;;;;\nCUP;Encore;;;;\n"

        rehearsed = bring(text, is_dry_run=True)

        assert [row[0] for row in kept()] == ["ESP250"]
        assert kept()[0][4] == "Illy"
        assert rehearsed.as_json() == bring(text).as_json()
        assert figures(rehearsed) == (3, 1, 1, 0, 1)

    def test_takes_a_formula_for_the_words_it_is(self, bring: Bring):
        bring(HEADER + "CUP;'=1+1;;;'@own;\n")

        assert kept() == [("CUP", "=1+1", "", None, "@own", [])]

    def test_lets_the_rulebook_know_of_the_first_ones_alone(
        self, programme: Programme, bring: Bring
    ):
        assert books.get_book().has_products is False
        bring(HEADER + COFFEE)
        book = books.get_book()
        bring(HEADER + "CUP;Tasse;;;;\n")

        assert book.has_products is True
        assert books.get_book().revision == book.revision

    def test_takes_three_statements_for_each_two_thousand_lines(self, bring: Bring):
        bring(HEADER + COFFEE)
        lines = [f"S{n};Article {n};;coffee;;\n" for n in range(2_500)]

        with CaptureQueriesContext(connection) as queries:
            bring(HEADER + "".join(lines))

        # The categories; then twice what is there, whether any is, and what is written: on
        # SQLite, which takes less at once, thirteen pieces and four.
        said = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        assert len(said) == (7 if engines.is_postgresql() else 22)


class TestWhatIsRefused:
    def test_is_said_by_line_and_the_others_go_on(self, bring: Bring):
        lines = [
            "OK;Bien;;;;",
            ";Rien;;;;",
            "é;Accent;;;;",
            "NONAME;;;;;",
            "OK;Encore;;;;",
            "LOST;Perdu;;nowhere;;",
            "TAG;Étiquette;;;;été",
            "LONG;" + "n" * 121 + ";;;;",
            "BRAND;Marque;;;" + "b" * 61 + ";",
            "TAGS;Vingt et un;;;;" + ",".join(f"t{n}" for n in range(21)),
            "MORE;Trop;;;;;;de;valeurs",
        ]

        report = bring(HEADER + "\n".join(lines) + "\n")

        assert refused(report) == [
            (3, "missing-value"),
            (4, "bad-sku"),
            (5, "missing-value"),
            (6, "twice-in-file"),
            (7, "unknown-category"),
            (8, "bad-tag"),
            (9, "too-long"),
            (10, "bad-brand"),
            (11, "bad-tag"),
            (12, "too-many-values"),
        ]
        assert kept() == [("OK", "Bien", "", None, "", [])]

    def test_is_a_file_without_a_sku_or_without_anything_else(self, bring: Bring):
        for header in ("nom;marque\n", "sku;autre\n"):
            with pytest.raises(NoUsableColumn):
                bring(header + "a;b\n")


class TestPurchasesOfAFile:
    LINES = '"[{""sku"": ""ESP250"", ""amount"": ""20.00""}]"'

    def test_are_booked_and_foreseen_with_what_products_say(
        self, programme: Programme, bring: Bring, write: Writer
    ):
        publish("illy", {"when": {"brands": ["Illy"]}, "then": {"give": "fixed", "points": 7}})
        bring(HEADER + COFFEE)
        path = write(f"member,date,amount,lines\nm1,2026-01-05,20.00,{self.LINES}\n")
        mapped = {"lines": "lines"}

        foreseen = purchases.bring_in(
            path=path, mapped=mapped, at=NOON, is_dry_run=True, does_weigh=True
        )
        purchases.bring_in(path=path, mapped=mapped, at=NOON)

        assert (foreseen.points, Purchase.objects.get().points) == (27, 27)
        line = PurchaseLine.objects.get()
        assert (line.name, line.category, line.brand) == ("Espresso 250 g", "coffee", "Illy")
        assert line.tags == ["bio", "noel"]

    def test_are_known_again_after_a_product_changed(
        self, programme: Programme, bring: Bring, write: Writer
    ):
        path = write(f"member,date,amount,lines\nm1,2026-01-05,20.00,{self.LINES}\n")
        purchases.bring_in(path=path, mapped={"lines": "lines"}, at=NOON)

        bring(HEADER + COFFEE)
        again = purchases.bring_in(path=path, mapped={"lines": "lines"}, at=NOON)

        assert (again.added, again.known) == (0, 1)
        assert PurchaseLine.objects.get().brand == ""
