"""Icons, points and money, as people read them in their language."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_decimal
from django import template
from django.templatetags.static import static
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext

from loyalty.programmes import money

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
    """Write a number by locale: 12 345,5 in French."""
    return format_decimal(value, locale=locale())


@register.filter
def points(value: int | Decimal) -> str:
    """Write a number of points with its unit: "1 240 points"."""
    # One and a half is one in French and two in English: the plural is the catalogue's.
    count = int(value) if value == int(value) or (get_language() or "fr") == "fr" else 2
    return ngettext("%(count)s point", "%(count)s points", count) % {"count": number(value)}


@register.filter
def amount(cents: int, currency: str) -> str:
    """Write money by locale: "13,80 €" in French, "€13.80" in English."""
    return money.to_words(cents=cents, currency=currency, language=get_language() or "fr")


@register.filter
def marked(text: str) -> SafeString:
    """Show what stands between backticks as code; the rest is escaped."""
    parts = conditional_escape(text).split("`")
    words = (f"<code>{part}</code>" if place % 2 else part for place, part in enumerate(parts))
    return mark_safe("".join(words))  # noqa: S308 (escaped just above)


def locale() -> Locale:
    """Return the locale of whoever is reading."""
    return Locale.parse(get_language() or "fr", sep="-")
