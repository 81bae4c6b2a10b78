"""The stable codes of this app in words: what is wrong with terms, why a rule gave nothing."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from loyalty.programmes.awards import Why

FAULTS: dict[str, Promise] = {
    "unknown-field": _("A rule has no such field."),
    "missing": _("This is needed."),
    "not-an-object": _("This must be an object."),
    "not-yes-or-no": _("This must be true or false."),
    "not-a-list": _("This must be a list."),
    "not-a-code": _("This is not a code: up to 40 letters, digits, - and _."),
    "not-a-sku": _("This is not a SKU: up to 60 letters without accents, digits and signs."),
    "not-a-label": _("This holds signs that no till prints."),
    "not-a-weekday": _("Weekdays go from 1, Monday, to 7, Sunday."),
    "not-a-whole-number": _("This must be a whole number."),
    "not-an-exact-decimal": _("This must be a decimal number written as text."),
    "not-a-date": _("This must be a date, such as 2026-11-21."),
    "not-a-time": _("This must be a time of day, such as 17:30."),
    "not-a-recurrence": _(
        "This is no recurrence of days: FREQ=MONTHLY;BYDAY=1TU is every first Tuesday. With an "
        "interval, a first day is needed."
    ),
    "one-budget": _("A budget is in points or in money, not in both."),
    "names-no-product": _("No product is named that a basket could hold."),
    "needs-an-amount": _("Say a least or a most amount."),
    "below-the-minimum": _("The most must not be below the least."),
    "out-of-range": _("This is too small, too large or too fine."),
    "unknown-choice": _("This is none of the choices."),
    "unknown-code": _("Nothing has this code."),
    "repeated": _("Something is here twice."),
    "not-a-custom-event": _("Only an event of your own has a name of its own."),
    "never-counts-nothing": _("Points that never expire have no count and no rounding up."),
    "a-voucher-has-no-points": _("A voucher has no points: leave this empty."),
    "dates-count-nothing": _("Points that expire on dates have no count and no rounding up."),
    "needs-the-kind-dates": _("Choose that they expire on dates."),
    "one-of-two": _("Say one of the two."),
    "known-by-itself": _("This event is known here by itself."),
    "needs-an-event": _("Say which event is waited for."),
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
    Why.NOT_THIS_DAY: _("The rule does not apply on that day."),
    Why.NOT_THIS_HOUR: _("The rule does not apply at that hour."),
    Why.NOT_THIS_STORE: _("The rule does not apply in that store."),
    Why.NOT_THIS_TILL: _("The rule does not apply at that till."),
    Why.NOT_THIS_CHANNEL: _("The rule is for another channel."),
    Why.NOT_THIS_PAYMENT: _("The rule is for another means of payment."),
    Why.NOT_THIS_TIER: _("The rule is for another tier."),
    Why.NOT_THIS_KIND: _("The rule is for another sort of member."),
    Why.NOT_THIS_SEGMENT: _("The member is in none of the rule's segments."),
    Why.NOT_IN_HOUSEHOLD: _("The member is in no household."),
    Why.NOT_THIS_PLAN: _("The member has none of the rule's plans."),
    Why.NO_CONSENT: _("The member has not agreed to offers by that channel."),
    Why.NOT_THIS_VISIT: _("The rule is for another of the member's purchases."),
    Why.NOT_THIS_SOURCE: _("The rule is for members who came another way."),
    Why.MEMBER_TOO_SHORT: _("The membership was too recent."),
    Why.NOT_IN_BIRTHDAY_WINDOW: _("The member's birthday was not near enough."),
    Why.BELOW_MINIMUM_BASKET: _("The basket was below the minimum."),
    Why.ABOVE_MAXIMUM_BASKET: _("The basket was above the maximum."),
    Why.HOLDS_EXCLUDED: _("The basket held a product that it must not hold."),
    Why.NOT_ALL_PRODUCTS: _("The basket did not hold all of the products."),
    Why.BELOW_MINIMUM_QUANTITY: _("There were too few of what the rule covers."),
    Why.NO_COVERED_LINE: _("The basket held nothing that the rule covers."),
    Why.BELOW_ONE_STEP: _("The amount was below one step."),
    Why.ABOVE_LIMIT: _("It would have been more than the rule gives for one purchase."),
    Why.MEMBER_LIMIT_REACHED: _("The member has had as much as the rule gives in this time."),
    Why.TOO_SOON: _("It was too soon after the last award of this rule."),
    Why.BUDGET_SPENT: _("The budget of the rule is used up."),
    Why.OUTSIDE_AUDIENCE: _("The member is not of the audience that this is for."),
    Why.HELD_OUT: _("The member is held out of the campaign, to compare with."),
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
