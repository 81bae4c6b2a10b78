"""Icons, points and money, as people read them in their language."""

from datetime import date, datetime
from decimal import Decimal

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time
from babel.numbers import format_decimal
from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from loyalty.programmes import money, phrases

register = template.Library()


@register.simple_tag
def icon(name: str, style: str = "icon") -> SafeString:
    """Draw one of our icons; it says nothing that the words beside it do not say."""
    return format_html(
        '<svg class="{}" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>',
        style,
        static("loyalty/icons.svg"),
        name,
    )


@register.filter
def number(value: int | Decimal) -> str:
    """Write a number by locale, with a true minus: 12 345,5 and −40 in French."""
    return format_decimal(value, locale=locale()).replace("-", "−")


@register.filter
def points(value: int | Decimal) -> str:
    """Write a number of points with its unit: "1 240 points"."""
    # One and a half is one in French and two in English: the plural is the catalogue's.
    count = abs(int(value)) if value == int(value) or (get_language() or "fr") == "fr" else 2
    return ngettext("%(count)s point", "%(count)s points", count) % {"count": number(value)}


@register.filter
def amount(cents: int, currency: str) -> str:
    """Write money by locale: "13,80 €" in French, "€13.80" in English."""
    return money.to_words(cents=cents, currency=currency, language=get_language() or "fr")


@register.filter
def signed(value: int) -> str:
    """Write a number with its sign, a true minus: +138, −40."""
    return f"{'+' if value > 0 else '−' if value < 0 else ''}{number(abs(value))}"


@register.filter
def day(on: date, is_short: bool = False) -> str:
    """Write a day as a person says it: 31 janvier 2027, 1er mai 2027; short, without its year."""
    local = timezone.localtime(on).date() if isinstance(on, datetime) else on
    spoken = locale()
    words = (
        format_skeleton("MMMMd", local, locale=spoken)
        if is_short
        else format_date(local, "long", locale=spoken)
    )
    is_french_first = spoken.language == "fr" and local.day == 1
    return f"1er{words.removeprefix('1')}" if is_french_first else words


@register.filter
def moment(at: datetime) -> str:
    """Write a moment as the clock of its own zone shows it: 31 janvier 2027 à 14:05."""
    time = format_time(at, "short", locale=locale())
    return _("%(day)s at %(time)s") % {"day": day(at.date()), "time": time}


@register.filter
def marked(text: str) -> SafeString:
    """Show what stands between backticks as code; the rest is escaped."""
    parts = conditional_escape(text).split("`")
    words = (f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
    return mark_safe("".join(words))  # noqa: S308 (escaped just above)


def locale() -> Locale:
    """Return how whoever is reading writes; the English of these pages is British."""
    return phrases.locale_of_reader()
