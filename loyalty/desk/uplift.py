"""What a campaign changed, in words and figures: its members against those held out."""

from dataclasses import dataclass

from babel.numbers import format_decimal
from django.utils.translation import gettext as _

from analytics import welch
from analytics.welch import Difference, Sample
from loyalty.programmes import phrases


@dataclass(frozen=True)
class Uplift:
    """Cents that a member spent on each side, by how many more, between which, and how odd."""

    verdict: str
    treated: int
    held_out: int
    difference: int
    low: int
    high: int
    p: str


def tell(*, treated: Sample, held_out: Sample) -> Uplift | None:
    """Return what is told of two groups; None where they cannot be compared."""
    found = welch.compare(first=treated, second=held_out)
    if found is None:
        return None
    return Uplift(
        verdict=_verdict(found),
        treated=round(treated.mean),
        held_out=round(held_out.mean),
        difference=round(found.value),
        low=round(found.low),
        high=round(found.high),
        p=_probability(found.p),
    )


def _probability(p: float) -> str:
    """Write it with three decimals; one that is less than that is never nothing."""
    least = 0.001
    shown = format_decimal(round(max(p, least), 3), locale=phrases.locale_of_reader())
    return f"< {shown}" if p < least else str(shown)


def _verdict(found: Difference) -> str:
    if found.low > 0:
        return _("It worked: members spent more than those held out.")
    if found.high < 0:
        return _("Members spent less than those held out.")
    return _("No effect that could not be chance.")
