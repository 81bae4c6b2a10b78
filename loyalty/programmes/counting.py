"""What rules with limits have given: read for an award, and written with it.

Counts of a member are read and written under the lock of their accounts. A budget is shared:
it is drawn from last, by one conditional UPDATE. Where somebody took the rest meanwhile the
award is weighed once more with the budgets locked, and no sale is ever refused.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import NamedTuple

from django.db.models import Case, F, Q, Value, When
from django.db.models.fields import BigIntegerField

from loyalty.programmes import costing
from loyalty.programmes.counters import NOTHING, Counters, Used
from loyalty.programmes.models import BudgetUse, MemberCount, Rule
from loyalty.programmes.rulebook import Rulebook, RuleTerms, Version
from loyalty.programmes.tallies import Drawn, Given, Row, Tally
from loyalty.programmes.terms import Event

Counted = Sequence[tuple[RuleTerms, Version]]


class Budget(NamedTuple):
    """Whose a budget is: of a rule or of a campaign, and which."""

    of: str
    pk: int


class BudgetRanOut(Exception):
    """Somebody took what was left of a budget meanwhile: weigh again, with budgets locked."""


def get_tally(
    *,
    holders: Collection[int],
    moments: Iterable[tuple[datetime, date]],
    book: Rulebook,
    event: str = Event.PURCHASE,
    does_lock: bool = False,
) -> Tally:
    """Return what was given so far by rules that count at some moments and days.

    No statement where none counts; else one for members and one for budgets, if any has those.
    The accounts of the holders are locked by whoever will write.
    """
    counted, windows = _counting(moments, book, event)
    if not (counted and holders):
        return Tally()
    return Tally(
        used=_get_used(counted, holders, windows), budgets=_get_budgets(counted, book, does_lock)
    )


def keep(*, tally: Tally, book: Rulebook) -> None:
    """Write what awards have changed. Last in a transaction. Raises BudgetRanOut."""
    rules = {rule.code: rule.pk for rule in book.rules}
    if tally.changed:
        _write(tally.used, tally.changed, rules)
    costing.add(
        given={rules[code]: given for code, given in tally.given.items()}, holder=tally.holder
    )
    drawn = {name: drawn for name, drawn in tally.drawn.items() if drawn.points}
    if drawn and not _draw(drawn, _budgets(book)):
        raise BudgetRanOut


def give_back(
    *,
    holder: int,
    counters: Counters,
    at: datetime,
    was: Mapping[str, int],
    left: Mapping[str, int],
    book: Rulebook,
) -> None:
    """Give units back to caps, budgets and costs when part of what was awarded is taken back.

    `at` and `counters` are those of the award; `was` and `left` what each rule had given
    before and gives after. A rule that gives nothing any more was not awarded at all. The
    holder's accounts are locked by the caller, who asks once for each return.
    """
    back = {code: points - left.get(code, 0) for code, points in was.items()}
    rules = {rule.code: rule.pk for rule in book.rules}
    # A tier's multiplier is no rule.
    back = {code: points for code, points in back.items() if points > 0 and code in rules}
    changed = [
        (holder, code, window) for code in back for window in counters.windows(rule=code)
    ]  # fmt: skip
    if changed:
        used = _read(Q(holder=holder, rule__in=[rules[code] for _h, code, _w in changed]))
        for row in changed:
            _holder, code, window = row
            before = counters.of(rule=code, window=window)
            is_gone = not left.get(code, 0)
            used[row] = _less(used.get(row, NOTHING), back[code], at, before, is_gone=is_gone)
        _write(used, changed, rules)
    costing.add(
        given={
            rules[code]: Given(points=-points, awards=0 if left.get(code, 0) else -1)
            for code, points in back.items()
        },
        holder=holder,
    )
    _refill(_drawn_back(back, counters, book), _budgets(book))


def unite(*, source: int, target: int) -> None:
    """Count for one holder what another one had too: two who are one are given once.

    Under the locks of both. One statement where the other had nothing.
    """
    _shift(source, target, sign=1)


def part(*, source: int, target: int) -> None:
    """Take from a holder's counts what `unite` added, as far as the other still has it."""
    _shift(source, target, sign=-1)


def _shift(source: int, target: int, *, sign: int) -> None:
    theirs = _read(Q(holder=source))
    if not theirs:
        return
    own = _read(Q(holder=target))
    now: dict[Row, Used] = {}
    for (_holder, code, window), used in theirs.items():
        row = (target, code, window)
        before = own.get(row, NOTHING)
        moments = [at for at in (before.last_at, used.last_at) if at is not None]
        now[row] = replace(
            before,
            points=max(0, before.points + sign * used.points),
            times=max(0, before.times + sign * used.times),
            last_at=max(moments, default=None) if sign > 0 else before.last_at,
        )
    codes = {code for _holder, code, _window in now}
    _write(now, now, dict(Rule.objects.filter(code__in=codes).values_list("code", "pk")))


def _less(used: Used, points: int, at: datetime, before: Used, *, is_gone: bool) -> Used:
    """Return a count without an award, or a part of it: then the last one was the one before."""
    left = replace(used, points=max(0, used.points - points))
    if not is_gone:
        return left
    last = before.last_at if used.last_at == at else used.last_at
    return replace(left, times=max(0, used.times - 1), last_at=last)


def _counting(
    moments: Iterable[tuple[datetime, date]], book: Rulebook, event: str
) -> tuple[Counted, set[str]]:
    counted: dict[tuple[str, int], tuple[RuleTerms, Version]] = {}
    windows: set[str] = set()
    for at, day in moments:
        for rule, version in book.counted_at(at, event=event):
            counted[rule.code, version.pk] = rule, version
            windows |= rule.windows(version.terms.limits, day)
    return list(counted.values()), windows


def _get_used(
    counted: Counted, holders: Collection[int], windows: Collection[str]
) -> dict[Row, Used]:
    rules = {
        rule.pk
        for rule, version in counted
        if rule.campaign or version.terms.limits.counts_members
    }
    if not rules:
        return {}
    return _read(Q(holder__in=holders, rule__in=rules, window__in=windows))


def _read(asked: Q) -> dict[Row, Used]:
    rows = MemberCount.objects.filter(asked).values_list(
        "holder_id", "rule__code", "window", "points", "times", "last_at"
    )
    return {
        (holder, code, window): Used(points=points, times=times, last_at=last_at)
        for holder, code, window, points, times, last_at in rows
    }


def _get_budgets(counted: Counted, book: Rulebook, does_lock: bool) -> dict[str, int]:
    names = {
        name
        for rule, version in counted
        for name, _most in book.budgets(rule, version.terms.limits)
    }
    if not names:
        return {}
    keys = _budgets(book)
    rows = BudgetUse.objects.filter(_any_of(names, keys)).order_by("pk")
    if does_lock:
        rows = rows.select_for_update(of=("self",))
    found = {budget: name for name, budget in keys.items()}
    return {
        found[Budget("rule", rule) if rule else Budget("campaign", campaign)]: points
        for rule, campaign, points in rows.values_list("rule_id", "campaign_id", "points")
    }


def _budgets(book: Rulebook) -> dict[str, Budget]:
    """Return whose each budget is, by the name it is counted under."""
    return {
        **{rule.code: Budget("rule", rule.pk) for rule in book.rules},
        **{one.pot: Budget("campaign", one.pk) for one in book.campaigns},
    }


def _drawn_back(back: Mapping[str, int], counters: Counters, book: Rulebook) -> dict[str, int]:
    """Return what goes back to each budget: to a rule's own, and to its campaign's."""
    drawn: Counter[str] = Counter()
    for rule in book.rules:
        for name in {rule.code, rule.pot} & counters.budgets.keys():
            drawn[name] += back.get(rule.code, 0)
    return {name: points for name, points in drawn.items() if points}


def _refill(drawn: Mapping[str, int], keys: Mapping[str, Budget]) -> None:
    if drawn:
        rows = BudgetUse.objects.filter(_any_of(drawn, keys))
        rows.update(points=F("points") - _each(drawn, keys))


def _write(used: Mapping[Row, Used], changed: Iterable[Row], rules: Mapping[str, int]) -> None:
    """Write counts as they are now; nobody else changes them under the lock of the accounts."""
    MemberCount.objects.bulk_create(
        [
            MemberCount(holder_id=row[0], rule_id=rules[row[1]], window=row[2], **vars(used[row]))
            for row in changed
        ],
        update_conflicts=True,
        unique_fields=["holder", "rule", "window"],
        update_fields=["points", "times", "last_at"],
        batch_size=500,
    )


def _draw(drawn: Mapping[str, Drawn], keys: Mapping[str, Budget]) -> bool:
    """Draw from budgets in one statement, and say whether all of them had enough.

    Only the first award of a budget finds no row, and makes it.
    """
    asked = {name: one.points for name, one in drawn.items()}
    rooms = {name: one.most - one.points for name, one in drawn.items()}
    rows = BudgetUse.objects.filter(_any_of(drawn, keys))
    done = rows.filter(points__lte=_each(rooms, keys)).update(
        points=F("points") + _each(asked, keys)
    )
    if done == len(drawn):
        return True
    known = {
        Budget("rule", rule) if rule else Budget("campaign", campaign)
        for rule, campaign in rows.values_list("rule_id", "campaign_id")
    }
    missing = {name: one for name, one in drawn.items() if keys[name] not in known}
    if done + len(missing) < len(drawn):
        return False
    BudgetUse.objects.bulk_create(
        [BudgetUse(**{f"{keys[name].of}_id": keys[name].pk}) for name in sorted(missing)],
        ignore_conflicts=True,
    )
    return _draw(missing, keys)


def _any_of(names: Iterable[str], keys: Mapping[str, Budget]) -> Q:
    """Return a condition: one of these budgets, of rules and of campaigns."""
    budgets = [keys[name] for name in names]
    rules = [one.pk for one in budgets if one.of == "rule"]
    campaigns = [one.pk for one in budgets if one.of == "campaign"]
    return Q(rule__in=rules) | Q(campaign__in=campaigns)


def _each(figures: Mapping[str, int], keys: Mapping[str, Budget]) -> Case:
    """Return an expression: for each budget its own figure."""
    cases = [
        When(**{keys[name].of: keys[name].pk}, then=Value(figure))
        for name, figure in figures.items()
    ]
    return Case(*cases, default=Value(0), output_field=BigIntegerField())
