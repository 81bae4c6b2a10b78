"""A definition in words: one sentence for each condition, and what is wrong with one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from analytics.segments.cells import Cell
from analytics.segments.terms import NONE, Condition, Definition, Fact, Match
from loyalty.programmes import phrases
from loyalty.programmes.models import Category, Store, Tier
from members.models import ConsentChannel, MemberKind

Codes = Mapping[str, str]

FACTS: Mapping[Fact, Promise] = {
    Fact.RFM: gettext_lazy("RFM name"),
    Fact.RECENCY_SCORE: gettext_lazy("recency score (1 to 5)"),
    Fact.FREQUENCY_SCORE: gettext_lazy("frequency score (1 to 5)"),
    Fact.MONETARY_SCORE: gettext_lazy("monetary score (1 to 5)"),
    Fact.RECENCY: gettext_lazy("days since the last receipt"),
    Fact.RECEIPTS: gettext_lazy("receipts"),
    Fact.REVENUE: gettext_lazy("revenue"),
    Fact.CATEGORY: gettext_lazy("category bought"),
    Fact.STORE: gettext_lazy("store of a purchase"),
    Fact.ALIVE: gettext_lazy("probability of still being a customer (%)"),
    Fact.EXPECTED: gettext_lazy("revenue expected in 12 months"),
    Fact.POINTS: gettext_lazy("points available"),
    Fact.TIER: gettext_lazy("tier"),
    Fact.KIND: gettext_lazy("person or company"),
    Fact.SOURCE: gettext_lazy("acquisition source"),
    Fact.HOME_STORE: gettext_lazy("store of enrolment"),
    Fact.ENROLLED: gettext_lazy("day of enrolment"),
    Fact.MEMBERSHIP: gettext_lazy("days since enrolment"),
    Fact.CONSENT: gettext_lazy("agreed to offers and news by"),
}

CELLS: Mapping[str, Promise] = {
    Cell.CHAMPIONS: gettext_lazy("champions"),
    Cell.LOYAL: gettext_lazy("loyal customers"),
    Cell.POTENTIAL_LOYALISTS: gettext_lazy("potential loyalists"),
    Cell.NEW: gettext_lazy("new customers"),
    Cell.PROMISING: gettext_lazy("promising"),
    Cell.NEED_ATTENTION: gettext_lazy("need attention"),
    Cell.ABOUT_TO_SLEEP: gettext_lazy("about to sleep"),
    Cell.AT_RISK: gettext_lazy("at risk"),
    Cell.CANNOT_LOSE: gettext_lazy("can’t lose them"),
    Cell.HIBERNATING: gettext_lazy("hibernating"),
    Cell.LOST: pgettext_lazy("members", "lost"),
}

FAULTS: Mapping[str, Promise] = {
    "not-an-object": gettext_lazy("This must be an object."),
    "not-a-list": gettext_lazy("This must be a list."),
    "not-yes-or-no": gettext_lazy("This must be true or false."),
    "not-a-whole-number": gettext_lazy("This must be a whole number."),
    "not-a-date": gettext_lazy("This must be a date, such as 2026-11-21."),
    "not-a-code": gettext_lazy("This is not a code."),
    "unknown-field": gettext_lazy("A condition has no such field."),
    "unknown-choice": gettext_lazy("This is none of the choices."),
    "unknown-code": gettext_lazy("Nothing has this code."),
    "missing": gettext_lazy("Say what the condition asks about."),
    "out-of-range": gettext_lazy("This is too small or too large."),
    "repeated": gettext_lazy("Something is here twice."),
    "too-many": gettext_lazy("These are too many."),
    "needs-a-condition": gettext_lazy("A segment has at least one condition."),
    "needs-a-bound": gettext_lazy("Say a least or a most."),
    "needs-a-choice": gettext_lazy("Choose at least one."),
    "needs-a-day": gettext_lazy("Say a first day or a last one."),
    "below-the-minimum": gettext_lazy("This is below what it starts from."),
}


@dataclass(frozen=True)
class Names:
    """What the programme's codes are called, by fact, and its currency."""

    currency: str
    codes: Mapping[Fact, Codes] = field(default_factory=dict)


def get_names(*, currency: str) -> Names:
    """Return what categories, stores and tiers are called: three statements."""
    stores = dict(Store.objects.order_by("name").values_list("code", "name"))
    tiers = {tier.code: str(tier) for tier in Tier.objects.order_by("ladder", "rank")}
    names: dict[Fact, Codes] = {
        Fact.RFM: {code: str(name) for code, name in CELLS.items()},
        Fact.CATEGORY: dict(Category.objects.order_by("name").values_list("code", "name")),
        Fact.STORE: stores,
        Fact.HOME_STORE: {**stores, NONE: _("no store")},
        Fact.TIER: {**tiers, NONE: _("no tier")},
        Fact.KIND: {code: str(name) for code, name in MemberKind.choices},
        Fact.CONSENT: {code: str(name) for code, name in ConsentChannel.choices},
    }
    return Names(currency, names)


def match_name(match: Match) -> str:
    """Say how conditions go together, where one chooses."""
    return _("all conditions hold") if match == Match.ALL else _("any condition holds")


def of_match(definition: Definition) -> str:
    """Say how the conditions go together."""
    if len(definition.conditions) == 1:
        return _("Members of whom this holds:")
    if definition.match == Match.ALL:
        return _("Members of whom all of this holds:")
    return _("Members of whom any of this holds:")


def of_conditions(definition: Definition, names: Names) -> list[str]:
    """Say each condition as a line of a list."""
    return [_of_condition(condition, names) for condition in definition.conditions]


def _of_condition(condition: Condition, names: Names) -> str:
    said = {
        "fact": FACTS[condition.fact],
        "value": _value(condition, names),
        "when": "".join(f" {words}" for words in _months(condition)),
    }
    if condition.is_not:
        return _("not %(fact)s: %(value)s%(when)s") % said
    return _("%(fact)s: %(value)s%(when)s") % said


def _value(condition: Condition, names: Names) -> str:
    if condition.codes:
        known = names.codes.get(condition.fact, {})
        return phrases.listed(condition.codes, known)
    if condition.fact == Fact.ENROLLED:
        days = (condition.since, condition.until)
        return _between(*(day if day is None else phrases.of_day(day) for day in days))
    write = _money(names) if condition.fact in (Fact.REVENUE, Fact.EXPECTED) else _number
    low, high = (n if n is None else write(n) for n in (condition.least, condition.most))
    return low if low and low == high else _between(low, high)


def _between(low: str | None, high: str | None) -> str:
    if high is None:
        return _("%(least)s or more") % {"least": low}
    if low is None:
        return _("%(most)s at most") % {"most": high}
    return _("%(least)s to %(most)s") % {"least": low, "most": high}


def _money(names: Names) -> Callable[[int], str]:
    return lambda cents: phrases.amount(cents, names.currency)


def _number(value: int) -> str:
    return phrases.decimal(Decimal(value))


def _months(condition: Condition) -> Iterator[str]:
    if condition.months is not None:
        yield ngettext(
            "in the last %(count)d whole month and since",
            "in the last %(count)d whole months and since",
            condition.months,
        ) % {"count": condition.months}
