"""What rules with limits have given, kept from one occasion to the next. Pure.

The same tally serves a sale at a till, a file of a thousand and a simulation: it is read once,
told of each award, and says what has to be written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from loyalty.programmes.awards import Award, AwardLine
from loyalty.programmes.counters import NOTHING, Counters, Used
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import Event

# Whose, of which rule, in which period.
Row = tuple[int, str, str]


@dataclass(frozen=True)
class Drawn:
    """Points drawn from a budget, and the most that it may come to."""

    points: int
    most: int


@dataclass(frozen=True)
class Given:
    """What a rule gave: points, how often, and cents that its vouchers are worth."""

    points: int = 0
    awards: int = 0
    gift_cents: int = 0

    def plus(self, line: AwardLine) -> "Given":
        cents = (line.gift.value_cents or 0) if line.gift else 0
        return Given(self.points + line.points, self.awards + 1, self.gift_cents + cents)


@dataclass
class Tally:
    """Counters of some holders, and all budgets, as they are after the awards told so far.

    `given` is what each rule gave since the tally was read, whether anything limits it or not;
    `holder` somebody to whom it was given.
    """

    used: dict[Row, Used] = field(default_factory=dict)
    budgets: dict[str, int] = field(default_factory=dict)
    changed: set[Row] = field(default_factory=set)
    drawn: dict[str, Drawn] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)
    holder: int = 0

    def counters(
        self,
        *,
        holder: int,
        at: datetime,
        day: date,
        book: Rulebook,
        event: str = Event.PURCHASE,
    ) -> Counters:
        """Return what the rules that count at a moment have given a holder, and everybody."""
        used: dict[tuple[str, str], Used] = {}
        budgets: dict[str, int] = {}
        for rule, version in book.counted_at(at, event=event):
            limits = version.terms.limits
            for window in sorted(rule.windows(limits, day)):
                used[rule.code, window] = self.used.get((holder, rule.code, window), NOTHING)
            for name, _most in book.budgets(rule, limits):
                budgets[name] = self.budgets.get(name, 0)
        return Counters(used=used, budgets=budgets)

    def add(
        self,
        *,
        holder: int,
        award: Award,
        at: datetime,
        day: date,
        book: Rulebook,
        event: str = Event.PURCHASE,
    ) -> None:
        """Count what an award gave: of each rule, and of those that count at its moment."""
        self.holder = self.holder or holder
        for line in award.lines:
            if line.rule_version is not None:
                self.given[line.rule] = self.given.get(line.rule, Given()).plus(line)
        given: Mapping[str, int] = {line.rule: line.points for line in award.lines}
        for rule, version in book.counted_at(at, event=event):
            if (points := given.get(rule.code)) is None:
                continue
            limits = version.terms.limits
            for window in rule.windows(limits, day):
                row = holder, rule.code, window
                self.used[row] = self.used.get(row, NOTHING).plus(points=points, at=at)
                self.changed.add(row)
            for name, most in book.budgets(rule, limits):
                self._draw(name, points, most)

    def _draw(self, name: str, points: int, most: int) -> None:
        before = self.drawn.get(name, Drawn(0, most))
        self.drawn[name] = Drawn(before.points + points, max(before.most, most))
        self.budgets[name] = self.budgets.get(name, 0) + points
