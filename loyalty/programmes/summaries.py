"""A rule's terms as a sentence that a merchant can check, in the language being read."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from loyalty.core.languages import in_language
from loyalty.ledger.planning import NEVER, Grant
from loyalty.programmes import ceilings, circumstances, expiring, phrases
from loyalty.programmes.circumstances import Names
from loyalty.programmes.expiring import Expiry, ExpiryKind, RoundUpTo
from loyalty.programmes.idling import Activity, Inactivity
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.terms import (
    Effect,
    Event,
    Fixed,
    Gift,
    Multiplier,
    PerUnit,
    Rate,
    Stacking,
    Terms,
    Then,
)

__all__ = [
    "Names",
    "dates",
    "effect",
    "expiry",
    "inactivity",
    "keeping",
    "parts",
    "summarise",
    "waits",
]


def summarise(*, terms: Terms, currency: str, names: Names | None = None) -> str:
    """Return what the terms say: the gift with its conditions, then when it can be used."""
    said = Names() if names is None else names
    first = [
        effect(effect=terms.then.effect, currency=currency),
        *circumstances.say(when=terms.when, currency=currency, names=said),
    ]
    sentences = [", ".join(first), *_notes(terms, currency)]
    return " ".join(f"{sentence[:1].upper()}{sentence[1:]}." for sentence in sentences)


def parts(*, terms: Terms, currency: str, names: Names | None = None) -> list[str]:
    """Return all that the terms say, each thing for itself, for who compares two versions."""
    said = Names() if names is None else names
    return [
        effect(effect=terms.then.effect, currency=currency),
        *circumstances.say(when=terms.when, currency=currency, names=said),
        *_notes(terms, currency),
    ]


def effect(*, effect: Effect, currency: str) -> str:
    """Return what a rule gives, as a part of a sentence."""
    match effect:
        case Rate():
            per = {
                "points": phrases.decimal(effect.points),
                "amount": phrases.amount(effect.per_cents, currency),
            }
            return (
                ngettext(
                    "%(points)s point for each whole %(amount)s",
                    "%(points)s points for each whole %(amount)s",
                    phrases.plural(effect.points),
                )
                % per
            )
        case PerUnit():
            return ngettext(
                "%(points)s point for each unit",
                "%(points)s points for each unit",
                phrases.plural(effect.points),
            ) % {"points": phrases.decimal(effect.points)}
        case Multiplier():
            return _("the base points times %(factor)s") % {
                "factor": phrases.decimal(effect.factor)
            }
        case Gift():
            return _gift(effect, currency)
        case Fixed():
            count = effect.points
            return ngettext("%(points)s point", "%(points)s points", count) % {
                "points": phrases.decimal(Decimal(count))
            }


def _gift(gift: Gift, currency: str) -> str:
    said = {
        "name": in_language(french=gift.name_fr, english=gift.name_en),
        "count": phrases.decimal(Decimal(gift.days)),
    }
    if gift.value_cents is None:
        return (
            ngettext(
                "a voucher “%(name)s”, good for %(count)s day",
                "a voucher “%(name)s”, good for %(count)s days",
                gift.days,
            )
            % said
        )
    said["amount"] = phrases.amount(gift.value_cents, currency)
    return (
        ngettext(
            "a voucher “%(name)s” worth %(amount)s, good for %(count)s day",
            "a voucher “%(name)s” worth %(amount)s, good for %(count)s days",
            gift.days,
        )
        % said
    )


def _notes(terms: Terms, currency: str) -> Iterator[str]:
    if isinstance(terms.then.effect, Rate) and terms.then.effect.carries:
        yield _("what is below one step counts with the next purchase")
    if terms.then.wallet:
        yield _("in the wallet “%(wallet)s”") % {"wallet": terms.then.wallet}
    yield from _usable(terms.then)
    yield from ceilings.say(limits=terms.limits, currency=currency)
    if terms.stacking is Stacking.BEST:
        yield _("of the group “%(group)s” only the best applies") % {"group": terms.group}
    elif terms.stacking is Stacking.FIRST:
        yield _("of the group “%(group)s” only the first applies") % {"group": terms.group}


def _usable(then: Then) -> Iterator[str]:
    if then.pending_event and then.cancel_days is not None:
        yield waits(event=then.pending_event)
        said = ngettext(
            "cancelled after %(count)s day without it",
            "cancelled after %(count)s days without it",
            then.cancel_days,
        )
        yield phrases.counted(then.cancel_days, said)
    elif then.pending_until is not None:
        yield _("usable from %(day)s on") % {"day": phrases.of_day(then.pending_until)}
    elif then.pending_days == 0:
        yield _("usable at once")
    elif then.pending_days is not None:
        yield phrases.counted(
            then.pending_days,
            ngettext(
                "usable after %(count)s day", "usable after %(count)s days", then.pending_days
            ),
        )
    if then.expiry is not None:
        yield expiry(expiry=then.expiry)


def waits(*, event: str) -> str:
    """Return until when points are pending that wait for an event, as words."""
    if event == Event.SURVEY:
        return _("pending until a survey is answered")
    if event == Event.REFERRAL:
        return _("pending until a friend has joined")
    return _("pending until the event “%(event)s”") % {"event": event}


def dates(*, grant: Grant, at: datetime, book: Rulebook) -> str:
    """Return when points given at a moment can be used, as words without a full stop."""
    if grant.wait:
        cancelled = _("otherwise cancelled after %(day)s") % {
            "day": phrases.of_day(book.last_day(grant.wait.cancels_at))
        }
        life = expiring.from_ledger(said=grant.wait.life)
        return ", ".join([waits(event=grant.wait.event), cancelled, expiry(expiry=life)])
    first = _("usable at once")
    if grant.available_at > at:
        day = book.business_day(grant.available_at)
        first = _("usable from %(day)s on") % {"day": phrases.of_day(day)}
    if grant.expires_at == NEVER:
        return f"{first}, {expiry(expiry=Expiry())}"
    day = book.last_day(grant.expires_at)
    return f"{first}, " + _("good until %(day)s") % {"day": phrases.of_day(day)}


def expiry(*, expiry: Expiry) -> str:
    """Return how long points live, as words without a full stop."""
    match expiry.kind:
        case ExpiryKind.NEVER:
            return _("they never expire")
        case ExpiryKind.DATES:
            days = [phrases.of_month_and_day(one) for one in expiry.dates]
            return _("good until the next %(days)s") % {
                "days": format_list(days, "or", locale=phrases.locale_of_reader())
            }
        case ExpiryKind.DAYS:
            said = ngettext("good for %(count)s day", "good for %(count)s days", expiry.count)
        case ExpiryKind.MONTHS:
            said = ngettext("good for %(count)s month", "good for %(count)s months", expiry.count)
    return ", ".join([phrases.counted(expiry.count, said), *_rounded(expiry.round_up)])


def inactivity(terms: Inactivity) -> str:
    """Return when points are lost because nothing happens, as words without a full stop."""
    words = {
        Activity.PURCHASE: pgettext("without", "a purchase"),
        Activity.SPENDING: pgettext("without", "points used"),
        Activity.AWARD: pgettext("without", "points earned"),
    }
    said = ngettext(
        "lost after %(count)s month without %(activities)s",
        "lost after %(count)s months without %(activities)s",
        terms.months,
    )
    known = [word for activity, word in words.items() if activity in terms.activities]
    return said % {
        "count": phrases.decimal(Decimal(terms.months)),
        "activities": format_list(known, "or", locale=phrases.locale_of_reader()),
    }


def keeping(terms: Inactivity) -> str:
    """Return what keeps points from being lost, as parts of a sentence: a purchase, or …"""
    words = {
        Activity.PURCHASE: pgettext("kept by", "a purchase"),
        Activity.SPENDING: pgettext("kept by", "using points"),
        Activity.AWARD: pgettext("kept by", "earning points"),
    }
    known = [word for activity, word in words.items() if activity in terms.activities]
    return format_list(known, "or", locale=phrases.locale_of_reader())


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
