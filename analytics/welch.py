"""Whether two groups differ by more than chance: Welch's test of two means. Pure.

Welch, B. L. (1947), "The generalization of Student's problem when several different population
variances are involved", Biometrika 34: unequal variances and sizes, degrees of freedom by
Welch and Satterthwaite.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, pi, sqrt

_STEPS = 400
_MOST_STEPS, _CLOSE = 100, 1e-12
# No 97.5th percentile is further out, and no p above a billionth.
_FAR = 40.0


@dataclass(frozen=True)
class Sample:
    """Whole numbers of a group: how many, their sum, and the sum of their squares."""

    count: int = 0
    total: int = 0
    squares: int = 0

    # Properties

    @property
    def mean(self) -> float:
        return self.total / self.count

    @property
    def variance(self) -> float:
        """The variance of what the group is a sample of; of two values at least."""
        exact = self.squares * self.count - self.total * self.total
        return exact / self.count / (self.count - 1)


@dataclass(frozen=True)
class Difference:
    """By how much the first mean is higher, within which 95 % interval, and how odd by chance."""

    value: float
    low: float
    high: float
    p: float


def compare(*, first: Sample, second: Sample) -> Difference | None:
    """Return the difference of two means; None for less than two values a group, or no spread."""
    return pool([(first, second)])


def pool(pairs: Sequence[tuple[Sample, Sample]]) -> Difference | None:
    """Return the mean difference of several pairs, each weighing by the size of its first group.

    Pairs are independent; degrees of freedom by Welch and Satterthwaite over all groups. None
    without a pair, for less than two values a group, or no spread anywhere.
    """
    if not pairs or min(group.count for pair in pairs for group in pair) < 2:
        return None
    size = sum(first.count for first, _second in pairs)
    weighed = [(pair[0].count / size, pair) for pair in pairs]
    parts = [
        (share * share * group.variance / group.count, group.count - 1)
        for share, pair in weighed
        for group in pair
    ]
    variance = sum(part for part, _free in parts)
    if not variance:
        return None
    error = sqrt(variance)
    freedom = variance**2 / sum(part**2 / free for part, free in parts)
    value = sum(share * (first.mean - second.mean) for share, (first, second) in weighed)
    reach = quantile(share=0.975, freedom=freedom) * error
    p = 2 * (1 - below(t=abs(value) / error, freedom=freedom))
    return Difference(value=value, low=value - reach, high=value + reach, p=max(0.0, p))


def below(*, t: float, freedom: float) -> float:
    """Return the share of Student's distribution below a t of zero or more, by Simpson's rule."""
    return 0.5 + _integrate(lambda x: _density(x, freedom), until=min(t, _FAR))


def quantile(*, share: float, freedom: float) -> float:
    """Return the t, of zero or more, below which a share of Student's distribution lies.

    By Newton's method from 0: above it the distribution is concave, so no step goes too far.
    """
    t = 0.0
    for _step in range(_MOST_STEPS):
        step = (share - below(t=t, freedom=freedom)) / _density(t, freedom)
        t = min(t + step, _FAR)
        if step < _CLOSE:
            break
    return t


def _density(x: float, freedom: float) -> float:
    scale = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - log(freedom * pi) / 2
    return exp(scale - (freedom + 1) / 2 * log(1 + x * x / freedom))


def _integrate(function: Callable[[float], float], *, until: float) -> float:
    width = until / _STEPS
    inner = sum((4 if step % 2 else 2) * function(step * width) for step in range(1, _STEPS))
    return width / 3 * (function(0.0) + inner + function(until))
