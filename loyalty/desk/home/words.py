"""Figures of the home page as whoever is reading writes them."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from babel import Locale
from babel.numbers import format_decimal, format_percent
from django.utils.translation import gettext as _

from analytics import reporting
from analytics.figures import Unit
from loyalty.programmes import money, phrases

Value = int | Fraction


def of_number(value: Value) -> str:
    """Return a whole number: 12 345."""
    return format_decimal(Decimal(int(value)), locale=_locale())


def of_share(value: Value) -> str:
    """Return a share as a percentage with one decimal at most: 42,3 %."""
    pattern = _locale().percent_formats[None].pattern.replace("##0", "##0.#")
    return format_percent(float(value), format=pattern, locale=_locale())


def of_share_difference(value: Value) -> str:
    """Return a difference of two shares in percentage points."""
    count = format_decimal(float(value * 100), format="#,##0.#", locale=_locale())
    return _("%(count)s pp") % {"count": count}


def amounts_in(currency: str) -> Callable[[Value], str]:
    """Return what says an amount of cents of a currency."""
    language = str(_locale())
    return lambda cents: money.to_words(cents=int(cents), currency=currency, language=language)


def of_measure(value: Value | None, unit: Unit, currency: str) -> str:
    """Return a measure's value, rounded as a glance needs it, with a true minus: −0,4 %."""
    if value is None:
        return _("n/a")
    return _of_value(value, unit, currency).replace("-", "−")


def _of_value(value: Value, unit: Unit, currency: str) -> str:
    if unit == Unit.SHARE:
        return of_share(value)
    if unit == Unit.MONEY:
        return amounts_in(currency)(round(value))
    if unit == Unit.NUMBER:
        return format_decimal(float(value), format="#,##0.##", locale=_locale())
    if unit in (Unit.SCORE, Unit.HOURS):
        return format_decimal(float(value), format="#,##0.#", locale=_locale())
    return reporting.to_words(value, unit, currency)


def _locale() -> Locale:
    return phrases.locale_of_reader()
