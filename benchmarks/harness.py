"""Pairs measured in turn, their medians, and what they say of a goal. No Django here.

Only ratios within one run mean anything, so nothing in this file knows an absolute goal.
"""

import gc
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Literal

from benchmarks.processes import cpu_of_tree

SLACK = 1.15
FEWEST_ROUNDS = 5


@dataclass
class Cost:
    """Seconds of CPU: the application's process tree, and the database's."""

    application: float = 0.0
    database: float = 0.0

    @property
    def total(self) -> float:
        return self.application + self.database

    def per(self, operations: int) -> "Cost":
        return Cost(self.application / operations, self.database / operations)


@dataclass(frozen=True)
class Meter:
    """Reads the CPU of two process trees, one of which may have started the other."""

    application: int
    server: int

    def read(self) -> Cost:
        return Cost(
            application=cpu_of_tree(root=self.application, without=self.server),
            database=cpu_of_tree(root=self.server),
        )

    @contextmanager
    def measuring(self) -> Iterator[Cost]:
        """Yield a cost that is filled in when the block ends."""
        gc.collect()
        cost, before = Cost(), self.read()
        yield cost
        after = self.read()
        cost.application = after.application - before.application
        cost.database = after.database - before.database


@dataclass(frozen=True)
class Side:
    """One half of a pair. `prepare` is not measured; `work` says how much it did."""

    name: str
    work: Callable[[int], int]
    prepare: Callable[[int], None] = lambda _round: None


@dataclass
class Comparison:
    """One side against another: a cost per operation for each round, and the goal."""

    code: str
    says: str
    left: str
    right: str
    goal: float
    part: Literal["total", "database"] = "total"
    unit: str = "ms of CPU"
    rounds: list[tuple[Cost, Cost]] = field(default_factory=list)

    @property
    def ratios(self) -> list[float]:
        """Say each round's ratio, of all the CPU or, where that is the goal, of the database's."""
        return [
            getattr(left, self.part) / getattr(right, self.part) for left, right in self.rounds
        ]

    @property
    def ratio(self) -> float:
        """The median of each round's ratio: a machine that slows down slows both sides."""
        return median(self.ratios)

    @property
    def is_met(self) -> bool:
        return is_within(value=self.ratio, goal=self.goal)

    def get_costs(self) -> tuple[Cost, Cost]:
        """Return each side's median cost per operation."""
        return median_cost([left for left, _ in self.rounds]), median_cost(
            [right for _, right in self.rounds]
        )


@dataclass(frozen=True)
class Count:
    """Something counted exactly, against the most it may be. Counts have no slack."""

    code: str
    says: str
    value: int
    most: int

    @property
    def is_met(self) -> bool:
        return self.value <= self.most


@dataclass(frozen=True)
class Twin:
    """Whether what was measured was also right: speed without it means nothing."""

    code: str
    says: str
    is_right: bool


@dataclass
class Report:
    """What one benchmark found."""

    code: str
    title: str
    comparisons: list[Comparison] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    twins: list[Twin] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def is_within(*, value: float, goal: float) -> bool:
    """Say whether a ratio reaches its goal, with the slack that timing needs."""
    return value <= goal * SLACK


def median_cost(costs: Sequence[Cost]) -> Cost:
    return Cost(
        application=median(cost.application for cost in costs),
        database=median(cost.database for cost in costs),
    )


def run_side(side: Side, *, number: int, meter: Meter) -> Cost:
    """Do one side's round and return its cost per operation."""
    side.prepare(number)
    with meter.measuring() as cost:
        operations = side.work(number)
    return cost.per(operations)


def compare(
    comparison: Comparison, *, left: Side, right: Side, rounds: int, meter: Meter
) -> Comparison:
    """Fill in a comparison: one warm-up of each, then left, right, left, right…

    Round 0 is the warm-up and is thrown away. At least five rounds count.
    """
    if rounds < FEWEST_ROUNDS:
        raise ValueError(f"at least {FEWEST_ROUNDS} rounds, or a median says nothing")
    for number in range(rounds + 1):
        pair = (
            run_side(left, number=number, meter=meter),
            run_side(right, number=number, meter=meter),
        )
        if number:
            comparison.rounds.append(pair)
    return comparison
