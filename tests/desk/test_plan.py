"""The action plan at the desk: goals on their measures, actions, and both on the first page."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from analytics import facts, planning
from analytics.models import Action, ActionField, ActionKind, Benchmark, Cost, Goal, Rhythm
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Store, StoreAssignment
from members import enrolling
from tests.analytics.builders import Sold, sell
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, rows_of, words_of

PAGE, HOME = "/desk/plan/", "/desk/"

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def marketing(sign_in: SignIn) -> Client:
    return sign_in(Role.MARKETING)


@pytest.fixture
def grace(marketing: Client) -> User:
    return User.objects.get(email="marketing@example.test")


@pytest.fixture(autouse=True)
def bought(shop: None) -> None:
    """Of four who bought in January two bought in February: half were kept."""
    people = [
        enrolling.enrol(at=NOON - timedelta(days=90), email=f"m{number}@shop.test")
        for number in range(4)
    ]
    sell(Sold(one, date(2026, 1, 10), 1_000) for one in people)
    sell(Sold(one, date(2026, 2, 10), 1_000) for one in people[:2])
    facts.refresh(at=NOON)


def said(grace: User, **more: object) -> dict[str, object]:
    return {
        "act": "set", "code": "retention_rate", "rhythm": "MONTH", "target": "60",
        "by_on": "2026-06-30", "owner": grace.pk,
    } | more  # fmt: skip


def aim(grace: User, *, by_on: date = date(2026, 6, 30), **more: object) -> Goal:
    told = {
        "code": "retention_rate", "cut": {}, "rhythm": Rhythm.MONTH, "target": Decimal("0.6"),
        "from_on": NOON.date() - timedelta(days=60), "by_on": by_on, "owner": grace,
        "by": grace, "at": NOON,
    }  # fmt: skip
    return planning.set_goal(**told | more)  # type: ignore[arg-type]


def plan(goal: Goal, grace: User, title: str = "Write", due: date = date(2026, 3, 1)) -> Action:
    return planning.plan_action(
        goal=goal, kind=ActionKind.CORRECTIVE, field=ActionField.COMMUNICATION, title=title,
        owner=grace, due_on=due, cost_cents=0, by=grace, at=min(NOON, NOON - (NOON.date() - due)),
    )  # fmt: skip


class TestANewGoal:
    def test_is_set_in_per_cent_and_says_how_far_it_has_come(self, marketing, grace):
        answer = marketing.post(f"{PAGE}new/", said(grace))

        goal = Goal.objects.get()
        assert answer["Location"] == f"{PAGE}{goal.pk}/"
        assert (goal.target, goal.baseline) == (Decimal("0.6"), Decimal("0.5"))
        page = words_of(marketing, PAGE)
        assert "50% in February 2026, on the way to 60% by 30 June 2026." in page
        assert "It began at 50% and is 0% of the way there." in page

    @pytest.mark.parametrize(
        ("more", "words"),
        [
            ({"target": "40"}, "The measure is there already"),
            ({"by_on": "2026-03-10"}, "Choose a day to come."),
            ({"code": "average_basket", "target": "10.005"}, "no such small amount"),
            ({"code": "points_flow", "target": "9", "tier": "gold"}, "cannot be cut in this way"),
            ({"target": "250"}, "This measure lies between 0% and 100%."),
            ({"code": "nps", "target": "101"}, "This measure lies between −100 and 100."),
            ({"code": "active_members", "target": "-1"}, "This measure is never below 0."),
        ],
    )
    def test_says_what_is_wrong_and_sets_nothing(self, marketing, grace, more, words):
        page = marketing.post(f"{PAGE}new/", said(grace, **more)).content.decode()

        assert words in page
        assert Goal.objects.exists() is False

    def test_is_answered_for_by_who_may_plan_called_by_their_names(
        self, marketing, grace, sign_in
    ):
        User.objects.filter(pk=grace.pk).update(first_name="Grace", last_name="Hopper")
        for role in (Role.AUDITOR, Role.CASHIER, Role.STORE_MANAGER):
            sign_in(role)

        owners = marketing.get(f"{PAGE}new/").context["form"].fields["owner"].choices

        assert [str(name) for _pk, name in owners] == [
            "Choose somebody", "Grace Hopper", "store_manager@example.test",
        ]  # fmt: skip

    def test_of_a_manager_is_of_their_store(self, sign_in, grace):
        nice = Store.objects.create(code="nice", name="Nice")
        manager = sign_in(Role.STORE_MANAGER)
        user = User.objects.get(email="store_manager@example.test")
        StoreAssignment.objects.create(user=user, store=nice)
        whole = aim(grace)

        manager.post(f"{PAGE}new/", said(grace))
        assert Goal.objects.get() == whole
        manager.post(f"{PAGE}new/", said(grace, store="nice"))

        own = Goal.objects.get(store=nice)
        assert own.cut == {"store": "nice"}
        assert manager.get(f"{PAGE}{own.pk}/").status_code == 200
        assert manager.get(f"{PAGE}{whole.pk}/").status_code == 404


class TestTheFilesOfAGoal:
    def test_hold_its_measure_over_time_beside_its_target(self, marketing, grace):
        goal = aim(grace)
        User.objects.update(language="fr")

        table = marketing.get(f"{PAGE}{goal.pk}/?csv=periods")
        picture = marketing.get(f"{PAGE}{goal.pk}/?png=periods")

        assert table["Content-Disposition"] == f'attachment; filename="goal-{goal.pk}.csv"'
        assert rows_of(table)[-1] == ["2026-02-01", "2026-02-28", "0,5", "0,6"]
        assert (picture["Content-Type"], picture.content[:4]) == ("image/png", b"\x89PNG")


class TestAGoal:
    def test_takes_an_action_another_day_and_an_end(self, marketing, grace):
        url = f"{PAGE}{aim(grace).pk}/"

        marketing.post(
            url,
            {
                "act": "plan", "plan-title": "Call them", "plan-kind": "CORRECTIVE",
                "plan-field": "PRICE", "plan-owner": grace.pk, "plan-due_on": "2026-04-01",
                "plan-cost_cents": "12.50",
            },
        )  # fmt: skip
        marketing.post(
            url, {"act": "change", "change-by_on": "2026-07-31", "change-owner": grace.pk}
        )

        assert Action.objects.get().cost_cents == 1_250
        assert Goal.objects.get().by_on == date(2026, 7, 31)
        assert "Call them corrective · price" in words_of(marketing, url)
        marketing.post(url, {"act": "end", "end-outcome": "DROPPED"})
        assert "given up" in words_of(marketing, PAGE)
        assert "Plan an action" not in words_of(marketing, url)

    def test_is_only_read_by_an_auditor(self, grace, sign_in):
        url = f"{PAGE}{aim(grace).pk}/"
        auditor = sign_in(Role.AUDITOR)

        assert auditor.post(url, {"act": "end", "end-outcome": "DROPPED"}).status_code == 403
        assert Goal.objects.open().count() == 1

    def test_costs_as_many_statements_with_ten_actions_as_with_one(self, marketing, grace):
        goal = aim(grace)
        plan(goal, grace)
        marketing.get(PAGE)
        few = queries_of(marketing, PAGE)
        for number in range(9):
            plan(goal, grace, f"Action {number}")

        assert queries_of(marketing, PAGE) == few == 18

    def test_costs_as_many_statements_with_goals_of_three_stores_as_of_one(
        self, marketing: Client, grace: User
    ):
        Store.objects.create(code="lyon", name="Lyon")
        Store.objects.create(code="nice", name="Nice")
        aim(grace, cut={"store": "lyon"})
        marketing.get(PAGE)
        few = queries_of(marketing, PAGE)
        for code in ("nice", "bastille"):
            aim(grace, cut={"store": code})
        marketing.get(PAGE)

        assert queries_of(marketing, PAGE) == few


class TestFinishing:
    def test_asks_the_result_and_shows_what_the_measure_said(self, marketing, grace):
        action = plan(aim(grace), grace)
        url = f"{PAGE}actions/{action.pk}/"
        assert "Retention rate: 50% when it was planned, 50% now." in words_of(marketing, url)

        nothing = marketing.post(url, {"result": "", "done": "yes"})
        marketing.post(url, {"result": "Ten came.", "cost_cents": "40", "done": "yes"})

        assert "This field is required." in nothing.content.decode()
        assert (Action.objects.get().result, Cost.objects.get().amount_cents) == (
            "Ten came.",
            4_000,
        )
        again = marketing.post(url, {"result": "Again.", "done": "yes"}).content.decode()
        assert "has been finished already" in again


class TestTheFirstPage:
    def test_shows_goals_and_what_is_late_and_follows_what_is_done(self, marketing, grace, clock):
        late = plan(aim(grace), grace)
        aim(grace, by_on=date(2026, 3, 9), target=Decimal("0.9"))

        page = words_of(marketing, HOME)
        assert "1 action is late." in page
        assert "Retention rate: the target date has passed, at 50% of 90%." in page
        assert "50% of 60%, by 30 June 2026 · 1 action late" in page

        planning.finish_action(action=late, result="Done.", cost_cents=0, by=grace, at=NOON)
        assert "is late." not in words_of(marketing, HOME)


class TestTheMeasuresPage:
    def test_draws_the_target_and_marks_the_actions(self, marketing, grace):
        plan(aim(grace), grace, due=date(2026, 2, 20))
        url = "/desk/measures/retention_rate/?period=2026-02"

        answer = marketing.get(url)

        assert answer.context["told"].chart.target_words == "Goal: 60%"
        assert [bar.marks for bar in answer.context["told"].chart.bars][-1] == 1
        assert "Goal: 60% by 30 June 2026" in words_of(marketing, url)
        elsewhere = words_of(marketing, "/desk/measures/retention_rate/?period=2026-Q1")
        assert "There is no goal for what this page shows." in elsewhere


class TestTheSector:
    URL = "/desk/measures/retention_rate/sector/"

    def test_has_a_figure_that_is_entered_with_its_source(self, marketing):
        told = {"value": "42.5", "sector": "Cafés", "year": "2025", "source": "Union"}

        marketing.post(self.URL, told)

        assert Benchmark.objects.get().value == Decimal("0.425")
        assert "Cafés 2025 42.5% Union" in words_of(marketing, self.URL)
        assert "Cafés, 2025: 42.5% (Union)" in words_of(
            marketing, f"{PAGE}new/?code=retention_rate"
        )
        marketing.post(self.URL, {"drop": str(Benchmark.objects.get().pk)})
        assert Benchmark.objects.exists() is False

    def test_is_of_a_measure_that_there_is(self, marketing):
        assert marketing.get("/desk/measures/nothing/sector/").status_code == 404
