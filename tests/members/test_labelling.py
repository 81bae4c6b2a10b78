"""Sales of tills that tell only SKUs: the merchant's products say the rest."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.ledger import verifying
from loyalty.programmes import books, revising, shelving
from loyalty.programmes.models import Category, Product, Store
from members import purchasing, returning
from members.assessing import Brought
from members.models import Member, PurchaseLine
from members.replaying import Replay
from members.selling import SaleLine
from tests.conftest import NOON
from tests.members.builders import publish, sale

OF_A_LINE = ("sku", "name", "category", "brand", "tags")


@pytest.fixture
def shelves(ada: Member) -> None:
    """Espresso is coffee, which is a drink; gift cards never earn."""
    drinks = Category.objects.create(code="drinks", name="Boissons")
    coffee = Category.objects.create(code="coffee", name="Café", parent=drinks)
    gifts = Category.objects.create(code="gifts", name="Cadeaux", is_excluded=True)
    shelving.keep_products(
        products=[
            Product(sku="ESP250", name_fr="Espresso 250 g", name_en="Espresso, 250 g",
                    category=coffee, brand="Illy", tags=["bio", "noel"]),
            Product(sku="CARD", name_fr="Carte cadeau", category=gifts),
            Product(sku="CUP", name_fr="Tasse"),
        ],
        fields=["name_fr"],
    )  # fmt: skip


def told(line: PurchaseLine) -> tuple[Any, ...]:
    return tuple(getattr(line, name) for name in OF_A_LINE)


def buy(member: Member | None, *lines: SaleLine, key: str = "k") -> Any:
    cents = sum(line.amount_cents for line in lines)
    sold = sale(member, f"{cents // 100}.{cents % 100:02}", lines=lines)
    award = purchasing.preview(sale=sold, at=NOON)
    recorded = purchasing.record(sale=sold, key=key, at=NOON)
    assert recorded.award == award.as_json()
    return recorded


class TestALineWithASku:
    def test_is_kept_with_what_its_product_says(self, ada: Member, shelves: None):
        buy(ada, SaleLine(amount_cents=500, sku="ESP250"))

        line = PurchaseLine.objects.get()
        assert told(line) == ("ESP250", "Espresso 250 g", "coffee", "Illy", ["bio", "noel"])

    def test_keeps_what_the_till_tells(self, ada: Member, shelves: None):
        line = SaleLine(
            amount_cents=500, sku="ESP250", name="Promo", category="tea", brand="Own", tags=["x"]
        )

        buy(ada, line)

        assert told(PurchaseLine.objects.get()) == ("ESP250", "Promo", "tea", "Own", ["x"])

    def test_is_told_one_thing_and_left_the_others(self, ada: Member, shelves: None):
        buy(ada, SaleLine(amount_cents=500, sku="ESP250", brand="Own"))

        line = PurchaseLine.objects.get()
        assert told(line) == ("ESP250", "Espresso 250 g", "coffee", "Own", ["bio", "noel"])

    def test_is_called_in_the_language_of_the_member(self, ada: Member, shelves: None):
        Member.objects.update(language="en")
        ada.refresh_from_db()

        buy(ada, SaleLine(amount_cents=500, sku="ESP250"), SaleLine(amount_cents=500, sku="CUP"))

        names = PurchaseLine.objects.order_by("position").values_list("name", flat=True)
        assert list(names) == ["Espresso, 250 g", "Tasse"]

    def test_of_nobody_is_called_in_french(self, shelves: None):
        buy(None, SaleLine(amount_cents=500, sku="ESP250"))

        assert PurchaseLine.objects.get().name == "Espresso 250 g"

    def test_that_no_product_has_stays_as_it_was_told(self, ada: Member, shelves: None):
        buy(ada, SaleLine(amount_cents=500, sku="esp250"))

        assert told(PurchaseLine.objects.get()) == ("esp250", "", "", "", [])


class TestRules:
    @pytest.mark.parametrize(
        "when", [{"categories": ["drinks"]}, {"brands": ["Illy"]}, {"tags": ["noel"]}]
    )
    def test_hold_for_what_the_product_says(
        self, ada: Member, shelves: None, when: dict[str, list[str]]
    ):
        publish("extra", {"when": when, "then": {"give": "fixed", "points": 7}})

        assert buy(ada, SaleLine(amount_cents=500, sku="ESP250"), key="a").points == 12
        assert buy(ada, SaleLine(amount_cents=500, sku="CUP"), key="b").points == 5

    def test_give_nothing_for_a_product_of_a_category_that_never_earns(
        self, ada: Member, shelves: None
    ):
        lines = (SaleLine(amount_cents=5_000, sku="CARD"), SaleLine(amount_cents=300, sku="CUP"))

        assert buy(ada, *lines).points == 3


class TestALaterChangeOfAProduct:
    def test_rewrites_no_purchase_no_return_and_no_trial(self, ada: Member, shelves: None):
        publish("extra", {"when": {"brands": ["Illy"]}, "then": {"give": "rate", "points": "2",
                                                              "per_cents": 100}})  # fmt: skip
        bought = buy(ada, SaleLine(amount_cents=1_000, sku="ESP250", quantity=Decimal(2)))
        assert bought.points == 30

        Product.objects.update(brand="Other", category=None, tags=[], name_fr="Autre")
        revising.touch()
        lines = list(bought.lines.all())
        again = Replay(book=books.get_book(), at=NOON).take(purchase=bought, lines=lines)
        returned = returning.record(
            brought=Brought(purchase=bought, occurred_at=NOON, quantities={1: Decimal(1)}),
            key="r",
            at=NOON,
        )

        assert again.points == 30
        assert returned.taken == {"points": 15}
        assert told(lines[0]) == ("ESP250", "Espresso 250 g", "coffee", "Illy", ["bio", "noel"])


class TestStatements:
    def test_are_one_more_however_many_products_and_lines(self, ada: Member, shelves: None):
        named = [SaleLine(amount_cents=100, sku="ESP250")] * 30
        plain = [SaleLine(amount_cents=3_000)]
        whole = [
            SaleLine(amount_cents=3_000, sku="CUP", name="n", category="c", brand="b", tags=["t"])
        ]
        self._count(ada, plain)

        few = self._count(ada, named)
        shelving.keep_products(
            products=[Product(sku=f"S{place}", name_fr="Autre") for place in range(500)],
            fields=["name_fr"],
        )

        assert (few, self._count(ada, named)) == (3, 3)
        # Nothing to ask where no line names a product, or where the till tells all of it.
        assert (self._count(ada, plain), self._count(ada, whole)) == (2, 2)

    def test_are_no_more_where_there_are_no_products(self, ada: Member):
        named = [SaleLine(amount_cents=100, sku="ESP250")]
        self._count(ada, named)

        assert self._count(ada, named) == 2

    def _count(self, member: Member, lines: list[SaleLine]) -> int:
        cents = sum(line.amount_cents for line in lines)
        with CaptureQueriesContext(connection) as queries:
            purchasing.preview(sale=sale(member, f"{cents // 100}.00", lines=lines), at=NOON)
        return len(queries)


NAMED = st.lists(
    st.tuples(st.sampled_from(["ESP250", "CARD", "CUP"]), st.integers(0, 9_000)),
    min_size=1,
    max_size=6,
)
OF = {
    "ESP250": ("coffee", "Illy", ("bio", "noel")),
    "CARD": ("gifts", "", ()),
    "CUP": ("", "", ()),
}


class TestASkuAlone:
    @settings(
        max_examples=40,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture],
    )
    @given(bought=NAMED)
    def test_gives_what_telling_all_of_it_gives(
        self, ada: Member, shelves: None, bought: list[tuple[str, int]]
    ):
        with transaction.atomic():
            Store.objects.get_or_create(code="paris", name="Paris")
            publish("drinks", {"when": {"categories": ["drinks"], "minimum_quantity": 2},
                               "then": {"give": "multiplier", "factor": "3"}})  # fmt: skip
            publish("bio", {"when": {"tags": ["bio"], "excluded_brands": ["Own"]},
                            "then": {"give": "per-unit", "points": "2"}})  # fmt: skip
            by_sku = [SaleLine(amount_cents=cents, sku=sku) for sku, cents in bought]
            in_full = [
                SaleLine(amount_cents=cents, sku=sku, category=OF[sku][0], brand=OF[sku][1],
                         tags=OF[sku][2])
                for sku, cents in bought
            ]  # fmt: skip

            assert self._award(ada, by_sku) == self._award(ada, in_full)
            assert verifying.verify().first_fault is None
            transaction.set_rollback(True)

    def _award(self, member: Member, lines: list[SaleLine]) -> dict[str, Any]:
        cents = sum(line.amount_cents for line in lines)
        with transaction.atomic():
            sold = sale(member, f"{cents // 100}.{cents % 100:02}", lines=lines)
            award = purchasing.record(sale=sold, key="k", at=NOON).award
            transaction.set_rollback(True)
        return award
