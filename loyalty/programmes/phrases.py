"""Lists, figures, days and hours as whoever is reading writes them."""

from collections.abc import Iterable, Mapping
from datetime import date, time
from decimal import Decimal
from math import ceil

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.numbers import format_decimal
from django.utils.translation import get_language

from loyalty.programmes import money

_LEAP = 2000
_BRITISH = Locale("en", "GB")


def listed(codes: Iterable[str], names: Mapping[str, str]) -> str:
    return format_list([names.get(code, code) for code in codes], locale=locale_of_reader())


def counted(count: int, said: str) -> str:
    return said % {"count": decimal(Decimal(count))}


def plural(number: Decimal) -> int:
    """Return the count whose plural a number takes: one and a half is two, but one in French."""
    return int(number) if locale_of_reader().language == "fr" else ceil(number)


def decimal(number: Decimal) -> str:
    return format_decimal(number, locale=locale_of_reader())


def amount(cents: int, currency: str) -> str:
    return money.to_words(cents=cents, currency=currency, language=str(locale_of_reader()))


def of_day(day: date) -> str:
    return format_date(day, "long", locale=locale_of_reader())


def of_month_and_day(written: str) -> str:
    """Return a day of any year, written as 12-31."""
    day = date(_LEAP, int(written[:2]), int(written[3:]))
    return format_date(day, "d MMMM", locale=locale_of_reader())


def of_hour(moment: time) -> str:
    return format_time(moment, "short", locale=locale_of_reader())


def locale_of_reader() -> Locale:
    """Return how whoever is reading writes; the English of these pages is British."""
    return _BRITISH if get_language() == "en" else Locale.parse(get_language() or "fr", sep="-")
