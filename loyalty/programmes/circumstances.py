"""The conditions of a rule in words, in the language being read."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from babel.dates import get_day_names
from babel.lists import format_list
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty.programmes import phrases, recurring
from loyalty.programmes.terms import Event, Holds, Kind, When

# What else than a purchase gives points, as a sentence says it.
EVENTS: dict[Event, Promise] = {
    Event.ENROLMENT: gettext_lazy("at enrolment"),
    Event.BIRTHDAY: gettext_lazy("for the birthday"),
    Event.ANNIVERSARY: gettext_lazy("for each year in the programme"),
    Event.PROFILE: gettext_lazy("for a complete profile"),
    Event.REFERRAL: gettext_lazy("for a friend who joined"),
    Event.REFERRED: gettext_lazy("for joining through a friend"),
    Event.SURVEY: gettext_lazy("for an answered survey"),
}
# By what a member may have agreed to be written to, as a sentence says it.
CHANNELS: dict[str, Promise] = {
    "email": gettext_lazy("e-mail"),
    "sms": gettext_lazy("SMS"),
    "post": gettext_lazy("post"),
    "phone": gettext_lazy("phone"),
}
# Which weekday of a month, as a sentence says it.
PLACES: dict[int, Promise] = {
    1: gettext_lazy("on the first %(day)s of each month"),
    2: gettext_lazy("on the second %(day)s of each month"),
    3: gettext_lazy("on the third %(day)s of each month"),
    4: gettext_lazy("on the fourth %(day)s of each month"),
    -1: gettext_lazy("on the last %(day)s of each month"),
}


@dataclass(frozen=True, kw_only=True)
class Names:
    """What to call the codes that terms hold; one without a name is called by its code."""

    stores: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    tiers: Mapping[str, str] = field(default_factory=dict)
    segments: Mapping[str, str] = field(default_factory=dict)
    plans: Mapping[str, str] = field(default_factory=dict)


def say(*, when: When, currency: str, names: Names) -> Iterator[str]:
    """Yield each condition that is set, as a part of a sentence."""
    yield from _basket(when, currency, names)
    yield from _member(when, names)
    yield from _days(when)


def _basket(when: When, currency: str, names: Names) -> Iterator[str]:
    yield from _products(when, names)
    yield from _amounts(when, currency)
    if when.minimum_quantity is not None:
        yield phrases.counted(
            when.minimum_quantity,
            ngettext("from %(count)s unit on", "from %(count)s units on", when.minimum_quantity),
        )
    if when.stores:
        yield _("at %(stores)s") % {"stores": phrases.listed(when.stores, names.stores)}
    if when.tills:
        yield _("at the tills %(tills)s") % {"tills": phrases.listed(when.tills, {})}
    if when.channels:
        yield _("through the channels %(channels)s") % {
            "channels": phrases.listed(when.channels, {})
        }
    if when.payment_means:
        yield _("paid, at least in part, by %(means)s") % {
            "means": phrases.listed(when.payment_means, {})
        }


def _products(when: When, names: Names) -> Iterator[str]:
    if named := [
        *(names.categories.get(code, code) for code in when.categories),
        *when.skus,
        *_labelled(when.brands, when.tags),
    ]:
        said = {"categories": phrases.listed(named, {})}
        match when.holds:
            case Holds.ANY:
                yield _("on %(categories)s") % said
            case Holds.ALL:
                yield _("on %(categories)s, all of them in the basket") % said
            case Holds.NONE:
                yield _("when the basket holds none of %(categories)s") % said
    if without := [
        *(names.categories.get(code, code) for code in when.excluded_categories),
        *when.excluded_skus,
        *_labelled(when.excluded_brands, when.excluded_tags),
    ]:
        yield _("not on %(products)s") % {"products": phrases.listed(without, {})}


def _labelled(brands: Iterable[str], tags: Iterable[str]) -> Iterator[str]:
    """Yield brands and tags as what a list of products may hold."""
    for brand in brands:
        yield _("the brand “%(brand)s”") % {"brand": brand}
    for tag in tags:
        yield _("products tagged “%(tag)s”") % {"tag": tag}


def _amounts(when: When, currency: str) -> Iterator[str]:
    least, most = when.minimum_basket_cents, when.maximum_basket_cents
    if least is not None and most is not None:
        said = {"least": phrases.amount(least, currency), "most": phrases.amount(most, currency)}
        yield _("for a basket of %(least)s to %(most)s") % said
    elif least is not None:
        yield _("for a basket of at least %(amount)s") % {
            "amount": phrases.amount(least, currency)
        }
    elif most is not None:
        yield _("for a basket of at most %(amount)s") % {"amount": phrases.amount(most, currency)}
    if when.without_tax:
        yield _("its tax not counted")


def _member(when: When, names: Names) -> Iterator[str]:
    if when.event is Event.CUSTOM:
        yield _("for the event “%(event)s”") % {"event": when.custom}
    elif when.event in EVENTS:
        yield str(EVENTS[when.event])
    if when.tiers:
        yield _("for the tiers %(tiers)s") % {"tiers": phrases.listed(when.tiers, names.tiers)}
    yield from _people(when, names)
    if when.sources:
        yield _("for members who came through %(sources)s") % {
            "sources": phrases.listed(when.sources, {})
        }
    if when.member_for_days is not None:
        yield phrases.counted(
            when.member_for_days,
            ngettext(
                "for members of at least %(count)s day",
                "for members of at least %(count)s days",
                when.member_for_days,
            ),
        )
    if when.birthday_within_days == 0:
        yield _("on the very day of the birthday")
    elif when.birthday_within_days is not None:
        yield phrases.counted(
            when.birthday_within_days,
            ngettext(
                "from %(count)s day before the birthday to %(count)s day after",
                "from %(count)s days before the birthday to %(count)s days after",
                when.birthday_within_days,
            ),
        )


def _people(when: When, names: Names) -> Iterator[str]:
    match when.kind:
        case Kind.PERSON:
            yield _("for persons, not companies")
        case Kind.COMPANY:
            yield _("for companies")
    if when.segments:
        yield _("for the segments %(segments)s") % {
            "segments": phrases.listed(when.segments, names.segments)
        }
    if when.in_household:
        yield _("for members of a household")
    if when.plans:
        yield _("for members who pay for %(plans)s") % {
            "plans": phrases.listed(when.plans, names.plans)
        }
    if when.consents:
        said = [str(CHANNELS[channel]) for channel in when.consents]
        yield _("for members who agreed to offers by %(channels)s") % {
            "channels": phrases.listed(said, {})
        }
    if when.nth_visit == 1:
        yield _("on the member’s first purchase")
    elif when.nth_visit is not None:
        yield _("on purchase number %(number)s of the member") % {
            "number": phrases.decimal(Decimal(when.nth_visit))
        }


def _days(when: When) -> Iterator[str]:
    if when.weekdays:
        names = get_day_names("wide", locale=phrases.locale_of_reader())
        days = format_list(
            [names[day - 1] for day in when.weekdays], locale=phrases.locale_of_reader()
        )
        yield _("on the weekdays %(days)s") % {"days": days}
    if when.recurrence:
        yield of_recurrence(when.recurrence)
    yield from of_hours(when)
    if when.from_day and when.to_day:
        days_said = {"first": phrases.of_day(when.from_day), "last": phrases.of_day(when.to_day)}
        yield _("from %(first)s to %(last)s") % days_said
    elif when.from_day:
        yield _("from %(day)s on") % {"day": phrases.of_day(when.from_day)}
    elif when.to_day:
        yield _("until %(day)s") % {"day": phrases.of_day(when.to_day)}


def of_recurrence(recurrence: str) -> str:
    """Return a recurrence in words if it is of the usual sort, and as it is written if not."""
    if found := recurring.nth_weekday(recurrence=recurrence):
        place, weekday = found
        day = get_day_names("wide", locale=phrases.locale_of_reader())[weekday - 1]
        return str(PLACES[place]) % {"day": day}
    return _("on the days of the recurrence %(rule)s") % {"rule": recurrence}


def of_hours(when: When) -> Iterator[str]:
    """Yield the hours of a rule, if it has any, as a part of a sentence."""
    first, last = when.from_time, when.to_time
    if first is not None and last is not None:
        yield _("between %(first)s and %(last)s") % {
            "first": phrases.of_hour(first),
            "last": phrases.of_hour(last),
        }
    elif first is not None:
        yield _("after %(time)s") % {"time": phrases.of_hour(first)}
    elif last is not None:
        yield _("before %(time)s") % {"time": phrases.of_hour(last)}
