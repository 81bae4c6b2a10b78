"""A version of a rule that may cost much, on the page where another person decides on it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from loyalty.identity.models import Approval, User
from loyalty.identity.roles import Role
from loyalty.programmes import publishing, releasing
from loyalty.programmes.models import Programme, Rule, RuleVersion
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import queries_of, words_of
from tests.programmes.build import fixed, said

PAGE = "/desk/approvals/"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def week(shop: None) -> Rule:
    rule = Rule.objects.create(code="week", name_fr="Semaine", name_en="Week")
    publishing.publish(rule=rule, said=said(fixed(5), weekdays=[6]), at=NOON - timedelta(days=9))
    Programme.objects.update(approval_above_points=1_000)
    return rule


@pytest.fixture
def marketing(sign_in: SignIn) -> Client:
    client = sign_in(Role.MARKETING)
    prove(client)
    return client


@pytest.fixture
def admin(sign_in: SignIn) -> Client:
    client = sign_in(Role.ADMINISTRATOR)
    prove(client)
    return client


def ask(rule: Rule, points: int = 7) -> Approval:
    user = User.objects.get(email="marketing@example.test")
    asked = releasing.release(rule=rule, said=said(fixed(points), weekdays=[6]), by=user, at=NOON)
    return asked.approval


def answer(client: Client, approval: Approval, word: str) -> str:
    client.post(f"{PAGE}{approval.public_id}/", {"answer": word})
    approval.refresh_from_db()
    return approval.state


class TestTheRequest:
    def test_shows_what_it_says_what_it_changes_and_what_it_may_cost(self, week, marketing, admin):
        ask(week)

        page = words_of(admin, PAGE)

        assert "New version of “Week”" in page
        assert "7 points, les jours suivants : samedi." in page
        assert "7 points, on the weekdays Saturday." in page
        assert "What it changes before : 5 points after : 7 points" in page
        assert "Points it may give without end" in page

    def test_is_counted_among_what_waits_at_home(self, week, marketing, admin):
        ask(week)

        assert "1 request waits for approval." in words_of(admin, "/desk/")

    def test_is_published_when_somebody_else_approves(self, week, marketing, admin):
        approval = ask(week)

        assert answer(admin, approval, "approve") == "APPROVED"

        assert week.versions.order_by("-number").first().terms["then"]["points"] == 7
        assert "Rules decided" in words_of(admin, PAGE)

    @pytest.mark.parametrize("word", ["refuse", "nonsense"])
    def test_publishes_nothing_otherwise(self, week, marketing, admin, word):
        approval = ask(week)

        answer(admin, approval, word)

        assert week.versions.count() == 1

    def test_is_withdrawn_by_who_asked_and_approved_by_them_never(self, week, marketing, admin):
        approval = ask(week)

        assert answer(marketing, approval, "approve") == "WAITING"
        assert "You asked for it: another person must decide." in words_of(marketing, PAGE)
        assert answer(marketing, approval, "withdraw") == "WITHDRAWN"
        assert RuleVersion.objects.filter(rule=week).count() == 1

    def test_is_nobody_elses_to_see_who_does_not_decide(self, week, marketing, sign_in):
        approval = ask(week)
        care = sign_in(Role.CUSTOMER_CARE)
        prove(care)

        assert "Week" not in words_of(care, PAGE)
        assert care.get(f"{PAGE}{approval.public_id}/").status_code == 404

    def test_costs_as_many_statements_for_two_as_for_twenty(self, week, marketing, admin):
        for points in (7, 8):
            ask(week, points)
        admin.get(PAGE)
        two = queries_of(admin, PAGE)
        for points in range(9, 27):
            ask(week, points)

        assert queries_of(admin, PAGE) == two
