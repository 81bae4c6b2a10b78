"""A rule tried on past purchases from the desk: from the form to the report."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from loyalty.identity.roles import Role
from loyalty.programmes import trying
from loyalty.programmes.models import Rule, RuleVersion, Simulation
from members import enrolling, purchasing, simulating
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, words_of
from tests.members.builders import sale

PAGE = "/desk/simulations/"
ADD = "/desk/programmes/ruleversion/add/"
FIELDS = {
    "event": "purchase", "give": "fixed", "points": "10", "mode": "sum",
    "expiry_kind": "", "expiry_round_up": "DAY", "_simulate": "1",
    "sample-channel": "store",
}  # fmt: skip

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def rule(shop: None) -> Rule:
    """A rule that nobody published, and a member who bought for 20.00 twice."""
    member = enrolling.enrol(at=NOON - timedelta(days=60), email="ada@shop.test")
    for days in (1, 40):
        told = sale(member, occurred_at=NOON - timedelta(days=days))
        purchasing.record(sale=told, key=f"k{days}", at=NOON - timedelta(days=days))
    return Rule.objects.create(code="week", name_fr="Semaine", name_en="Week")


@pytest.fixture
def marketing(sign_in: SignIn) -> Client:
    return sign_in(Role.MARKETING)


def try_out(marketing: Client, rule: Rule, **fields: str) -> Simulation:
    marketing.post(ADD, FIELDS | {"rule": str(rule.pk)} | fields)
    return Simulation.objects.latest("pk")


class TestFromTheForm:
    def test_keeps_what_it_says_to_be_tried_and_publishes_nothing(self, rule, marketing):
        simulation = try_out(marketing, rule)

        page = words_of(marketing, f"{PAGE}{simulation.pk}/")
        assert "Week" in page
        assert "10 points." in page
        assert "On the purchases of the last months" in page
        assert RuleVersion.objects.filter(rule=rule).exists() is False

    def test_keeps_nothing_of_what_could_not_be_published(self, rule, marketing):
        page = marketing.post(ADD, FIELDS | {"rule": str(rule.pk), "points": ""})

        assert "This is needed." in page.content.decode()
        assert Simulation.objects.exists() is False


class TestTheReport:
    def run(self, simulation: Simulation, months: int) -> None:
        user = simulation.asked_by
        simulating.start(simulation=simulation, months=months, by=user, at=NOON)
        simulating.run(simulation=simulation, clock=lambda: NOON)

    def test_says_what_it_would_have_come_to(self, rule, marketing):
        simulation = try_out(marketing, rule)
        self.run(simulation, months=3)

        page = words_of(marketing, f"{PAGE}{simulation.pk}/")

        assert "Purchases 2 Points given 40 Points it would have given 60 (+20)" in page
        assert "What the difference costs €0.20" in page
        assert "Members with more or fewer points 1" in page
        assert "Jan 26 20 30 +10 Mar 26 20 30 +10" in page
        assert "week 0 20 +20" in page

    def test_is_of_as_many_months_as_were_chosen(self, rule, marketing):
        simulation = try_out(marketing, rule)
        self.run(simulation, months=1)

        assert "Points given 20" in words_of(marketing, f"{PAGE}{simulation.pk}/")

    def test_of_the_rules_as_they_are_changes_nothing(self, rule, marketing):
        marketing.post(PAGE)
        simulation = Simulation.objects.get()
        assert (simulation.rule, simulation.terms) == (None, None)
        self.run(simulation, months=3)

        assert "Points it would have given 40 (0)" in words_of(
            marketing, f"{PAGE}{simulation.pk}/"
        )

    @pytest.mark.parametrize("months", ["many", pytest.param("9" * 5_000, id="thousands")])
    def test_is_not_begun_for_months_that_are_no_number(self, rule, marketing, months):
        simulation = try_out(marketing, rule)

        answer = marketing.post(f"{PAGE}{simulation.pk}/", {"months": months})

        simulation.refresh_from_db()
        assert (answer.status_code, simulation.state) == (400, "READY")

    @pytest.mark.parametrize("number", ["9" * 19, pytest.param("9" * 5_000, id="thousands")])
    def test_starts_from_no_rule_where_the_address_names_none(self, marketing, number):
        assert marketing.get(ADD, {"rule": number}).status_code == 200


class TestThePages:
    def test_list_the_latest_in_as_many_statements_for_two_as_for_twenty(self, rule, marketing):
        user = try_out(marketing, rule).asked_by
        marketing.get(PAGE)
        few = queries_of(marketing, PAGE)
        for _number in range(20):
            trying.draft(rule=None, said=None, by=user, at=NOON)

        assert queries_of(marketing, PAGE) == few

    def test_are_for_who_writes_rules(self, sign_in):
        care = sign_in(Role.CUSTOMER_CARE)

        assert care.get(PAGE).status_code == 403
