"""What the programme's terms give, in words a customer understands."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime

from babel.dates import get_day_names
from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.core import languages
from loyalty.programmes import ceilings, circumstances, recurring, summaries
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.rulebook import Rulebook, RuleTerms
from loyalty.programmes.terms import (
    Effect,
    Event,
    Fixed,
    Gift,
    Holds,
    Limits,
    Multiplier,
    PerUnit,
    Rate,
    Terms,
    When,
)
from loyalty.templatetags import look

# What the board says in words, or the rule's name does; whatever else is asked is a condition.
_SAID = (
    *("event", "minimum_basket_cents", "weekdays", "from_day", "to_day", "recurrence"),
    *("from_time", "to_time", "stores", "categories", "skus", "excluded_categories"),
    *("excluded_skus", "tiers"),
)


# What gives nothing in a programme whose members refer nobody.
_OF_REFERRALS = frozenset({Event.REFERRAL, Event.REFERRED})


@dataclass(frozen=True)
class Earning:
    """One line of the board: why, what it gives, on which conditions, or on every purchase."""

    name: str
    gives: str
    conditions: str
    is_base: bool


def earnings(*, book: Rulebook, at: datetime) -> list[Earning]:
    """Say what gives points at a moment, in the order of the rules.

    A rule that is for some members alone, that pays into another wallet than the points', whose
    days are over, or of referrals where there are none, is left out.
    """
    return [_earning(rule, terms, book) for rule, terms in _for_all(book, at)]


def of_event(*, event: str, book: Rulebook, at: datetime) -> list[Earning]:
    """Say what an event gives everybody at a moment, in the order of the rules."""
    board = _for_all(book, at)
    return [_earning(rule, terms, book) for rule, terms in board if terms.when.event == event]


def _for_all(book: Rulebook, at: datetime) -> Iterator[tuple[RuleTerms, Terms]]:
    today = book.business_day(at)
    for rule in book.rules:
        terms = _terms_at(rule, at)
        if terms and not rule.audiences and _is_of_interest(terms, book, today):
            yield rule, terms


def _terms_at(rule: RuleTerms, at: datetime) -> Terms | None:
    version = rule.version_at(at)
    return version.terms if version else None


def _is_of_interest(terms: Terms, book: Rulebook, today: date) -> bool:
    is_over = terms.when.to_day is not None and terms.when.to_day < today
    is_idle = terms.when.event in _OF_REFERRALS and book.referral_days is None
    return terms.then.wallet in ("", book.spending_wallet) and not is_over and not is_idle


def _earning(rule: RuleTerms, terms: Terms, book: Rulebook) -> Earning:
    conditions = [
        *_conditions(terms.when, currency=book.currency),
        *_limits(terms.limits, currency=book.currency),
    ]
    is_base = isinstance(terms.then.effect, Rate) and not conditions
    return Earning(
        name=_("On all your purchases") if is_base else _name(rule),
        gives=_gives(terms.then.effect, currency=book.currency),
        conditions=", ".join(conditions),
        is_base=is_base,
    )


def _limits(limits: Limits, *, currency: str) -> Iterator[str]:
    """Yield what a member gets at most. How much is meant for everybody is not theirs to know."""
    own = replace(limits, budget_points=None, budget_cents=None)
    yield from ceilings.say(limits=own, currency=currency)
    if limits.has_budget:
        yield _("as long as the offer's budget lasts")


def _name(rule: RuleTerms) -> str:
    return languages.in_language(french=rule.name_fr, english=rule.name_en)


def _gives(effect: Effect, *, currency: str) -> str:
    match effect:
        case Rate():
            return _("%(points)s for each %(amount)s") % {
                "points": look.points(effect.points),
                "amount": look.amount(effect.per_cents, currency),
            }
        case PerUnit() | Gift():
            return summaries.effect(effect=effect, currency=currency)
        case Multiplier():
            return _("points × %(factor)s") % {"factor": look.number(effect.factor)}
        case Fixed():
            return f"+ {look.points(effect.points)}"


def _conditions(when: When, *, currency: str) -> Iterator[str]:
    if when.minimum_basket_cents:
        yield _("from %(amount)s") % {"amount": look.amount(when.minimum_basket_cents, currency)}
    if when.weekdays:
        yield _weekdays(when.weekdays)
    if recurring.nth_weekday(recurrence=when.recurrence):
        yield circumstances.of_recurrence(when.recurrence)
    yield from circumstances.of_hours(when)
    if when.from_day or when.to_day:
        yield _days(when.from_day, when.to_day)
    if when.stores:
        yield _("in some stores")
    if (when.categories or when.skus) and when.holds is Holds.ANY:
        yield _("on some products")
    elif when.excluded_categories or when.excluded_skus:
        yield _("except some products")
    if when.tiers:
        yield _("for some tiers")
    if _asks_more(when):
        yield _("under conditions")


def _asks_more(when: When) -> bool:
    """Say whether a rule asks for something that the board has no words for."""
    silent = When()
    is_odd = bool(when.recurrence) and not recurring.nth_weekday(recurrence=when.recurrence)
    return is_odd or replace(when, **{name: getattr(silent, name) for name in _SAID}) != silent


def _weekdays(days: tuple[int, ...]) -> str:
    names = get_day_names("wide", locale=look.locale())
    return format_list([names[day - 1] for day in days], locale=look.locale())


def _days(first: date | None, last: date | None) -> str:
    if first and last:
        return _("from %(first)s to %(last)s") % {
            "first": look.day(first),
            "last": look.day(last),
        }
    if first:
        return _("from %(day)s on") % {"day": look.day(first)}
    return _("until %(day)s") % {"day": look.day(last)} if last else ""


def expiry(terms: Expiry) -> str:
    """Say how long points live."""
    if terms.kind is ExpiryKind.NEVER:
        return _("Your points never expire.")
    if terms.kind is ExpiryKind.DATES:
        return _("Your points are %(good)s.") % {"good": summaries.expiry(expiry=terms)}
    if terms.kind is ExpiryKind.DAYS:
        said = ngettext(
            "Your points are good for %(count)s day.",
            "Your points are good for %(count)s days.",
            terms.count,
        )
    else:
        said = ngettext(
            "Your points are good for %(count)s month.",
            "Your points are good for %(count)s months.",
            terms.count,
        )
    return f"{said % {'count': look.number(terms.count)}} {_rounded(terms.round_up)}".strip()


def _rounded(up_to: RoundUpTo) -> str:
    match up_to:
        case RoundUpTo.DAY:
            return ""
        case RoundUpTo.MONTH:
            return _("They then last until the end of the month.")
        case RoundUpTo.QUARTER:
            return _("They then last until the end of the quarter.")
        case RoundUpTo.YEAR:
            return _("They then last until the end of the year.")
