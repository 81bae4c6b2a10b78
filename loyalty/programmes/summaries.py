"""A rule's terms as a sentence that a merchant can check, in the language being read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from math import ceil

from babel import Locale
from babel.dates import format_date, get_day_names
from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from loyalty.programmes import money
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.terms import (
    Effect,
    Event,
    Fixed,
    Multiplier,
    Rate,
    Stacking,
    Terms,
    Then,
    When,
)


@dataclass(frozen=True, kw_only=True)
class Names:
    """What to call the codes that terms hold; one without a name is called by its code."""

    stores: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)


def summarise(*, terms: Terms, currency: str, names: Names | None = None) -> str:
    """Return what the terms say: the gift with its conditions, then when it can be used."""
    said = Names() if names is None else names
    first = [
        _effect(terms.then.effect, currency),
        *_basket(terms.when, currency, said),
        *_member(terms.when, said),
        *_days(terms.when),
    ]
    sentences = [", ".join(first), *_notes(terms)]
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in sentences)


def _effect(effect: Effect, currency: str) -> str:
    match effect:
        case Rate():
            per = {"points": _number(effect.points), "amount": _money(effect.per_cents, currency)}
            return (
                ngettext(
                    "%(points)s point for each whole %(amount)s",
                    "%(points)s points for each whole %(amount)s",
                    _plural(effect.points),
                )
                % per
            )
        case Multiplier():
            return _("the base points times %(factor)s") % {"factor": _number(effect.factor)}
        case Fixed():
            count = effect.points
            return ngettext("%(points)s point", "%(points)s points", count) % {
                "points": _number(Decimal(count))
            }


def _basket(when: When, currency: str, names: Names) -> Iterator[str]:
    if when.categories:
        yield _("on %(categories)s") % {"categories": _list(when.categories, names.categories)}
    if without := [
        *(names.categories.get(code, code) for code in when.excluded_categories),
        *when.excluded_skus,
    ]:
        yield _("not on %(products)s") % {"products": _list(without, {})}
    if when.minimum_basket_cents is not None:
        amount = _money(when.minimum_basket_cents, currency)
        yield _("for a basket of at least %(amount)s") % {"amount": amount}
    if when.stores:
        yield _("at %(stores)s") % {"stores": _list(when.stores, names.stores)}


def _member(when: When, names: Names) -> Iterator[str]:
    if when.event is Event.ENROLMENT:
        yield _("at enrolment")
    elif when.event is Event.BIRTHDAY:
        yield _("for the birthday")
    if when.tiers:
        yield _("for the tiers %(tiers)s") % {"tiers": _list(when.tiers, names.tiers)}
    if when.birthday_within_days == 0:
        yield _("on the very day of the birthday")
    elif when.birthday_within_days is not None:
        yield _counted(
            when.birthday_within_days,
            ngettext(
                "from %(count)s day before the birthday to %(count)s day after",
                "from %(count)s days before the birthday to %(count)s days after",
                when.birthday_within_days,
            ),
        )


def _days(when: When) -> Iterator[str]:
    if when.weekdays:
        names = get_day_names("wide", locale=_locale())
        days = format_list([names[day - 1] for day in when.weekdays], locale=_locale())
        yield _("on the weekdays %(days)s") % {"days": days}
    if when.from_day and when.to_day:
        days_said = {"first": _day(when.from_day), "last": _day(when.to_day)}
        yield _("from %(first)s to %(last)s") % days_said
    elif when.from_day:
        yield _("from %(day)s on") % {"day": _day(when.from_day)}
    elif when.to_day:
        yield _("until %(day)s") % {"day": _day(when.to_day)}


def _notes(terms: Terms) -> Iterator[str]:
    if terms.then.wallet:
        yield _("in the wallet “%(wallet)s”") % {"wallet": terms.then.wallet}
    yield from _usable(terms.then)
    if terms.stacking is Stacking.BEST:
        yield _("of the group “%(group)s” only the best applies") % {"group": terms.group}
    elif terms.stacking is Stacking.FIRST:
        yield _("of the group “%(group)s” only the first applies") % {"group": terms.group}


def _usable(then: Then) -> Iterator[str]:
    if then.pending_days == 0:
        yield _("usable at once")
    elif then.pending_days is not None:
        yield _counted(
            then.pending_days,
            ngettext(
                "usable after %(count)s day", "usable after %(count)s days", then.pending_days
            ),
        )
    if then.expiry is not None:
        yield expiry(expiry=then.expiry)


def expiry(*, expiry: Expiry) -> str:
    """Return how long points live, as words without a full stop."""
    match expiry.kind:
        case ExpiryKind.NEVER:
            return _("they never expire")
        case ExpiryKind.DAYS:
            said = ngettext("good for %(count)s day", "good for %(count)s days", expiry.count)
        case ExpiryKind.MONTHS:
            said = ngettext("good for %(count)s month", "good for %(count)s months", expiry.count)
    return ", ".join([_counted(expiry.count, said), *_rounded(expiry.round_up)])


def _rounded(up_to: RoundUpTo) -> Iterator[str]:
    match up_to:
        case RoundUpTo.DAY:
            return
        case RoundUpTo.MONTH:
            yield _("then to the end of the month")
        case RoundUpTo.QUARTER:
            yield _("then to the end of the quarter")
        case RoundUpTo.YEAR:
            yield _("then to the end of the year")


def _list(codes: Iterable[str], names: Mapping[str, str]) -> str:
    return format_list([names.get(code, code) for code in codes], locale=_locale())


def _counted(count: int, said: str) -> str:
    return said % {"count": _number(Decimal(count))}


def _plural(number: Decimal) -> int:
    """Return the count whose plural a number takes: one and a half is two, but one in French."""
    return int(number) if _locale().language == "fr" else ceil(number)


def _number(number: Decimal) -> str:
    return format_decimal(number, locale=_locale())


def _money(cents: int, currency: str) -> str:
    return money.to_words(cents=cents, currency=currency, language=str(_locale()))


def _day(day: date) -> str:
    return format_date(day, "long", locale=_locale())


def _locale() -> Locale:
    return Locale.parse(get_language() or "fr", sep="-")
