"""Whether two groups differ by more than chance: Welch's test of two means. Pure.

Welch, B. L. (1947), "The generalization of Student's problem when several different population
variances are involved", Biometrika 34: unequal variances and sizes, degrees of freedom by
Welch and Satterthwaite.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import exp, lgamma, log, pi, sqrt

_STEPS, _HALVINGS = 400, 40
# No 97.5th percentile is further out, and no p above a billionth.
_FAR = 40.0


@dataclass(frozen=True)
class Sample:
    """Whole numbers of a group: how many, their sum, and the sum of their squares."""

    count: int = 0
    total: int = 0
    squares: int = 0

    def plus(self, value: int) -> "Sample":
        return Sample(self.count + 1, self.total + value, self.squares + value * value)

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
    if min(first.count, second.count) < 2:
        return None
    parts = [group.variance / group.count for group in (first, second)]
    if not sum(parts):
        return None
    error = sqrt(sum(parts))
    freedom = sum(parts) ** 2 / sum(
        part**2 / (group.count - 1) for part, group in zip(parts, (first, second), strict=True)
    )
    value = first.mean - second.mean
    reach = quantile(share=0.975, freedom=freedom) * error
    p = 2 * (1 - below(t=abs(value) / error, freedom=freedom))
    return Difference(value=value, low=value - reach, high=value + reach, p=max(0.0, p))


def below(*, t: float, freedom: float) -> float:
    """Return the share of Student's distribution below a t of zero or more, by Simpson's rule."""
    return 0.5 + _integrate(lambda x: _density(x, freedom), until=min(t, _FAR))


def quantile(*, share: float, freedom: float) -> float:
    """Return the t, of zero or more, below which a share of Student's distribution lies."""
    low, high = 0.0, _FAR
    for _halving in range(_HALVINGS):
        middle = (low + high) / 2
        if below(t=middle, freedom=freedom) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _density(x: float, freedom: float) -> float:
    scale = lgamma((freedom + 1) / 2) - lgamma(freedom / 2) - log(freedom * pi) / 2
    return exp(scale - (freedom + 1) / 2 * log(1 + x * x / freedom))


def _integrate(function: Callable[[float], float], *, until: float) -> float:
    width = until / _STEPS
    inner = sum((4 if step % 2 else 2) * function(step * width) for step in range(1, _STEPS))
    return width / 3 * (function(0.0) + inner + function(until))
