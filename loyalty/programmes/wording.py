"""The stable codes of this app in words: what is wrong with terms, why a rule gave nothing."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.awards import Why

FAULTS: dict[str, Promise] = {
    "unknown-field": _("A rule has no such field."),
    "missing": _("This is needed."),
    "not-an-object": _("This must be an object."),
    "not-a-list": _("This must be a list."),
    "not-a-code": _("This is not a code: up to 40 letters, digits, - and _."),
    "not-a-weekday": _("Weekdays go from 1, Monday, to 7, Sunday."),
    "not-a-whole-number": _("This must be a whole number."),
    "not-an-exact-decimal": _("This must be a decimal number written as text."),
    "not-a-date": _("This must be a date, such as 2026-11-21."),
    "out-of-range": _("This is too small, too large or too fine."),
    "unknown-choice": _("This is none of the choices."),
    "unknown-code": _("Nothing has this code."),
    "repeated": _("Something is here twice."),
    "never-counts-nothing": _("Points that never expire have no count and no rounding up."),
    "needs-a-purchase": _("Only a purchase has a basket."),
    "ends-before-it-starts": _("The end must come after the start."),
    "in-the-past": _("A version takes effect now or later."),
    "group-stacks-otherwise": _("The other rules of this group stack in another way."),
}

REASONS: dict[Why, Promise] = {
    Why.ANONYMOUS: _("No member was named."),
    Why.NOT_THIS_EVENT: _("The rule is for another event."),
    Why.NOT_IN_PERIOD: _("The rule did not apply on that day."),
    Why.NOT_THIS_WEEKDAY: _("The rule does not apply on that weekday."),
    Why.NOT_THIS_STORE: _("The rule does not apply in that store."),
    Why.NOT_THIS_TIER: _("The rule is for another tier."),
    Why.NOT_IN_BIRTHDAY_WINDOW: _("The member's birthday was not near enough."),
    Why.BELOW_MINIMUM_BASKET: _("The basket was below the minimum."),
    Why.NO_COVERED_LINE: _("The basket held nothing that the rule covers."),
    Why.BELOW_ONE_STEP: _("The amount was below one step."),
    Why.NO_BASE: _("There were no points to multiply."),
    Why.BETTER_RULE: _("Another rule of the group gave more."),
    Why.EARLIER_RULE: _("Another rule of the group came first."),
    Why.BETTER_MULTIPLIER: _("Another multiplier gave more."),
}


def of_fault(code: str) -> Promise:
    """Return what a fault of terms means."""
    return FAULTS[code]


def of_reason(why: str) -> Promise:
    """Return why a rule gave nothing, as a sentence."""
    return REASONS[Why(why)]
