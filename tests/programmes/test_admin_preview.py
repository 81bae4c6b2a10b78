"""A rule tried at the desk on a made-up basket, before anybody gets a point by it."""

import html
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils.html import strip_tags
from time_machine import travel

from loyalty.identity.models import User
from loyalty.programmes import revising
from loyalty.programmes.books import get_book
from loyalty.programmes.models import Category, Plan, Product, Rule, RuleVersion, Segment, Tier
from tests.conftest import NOON
from tests.programmes.conftest import DESK

pytestmark = pytest.mark.django_db

RULE = {
    "event": "purchase", "give": "rate", "points": "3", "per": "1.00", "mode": "sum",
    "expiry_kind": "", "expiry_round_up": "DAY",
}  # fmt: skip
BASKET = {"sample-amount_1": "12.00", "sample-amount_2": "30.00", "sample-channel": "store"}


def asked(desk: Client, rule: Rule, **fields: Any) -> HttpResponse:
    said = RULE | BASKET | {"rule": str(rule.pk), "_preview": "1"} | fields
    return desk.post(f"{DESK}/ruleversion/add/", said)


def words(page: HttpResponse) -> str:
    part = page.content.decode().partition('id="preview"')[2].partition("</section>")[0]
    return " ".join(strip_tags(f"<p {part}").split())


class TestThePreview:
    def test_is_offered_with_a_basket_to_begin_with(self, desk, week):
        page = desk.get(f"{DESK}/ruleversion/add/", {"rule": week.pk})

        assert page.context["sample"]["amount_1"].value() == "12.00"
        assert "Try it on a basket" in page.content.decode()
        assert words(page) == ""

    def test_says_what_the_version_would_add_for_the_basket(self, desk, week):
        page = asked(desk, week)

        said = words(page)
        assert "3 points par tranche entière de 1,00" in said
        assert "3 points for each whole €1.00." in said
        assert "Points for this basket today 42" in said
        assert "With this version 168" in said
        assert "What the difference costs €1.26" in said
        assert "(this version) 126" in said

    def test_lets_products_say_what_a_line_leaves_out(self, desk, week):
        coffee = Category.objects.create(code="coffee", name="Coffee")
        Product.objects.create(sku="ESP250", name_fr="Espresso", category=coffee)
        revising.touch()

        page = asked(desk, week, categories=[coffee.code], **{"sample-sku_1": "ESP250"})

        # Three points for each of its 12 euros, beside what everything earns.
        assert "(this version) 36" in words(page)

    def test_publishes_nothing(self, desk, week):
        revision = get_book().revision

        page = asked(desk, week)

        assert page.status_code == 200
        assert week.versions.exists() is False
        assert get_book().revision == revision
        form = page.context["adminform"].form
        assert (form["points"].value(), form["rule"].value()) == ("3", str(week.pk))

    def test_replaces_what_the_rule_says_today(self, desk):
        page = asked(desk, Rule.objects.get(code="base"), points="2")

        assert (page.context["preview"].points_now, page.context["preview"].points) == (42, 84)

    def test_says_why_a_rule_gives_nothing(self, desk, week):
        Category.objects.create(code="coffee", name="Coffee")

        page = asked(desk, week, categories=["coffee"])

        assert page.context["preview"].difference == 0
        assert "The basket held nothing that the rule covers." in words(page)

    def test_says_what_counts_with_the_next_purchase(self, desk, week):
        page = asked(
            desk, week, points="1", per="50.00", carries="on", **{"sample-carried": "10.00"}
        )

        draft = next(part for part in page.context["preview"].parts if part.is_draft)
        assert (draft.points, draft.carried) == (1, "€2.00")
        assert "€2.00 count with the next purchase." in words(page)

    def test_names_the_voucher_that_it_would_give(self, desk, week):
        page = asked(
            desk, week, give="voucher", points="", per="", voucher_fr="Un café",
            voucher_en="A coffee", voucher_days="30",
        )  # fmt: skip

        assert "A voucher: A coffee" in words(page)
        assert "Un bon" in words(page)
        assert page.context["preview"].difference == 0

    @pytest.mark.parametrize(
        ("fields", "dates"),
        [
            ({}, "usable at once, good until 10 March 2027"),
            (
                {"expiry_kind": "NEVER"},
                "usable at once, they never expire",
            ),
            (
                {"pending_days": "14", "expiry_kind": "DAYS", "expiry_count": "30"},
                "usable from 25 March 2026 on, good until 24 April 2026",
            ),
            (
                {"pending_until": "2026-05-01"},
                "usable from 1 May 2026 on, good until 1 May 2027",
            ),
            (
                {"pending_event": "order-delivered", "cancel_days": "20"},
                "pending until the event “order-delivered”, otherwise cancelled after "
                "30 March 2026, good for 365 days",
            ),
        ],
    )
    @travel(NOON, tick=False)
    def test_says_when_what_it_gives_can_be_used(self, desk, week, fields, dates):
        page = asked(desk, week, **fields)

        draft, base = sorted(page.context["preview"].parts, key=lambda part: not part.is_draft)
        assert draft.dates == dates
        assert base.dates == "usable at once, good until 10 March 2027"
        assert f"126 {dates}" in html.unescape(words(page))

    @travel(NOON, tick=False)
    def test_says_so_in_french(self, desk, week):
        User.objects.update(language="fr")
        desk.cookies["django_language"] = "fr"

        page = asked(desk, week, pending_days="14")

        draft = next(part for part in page.context["preview"].parts if part.is_draft)
        assert (
            draft.dates == "utilisables à partir du 25 mars 2026, valables jusqu’au 25 mars 2027"
        )

    @pytest.mark.parametrize(
        "event", ["enrolment", "anniversary", "profile-completed", "survey-answered", "custom"]
    )
    def test_tries_a_rule_for_what_is_no_purchase(self, desk, week, event):
        custom = {"custom": "review-written"} if event == "custom" else {}

        page = asked(desk, week, event=event, give="fixed", points="30", per="", **custom)

        said = words(page)
        assert "Points for this event today 0" in said
        assert "With this version 30" in said
        assert "The rule is for another event." in said

    @pytest.mark.parametrize(
        ("rule", "basket", "reason"),
        [
            ({"brands": "Illy"}, {"brand_1": "Illy"}, "nothing that the rule covers"),
            ({"tags": "new"}, {"tag_1": "new"}, "nothing that the rule covers"),
            ({"excluded_brands": "Illy"}, {"brand_1": "Kusmi", "brand_2": "Illy"}, ""),
            ({"tills": "T1"}, {"till": "T1"}, "at that till"),
            ({"payment_means": "card"}, {"means": "card"}, "another means of payment"),
            ({"kind": "company"}, {"kind": "company"}, "another sort of member"),
            ({"segments": ["vip"]}, {"segment": "vip"}, "in none of the rule's segments"),
            ({"in_household": "on"}, {"in_household": "on"}, "The member is in no household."),
            ({"plans": ["club"]}, {"plan": "club"}, "none of the rule's plans"),
            ({"consents": ["sms"]}, {"has_agreed": "on"}, "has not agreed to offers"),
            ({"nth_visit": "2"}, {"visit": "2"}, "another of the member's purchases"),
            (
                {"maximum_basket": "41.00", "without_tax": "on"}, {"tax": "2.00"},
                "above the maximum",
            ),
        ],
    )  # fmt: skip
    def test_tries_every_condition_and_says_why_not(self, desk, week, rule, basket, reason):
        Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")
        Plan.objects.create(code="club", name_fr="Le Club", name_en="The Club", price_cents=100)
        revising.touch()

        met = asked(
            desk, week, **rule, **{f"sample-{name}": said for name, said in basket.items()}
        )
        unmet = asked(desk, week, **rule)

        assert met.context["preview"].difference > 0
        assert reason in html.unescape(words(unmet))

    def test_counts_the_lines_the_tier_and_the_hour_that_were_chosen(self, desk, week):
        Category.objects.create(code="coffee", name="Coffee")
        revising.touch()
        tier = Tier.objects.order_by("-threshold_cents").first()

        page = asked(
            desk, week, categories=["coffee"], tiers=[tier.code], from_time="17:00",
            to_time="19:00", minimum_quantity="2", birthday_within_days="0",
            **{
                "sample-category_1": "coffee", "sample-quantity_1": "2",
                "sample-tier": tier.code, "sample-hour": "18:30", "sample-is_birthday": "on",
            },
        )  # fmt: skip

        parts = {part.name: part.points for part in page.context["preview"].parts}
        draft = next(part for part in page.context["preview"].parts if part.is_draft)
        assert draft.points == 36, parts

    @pytest.mark.parametrize(
        ("fields", "words_said"),
        [
            ({"points": ""}, "This is needed."),
            ({"sample-amount_1": "0.001"}, "The currency has no such small amount."),
            ({"sample-tier": "platinum"}, "Select a valid choice."),
        ],
    )
    def test_says_what_is_wrong_and_shows_no_figures(self, desk, week, fields, words_said):
        page = asked(desk, week, **fields)

        assert page.status_code == 200
        assert page.context["preview"] is None
        assert words_said in page.content.decode()
        assert RuleVersion.objects.filter(rule=week).exists() is False

    def test_costs_as_many_statements_whatever_is_in_the_basket(
        self, desk, week, django_assert_num_queries
    ):
        asked(desk, week)
        with django_assert_num_queries(18):
            asked(desk, week, **{"sample-amount_2": ""})
        with django_assert_num_queries(18):
            asked(desk, week, **{"sample-amount_3": "5.00"})

    def test_is_for_those_who_may_publish(self, week):
        page = asked(Client(), week)

        assert page.status_code == 302

    def test_says_what_is_left_to_a_member_who_had_some_of_it(self, desk, week):
        limits = {"points_a_week": "100", "times_a_week": "3"}

        cut = asked(desk, week, **limits, **{"sample-had_points": "30"})
        often = asked(desk, week, **limits, **{"sample-had_times": "3"})

        assert cut.context["preview"].difference == 70
        assert "The member has had as much as the rule gives in this time." in words(often)
