"""What each rule has cost so far: kept where something is given, and where it is taken back."""

from collections.abc import Callable, Mapping

from django.db.models import Case, F, Value, When
from django.db.models.fields import BigIntegerField

from loyalty.programmes.models import RuleCost
from loyalty.programmes.tallies import Given

# So many sales may add to one rule's cost at once without waiting for each other, at best.
PARTS = 16


def add(*, given: Mapping[int, Given], holder: int) -> None:
    """Add what rules, by key, gave to their costs: one statement, in a holder's part.

    Below zero takes it back. Only the first award of a rule in a part makes its row.
    """
    if not given:
        return
    rows = RuleCost.objects.filter(part=holder % PARTS, rule__in=given)
    done = rows.update(
        points=F("points") + _each(given, lambda one: one.points),
        awards=F("awards") + _each(given, lambda one: one.awards),
        gift_cents=F("gift_cents") + _each(given, lambda one: one.gift_cents),
    )
    if done == len(given):
        return
    known = set(rows.values_list("rule_id", flat=True))
    missing = {rule: one for rule, one in given.items() if rule not in known}
    # Somebody may make a row at the same time: then it is added to, as any.
    RuleCost.objects.bulk_create(
        [RuleCost(rule_id=rule, part=holder % PARTS) for rule in sorted(missing)],
        ignore_conflicts=True,
    )
    add(given=missing, holder=holder)


def _each(given: Mapping[int, Given], figure: Callable[[Given], int]) -> Case:
    cases = [When(rule=rule, then=Value(figure(one))) for rule, one in given.items()]
    return Case(*cases, default=Value(0), output_field=BigIntegerField())
