"""Goals and actions: set once, looked at by period, finished once, and what they changed."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from analytics import facts, goals, planning, targets
from analytics.goals import Standing
from analytics.measures.registry import get_measure
from analytics.measuring import CutImpossible
from analytics.models import (
    Action,
    ActionField,
    ActionKind,
    Benchmark,
    Cost,
    Goal,
    Outcome,
    Rhythm,
)
from analytics.periods import Period, PeriodKind, day
from analytics.scopes import WHOLE, Cut
from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from tests.analytics.builders import Sold, make_members, make_programme, make_stores, scope, sell
from tests.members.staff import appoint
from tests.racing import at_once

AT = datetime(2026, 4, 10, 11, 0, tzinfo=UTC)
TODAY = date(2026, 4, 10)
MONTH = PeriodKind.MONTH


@pytest.fixture
def by(db: None) -> User:
    return appoint(Role.MARKETING, "grace")


@pytest.fixture
def shop(db: None) -> None:
    """Of four who bought in February two bought in March: half were kept."""
    make_programme()
    people = list(make_members(["ada", "bea", "cid", "dee"]).values())
    sell(Sold(one, day("2026-02-10"), 1_000) for one in people)
    sell(Sold(one, day("2026-03-10"), 1_000) for one in people[:2])
    facts.refresh(at=AT)


def aim(by: User, target: str = "0.75", **said: object) -> Goal:
    told = {
        "code": "retention_rate", "cut": {}, "rhythm": Rhythm.MONTH, "target": Decimal(target),
        "from_on": TODAY, "by_on": date(2026, 6, 30), "owner": by, "by": by, "at": AT,
    }  # fmt: skip
    return planning.set_goal(**told | said)  # type: ignore[arg-type]


def plan(goal: Goal, by: User, **said: object) -> Action:
    told = {
        "goal": goal, "kind": ActionKind.CORRECTIVE, "field": ActionField.COMMUNICATION,
        "title": "Write to them", "owner": by, "due_on": date(2026, 4, 20), "cost_cents": 5_000,
        "by": by, "at": AT,
    }  # fmt: skip
    return planning.plan_action(**told | said)  # type: ignore[arg-type]


@pytest.mark.usefixtures("shop")
class TestSetGoal:
    def test_keeps_what_the_measure_was_in_the_last_period_that_is_over(self, by: User) -> None:
        goal = aim(by)

        assert goal.baseline == Decimal("0.5")
        assert (goal.cut, goal.store) == ({}, None)

    def test_names_the_store_that_it_is_cut_by(self, by: User) -> None:
        [nice] = make_stores("nice")

        goal = aim(by, cut={"store": "nice"})

        assert (goal.store, goal.cut, goal.baseline) == (nice, {"store": "nice"}, None)

    @pytest.mark.parametrize(
        ("code", "target"), [("retention_rate", "0.5"), ("churn_rate", "0.6")]
    )
    def test_refuses_what_is_reached_already(self, by: User, code: str, target: str) -> None:
        with pytest.raises(planning.GoalAlreadyReached):
            aim(by, target, code=code)

        assert Goal.objects.exists() is False

    def test_refuses_a_cut_that_the_measure_does_not_know(self, by: User) -> None:
        make_stores("nice")

        with pytest.raises(CutImpossible):
            aim(by, code="points_flow", cut={"store": "nice"})

        assert Goal.objects.exists() is False


@pytest.mark.usefixtures("shop")
class TestProgress:
    def at(self, goal: Goal, moment: datetime) -> tuple[Fraction | None, Standing]:
        facts.refresh(at=moment)
        [one] = goals.get_progress(goals=[goal], at=moment)
        return one.share, one.standing

    def test_is_the_share_of_the_way_and_behind_when_time_has_come_further(self, by) -> None:
        goal = aim(by)
        assert self.at(goal, AT) == (0, Standing.ON_TRACK)

        # Nobody bought in April: nobody was kept.
        assert self.at(goal, AT + timedelta(days=30)) == (0, Standing.BEHIND)
        assert self.at(goal, AT + timedelta(days=90)) == (None, Standing.LATE)

    def test_goes_down_where_lower_is_better(self, by: User) -> None:
        goal = aim(by, "0.25", code="churn_rate")

        goal.baseline = Decimal("0.75")

        assert self.at(goal, AT) == (Fraction(1, 2), Standing.ON_TRACK)

    def test_is_reached_from_then_on(self, by: User) -> None:
        goal = aim(by)
        goal.target, goal.by_on = Decimal("0.5"), TODAY - timedelta(days=1)

        assert self.at(goal, AT) == (1, Standing.REACHED)

    def test_tells_the_last_periods_oldest_first(self, by: User) -> None:
        [one] = goals.get_progress(goals=[aim(by)], at=AT, periods=3)

        assert one.periods[0] == Period(day("2026-01-01"), day("2026-01-31"))
        assert list(one.values) == [None, None, Fraction(1, 2)]

    def test_leaves_out_what_can_no_longer_be_read(self, by: User) -> None:
        goal = aim(by)
        Goal.objects.update(code="no-longer-there")
        goal.refresh_from_db()

        assert goals.get_progress(goals=[goal], at=AT) == []

    @pytest.mark.parametrize(
        ("rhythm", "first", "last"),
        [
            (Rhythm.QUARTER, "2026-01-01", "2026-03-31"),
            (Rhythm.HALF, "2025-07-01", "2025-12-31"),
            (Rhythm.YEAR, "2025-01-01", "2025-12-31"),
        ],
    )
    def test_looks_at_whole_periods(self, rhythm: Rhythm, first: str, last: str) -> None:
        found = goals.last_periods(rhythm, today=TODAY, count=1)

        assert found == [Period(day(first), day(last))]


@pytest.mark.usefixtures("shop")
class TestForMeasure:
    def test_is_the_goal_of_this_very_cut_with_what_is_done_for_it(self, by: User) -> None:
        goal = aim(by)
        action = plan(goal, by)

        aimed = goals.for_measure(code="retention_rate", cut=WHOLE, kind=MONTH)

        assert aimed is not None
        assert (aimed.target, aimed.actions) == (Fraction(3, 4), [action])
        assert goals.for_measure(code="retention_rate", cut=Cut(channel="web"), kind=MONTH) is None
        planning.end_goal(goal=goal, outcome=Outcome.DROPPED, by=by, at=AT)
        assert goals.for_measure(code="retention_rate", cut=WHOLE, kind=MONTH) is None


@pytest.mark.usefixtures("shop")
class TestActions:
    def test_keep_what_the_measure_was_and_became_and_count_as_a_cost(self, by: User) -> None:
        action = plan(aim(by), by)
        april = scope("2026-04-01", "2026-04-30", at=AT)
        cost_of = get_measure(code="programme_cost").compute
        assert cost_of(april).value == 0

        done = planning.finish_action(
            action=action, result="Forty came.", cost_cents=6_100, by=by, at=AT
        )

        assert (done.before, done.after) == (Decimal("0.5"), Decimal("0.5"))
        assert (done.state, done.done_on, done.cost) == ("DONE", TODAY, Cost.objects.get())
        assert cost_of(april).value == 6_100

    def test_that_cost_nothing_enter_no_cost(self, by: User) -> None:
        action = plan(aim(by), by)

        planning.finish_action(action=action, result="Done.", cost_cents=0, by=by, at=AT)

        assert Cost.objects.exists() is False

    def test_that_are_given_up_cost_nothing(self, by: User) -> None:
        action = planning.drop_action(action=plan(aim(by), by), result="Too dear.", by=by)

        assert (action.state, action.cost_cents) == ("DROPPED", 0)
        assert Cost.objects.exists() is False

    def test_are_finished_once(self, by: User) -> None:
        action = plan(aim(by), by)
        planning.finish_action(action=action, result="Done.", cost_cents=100, by=by, at=AT)

        with pytest.raises(planning.ActionFinished):
            planning.finish_action(action=action, result="Again.", cost_cents=100, by=by, at=AT)
        with pytest.raises(planning.ActionFinished):
            planning.drop_action(action=action, result="No.", by=by)

        assert (Action.objects.get().result, Cost.objects.count()) == ("Done.", 1)

    def test_are_not_planned_for_a_goal_that_has_ended(self, by: User) -> None:
        goal = aim(by)
        planning.end_goal(goal=goal, outcome=Outcome.REACHED, by=by, at=AT)

        with pytest.raises(planning.GoalEnded):
            plan(goal, by)
        with pytest.raises(planning.GoalEnded):
            planning.change_goal(goal=goal, by_on=date(2027, 1, 1), owner=by, note="", by=by)

        assert Action.objects.exists() is False

    def test_are_not_finished_or_given_up_for_a_goal_that_has_ended(self, by: User) -> None:
        goal = aim(by)
        action = plan(goal, by)
        planning.end_goal(goal=goal, outcome=Outcome.DROPPED, by=by, at=AT)

        with pytest.raises(planning.GoalEnded):
            planning.finish_action(action=action, result="Done.", cost_cents=100, by=by, at=AT)
        with pytest.raises(planning.GoalEnded):
            planning.drop_action(action=action, result="No.", by=by)

        assert (Action.objects.get().state, Cost.objects.count()) == ("OPEN", 0)


@pytest.mark.usefixtures("shop")
class TestChangeGoal:
    @pytest.mark.parametrize("days", [0, -1])
    def test_refuses_a_day_that_is_not_after_its_first(self, by: User, days: int) -> None:
        goal = aim(by)

        with pytest.raises(planning.GoalEndsTooSoon):
            planning.change_goal(
                goal=goal, by_on=goal.from_on + timedelta(days=days), owner=by, note="", by=by
            )

        assert Goal.objects.get().by_on == goal.by_on


@pytest.mark.usefixtures("shop")
class TestWhoMayPlan:
    """The capability asks again: a door that forgot to ask opens nothing."""

    ACTS = ("set", "change", "end", "plan", "finish", "drop", "enter", "withdraw")

    def act(self, act: str, by: User, action: Action) -> object:
        goal, result = action.goal, {"result": "Done.", "by": by}
        told = {"code": "retention_rate", "sector": "Bars", "year": 2025, "source": "Them"}
        acts = {
            "set": lambda: aim(by),
            "change": lambda: planning.change_goal(
                goal=goal, by_on=date(2027, 1, 1), owner=by, note="", by=by
            ),
            "end": lambda: planning.end_goal(goal=goal, outcome=Outcome.REACHED, by=by, at=AT),
            "plan": lambda: plan(goal, by),
            "finish": lambda: planning.finish_action(
                action=action, cost_cents=9, at=AT, **result
            ),
            "drop": lambda: planning.drop_action(action=action, **result),
            "enter": lambda: planning.enter_benchmark(value=Decimal(1), by=by, at=AT, **told),
            "withdraw": lambda: planning.withdraw_benchmark(
                code="retention_rate", pk=Benchmark.objects.get().pk, by=by
            ),
        }  # fmt: skip
        return acts[act]()

    @pytest.fixture
    def action(self, by: User) -> Action:
        action = plan(aim(by), by)
        self.act("enter", by, action)
        return action

    def rows(self) -> list[object]:
        return [list(table.objects.values()) for table in (Goal, Action, Benchmark, Cost)]

    @pytest.mark.parametrize("role", [Role.AUDITOR, None])
    def test_is_nobody_without_the_permission(self, action: Action, role: Role | None) -> None:
        """An auditor reads; None is somebody who was dismissed."""
        somebody = appoint(role or Role.MARKETING, "no")
        somebody.is_active = role is not None
        somebody.save()
        before = self.rows()

        for act in self.ACTS:
            with pytest.raises(permitting.NotPermitted):
                self.act(act, somebody, action)

        assert self.rows() == before

    def test_is_a_manager_for_their_own_stores_alone(self, by: User) -> None:
        nice, _lyon = make_stores("nice", "lyon")
        manager = appoint(Role.STORE_MANAGER, stores=(nice,))
        foreign, whole = plan(aim(by, cut={"store": "lyon"}), by), plan(aim(by), by)
        before = self.rows()

        for act in ("change", "end", "plan", "finish", "drop"):
            for other in (foreign, whole):
                with pytest.raises(planning.GoalNotFound):
                    self.act(act, manager, other)
        for cut in ({"store": "lyon"}, {}):
            with pytest.raises(permitting.NotPermitted):
                aim(manager, cut=cut)

        assert self.rows() == before
        own = plan(aim(manager, cut={"store": "nice"}), manager)
        self.act("finish", manager, own)
        self.act("end", manager, own)
        own.refresh_from_db()
        assert (own.state, own.goal.outcome) == ("DONE", "REACHED")

    def test_of_an_analyst_are_goals_of_every_store(self) -> None:
        make_stores("nice")

        assert aim(appoint(Role.ANALYST), cut={"store": "nice"}).store is not None


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_one_of_ten_finishes_an_action(self, shop: None, by: User) -> None:
        action = plan(aim(by), by)

        def finish(number: int) -> str:
            try:
                planning.finish_action(
                    action=action, result=f"{number}", cost_cents=100, by=by, at=AT
                )
            except Refusal as refusal:
                return refusal.code
            return "done"

        answers = at_once(finish, calls=10)

        assert sorted(answers) == [*["action-finished"] * 9, "done"]
        assert Cost.objects.count() == 1


@pytest.mark.usefixtures("shop")
class TestBenchmarks:
    def test_of_one_sector_and_year_are_the_last_entered(self, by: User) -> None:
        for value in ("0.4", "0.45"):
            planning.enter_benchmark(
                code="retention_rate", sector="Cafés", year=2025, value=Decimal(value),
                source="Union of cafés", by=by, at=AT,
            )  # fmt: skip

        assert Benchmark.objects.get().value == Decimal("0.45")

    @pytest.mark.parametrize(
        ("code", "value"),
        [("nps", "100000"), ("retention_rate", "1.01"), ("csat", "-0.1"), ("ces", "0.5")],
    )
    def test_are_never_what_the_measure_cannot_be(self, by: User, code: str, value: str) -> None:
        with pytest.raises(targets.TargetImpossible):
            planning.enter_benchmark(
                code=code, sector="Bars", year=2025, value=Decimal(value), source="Them", by=by,
                at=AT,
            )  # fmt: skip

        assert Benchmark.objects.exists() is False


@pytest.mark.usefixtures("shop")
class TestWhatCannotBe:
    def test_is_no_target(self, by: User) -> None:
        with pytest.raises(targets.TargetImpossible):
            aim(by, "2.5")

        assert Goal.objects.exists() is False

    def test_may_be_more_than_the_whole_where_the_measure_may(self, by: User) -> None:
        assert aim(by, "2.5", code="retention_rate_net").target == Decimal("2.5")

    def test_is_no_action_that_is_due_on_a_day_that_is_over(self, by: User) -> None:
        goal = aim(by)

        with pytest.raises(targets.ActionDueTooSoon):
            plan(goal, by, due_on=date(2026, 4, 9))

        assert Action.objects.exists() is False
        assert plan(goal, by, due_on=TODAY).due_on == TODAY
