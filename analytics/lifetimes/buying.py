"""How often members will buy, and whether they still do: the BG/NBD model. Pure.

Fader, P. S., Hardie, B. G. S. and Lee, K. L. (2005), "'Counting Your Customers' the Easy Way: An
Alternative to the Pareto/NBD Model", Marketing Science 24. Members buy at a rate of their own
(gamma: r, alpha) and may leave for good after each purchase, with a chance of their own (beta: a,
b). Time is in weeks.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv, gammaln

from analytics.lifetimes.histories import Histories, Numbers
from analytics.lifetimes.likelihood import maximise

_MOST_TERMS, _NEGLIGIBLE = 20_000, 1e-12
# A term of the series may be as large as e to the first of these: a float holds little more. Where
# signs change, e to the second is taken from as much again, and leaves too few digits.
_FAR, _WILD = 300.0, 20.0
_NODES = 64


@dataclass(frozen=True)
class Buying:
    """Fitted parameters and the log-likelihood of all that was seen."""

    r: float
    alpha: float
    a: float
    b: float
    log_likelihood: float

    def get_alive(self, seen: Histories) -> Numbers:
        """Return each member's probability of not having left. 1 for who never came back."""
        return 1.0 / (1.0 + self._odds_of_having_left(seen))

    def get_expected(self, seen: Histories, *, weeks: float) -> Numbers:
        """Return the days of buying expected of each member in so many weeks to come."""
        share = weeks / (self.alpha + seen.age + weeks)
        left = np.log1p(-share)
        grown = np.max((1 - self.a) * left, initial=0.0)
        swinging = np.max((self.r - self.a - self.b) * share, initial=0.0)
        if grown > _FAR or swinging > _WILD:
            days = self._get_days_by_chance(seen, weeks=weeks)
        else:
            days = self._get_days_by_series(seen, share=share, left=left)
        return np.asarray(np.maximum(days, 0.0) * self.get_alive(seen))

    def _get_days_by_series(self, seen: Histories, *, share: Numbers, left: Numbers) -> Numbers:
        """Return the days expected of each member who has not left."""
        beyond, whole = self.a - 1, self.a + self.b - 1
        # Equation 10 after Euler's transformation: as it stands there it overflows for who
        # bought often, and divides by nothing for a = 1 and for a + b = 1.
        rest = -np.expm1(beyond * left) / beyond if beyond else -left
        series = _sum_series(whole - self.r, beyond, whole + seen.repeats, share)
        return np.asarray((whole + seen.repeats) * rest - np.exp(beyond * left) * series)

    def _get_days_by_chance(self, seen: Histories, *, weeks: float) -> Numbers:
        """As `_get_days_by_series`, where its terms are too large: all leave, or buy, much alike.

        The mean, over the chances of leaving (beta: a, b + x) in parts of equal weight, of what is
        expected of who leaves with each.
        """
        span = weeks / (self.alpha + seen.age)
        repeats, places = np.unique(seen.repeats, return_inverse=True)
        days = np.zeros_like(span)
        for node, weight in zip(*np.polynomial.legendre.leggauss(_NODES), strict=True):
            chance = betaincinv(self.a, self.b + repeats, (node + 1) / 2)[places]
            some = -np.expm1(-(self.r + seen.repeats) * np.log1p(chance * span)) / chance
            days = days + weight / 2 * some
        return days

    def _odds_of_having_left(self, seen: Histories) -> Numbers:
        x = np.maximum(seen.repeats, 1)
        silence = np.log((self.alpha + seen.age) / (self.alpha + seen.recency))
        odds = np.log(self.a) - np.log(self.b + x - 1) + (self.r + x) * silence
        return np.where(seen.repeats > 0, np.exp(np.minimum(odds, 700.0)), 0.0)


def _sum_series(first: float, second: float, third: Numbers, share: Numbers) -> Numbers:
    """Return third/second × (₂F₁(first, second; third; share) − 1), summed term by term."""
    term = first * share
    total = term
    for n in range(1, _MOST_TERMS):
        term = term * (first + n) * (second + n) / ((third + n) * (n + 1)) * share
        total = total + term
        if np.max(np.abs(term), initial=0.0) < _NEGLIGIBLE:
            break
    return np.asarray(total)


def fit(seen: Histories) -> Buying | None:
    """Return the likeliest parameters; None if none explains what was seen."""
    found = maximise(lambda asked: _get_likelihood(seen, *asked), parameters=4)
    if found is None:
        return None
    r, alpha, a, b = found
    return Buying(r, alpha, a, b, float(_get_likelihood(seen, r, alpha, a, b).sum()))


def _get_likelihood(seen: Histories, r: float, alpha: float, a: float, b: float) -> Numbers:
    """Return each member's log-likelihood: equation 6 of the paper, in logarithms."""
    x = seen.repeats
    bought = gammaln(r + x) - gammaln(r) + r * np.log(alpha)
    stayed = gammaln(a + b) + gammaln(b + x) - gammaln(b) - gammaln(a + b + x)
    still = -(r + x) * np.log(alpha + seen.age)
    left = np.log(a) - np.log(b + np.maximum(x, 1) - 1) - (r + x) * np.log(alpha + seen.recency)
    either = np.logaddexp(still, np.where(x > 0, left, -np.inf))
    return np.asarray(bought + stayed + either)
