"""The demo's action plan, one goal of which is late, why some members were lost, and a sector."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from analytics import goals, losing, planning
from analytics.figures import Unit
from analytics.measures.registry import get_measure
from analytics.models import Action, ActionField, ActionKind, Goal, LossReason, MemberFact, Rhythm
from analytics.scopes import WHOLE
from loyalty.demo import credentials
from loyalty.identity.models import User
from members.models import MemberState

_AGO, _AHEAD, _DAY = timedelta(days=185), timedelta(days=150), timedelta(days=1)
# Of which the first that rose in half a year is well on its way.
_RISING = ("repeat_purchase_rate", "average_basket", "purchase_frequency", "clv_historic")
_LATE = "retention_rate"
_OF_THE_WAY = Fraction(3, 4)
_LOSSES = (
    (LossReason.COMPETITOR, "Brûlerie du Port", "Y achète son café au poids."),
    (LossReason.MOVED, "", "A déménagé à Lille."),
    (LossReason.SERVICE, "", "Attente trop longue le samedi ; rappeler en septembre."),
)


def aim(*, today: date, at: datetime) -> None:
    """Set the goals as of half a year ago, with what was done for them, and write losses down."""
    jeanne = User.objects.get(email=credentials.ADMINISTRATOR)
    lina = User.objects.get(email=credentials.MARKETING)
    _lose(by=lina, today=today, at=at)
    rising = _pick_rising(at)
    if rising is not None:
        _act_well(_set(*rising, by=lina, by_on=today + _AHEAD, at=at), owner=lina, at=at)
    late = _get(_LATE, at - _AGO)
    target = min((late or 0) * Fraction(5, 4), Fraction(99, 100))
    # Of a handful of members all come back: there is nothing to aim at.
    if late is not None and target > late:
        goal = _set(_LATE, target, by=jeanne, by_on=today - 9 * _DAY, at=at)
        _act_late(goal, owner=jeanne, at=at)
    planning.enter_benchmark(
        code=_LATE,
        sector="Cafés et salons de thé (exemple)",
        year=today.year - 1,
        value=Decimal("0.42"),
        source="Exemple de la démonstration : aucun chiffre réel",
        by=lina,
        at=at,
    )


def _lose(*, by: User, today: date, at: datetime) -> None:
    since = losing.get_since(today=today)
    still = MemberFact.objects.filter(last_on__lt=since, member__state=MemberState.ACTIVE)
    worth_most = still.select_related("member").order_by("-revenue_cents", "member")
    for fact, (reason, competitor, note) in zip(worth_most, _LOSSES, strict=False):
        losing.record(
            member=fact.member, reason=reason, competitor=competitor, note=note, by=by, at=at
        )


def _get(code: str, at: datetime) -> Fraction | None:
    value = goals.get_value(code=code, cut=WHOLE, rhythm=Rhythm.QUARTER, at=at)
    return None if value is None else Fraction(value)


def _pick_rising(at: datetime) -> tuple[str, Fraction] | None:
    """Return a measure that rose, and a target of which three quarters of the way are done."""
    for code in _RISING:
        before, now = _get(code, at - _AGO), _get(code, at)
        if before is not None and now is not None and now > before:
            target = before + (now - before) / _OF_THE_WAY
            if get_measure(code=code).unit != Unit.SHARE or target < 1:
                return code, target
    return None


def _set(code: str, target: Fraction, *, by: User, by_on: date, at: datetime) -> Goal:
    exact = planning.rounded(target)
    if exact is None:
        raise AssertionError(code)
    return planning.set_goal(
        code=code,
        cut={},
        rhythm=Rhythm.QUARTER,
        target=exact,
        from_on=(at - _AGO).date(),
        by_on=by_on,
        owner=by,
        by=by,
        at=at - _AGO,
    )


def _act_well(goal: Goal, *, owner: User, at: datetime) -> None:
    done = _plan(
        goal, owner, ActionField.COMMUNICATION, "Rappeler la carte à chaque passage",
        kind=ActionKind.CORRECTIVE, due=at - 60 * _DAY, cents=18_000, at=at - 120 * _DAY,
    )  # fmt: skip
    planning.finish_action(
        action=done, result="Affichettes en caisse et rappel de l’équipe : les clients y pensent.",
        cost_cents=21_000, by=owner, at=at - 58 * _DAY,
    )  # fmt: skip
    _plan(
        goal, owner, ActionField.PRODUCT, "Un café du mois réservé aux membres",
        kind=ActionKind.MAINTENANCE, due=at + 25 * _DAY, cents=30_000, at=at - 20 * _DAY,
    )  # fmt: skip


def _act_late(goal: Goal, *, owner: User, at: datetime) -> None:
    _plan(
        goal, owner, ActionField.DISTRIBUTION, "Ouvrir le magasin de Lyon le dimanche matin",
        kind=ActionKind.CORRECTIVE, due=at - 12 * _DAY, cents=95_000, at=at - 90 * _DAY,
    )  # fmt: skip


def _plan(
    goal: Goal,
    owner: User,
    field: ActionField,
    title: str,
    *,
    kind: ActionKind,
    due: datetime,
    cents: int,
    at: datetime,
) -> Action:
    return planning.plan_action(
        goal=goal,
        kind=kind,
        field=field,
        title=title,
        owner=owner,
        due_on=due.date(),
        cost_cents=cents,
        by=owner,
        at=at,
    )
