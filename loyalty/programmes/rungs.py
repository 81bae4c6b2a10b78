"""What a ladder asks for and what its tiers give, in the language being read."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from babel.lists import format_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.core import languages
from loyalty.programmes import phrases
from loyalty.programmes.ahead import Gap
from loyalty.programmes.expiring import Expiry, ExpiryKind
from loyalty.programmes.ladder import Falls, Ladder, Rung
from loyalty.programmes.merits import Measure, Merits
from loyalty.programmes.spans import Validity, Window

Amounts = Iterable[tuple[Measure, int]]


def of_amounts(amounts: Amounts, *, needs_all: bool, currency: str) -> str:
    """Return amounts of measures in words: 87,00 €, or 3 visits."""
    return _listed([_of_amount(*one, currency) for one in amounts], needs_all)


def _listed(said: Sequence[str], needs_all: bool) -> str:
    style: Literal["standard", "or"] = "standard" if needs_all else "or"
    return format_list(said, style=style, locale=phrases.locale_of_reader())


def of_gap(gap: Gap, *, currency: str) -> str:
    """Return what is missing in words; nothing where nothing is."""
    return of_amounts(gap.missing, needs_all=gap.needs_all, currency=currency)


def _of_amount(measure: Measure, count: int, currency: str) -> str:
    match measure:
        case Measure.SPEND:
            return phrases.amount(count, currency)
        case Measure.VISITS:
            return phrases.counted(count, ngettext("%(count)s visit", "%(count)s visits", count))
        case Measure.CREDITS:
            said = ngettext("%(count)s status credit", "%(count)s status credits", count)
            return phrases.counted(count, said)


def _of_threshold(measure: Measure, count: int, currency: str) -> str:
    said = _of_amount(measure, count, currency)
    return _("%(amount)s of purchases") % {"amount": said} if measure is Measure.SPEND else said


def of_threshold(*, rung: Rung, ladder: Ladder, currency: str) -> str:
    """Return what it takes to reach a tier; nothing where everybody has it."""
    if ladder.is_reached(rung, Merits()):
        return ""
    asked = [(one, rung.threshold(one)) for one in ladder.asked(rung)]
    amounts = _listed([_of_threshold(*one, currency) for one in asked], ladder.needs_all)
    return _("from %(amounts)s %(window)s") % {
        "amounts": amounts,
        "window": _of_window(ladder),
    }


def _of_window(ladder: Ladder) -> str:
    months = ladder.span.window_months
    match ladder.span.window:
        case Window.ROLLING:
            return phrases.counted(
                months, ngettext("within %(count)s month", "within %(count)s months", months)
            )
        case Window.CALENDAR_YEAR:
            return _("in a calendar year")
        case Window.MEMBERSHIP_YEAR:
            return _("in a year of membership")
        case Window.LIFETIME:
            return _("since enrolment")


def of_rung(*, rung: Rung, ladder: Ladder, currency: str) -> str:
    """Return a tier as one plain sentence: what it takes, what it gives."""
    asked = of_threshold(rung=rung, ladder=ladder, currency=currency)
    parts = [asked or _("from the first day"), *_gives(rung)]
    return _("%(tier)s: %(parts)s.") % {"tier": name_of(rung), "parts": ", ".join(parts)}


def name_of(rung: Rung | None) -> str:
    """Return what a tier is called."""
    return languages.in_language(french=rung.name_fr, english=rung.name_en) if rung else ""


def _gives(rung: Rung) -> Iterator[str]:
    if rung.multiplier > 1:
        factor = phrases.decimal(rung.multiplier.normalize())
        yield _("points × %(factor)s") % {"factor": factor}
    if rung.expiry is not None:
        yield _of_expiry(rung.expiry)


def _of_expiry(expiry: Expiry) -> str:
    match expiry.kind:
        case ExpiryKind.NEVER:
            return _("points that never expire")
        case ExpiryKind.DAYS:
            said = ngettext(
                "points good for %(count)s day", "points good for %(count)s days", expiry.count
            )
        case ExpiryKind.MONTHS:
            said = ngettext(
                "points good for %(count)s month", "points good for %(count)s months", expiry.count
            )
    return phrases.counted(expiry.count, said)


def of_keeping(*, ladder: Ladder) -> str:
    """Return how long a tier is kept and how it is lost, in sentences."""
    return " ".join(_keeping(ladder))


def _keeping(ladder: Ladder) -> Iterator[str]:
    yield _of_validity(ladder)
    if days := ladder.span.grace_days:
        yield phrases.counted(
            days,
            ngettext(
                "It holds for %(count)s day of grace after its end.",
                "It holds for %(count)s days of grace after its end.",
                days,
            ),
        )
    if ladder.falls is Falls.ONE_DOWN:
        yield _("Who does not keep it goes down one tier.")
    else:
        yield _("Who does not keep it goes to the tier that fits what counts then.")
    if ladder.falls_on_return:
        yield _("A return can lower it at once.")


def _of_validity(ladder: Ladder) -> str:
    months = ladder.span.validity_months
    match ladder.span.validity:
        case Validity.FOLLOWING_YEAR:
            return _("A tier that was reached is kept to the end of the following calendar year.")
        case Validity.WINDOW if ladder.span.window is Window.LIFETIME:
            return _("A tier that was reached is kept for ever.")
        case Validity.WINDOW if ladder.span.window is Window.ROLLING:
            months = ladder.span.window_months
        case Validity.WINDOW:
            return _("A tier that was reached is kept to the end of its year.")
    return phrases.counted(
        months,
        ngettext(
            "A tier that was reached is kept for %(count)s month.",
            "A tier that was reached is kept for %(count)s months.",
            months,
        ),
    )
