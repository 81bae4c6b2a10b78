"""How far a figure from a sample may be off: 95 % confidence intervals. Pure.

Each is of whole counts, and exact to four decimals, so that it can be written down and compared.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from analytics import welch
from analytics.welch import Sample

# The standard normal distribution's 97.5th percentile.
_Z = 1.959963984540054
_SHARE = 0.975
_PLACES = 4


@dataclass(frozen=True, slots=True)
class Interval:
    """Within these a figure lies in 95 of 100 samples."""

    low: Fraction
    high: Fraction


def of_share(*, part: int, whole: int) -> Interval | None:
    """Return the score interval of a share; None of nothing.

    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical
    inference", Journal of the American Statistical Association 22, 209-212.
    """
    if not whole:
        return None
    share, square = part / whole, _Z * _Z
    middle = (share + square / (2 * whole)) / (1 + square / whole)
    spread = share * (1 - share) / whole + square / (4 * whole * whole)
    reach = _Z * sqrt(spread) / (1 + square / whole)
    return _interval(middle, reach, low=0, high=1)


def of_net_score(*, promoters: int, passives: int, detractors: int) -> Interval | None:
    """Return the adjusted Wald interval of a net promoter score, -100 to 100; None of nothing.

    Rocks, B. (2016), "Interval estimation for the Net Promoter Score", The American
    Statistician 70, 365-372: three answers are added before, three quarters of one each to
    promoters and detractors and the rest to passives, so that it holds for few answers too.
    """
    count = promoters + passives + detractors
    if not count:
        return None
    whole, up, down = count + 3, promoters + 0.75, detractors + 0.75
    net = (up - down) / whole
    variance = (up + down) / whole - net * net
    return _interval(100 * net, 100 * _Z * sqrt(variance / whole), low=-100, high=100)


def of_mean(*, scores: Mapping[int, int], lowest: int, highest: int) -> Interval | None:
    """Return Student's interval of the mean of scores, given as score → how many.

    None of fewer than two. It does not leave the scale.
    """
    sample = Sample(
        count=sum(scores.values()),
        total=sum(score * count for score, count in scores.items()),
        squares=sum(score * score * count for score, count in scores.items()),
    )
    if sample.count < 2:
        return None
    freedom = sample.count - 1
    reach = welch.quantile(share=_SHARE, freedom=freedom) * sqrt(sample.variance / sample.count)
    return _interval(sample.mean, reach, low=lowest, high=highest)


def _interval(middle: float, reach: float, *, low: int, high: int) -> Interval:
    return Interval(_exact(max(middle - reach, low)), _exact(min(middle + reach, high)))


def _exact(value: float) -> Fraction:
    return Fraction(round(value * 10**_PLACES), 10**_PLACES)
