"""Campaigns at the desk: state, cost so far, months, and one with all its figures."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from loyalty.identity.roles import Role
from loyalty.programmes import revising
from loyalty.programmes.campaigns import is_held_out
from loyalty.programmes.models import Campaign, Rule, RuleState, Segment
from members import enrolling, purchasing, segmenting
from members.models import Member
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, words_of
from tests.members.builders import publish, sale

PAGE = "/desk/campaigns/"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def marketing(sign_in: SignIn) -> Client:
    return sign_in(Role.MARKETING)


def campaign(code: str, *, days: int = 0, **said: object) -> Campaign:
    start = NOON + timedelta(days=days)
    return Campaign.objects.create(
        **{
            "code": code, "name_fr": code, "name_en": code.title(), "starts_at": start,
            "ends_at": start + timedelta(days=20), "target": 40, "budget_points": 500,
            "holdout_percent": 0, **said,
        }
    )  # fmt: skip


@pytest.fixture
def spring(shop: None) -> Campaign:
    """A campaign that gave two members ten points each, one of them twice."""
    spring = campaign("spring", days=-2)
    publish("extra", {"then": {"give": "fixed", "points": 10}})
    Rule.objects.filter(code="extra").update(campaign=spring)
    revising.touch()
    for name, times in (("ada", 2), ("bob", 1)):
        member = enrolling.enrol(at=NOON - timedelta(days=9), email=f"{name}@shop.test")
        for number in range(times):
            purchasing.record(sale=sale(member), key=f"{name}{number}", at=NOON)
    return spring


class TestTheList:
    def test_says_state_goal_cost_and_what_is_left(self, spring, marketing):
        campaign("summer", days=60)
        campaign("winter", days=-90)

        page = words_of(marketing, PAGE)

        assert "Spring" in page
        assert "running 2 / 40 €0.30 470" in page
        assert "planned 0 / 40 €0.00 500" in page
        assert "over 0 / 40 €0.00 500" in page

    def test_shows_in_which_months_each_runs(self, spring, marketing):
        page = words_of(marketing, PAGE).partition("Calendar")[2]

        assert page.count("runs") == 1

    def test_costs_as_many_statements_for_two_as_for_twenty(self, spring, marketing):
        campaign("summer")
        marketing.get(PAGE)
        two = queries_of(marketing, PAGE)
        for number in range(18):
            campaign(f"more{number}")

        assert queries_of(marketing, PAGE) == two

    def test_says_so_when_there_is_none(self, marketing):
        assert "No campaign yet." in words_of(marketing, PAGE)


class TestOneCampaign:
    def test_tells_reach_cost_budget_and_who_is_held_out(self, spring, marketing):
        Campaign.objects.update(holdout_percent=50)
        members = [enrolling.enrol(at=NOON, email=f"m{n}@shop.test").public_id for n in range(20)]

        page = words_of(marketing, f"{PAGE}{spring.pk}/")

        assert "Goal members who got something : 2 / 40" in page
        assert "Times that something was given 3" in page
        assert "Cost so far €0.30 · 30 points Budget left 470 points" in page
        assert "(50 %)" in page
        assert len(members) == 20

    def test_tells_what_it_changed_against_those_held_out(self, marketing):
        """Ten of twenty are held out by their ids; treated members spend twice as much."""
        spring = campaign("spring", days=-9, holdout_percent=50)
        for number in range(40):
            member = enrolling.enrol(at=NOON, email=f"m{number}@shop.test")
            Member.objects.filter(pk=member.pk).update(public_id=f"mem_{number}")
            is_out = is_held_out(campaign="spring", member=f"mem_{number}", percent=50)
            euros = (10 if is_out else 20) + number % 3
            purchasing.record(sale=sale(member, f"{euros}.00"), key=f"k{number}", at=NOON)

        page = words_of(marketing, f"{PAGE}{spring.pk}/").partition("What it changed ")[2]

        assert page.startswith("It worked: members spent more than those held out.")
        assert "Difference €10.0" in page
        assert "(p) < 0.001" in page

    def test_tells_no_change_where_nobody_could_be_compared(self, spring, marketing):
        summer = campaign("summer", days=60, holdout_percent=50)

        page = words_of(marketing, f"{PAGE}{summer.pk}/").partition("What it changed ")[2]

        assert page.startswith("Too few members bought, or were held out, to compare.")

    def test_counts_its_audience_and_nobody_else(self, spring, marketing):
        vip = Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")
        Campaign.objects.update(audience=vip)
        ada = Member.objects.get(email="ada@shop.test")
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)

        page = words_of(marketing, f"{PAGE}{spring.pk}/")

        assert "Audience Regulars Members who could benefit 1 Held out" in page

    def test_costs_as_many_statements_for_few_members_as_for_many(self, spring, marketing):
        address = f"{PAGE}{spring.pk}/"
        marketing.get(address)
        few = queries_of(marketing, address)
        for number in range(20):
            enrolling.enrol(at=NOON, email=f"m{number}@shop.test")

        assert queries_of(marketing, address) == few

    def test_that_nobody_made_is_not_found(self, marketing):
        assert marketing.get(f"{PAGE}999/").status_code == 404


class TestAManagerOfOneStore:
    """They are told what runs, and no figure of all stores."""

    def test_reads_in_the_list_what_runs_and_when(self, spring, sign_in):
        page = words_of(sign_in(Role.STORE_MANAGER), PAGE)

        told = "campaign state Spring 8 March 2026 – 28 March 2026 running Calendar"
        assert f"Campaigns State of each {told}" in page

    def test_reads_of_one_what_it_is_and_not_what_came_of_it(self, spring, sign_in):
        Campaign.objects.update(holdout_percent=50)

        page = words_of(sign_in(Role.STORE_MANAGER), f"{PAGE}{spring.pk}/")

        assert "Goal members who got something : 40 Audience all members Held out" in page
        assert "for comparison 50 % Rules" in page
        assert "extra" in page
        for figure in ("2 / 40", "€0.30", "470", "What it changed", "Budget left"):
            assert figure not in page


class TestTheForm:
    FIELDS = {
        "code": "may", "name_fr": "Mai", "name_en": "May", "goal": "REACH", "target": "50",
        "starts_at_0": "2026-05-01", "starts_at_1": "00:00", "ends_at_0": "2026-06-01",
        "ends_at_1": "00:00", "budget_cents": "250.00", "holdout_percent": "10",
    }  # fmt: skip
    ADD = "/desk/programmes/campaign/add/"

    def test_makes_a_campaign(self, marketing):
        marketing.post(self.ADD, self.FIELDS)

        made = Campaign.objects.get()
        assert (made.budget_points, made.budget_cents, made.holdout_percent) == (None, 25_000, 10)

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"budget_points": "5"}, "A campaign has one budget"),
            ({"ends_at_0": "2026-04-01"}, "The end must come after the start."),
            ({"holdout_percent": "51"}, "50"),
        ],
    )
    def test_says_what_is_wrong(self, marketing, fields, words):
        page = marketing.post(self.ADD, self.FIELDS | fields)

        assert words in page.content.decode()
        assert Campaign.objects.exists() is False

    def test_keeps_who_is_held_out_once_a_rule_is_published(self, spring, marketing):
        fields = self.FIELDS | {"holdout_percent": "40", "code": "spring", "audience": ""}
        address = f"/desk/programmes/campaign/{spring.pk}/change/"

        marketing.post(address, fields)

        spring.refresh_from_db()
        assert (spring.holdout_percent, spring.name_en) == (0, "May")
        assert Rule.objects.get(code="extra").state == RuleState.LIVE
