"""What versions of a rule say, and what changed from one to the next, as pages show it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import translation
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.identity.models import Approval
from loyalty.programmes import comparing, money, naming, phrases, summaries, terms
from loyalty.programmes.books import get_book
from loyalty.programmes.models import Programme, Rule, RuleVersion


def with_programme(versions: QuerySet[RuleVersion]) -> QuerySet[RuleVersion]:
    """Add what it takes to say a version in words, what was said before it, and who approved."""
    programme = Programme.objects.all()
    before = RuleVersion.objects.filter(
        rule=OuterRef("rule"), number__lt=OuterRef("number")
    ).order_by("-number")
    approval = Approval.objects.filter(rule_request__version=OuterRef("pk"))
    return versions.annotate(
        currency=Subquery(programme.values("currency")[:1]),
        revision=Subquery(programme.values("revision")[:1]),
        terms_before=Subquery(before.values("terms")[:1]),
        approver=Subquery(approval.values("decided_by")[:1]),
    )


def with_worth(rules: QuerySet[Rule]) -> QuerySet[Rule]:
    """Add what it takes to say the cost of a rule in money: what a point is worth, and which."""
    programme = Programme.objects.all()
    return rules.annotate(
        currency=Subquery(programme.values("currency")[:1]),
        value_of_point=Subquery(programme.values("value_of_point")[:1]),
        spending_wallet=Subquery(programme.values("spending_wallet__code")[:1]),
    )


def cost(rule: Any) -> str:
    """Return what a rule has given so far, and what that is worth: 30 points in 3 awards, €0.30.

    Points of other wallets than the spent one, as the newest version says, are worth nothing.
    """
    newest = next(iter(rule.versions.all()), None)
    wallet = newest.terms["then"].get("wallet") if newest else None
    points = rule.cost_points if wallet in (None, "", rule.spending_wallet) else 0
    places = money.places(currency=rule.currency)
    cents = rule.cost_gift_cents + int(points * rule.value_of_point.scaleb(places))
    awards = ngettext("%(count)s award", "%(count)s awards", rule.cost_awards)
    said = ngettext("%(points)s point", "%(points)s points", rule.cost_points)
    return " · ".join(
        (
            phrases.amount(cents, rule.currency),
            said % {"points": phrases.decimal(Decimal(rule.cost_points))},
            phrases.counted(rule.cost_awards, awards),
        )
    )


def in_words(version: Any) -> str:
    """Return what a version says, in the language being read."""
    return summaries.summarise(
        terms=terms.read(version.terms),
        currency=version.currency,
        names=_names(version),
    )


def in_language(version: Any, language: str) -> SafeString:
    """Return what a version says in a language, marked as such."""
    with translation.override(language):
        return format_html('<span lang="{}">{}</span>', language, in_words(version))


def changes(version: Any) -> SafeString | str:
    """Return what a version says no more, struck through, and what it says now."""
    if version.terms_before is None:
        return _("the first version")
    difference = comparing.compare(
        before=terms.read(version.terms_before),
        after=terms.read(version.terms),
        currency=version.currency,
        names=_names(version),
    )
    if not difference:
        return _("nothing but its moment")
    said = [("del", part) for part in difference.gone] + [("ins", p) for p in difference.new]
    return format_html_join(" ", "<{0}>{1}</{0}>", ((tag, part) for tag, part in said))


def waiting(rule: Rule, *, at: datetime) -> SafeString | str:
    """Return what waits for a second person, with the way to where it is decided."""
    book = get_book()
    names = naming.get_names(revision=book.revision, language=translation.get_language() or "fr")
    asked = rule.requests.filter(approval__in=Approval.objects.waiting(at=at))
    rows = [
        (
            reverse("admin:approval", args=[request.approval.public_id]),
            summaries.summarise(
                terms=terms.read(request.terms), currency=book.currency, names=names
            ),
        )
        for request in asked.select_related("approval").order_by("pk")
    ]
    return format_html_join(" ", '<a href="{}">{}</a>', rows)


def _names(version: Any) -> Any:
    language = translation.get_language() or "fr"
    return naming.get_names(revision=version.revision, language=language)
