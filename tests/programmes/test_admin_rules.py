"""Rules at the desk: said in words, changed only by publishing what comes next."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from loyalty.identity.models import User
from loyalty.programmes import publishing
from loyalty.programmes.books import get_book
from loyalty.programmes.models import (
    Category,
    Plan,
    Rule,
    RuleCost,
    RuleState,
    RuleVersion,
    Segment,
    Store,
)
from tests.programmes.build import fixed, rate, said
from tests.programmes.conftest import DESK, SET_UP

pytestmark = pytest.mark.django_db


class TestRulePages:
    def test_say_what_a_rule_says(self, desk):
        page = desk.get(f"{DESK}/rule/").content.decode()

        assert "1 point for each whole €1.00." in page

    def test_say_what_each_has_cost_so_far_in_money_points_and_awards(self, desk):
        base = Rule.objects.get()
        RuleCost.objects.create(rule=base, part=0, points=1_234, awards=30, gift_cents=280)
        RuleCost.objects.create(rule=base, part=7, points=50, awards=1)

        for address in (f"{DESK}/rule/", f"{DESK}/rule/{base.pk}/change/"):
            page = desk.get(address).content.decode()
            assert "€15.64 · 1,284 points · 31 awards" in page

    def test_count_no_money_for_points_that_are_not_spent(self, desk):
        base = Rule.objects.get()
        RuleCost.objects.create(rule=base, part=0, points=3, awards=3)
        base.versions.update(terms=said(fixed(1, wallet="stamps")))

        assert "€0.00 · 3 points · 3 awards" in desk.get(f"{DESK}/rule/").content.decode()

    def test_cost_the_same_with_two_versions_or_forty(self, desk, django_assert_num_queries):
        base = Rule.objects.get()
        address = f"{DESK}/rule/{base.pk}/change/"
        desk.get(address)
        with django_assert_num_queries(7):
            desk.get(address)
        RuleVersion.objects.bulk_create(
            RuleVersion(rule=base, number=n, terms=said(fixed(n)), created_at=SET_UP)
            for n in range(2, 41)
        )

        with django_assert_num_queries(7):
            page = desk.get(address)

        assert "40 points." in page.content.decode()

    def test_pause_resume_and_end_the_chosen_rules(self, desk):
        base = Rule.objects.get()

        for action, state in (("pause", "PAUSED"), ("resume", "LIVE"), ("end", "ENDED")):
            before = get_book().revision
            desk.post(f"{DESK}/rule/", {"action": action, "_selected_action": [base.pk]})
            base.refresh_from_db()
            assert base.state == state
            assert get_book().revision != before

    def test_say_which_rule_refused(self, desk):
        Rule.objects.update(state=RuleState.ENDED)
        base = Rule.objects.get()

        page = desk.post(
            f"{DESK}/rule/", {"action": "pause", "_selected_action": [base.pk]}, follow=True
        )

        assert "1 point per €1.00: The rule&#x27;s state does not allow this." in (
            page.content.decode()
        )
        assert Rule.objects.get().state == RuleState.ENDED

    def test_never_delete(self, desk):
        assert desk.get(f"{DESK}/rule/{Rule.objects.get().pk}/delete/").status_code == 403

    def test_make_a_draft_that_gives_nothing(self, desk):
        fields = {"code": "week", "name_fr": "Semaine", "name_en": "Week", "priority": "5"}
        inline = {"versions-TOTAL_FORMS": "0", "versions-INITIAL_FORMS": "0"}

        desk.post(f"{DESK}/rule/add/", fields | inline)

        assert Rule.objects.get(code="week").state == RuleState.DRAFT
        assert [rule.code for rule in get_book().rules] == ["base"]


class TestANewVersion:
    FIELDS = {
        "event": "purchase",
        "give": "rate",
        "points": "3",
        "per": "10.00",
        "mode": "sum",
        "expiry_kind": "",
        "expiry_round_up": "DAY",
    }

    def write(self, desk: Client, rule: Rule, **fields: Any):
        return desk.post(f"{DESK}/ruleversion/add/", self.FIELDS | {"rule": str(rule.pk)} | fields)

    def test_starts_from_what_the_rule_says_last(self, desk, week):
        Store.objects.create(code="lyon", name="Lyon")
        terms = said(
            fixed(50, pending_days=2, expiry={"kind": "MONTHS", "count": 6, "round_up": "YEAR"}),
            stores=["lyon"], weekdays=[6], minimum_basket_cents=3_050, excluded_skus=["A", "B"],
        )  # fmt: skip
        publishing.publish(rule=week, said=terms, at=SET_UP)

        page = desk.get(f"{DESK}/ruleversion/add/", {"rule": week.pk})

        form = page.context["adminform"].form
        shown = {name: form[name].value() for name in form.fields}
        assert shown["points"] == 50
        assert shown["give"] == "fixed"
        assert form["minimum_basket"].value() == "30.50"
        assert (shown["weekdays"], shown["excluded_skus"]) == (["6"], "A\nB")
        assert (shown["pending_days"], shown["expiry_kind"], shown["expiry_count"]) == (
            2,
            "MONTHS",
            6,
        )
        assert '<option value="lyon" selected>Lyon</option>' in page.content.decode()

    def test_says_again_every_condition_of_the_member_and_the_labels(self, desk, week):
        Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")
        Plan.objects.create(code="club", name_fr="Le Club", name_en="The Club", price_cents=100)
        terms = said(
            fixed(5), brands=["Illy"], tags=["new"], excluded_tags=["sale"], tills=["T1"],
            segments=["vip"], kind="company", consents=["email", "sms"],
            nth_visit=2, minimum_basket_cents=500, without_tax=True, in_household=True,
            plans=["club"],
        )  # fmt: skip
        publishing.publish(rule=week, said=terms, at=SET_UP)
        page = desk.get(f"{DESK}/ruleversion/add/", {"rule": week.pk})
        form = page.context["adminform"].form
        shown = {name: form[name].value() for name in form.fields}
        posted = {name: value for name, value in shown.items() if value not in (None, "", False)}
        del posted["rule"]

        self.write(desk, week, **posted | {"give": "fixed", "points": "5"})

        assert week.versions.get(number=2).terms == week.versions.get(number=1).terms

    def test_says_again_a_voucher_and_the_days_of_points(self, desk, week):
        voucher = {"give": "voucher", "name_fr": "Un café", "name_en": "A coffee", "days": 30}
        posted = {
            "give": "voucher", "points": "", "per": "", "voucher_fr": "Un café",
            "voucher_en": "A coffee", "voucher_days": "30", "voucher_value": "2.80",
        }  # fmt: skip
        self.write(desk, week, **posted)
        self.write(
            desk, week, pending_until="2030-01-01", expiry_kind="DATES",
            expiry_dates="06-30\n12-31",
        )  # fmt: skip

        page = desk.get(f"{DESK}/ruleversion/add/", {"rule": week.pk})

        first, second = (version.terms["then"] for version in week.versions.order_by("number"))
        assert first == voucher | {"value_cents": 280}
        assert second["pending_until"] == "2030-01-01"
        assert second["expiry"] == {"kind": "DATES", "dates": ["06-30", "12-31"]}
        assert page.context["adminform"].form["expiry_dates"].value() == "06-30\n12-31"

    def test_shows_what_is_wrong_with_a_voucher_beside_its_fields(self, desk, week):
        page = self.write(desk, week, give="voucher", points="", per="", voucher_fr="Un café")

        errors = page.context["adminform"].form.errors
        assert {"voucher_en", "voucher_days"} <= set(errors)
        assert week.versions.exists() is False

    def test_refuses_a_segment_that_is_not_there(self, desk, week):
        page = self.write(desk, week, segments=["vip"])

        assert page.status_code == 200
        assert week.versions.exists() is False

    def test_says_again_that_the_rest_is_carried_over(self, desk, week):
        publishing.publish(rule=week, said=said(rate(per_cents=5_000, carries=True)), at=SET_UP)

        page = desk.get(f"{DESK}/ruleversion/add/", {"rule": week.pk})
        self.write(desk, week, carries="on")

        assert page.context["adminform"].form["carries"].value() is True
        assert week.versions.get(number=2).terms["then"]["carries"] is True

    def test_is_published_with_who_wrote_it(self, desk, week):
        Store.objects.create(code="lyon", name="Lyon")
        Category.objects.create(code="coffee", name="Coffee")
        start = datetime(2100, 1, 4, 8, 30, tzinfo=UTC)
        local = timezone.localtime(start, get_book().zone)

        self.write(
            desk, week, stores=["lyon"], categories=["coffee"], tiers=["gold"],
            weekdays=["6", "7"], minimum_basket="30", excluded_skus="A\n B \n",
            from_day="2026-11-16", to_day="2026-11-22", pending_days="14", wallet="points",
            expiry_kind="DAYS", expiry_count="90", group="week", mode="best",
            birthday_within_days="3", takes_effect_at_0=str(local.date()),
            takes_effect_at_1=str(local.time()),
        )  # fmt: skip

        version = week.versions.get()
        author = f"user:{User.objects.get().pk}"
        assert (version.takes_effect_at, version.created_by) == (start, author)
        assert version.terms == {
            "when": {
                "minimum_basket_cents": 3_000,
                "from_day": "2026-11-16",
                "to_day": "2026-11-22",
                "weekdays": [6, 7],
                "stores": ["lyon"],
                "categories": ["coffee"],
                "excluded_skus": ["A", "B"],
                "tiers": ["gold"],
                "birthday_within_days": 3,
            },
            "then": {
                "give": "rate",
                "points": "3",
                "per_cents": 1_000,
                "wallet": "points",
                "pending_days": 14,
                "expiry": {"kind": "DAYS", "count": 90, "round_up": "DAY"},
            },
            "stacking": {"group": "week", "mode": "best"},
        }

    def test_says_hours_products_and_limits_and_shows_them_again(self, desk, week):
        fields = {
            "maximum_basket": "90", "minimum_quantity": "2", "skus": "MUG\n CUP ",
            "holds": "all", "channels": "online", "payment_means": "card\ncash",
            "sources": "flyer", "member_for_days": "30", "from_time": "17:00",
            "to_time": "19:30", "nth": "-1", "nth_weekday": "2", "per_purchase": "500",
            "surplus": "refuse",
        }  # fmt: skip

        self.write(desk, week, **fields)

        assert week.versions.get().terms == {
            "when": {
                "maximum_basket_cents": 9_000,
                "minimum_quantity": 2,
                "from_time": "17:00",
                "to_time": "19:30",
                "recurrence": "FREQ=MONTHLY;BYDAY=-1TU",
                "channels": ["online"],
                "payment_means": ["card", "cash"],
                "skus": ["CUP", "MUG"],
                "holds": "all",
                "sources": ["flyer"],
                "member_for_days": 30,
            },
            "then": {"give": "rate", "points": "3", "per_cents": 1_000},
            "limits": {"per_purchase": 500, "surplus": "refuse"},
        }
        page = desk.get(f"{DESK}/ruleversion/add/", {"rule": week.pk})
        form = page.context["adminform"].form
        again = {name: form[name].value() for name in ("skus", "nth", "nth_weekday", "surplus")}
        assert again == {"skus": "CUP\nMUG", "nth": "-1", "nth_weekday": "2", "surplus": "refuse"}
        assert 'value="17:00"' in page.content.decode()

    def test_says_what_a_member_and_everybody_gets_at_most_and_shows_it_again(self, desk, week):
        fields = {
            "points_a_day": "100", "times_a_day": "2", "times_in_all": "10",
            "cooldown_hours": "24", "budget": "500.00", "surplus": "cut",
        }  # fmt: skip

        self.write(desk, week, **fields)

        assert week.versions.get().terms["limits"] == {
            "per_member": {"day": {"points": 100, "times": 2}, "ever": {"times": 10}},
            "cooldown_hours": 24,
            "budget_cents": 50_000,
        }
        page = desk.get(f"{DESK}/ruleversion/add/", {"rule": week.pk})
        form = page.context["adminform"].form
        assert {name: str(form[name].value()) for name in fields} == fields

    def test_is_in_the_book_once_published(self, desk, week):
        self.write(desk, week)

        assert [rule.code for rule in get_book().rules] == ["base", "week"]

    def test_takes_effect_at_once_unless_told_otherwise(self, desk, week):
        before = timezone.now()

        self.write(desk, week, give="multiplier", points="", per="", factor="1.5")

        version = week.versions.get()
        assert version.terms == {"then": {"give": "multiplier", "factor": "1.5"}}
        assert before <= version.takes_effect_at <= timezone.now()

    @pytest.mark.parametrize(
        ("fields", "field", "words"),
        [
            ({"points": ""}, "points", "This is needed."),
            ({"per": "0.001"}, "per", "The currency has no such small amount."),
            ({"per": ""}, "per", "This is needed."),
            ({"give": "fixed", "points": "1.5"}, "points", "This must be a whole number."),
            ({"give": "multiplier", "factor": "1"}, "factor", "This is too small"),
            ({"event": "enrolment"}, "give", "Only a purchase has a basket."),
            ({"expiry_kind": "DAYS"}, "expiry_count", "This is needed."),
            ({"holds": "none"}, "holds", "No product is named"),
            ({"nth": "1"}, "nth_weekday", "Choose both"),
            ({"recurrence": "every day"}, "recurrence", "This is no recurrence of days"),
            (
                {"nth": "1", "nth_weekday": "2", "recurrence": "FREQ=MONTHLY;BYMONTHDAY=1"},
                "recurrence",
                "Choose one of the two.",
            ),
            (
                {"minimum_basket": "9", "maximum_basket": "8"},
                "maximum_basket",
                "The most must not be below the least.",
            ),
            (
                {"budget": "5", "budget_points": "5"},
                "budget",
                "A budget is in points or in money, not in both.",
            ),
            ({"surplus": "refuse"}, "per_purchase", "This is needed."),
            ({"mode": "best"}, "group", "This is needed."),
            (
                {"from_day": "2026-11-22", "to_day": "2026-11-16"},
                "to_day",
                "The end must come after the start.",
            ),
            (
                {"takes_effect_at_0": "2020-01-01", "takes_effect_at_1": "00:00"},
                "takes_effect_at",
                "A version takes effect now or later.",
            ),
        ],
    )
    def test_says_beside_the_field_what_is_wrong(self, desk, week, fields, field, words):
        page = self.write(desk, week, **fields)

        errors = page.context["adminform"].form.errors
        assert list(errors) == [field]
        assert errors[field][0].startswith(words)
        assert week.versions.exists() is False
        assert Rule.objects.get(code="week").state == RuleState.DRAFT

    def test_is_not_for_a_rule_that_has_ended(self, desk, week):
        publishing.end(rule=week, at=SET_UP)

        page = self.write(desk, week)

        assert list(page.context["adminform"].form.errors) == ["rule"]

    def test_is_shown_and_never_edited(self, desk):
        version = RuleVersion.objects.get()
        address = f"{DESK}/ruleversion/{version.pk}/change/"

        assert "1 point for each whole €1.00." in desk.get(address).content.decode()
        assert desk.post(address, self.FIELDS).status_code == 403
        assert desk.get(f"{DESK}/ruleversion/{version.pk}/delete/").status_code == 403
