"""The programme's pages at the desk: they read in few statements and change by capabilities."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry

from loyalty.programmes.books import get_book
from loyalty.programmes.models import (
    Category,
    Product,
    Programme,
    Rule,
    RuleState,
    RuleVersion,
    Segment,
    Store,
    Tier,
    TierLadder,
    WalletPolicy,
)
from tests.programmes.build import fixed, said
from tests.programmes.conftest import DESK, SET_UP

pytestmark = pytest.mark.django_db


def make_rules(count: int, versions: int = 2) -> None:
    rules = Rule.objects.bulk_create(
        Rule(code=f"rule-{number}", name_en=f"Rule {number}", state=RuleState.LIVE)
        for number in range(Rule.objects.count(), count)
    )
    terms = said(fixed(5), stores=["lyon"])
    RuleVersion.objects.bulk_create(
        RuleVersion(rule=rule, number=number, terms=terms, created_at=SET_UP)
        for rule in rules
        for number in range(1, versions + 1)
    )


def make_versions(count: int) -> None:
    make_rules(count, versions=1)


def make_categories(count: int) -> None:
    above = None
    for number in range(count):
        above = Category.objects.create(code=f"c-{number}", name=f"C {number}", parent=above)


def make_stores(count: int) -> None:
    Store.objects.bulk_create(Store(code=f"s-{n}", name=f"S {n}") for n in range(count))


def make_segments(count: int) -> None:
    Segment.objects.bulk_create(
        Segment(code=f"s-{n}", name_fr=f"S {n}", name_en=f"S {n}") for n in range(count)
    )


def make_tiers(count: int) -> None:
    ladder = TierLadder.objects.get()
    Tier.objects.bulk_create(
        Tier(ladder=ladder, code=f"t-{n}", rank=n, threshold_cents=n * 100 + 1)
        for n in range(Tier.objects.count(), count)
    )


LISTS = [
    ("rule", make_rules, 7),
    ("ruleversion", make_versions, 5),
    ("category", make_categories, 5),
    ("store", make_stores, 5),
    ("segment", make_segments, 5),
    ("tier", make_tiers, 5),
]


class TestLists:
    @pytest.mark.parametrize("rows", [20, 200])
    @pytest.mark.parametrize("listed", LISTS, ids=lambda listed: listed[0])
    def test_cost_the_same_whatever_they_hold(self, desk, listed, rows, django_assert_num_queries):
        name, make, statements = listed
        make(rows)
        # The names of stores, categories and tiers are read once for each revision.
        desk.get(f"{DESK}/{name}/?all=")

        with django_assert_num_queries(statements):
            page = desk.get(f"{DESK}/{name}/?all=")

        assert page.status_code == 200
        assert len(page.context["cl"].result_list) >= rows

    @pytest.mark.parametrize(
        "name",
        [
            "programme",
            "store",
            "category",
            "segment",
            "walletpolicy",
            "tierladder",
            "tier",
            "rule",
            "ruleversion",
        ],
    )
    def test_and_pages_open_in_both_languages(self, desk, name, client):
        for language in ("fr", "en"):
            client.cookies["django_language"] = language
            listed = desk.get(f"{DESK}/{name}/")
            assert listed.status_code == 200
            for row in listed.context["cl"].result_list:
                assert desk.get(f"{DESK}/{name}/{row.pk}/change/").status_code == 200
                assert desk.get(f"{DESK}/{name}/{row.pk}/history/").status_code == 200

    @pytest.mark.parametrize(
        ("name", "term", "found"),
        [
            ("store", "lyon", ["lyon-1", "lyon-2"]),
            ("store", "Bell", ["lyon-1"]),
            ("store", "bell", ["lyon-1"]),
            ("store", "ellecour", []),
            ("rule", "bas", ["base"]),
            ("rule", "1 point", ["base"]),
            ("tier", "gol", ["gold"]),
            ("tier", "arg", ["silver"]),
        ],
    )
    def test_find_by_the_beginning_of_a_code_or_name(self, desk, name, term, found):
        Store.objects.create(code="lyon-1", name="Bellecour")
        Store.objects.create(code="lyon-2", name="Part-Dieu")

        page = desk.get(f"{DESK}/{name}/", {"q": term})

        assert sorted(row.code for row in page.context["cl"].result_list) == found


class TestSettingsPages:
    def test_change_the_programme_but_not_its_currency(self, desk):
        before = get_book().revision
        fields = {
            "name": "Café du coin", "value_of_point": "0.02", "rounding": "CEILING",
            "multipliers": "ADD", "currency": "USD", "time_zone": "UTC", "attach_days": "3",
            "pay_share_percent": "50", "pay_least_points": "10", "pay_most_points": "",
            "offline_points": "0",
            "household_rule": "", "household_size": "6", "spend_proof": "CODE",
            "referral_days": "14", "referral_least_cents": "15.00", "referral_most": "",
        }  # fmt: skip

        desk.post(f"{DESK}/programme/1/change/", fields)

        programme = Programme.objects.get()
        assert (programme.name, programme.currency, programme.time_zone) == (
            "Café du coin",
            "EUR",
            "Europe/Paris",
        )
        book = get_book()
        assert (book.rounding, book.attach_days, book.spend_proof) == ("CEILING", 3, "CODE")
        assert (book.pay_share_percent, book.pay_least_points, book.pay_most_points) == (
            50, 10, None,
        )  # fmt: skip
        referrals = (book.referral_days, book.referral_least_cents, book.referral_most)
        assert referrals == (14, 15_00, None)
        assert book.revision != before
        assert programme.history.count() == 2

    def test_neither_add_nor_delete_a_programme(self, desk):
        assert desk.get(f"{DESK}/programme/add/").status_code == 403
        assert desk.get(f"{DESK}/programme/1/delete/").status_code == 403

    def test_say_how_long_points_live(self, desk):
        assert "good for 365 days" in desk.get(f"{DESK}/walletpolicy/").content.decode()

    def test_refuse_an_expiry_without_a_count(self, desk):
        policy = WalletPolicy.objects.get()
        fields = {
            "name_fr": "Points", "name_en": "Points", "expiry_kind": "MONTHS",
            "expiry_count": "", "expiry_round_up": "DAY", "pending_days": "0",
            "refund_grace_days": "30",
        }  # fmt: skip

        page = desk.post(f"{DESK}/walletpolicy/{policy.pk}/change/", fields)

        assert "Points that never expire have no count" in page.content.decode()
        policy.refresh_from_db()
        assert policy.expiry_kind == "DAYS"

    def test_make_a_wallet_with_its_policy_a_stamp_card_too(self, desk):
        fields = {
            "code": "stamps", "name_fr": "Tampons", "name_en": "Stamps", "expiry_kind": "DATES",
            "expiry_round_up": "DAY", "expiry_dates": "12-31\n06-30", "pending_days": "0",
            "refund_grace_days": "30", "allows_debt": "on", "card_stamps": "10",
            "card_name_fr": "Un café", "card_name_en": "A coffee", "card_value_cents": "2.80",
            "card_days": "60",
        }  # fmt: skip

        desk.post(f"{DESK}/walletpolicy/add/", fields)

        wallet = get_book().wallet("stamps")
        assert wallet.expiry.dates == ("06-30", "12-31")
        assert wallet.card is not None
        assert (wallet.card.stamps, wallet.card.voucher.value_cents) == (10, 280)
        assert "good until the next 30 June or 31 December" in (
            desk.get(f"{DESK}/walletpolicy/").content.decode()
        )

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"code": "points"}, "code"),
            ({"expiry_dates": "13-01"}, "expiry_dates"),
            ({"expiry_dates": "12-31"}, "expiry_dates"),
            ({"expiry_kind": "DATES"}, "expiry_dates"),
            ({"card_stamps": "10"}, "__all__"),
        ],
    )
    def test_refuse_a_wallet_that_makes_no_sense(self, desk, changes, field):
        fields = {
            "code": "stamps", "name_fr": "Tampons", "name_en": "Stamps", "expiry_kind": "NEVER",
            "expiry_round_up": "DAY", "pending_days": "0", "refund_grace_days": "30",
        }  # fmt: skip

        page = desk.post(f"{DESK}/walletpolicy/add/", fields | changes)

        assert field in page.context["adminform"].form.errors
        assert WalletPolicy.objects.count() == 1

    def test_keep_the_code_of_a_category_and_refuse_a_circle(self, desk):
        drinks = Category.objects.create(code="drinks", name="Drinks")
        coffee = Category.objects.create(code="coffee", name="Coffee", parent=drinks)

        page = desk.post(
            f"{DESK}/category/{drinks.pk}/change/",
            {"code": "other", "name": "Drinks", "parent": coffee.pk},
        )

        assert page.context["adminform"].form.errors == {
            "parent": ["A category is not inside itself."]
        }
        drinks.refresh_from_db()
        assert (drinks.code, drinks.parent) == ("drinks", None)

    def test_change_categories_of_the_rulebook(self, desk):
        desk.post(f"{DESK}/category/add/", {"code": "gift", "name": "Gift", "is_excluded": "on"})

        assert get_book().categories.excluded == {"gift"}


class TestProducts:
    ESPRESSO = {
        "sku": "ESP250", "name_fr": "Espresso", "name_en": "", "category": "", "brand": "Illy",
        "tags": "bio\n noel \nbio",
    }  # fmt: skip

    def test_are_added_with_tags_on_lines_and_known_to_the_rulebook(self, desk):
        assert get_book().has_products is False

        desk.post(f"{DESK}/product/add/", self.ESPRESSO)

        product = Product.objects.get()
        assert (product.sku, product.brand, product.tags) == ("ESP250", "Illy", ["bio", "noel"])
        assert get_book().has_products is True

    def test_keep_their_sku(self, desk):
        desk.post(f"{DESK}/product/add/", self.ESPRESSO)
        product = Product.objects.get()

        desk.post(
            f"{DESK}/product/{product.pk}/change/",
            self.ESPRESSO | {"sku": "OTHER", "name_fr": "Espresso fort"},
        )

        product.refresh_from_db()
        assert (product.sku, product.name_fr) == ("ESP250", "Espresso fort")
        assert [entry.action_flag for entry in LogEntry.objects.order_by("pk")] == [1, 2]

    @pytest.mark.parametrize(
        ("field", "text"), [("sku", "é"), ("brand", "a\tb"), ("tags", "bio\nété")]
    )
    def test_refuse_what_no_till_sends(self, desk, field: str, text: str):
        page = desk.post(f"{DESK}/product/add/", self.ESPRESSO | {field: text})

        assert list(page.context["adminform"].form.errors) == [field]
        assert Product.objects.exists() is False

    @pytest.mark.parametrize("term", ["esp2", "ESP2", "Espr", "espr", "Stro"])
    def test_are_found_by_the_beginning_of_a_sku_or_of_a_name(self, desk, term: str):
        Product.objects.create(sku="ESP250", name_fr="Espresso", name_en="Strong")
        Product.objects.create(sku="CUP", name_fr="Tasse pour espresso")

        page = desk.get(f"{DESK}/product/", {"q": term})

        assert [product.sku for product in page.context["cl"].result_list] == ["ESP250"]


class TestTheLadderPage:
    def fields(self, *tiers: tuple[Any, str, str]) -> dict[str, str]:
        """The form of a ladder with these tiers: (row, code, threshold)."""
        sent = {
            "name_fr": "Niveaux", "name_en": "Tiers", "counts_spend": "on",
            "window": "ROLLING", "window_months": "12", "validity": "MONTHS",
            "validity_months": "12", "grace_days": "0", "falls": "TO_FIT",
            "tiers-TOTAL_FORMS": str(len(tiers)),
            "tiers-INITIAL_FORMS": str(sum(pk is not None for pk, _code, _from in tiers)),
        }  # fmt: skip
        for number, (pk, code, threshold) in enumerate(tiers):
            row = {
                "id": str(pk or ""), "ladder": str(TierLadder.objects.get().pk), "code": code,
                "name_fr": code, "name_en": code, "multiplier": "1.5",
                "threshold_cents": threshold,
            }  # fmt: skip
            sent |= {f"tiers-{number}-{name}": value for name, value in row.items()}
        return sent

    def test_lets_two_tiers_swap_their_thresholds(self, desk):
        ladder, (member, silver, gold) = TierLadder.objects.get(), Tier.objects.order_by("rank")
        swapped = [
            (member.pk, "member", "0"), (silver.pk, "silver", "250"), (gold.pk, "gold", "100"),
        ]  # fmt: skip

        desk.post(f"{DESK}/tierladder/{ladder.pk}/change/", self.fields(*swapped))

        tiers = Tier.objects.order_by("rank").values_list("code", "threshold_cents")
        assert list(tiers) == [("member", 0), ("gold", 10_000), ("silver", 25_000)]

    def test_takes_thresholds_as_amounts_and_ranks_tiers_by_them(self, desk):
        ladder, (member, silver, gold) = TierLadder.objects.get(), Tier.objects.order_by("rank")
        before = get_book().revision
        tiers = [
            (member.pk, "member", "0"), (silver.pk, "renamed", "300"), (gold.pk, "gold", "250"),
            (None, "bronze", "50.50"),
        ]  # fmt: skip

        desk.post(f"{DESK}/tierladder/{ladder.pk}/change/", self.fields(*tiers))

        ranked = Tier.objects.order_by("rank").values_list("rank", "code", "threshold_cents")
        assert list(ranked) == [
            (0, "member", 0),
            (1, "bronze", 5_050),
            (2, "gold", 25_000),
            (3, "silver", 30_000),
        ]
        assert get_book().revision != before
        assert [rung.code for rung in get_book().ladder.rungs][1] == "bronze"

    def test_shows_thresholds_as_amounts(self, desk):
        ladder = TierLadder.objects.get()

        page = desk.get(f"{DESK}/tierladder/{ladder.pk}/change/").content.decode()

        assert 'value="100.00"' in page
        assert "€250.00" in desk.get(f"{DESK}/tier/").content.decode()

    def test_refuses_two_tiers_from_the_same_amount(self, desk):
        ladder, (member, silver, gold) = TierLadder.objects.get(), Tier.objects.order_by("rank")
        tiers = [
            (member.pk, "member", "0"), (silver.pk, "silver", "100"), (gold.pk, "gold", "100"),
        ]  # fmt: skip

        page = desk.post(f"{DESK}/tierladder/{ladder.pk}/change/", self.fields(*tiers))

        assert page.status_code == 200
        gold.refresh_from_db()
        assert gold.threshold_cents == 25_000

    def test_costs_the_same_with_three_tiers_or_twenty(self, desk, django_assert_num_queries):
        address = f"{DESK}/tierladder/{TierLadder.objects.get().pk}/change/"
        desk.get(address)
        with django_assert_num_queries(6):
            desk.get(address)
        make_tiers(20)

        with django_assert_num_queries(6):
            assert desk.get(address).status_code == 200
