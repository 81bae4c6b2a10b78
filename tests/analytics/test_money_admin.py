"""Costs and budgets as staff enter them."""

import pytest
from django.test import Client
from django.urls import reverse

from analytics import keeping
from analytics.keeping import Asked
from analytics.models import Budget, Cost
from analytics.periods import Period, day
from loyalty.identity.roles import Role
from tests.analytics.builders import NOW, make_programme
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db

ADD = reverse("admin:analytics_cost_add")
OCTOBER = Asked("programme_cost", Period(day("2026-10-01"), day("2026-10-31")))
POSTER = {"category": "PROMOTION", "amount_cents": "120.50", "first_on": "2026-10-05"}


@pytest.fixture
def marketing(client: Client) -> Client:
    make_programme()
    client.force_login(appoint(Role.MARKETING))
    return client


class TestACost:
    def test_is_of_its_first_day_and_of_who_entered_it(self, marketing: Client) -> None:
        assert keeping.get(asked=[OCTOBER], at=NOW)[OCTOBER].figure.value == 0

        marketing.post(ADD, {**POSTER, "last_on": "", "note": "=1+1"})

        cost = Cost.objects.get()
        assert (cost.amount_cents, cost.last_on) == (12_050, day("2026-10-05"))
        assert cost.entered_by == cost.history.get().history_user
        assert keeping.get(asked=[OCTOBER], at=NOW)[OCTOBER].figure.value == 12_050

    @pytest.mark.parametrize(
        "said",
        [
            {"last_on": "2026-10-04"},
            {"last_on": "9999-12-31"},
            {"first_on": "0001-01-01"},
            {"first_on": "9999-12-31"},
            {"amount_cents": "0"},
            {"amount_cents": "-3"},
            {"amount_cents": "1e14"},
        ],
    )
    def test_is_refused_where_it_cannot_be(self, marketing: Client, said: dict[str, str]) -> None:
        page = marketing.post(ADD, {**POSTER, "note": "", **said})

        assert page.context["adminform"].form.errors
        assert Cost.objects.exists() is False

    def test_can_be_taken_back_and_counts_no_more(self, marketing: Client) -> None:
        marketing.post(ADD, {**POSTER, "last_on": "2026-10-08", "note": ""})
        cost = Cost.objects.get()
        assert keeping.get(asked=[OCTOBER], at=NOW)[OCTOBER].figure.value == 12_050

        marketing.post(reverse("admin:analytics_cost_delete", args=[cost.pk]), {"post": "yes"})

        assert keeping.get(asked=[OCTOBER], at=NOW)[OCTOBER].figure.value == 0
        assert Cost.history.count() == 2


class TestABudget:
    def test_is_one_for_a_year_and_category(self, marketing: Client) -> None:
        marketing.force_login(appoint(Role.ADMINISTRATOR))
        url, told = reverse("admin:analytics_budget_add"), {"year": "2026", "category": "STAFF"}

        marketing.post(url, {**told, "planned_cents": "5000"})
        again = marketing.post(url, {**told, "planned_cents": "6000"})

        assert Budget.objects.get().planned_cents == 500_000
        assert again.context["adminform"].form.errors
