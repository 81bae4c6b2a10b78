"""What a day of buying is worth to expect of a member: the gamma-gamma model. Pure.

Fader, P. S. and Hardie, B. G. S. (2013), "The Gamma-Gamma Model of Monetary Value". Each day's
worth varies around a mean of the member's own (gamma: p, and a scale), which varies among
members (gamma: q, v). The less was seen of a member, the nearer the expectation to everybody's.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import gammaln

from analytics.lifetimes.histories import Histories, Numbers
from analytics.lifetimes.likelihood import maximise


@dataclass(frozen=True)
class Spending:
    """Fitted parameters and the log-likelihood of all means that were seen."""

    p: float
    q: float
    v: float
    log_likelihood: float

    def get_expected(self, seen: Histories) -> Numbers:
        """Return the worth of a day of buying to expect of each member, in units of currency."""
        x = np.where(seen.have_worth, seen.repeats, 0.0)
        worth = np.where(seen.have_worth, seen.worth, 0.0)
        return np.asarray(self.p * (self.v + x * worth) / (self.p * x + self.q - 1))


def fit(seen: Histories) -> Spending | None:
    """Return the likeliest parameters; None if none explains what was seen.

    A mean exists for q above 1 alone: without one nothing is expected.
    """
    known = seen.have_worth
    x, worth = seen.repeats[known], seen.worth[known]
    if not len(x):
        return None
    found = maximise(lambda asked: _get_likelihood(x, worth, *asked), parameters=3)
    if found is None or found[1] <= 1:
        return None
    p, q, v = found
    return Spending(p, q, v, float(_get_likelihood(x, worth, p, q, v).sum()))


def _get_likelihood(x: Numbers, worth: Numbers, p: float, q: float, v: float) -> Numbers:
    """Return each member's log-likelihood: equation 1a of the note, in logarithms."""
    shape = p * x
    known = gammaln(shape + q) - gammaln(shape) - gammaln(q) + q * np.log(v)
    seen = (shape - 1) * np.log(worth) + shape * np.log(x)
    return np.asarray(known + seen - (shape + q) * np.log(x * worth + v))
