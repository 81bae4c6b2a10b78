"""What a measure can be at all: its targets, and the figures of a sector, lie within that."""

from datetime import date, datetime
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from analytics.figures import Unit
from analytics.measuring import Measure
from loyalty.core.refusals import Refusal
from loyalty.programmes import books

# Growths may fall below nothing, and these shares exceed the whole.
_GROWTHS = frozenset({"basket_growth", "programme_roi"})
_OPEN = frozenset({"budget", "buyers_ratio", "retention_rate_net"})
# What is counted is never fewer than none.
_COUNTED = frozenset({
    Unit.MEMBERS, Unit.RECEIPTS, Unit.DAYS, Unit.HOURS, Unit.REDEMPTIONS, Unit.ANSWERS, Unit.CASES,
})  # fmt: skip


class TargetImpossible(Refusal):
    code = "target-impossible"
    title = _("This measure is never that.")


class ActionDueTooSoon(Refusal):
    code = "action-due-too-soon"
    title = _("An action is due today at the earliest.")


def check(measure: Measure, value: Decimal) -> None:
    """Raise TargetImpossible of what a measure, in its own unit, can never be."""
    low, high, words = _range_of(measure)
    is_too_low = low is not None and value < low
    is_too_high = high is not None and value > high
    if is_too_low or is_too_high:
        raise TargetImpossible(words)


def check_due(due_on: date, *, at: datetime) -> None:
    """Raise ActionDueTooSoon of a day that is over."""
    if due_on < books.get_book().business_day(at):
        raise ActionDueTooSoon


def _range_of(measure: Measure) -> tuple[int | None, int | None, str | Promise]:
    """Return between what a measure lies, and how that is said; None where nothing bounds it."""
    if measure.code == "nps":
        return -100, 100, _("This measure lies between −100 and 100.")
    if measure.code == "ces":
        return 1, 7, _("This measure lies between 1 and 7.")
    is_share = measure.unit == Unit.SHARE and measure.code not in _GROWTHS
    if is_share and measure.code not in _OPEN:
        return 0, 1, _("This measure lies between 0% and 100%.")
    if is_share or measure.unit in _COUNTED:
        return 0, None, _("This measure is never below 0.")
    return None, None, ""
