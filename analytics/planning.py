"""The action plan: goals set and ended, actions planned and finished, what the sector has."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from django.db import transaction
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from analytics import goals, revising, slicing, targets
from analytics.goals import Value
from analytics.measures.registry import get_measure
from analytics.models import (
    Action,
    ActionField,
    ActionKind,
    ActionState,
    Benchmark,
    Cost,
    CostCategory,
    Goal,
    Outcome,
    Rhythm,
    Topic,
)
from analytics.periods import month_start
from analytics.scopes import Cut
from loyalty.core.refusals import NotFound, Refusal
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.programmes import books
from members import seeing

SEES, SETS, CHANGES = "analytics.view_goal", "analytics.add_goal", "analytics.change_goal"
PLANS, ACTS = "analytics.add_action", "analytics.change_action"
ENTERS, DELETES = "analytics.add_benchmark", "analytics.delete_benchmark"
_LONGEST_NOTE = 200
_EXACT = Decimal("0.00000001")


class GoalAlreadyReached(Refusal):
    code = "goal-already-reached"
    title = _("The measure is there already: choose a target that asks for more.")


class GoalNotFound(NotFound):
    code = "goal-not-found"
    title = _("There is no such goal.")


class GoalEndsTooSoon(Refusal):
    code = "goal-ends-too-soon"
    title = _("A goal ends after the day on which it was set.")


class GoalEnded(Refusal):
    code = "goal-ended"
    title = _("This goal has ended: nothing is changed about it any more.")


class ActionFinished(Refusal):
    code = "action-finished"
    title = _("This action has been finished already, perhaps by somebody else just now.")


@transaction.atomic
def set_goal(
    *,
    code: str,
    cut: Mapping[str, str],
    rhythm: Rhythm,
    target: Decimal,
    from_on: date,
    by_on: date,
    owner: User,
    by: User,
    at: datetime,
    note: str = "",
) -> Goal:
    """Set what a measure is to become, and keep what it is now beside it.

    `target` is in the measure's unit, `cut` in words. Whoever is bound to stores sets goals of
    one of these. Raises NotPermitted, MeasureUnknown, CutUnknown, CutImpossible,
    TargetImpossible, or GoalAlreadyReached.
    """
    _check(by, SETS)
    read = slicing.read_cut(asked=cut)
    if not _is_theirs(by, read.store_id):
        raise permitting.NotPermitted
    baseline = _get_baseline(code, read, rhythm, target, at)
    return Goal.objects.create(
        code=code,
        cut=slicing.write_cut(cut=read),
        store_id=read.store_id,
        rhythm=rhythm,
        target=target,
        baseline=baseline,
        from_on=from_on,
        by_on=by_on,
        owner=owner,
        note=note,
        set_by=by,
        set_at=at,
    )


@transaction.atomic
def change_goal(*, goal: Goal, by_on: date, owner: User, note: str, by: User) -> Goal:
    """Give a goal another day, another owner or other words.

    Raises NotPermitted, GoalNotFound, GoalEnded, or GoalEndsTooSoon.
    """
    _check(by, CHANGES)
    kept = _lock(goal, by)
    if by_on <= kept.from_on:
        raise GoalEndsTooSoon
    kept.by_on, kept.owner, kept.note = by_on, owner, note
    kept.save()
    return kept


@transaction.atomic
def end_goal(*, goal: Goal, outcome: Outcome, by: User, at: datetime) -> Goal:
    """End a goal; what was to do for it is to do no more. Raises as `change_goal`."""
    _check(by, CHANGES)
    kept = _lock(goal, by)
    kept.outcome, kept.ended_at = outcome, at
    kept.save()
    return kept


@transaction.atomic
def plan_action(
    *,
    goal: Goal,
    kind: ActionKind,
    field: ActionField,
    title: str,
    owner: User,
    due_on: date,
    cost_cents: int,
    by: User,
    at: datetime,
) -> Action:
    """Plan something for a goal. `cost_cents` is what it is expected to cost.

    Raises as `change_goal`, and ActionDueTooSoon of a day that is over.
    """
    _check(by, PLANS)
    targets.check_due(due_on, at=at)
    kept = _lock(goal, by)
    return Action.objects.create(
        goal=kept,
        kind=kind,
        field=field,
        title=title,
        owner=owner,
        due_on=due_on,
        cost_cents=cost_cents,
        before=rounded(_get_value(kept, at)),
        planned_at=at,
    )


@transaction.atomic
def finish_action(
    *, action: Action, result: str, cost_cents: int, by: User, at: datetime
) -> Action:
    """Keep what came of an action, once; what it cost becomes a cost of the programme.

    Raises NotPermitted, GoalNotFound, or ActionFinished.
    """
    _check(by, ACTS)
    kept = _lock_action(action, by)
    kept.state, kept.result, kept.cost_cents = ActionState.DONE, result, cost_cents
    kept.done_on = books.get_book().business_day(at)
    kept.after = rounded(_get_value(kept.goal, at))
    kept.cost = _enter_cost(kept, by, at)
    kept.save()
    return kept


@transaction.atomic
def drop_action(*, action: Action, result: str, by: User) -> Action:
    """Give an action up, and keep why. It costs nothing. Raises as `finish_action`."""
    _check(by, ACTS)
    kept = _lock_action(action, by)
    kept.state, kept.result, kept.cost_cents = ActionState.DROPPED, result, 0
    kept.save()
    return kept


@transaction.atomic
def enter_benchmark(
    *, code: str, sector: str, year: int, value: Decimal, source: str, by: User, at: datetime
) -> Benchmark:
    """Keep what a measure is in a sector, by whom; of one year there is one: the last entered.

    Raises NotPermitted, MeasureUnknown, or TargetImpossible.
    """
    _check(by, ENTERS)
    targets.check(get_measure(code=code), value)
    told = {"value": value, "source": source, "entered_by": by, "entered_at": at}
    rows = Benchmark.objects.filter(code=code)
    return rows.update_or_create(code=code, sector=sector, year=year, defaults=told)[0]


@transaction.atomic
def withdraw_benchmark(*, code: str, pk: int, by: User) -> None:
    """Take what a measure is in a sector away; what is gone already stays so. NotPermitted."""
    _check(by, DELETES)
    Benchmark.objects.filter(code=code, pk=pk).delete()


def rounded(value: Value | None) -> Decimal | None:
    """Return an exact value as it is kept: to eight decimals, halves to the even."""
    if value is None:
        return None
    exact = Fraction(value)
    found = Decimal(exact.numerator) / Decimal(exact.denominator)
    return found.quantize(_EXACT, ROUND_HALF_EVEN)


def _get_baseline(
    code: str, cut: Cut, rhythm: Rhythm, target: Decimal, at: datetime
) -> Decimal | None:
    """Return what a measure is at the start of a goal, which must ask for more."""
    measure = get_measure(code=code)
    measure.check(cut)
    targets.check(measure, target)
    value = goals.get_value(code=code, cut=cut, rhythm=rhythm, at=at)
    found = rounded(value)
    if value is not None and goals.is_reached(measure, baseline=found, target=target, value=value):
        raise GoalAlreadyReached
    return found


def _get_value(goal: Goal, at: datetime) -> Value | None:
    cut = goals.read_cut(goal)
    if cut is None:
        return None
    return goals.get_value(code=goal.code, cut=cut, rhythm=Rhythm(goal.rhythm), at=at)


def _enter_cost(action: Action, by: User, at: datetime) -> Cost | None:
    if not action.cost_cents or action.done_on is None:
        return None
    with override(by.language or None):
        note = gettext("Action plan: %(title)s") % {"title": action.title}
    # What was kept of costs no longer holds.
    revising.note(topic=Topic.OTHER, months=[month_start(action.done_on)], at=at)
    return Cost.objects.create(
        category=CostCategory.PROMOTION,
        amount_cents=action.cost_cents,
        first_on=action.done_on,
        last_on=action.done_on,
        note=note[:_LONGEST_NOTE],
        entered_by=by,
        entered_at=at,
    )


def _check(by: User, permission: str) -> None:
    permitting.check(user=permitting.lock(user=by), permission=permission)


def _is_theirs(by: User, store_id: int | None) -> bool:
    """Say whether somebody plans for a store, or for all: sums name nobody, as on its pages."""
    stores = seeing.get_stores(by)
    if stores is None or seeing.sees_all_figures(by):
        return True
    return store_id is not None and stores.filter(pk=store_id).exists()


def _lock(goal: Goal, by: User) -> Goal:
    kept = Goal.objects.select_for_update(of=("self",)).get(pk=goal.pk)
    if not _is_theirs(by, kept.store_id):
        raise GoalNotFound
    if kept.ended_at is not None:
        raise GoalEnded
    return kept


def _lock_action(action: Action, by: User) -> Action:
    """Return an open action under its lock and its goal's: of two who finish it, one does.

    Raises GoalNotFound, GoalEnded, or ActionFinished.
    """
    rows = Action.objects.select_for_update(of=("self", "goal")).select_related("goal")
    kept = rows.get(pk=action.pk)
    if not _is_theirs(by, kept.goal.store_id):
        raise GoalNotFound
    if kept.state != ActionState.OPEN:
        raise ActionFinished
    if kept.goal.ended_at is not None:
        raise GoalEnded
    return kept
