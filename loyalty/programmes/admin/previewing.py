"""What a rule would give, tried on a made-up basket before it is published."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from django.contrib.admin import helpers
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.translation import gettext as _

from loyalty.core.languages import in_language
from loyalty.identity.models import User
from loyalty.programmes import (
    books,
    drafting,
    money,
    naming,
    rules,
    shelving,
    summaries,
    terms,
    trying,
    wording,
)
from loyalty.programmes.books import get_book
from loyalty.programmes.forms import SampleForm
from loyalty.programmes.occasions import Occasion
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award
from loyalty.programmes.terms import Gift, Terms

ASKED = "_preview"
TRIED = "_simulate"
PREFIX = "sample"
# A basket of 42.00, so that there is something to see at once.
_FIRST = {"amount_1": 1_200, "amount_2": 3_000, "channel": "store"}


@dataclass(frozen=True, kw_only=True)
class Part:
    """What one rule gave, or why it gave nothing; `is_draft` marks the rule being written.

    `carried` is the amount that counts with the next purchase, in words; `voucher` what it
    is called, if it gives one; `dates` says when its points can be used.
    """

    name: str
    points: int = 0
    reason: str = ""
    is_draft: bool = False
    carried: str = ""
    voucher: str = ""
    dates: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """The draft in both languages, and what it changes for one basket. `cost` is in words."""

    says: dict[str, str]
    parts: tuple[Part, ...]
    points: int
    points_now: int
    cost: str
    is_purchase: bool = True

    @property
    def difference(self) -> int:
        return self.points - self.points_now


class Previewing:
    """Put before ModelAdmin: the page that adds a version tries it without publishing it."""

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Show the form again with what it would give; nothing is written."""
        if request.method == "POST" and ASKED in request.POST:
            return self._show(request)
        if request.method == "POST" and TRIED in request.POST:
            return self._try(request)
        context = {"sample": _sample(None), **(extra_context or {})}
        return super().add_view(request, form_url, context)  # type: ignore[misc,no-any-return]

    def _try(self, request: HttpRequest) -> HttpResponse:
        """Keep what the form says to be tried on past purchases, on a page of its own."""
        desk: Any = self
        form = desk.get_form(request, None)(request.POST)
        if not (desk.has_add_permission(request) and form.is_valid()):
            return self._show(request)
        simulation = trying.draft(
            rule=form.cleaned_data["rule"],
            said=form.said(),
            by=cast("User", request.user),
            at=form.at,
        )
        return redirect("admin:simulation", simulation.pk)

    def _show(self, request: HttpRequest) -> HttpResponse:
        desk: Any = self
        if not desk.has_add_permission(request):
            return desk.add_view(request)  # type: ignore[no-any-return]
        form = desk.get_form(request, None)(request.POST)
        sample = _sample(request.POST)
        is_right = form.is_valid() and sample.is_valid()
        page = helpers.AdminForm(form, list(desk.get_fieldsets(request)), {}, (), model_admin=desk)
        context = {
            **desk.admin_site.each_context(request),
            "title": _("Write a new version"),
            "subtitle": None,
            "adminform": page,
            "errors": helpers.AdminErrorList(form, []),
            "inline_admin_formsets": [],
            "media": desk.media + page.media,
            "is_popup": False,
            "sample": sample,
            "preview": _preview(form, sample, at=form.at) if is_right else None,
        }
        return desk.render_change_form(request, context, add=True)  # type: ignore[no-any-return]


def _sample(data: Any) -> SampleForm:
    book = get_book()
    names = naming.get_names(revision=book.revision, language=_language())
    form: Any = type("Sample", (SampleForm,), {"currency": book.currency, "names": names})
    return form(data, prefix=PREFIX, initial=_FIRST)  # type: ignore[no-any-return]


def _preview(form: Any, sample: SampleForm, *, at: datetime) -> Preview:
    book, rule = get_book(), form.cleaned_data["rule"]
    said = terms.read(form.said())
    known = books.known(rule=rule, book=book)
    drafted = drafting.with_draft(book=book, rule=known, terms=said)
    codes = [one.code for one in drafted.rules]
    occasion = sample.occasion(
        at=at, zone=book.zone, rules=codes, when=said.when, audiences=known.audiences
    )
    occasion = _labelled(occasion, book)
    counters = sample.counters(rule=rule.code, limits=said.limits, day=occasion.day)
    occasion = replace(occasion, counters=counters)
    award = rules.evaluate(occasion=occasion, book=drafted)
    points_now = _points_now(occasion, book)
    cost = (award.points - points_now) * book.value_of_point
    cents = int(cost.scaleb(money.places(currency=book.currency)).to_integral_value())
    return Preview(
        says=_says(said, book),
        parts=tuple(_parts(award, drafted, draft=rule.code, at=occasion.at)),
        points=award.points,
        points_now=points_now,
        is_purchase=occasion.basket is not None,
        cost=money.to_words(cents=cents, currency=book.currency, language=_language()),
    )


def _labelled(occasion: Occasion, book: Rulebook) -> Occasion:
    """Let the products say what was left out of the lines, as for a purchase."""
    basket = occasion.basket
    if basket is None or not book.has_products:
        return occasion
    labels = shelving.get_labels(skus=filter(None, (line.sku for line in basket.lines)))
    lines = tuple(
        replace(line, **labels[line.sku].left_out_of(line)) if line.sku in labels else line
        for line in basket.lines
    )
    return replace(occasion, basket=replace(basket, lines=lines))


def _points_now(occasion: Occasion, book: Rulebook) -> int:
    return rules.evaluate(occasion=occasion, book=book).points


def _says(said: Terms, book: Rulebook) -> dict[str, str]:
    says = {}
    for language in ("fr", "en"):
        names = naming.get_names(revision=book.revision, language=language)
        with translation.override(language):
            says[language] = summaries.summarise(terms=said, currency=book.currency, names=names)
    return says


def _parts(award: Award, book: Rulebook, *, draft: str, at: datetime) -> Iterable[Part]:
    names = {
        rule.code: in_language(french=rule.name_fr, english=rule.name_en) for rule in book.rules
    }
    carried = {
        one.rule: money.to_words(
            cents=one.after_cents, currency=book.currency, language=_language()
        )
        for one in award.carried
        if one.after_cents
    }
    dates = {
        (grant.rule_version, grant.wallet): summaries.dates(grant=grant, at=at, book=book)
        for grant in award.grants
    }
    for line in award.lines:
        name = in_language(french=line.name_fr, english=line.name_en)
        rest = carried.get(line.rule, "")
        yield Part(
            name=name,
            points=line.points,
            is_draft=line.rule == draft,
            carried=rest,
            voucher=_called(line.gift) if line.gift else "",
            dates=dates.get((line.rule_version, line.wallet), ""),
        )
    for refused in award.refused:
        reason = str(wording.of_reason(refused.why.value))
        name = names.get(refused.rule, refused.rule)
        rest = carried.get(refused.rule, "")
        yield Part(name=name, reason=reason, is_draft=refused.rule == draft, carried=rest)


def _called(gift: Gift) -> str:
    return in_language(french=gift.name_fr, english=gift.name_en)


def _language() -> str:
    return translation.get_language() or "fr"
