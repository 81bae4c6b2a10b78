"""Values of measures, periods and changes in words."""

from fractions import Fraction

from babel.dates import format_date
from babel.numbers import (
    format_compact_currency,
    format_compact_decimal,
    format_currency,
    format_percent,
)
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from analytics.figures import Direction, Unit
from analytics.measuring import Measure
from analytics.periods import Period, PeriodKind
from loyalty.core import money
from loyalty.desk.home import words
from loyalty.desk.measures.picking import label_of
from loyalty.templatetags.look import locale

Value = Fraction | int
_HUNDRED, _TEN_THOUSAND = 100, 10_000
# What a difference of these is said in is what they are counted in themselves.
_SAID_PLAINLY = {Unit.SHARE, Unit.SCORE}


def say(value: Value | None, unit: Unit, currency: str) -> str:
    """Return a value with its unit, where its name does not say it: 42,3 %, 30 jours."""
    text = words.of_measure(value, unit, currency)
    if value is None:
        return text
    if unit == Unit.DAYS:
        return ngettext("%(count)s day", "%(count)s days", plural_of(value)) % {"count": text}
    if unit == Unit.HOURS:
        return _("%(count)s h") % {"count": text}
    if unit == Unit.POINTS:
        return ngettext("%(count)s point", "%(count)s points", plural_of(value)) % {"count": text}
    return text


def brief(value: Value | None, unit: Unit, currency: str) -> str:
    """Return a value as short as it stands above a bar: 42,3 %, 1 235 €, 12,3 k."""
    if value is None:
        return "–"
    if unit == Unit.MONEY:
        return _brief_amount(Fraction(value), currency)
    if unit != Unit.SHARE and abs(Fraction(value)) >= _TEN_THOUSAND:
        return str(format_compact_decimal(float(value), locale=locale(), fraction_digits=1))
    return words.of_measure(value, unit, currency)


def _brief_amount(cents: Fraction, currency: str) -> str:
    amount = cents / 10 ** money.places(currency=currency)
    if abs(amount) < _HUNDRED:
        return say(cents, Unit.MONEY, currency)
    if abs(amount) >= _TEN_THOUSAND:
        compact = format_compact_currency(
            float(amount), currency, locale=locale(), fraction_digits=1
        )
        return str(compact)
    whole = "#,##0\N{NO-BREAK SPACE}¤" if locale().language == "fr" else "¤#,##0"
    return str(
        format_currency(
            round(amount), currency, format=whole, locale=locale(), currency_digits=False
        )
    )


def short(period: Period) -> str:
    """Return what a period is called where there is little room: oct. 26, T4 2026."""
    if period.kind == PeriodKind.MONTH:
        return format_date(period.first, "MMM yy", locale=locale())
    if period.kind != PeriodKind.RANGE:
        return label_of(period)
    pattern = "d MMM yy"
    first = format_date(period.first, pattern, locale=locale())
    if period.first == period.last:
        return str(first)
    return f"{first} – {format_date(period.last, pattern, locale=locale())}"


def called(period: Period) -> str:
    """Return what a period is called in a line: oct. 2026, T4 2026. A year alone is no day."""
    if period.kind == PeriodKind.MONTH:
        return format_date(period.first, "MMM y", locale=locale())
    return short(period)


def say_change(value: Value, before: Value, measure: Measure) -> str:
    """Return by how much: percentage points of shares, scores as they are, else in percent."""
    sign = "+" if value > before else "−"
    difference = abs(Fraction(value) - Fraction(before))
    if measure.unit == Unit.SHARE:
        return f"{sign}{words.of_share_difference(difference)}"
    if measure.unit in _SAID_PLAINLY or before <= 0:
        unit = measure.unit if measure.unit == Unit.SCORE else Unit.NUMBER
        return f"{sign}{words.of_measure(difference, unit, '')}"
    share = difference / Fraction(before)
    return f"{sign}{_percent(share)}"


def _percent(share: Fraction) -> str:
    is_small = share < Fraction(1, 10)
    return words.of_share(share) if is_small else format_percent(float(share), locale=locale())


def tone_of(trend: str, direction: Direction) -> str:
    """Return whether a movement is good or bad; "" where it is neither."""
    if trend not in {"up", "down"} or direction == Direction.NEUTRAL:
        return ""
    return "good" if (trend == "down") == (direction == Direction.LOWER) else "bad"


def trend_of(value: Value | None, before: Value | None) -> str:
    if value is None or before is None:
        return "none"
    if value == before:
        return "same"
    return "up" if value > before else "down"


def plural_of(value: Value) -> int:
    """Return the count whose plural a value takes: what is no whole number takes that of two."""
    return int(value) if value == int(value) else 2
