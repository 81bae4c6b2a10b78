"""The one page that a merchant opens: what measures say in plain sentences, and what to do."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, ngettext_lazy

from analytics.keeping import Kept
from analytics.measures.registry import get_measures
from analytics.scopes import Scope
from loyalty.desk.home import words
from loyalty.desk.measures import beside
from loyalty.desk.measures.series import Series, get_series
from loyalty.desk.measures.telling import Told


@dataclass(frozen=True)
class _Plan:
    """A question of the merchant's, where its answer goes on, and what answers it."""

    slug: str
    question: Promise
    codes: tuple[str, ...]


_PLANS = (
    _Plan(
        "retention",
        gettext_lazy("Do customers come back?"),
        ("retention_rate", "repeat_purchase_rate", "purchase_frequency", "average_basket"),
    ),
    _Plan(
        "programme",
        gettext_lazy("What does the programme bring, cost and owe?"),
        ("participation_rate", "programme_cost", "points_liability", "redemption_rate",
         "programme_roi"),
    ),
    _Plan(
        "retention",
        gettext_lazy("Who is about to leave?"),
        ("active_members", "declining_members", "lost_members"),
    ),
    _Plan(
        "value",
        gettext_lazy("What are customers worth?"),
        ("clv_historic", "clv_predicted", "pareto_share"),
    ),
    _Plan(
        "listening",
        gettext_lazy("What do customers say?"),
        ("nps", "csat", "complaints", "first_response_hours"),
    ),
)  # fmt: skip


@dataclass(frozen=True)
class Answer:
    """A question, its answer in sentences, and the figures behind it."""

    slug: str
    question: str
    sentences: Sequence[str]
    told: Sequence[Told]


@dataclass(frozen=True)
class Deed:
    """Something to do about it: why, and on which page of which measure it starts."""

    icon: str
    words: str
    act: str
    code: str
    is_rows: bool


@dataclass(frozen=True)
class Overview:
    answers: Sequence[Answer]
    deeds: Sequence[Deed]


def get_overview(*, scope: Scope) -> Overview:
    """Return what the measures of a period say. What nobody measures yet is left out."""
    known = get_measures()
    codes = dict.fromkeys(code for plan in _PLANS for code in plan.codes if code in known)
    series = {
        one.measure.code: one
        for one in get_series(measures=[known[code] for code in codes], scope=scope)
        if one.now is not None
    }
    told = {one.code: one for one in beside.tell(series.values(), currency=scope.currency)}
    answers = [_answer(plan, told) for plan in _PLANS]
    return Overview([one for one in answers if one.told], get_deeds(series))


def get_deeds(series: Mapping[str, Series]) -> list[Deed]:
    """Return what there is to do about these measures, the most pressing first."""
    found = (deed(series[code]) for code, deed in _DEEDS.items() if code in series)
    return [deed for deed in found if deed is not None]


def _answer(plan: _Plan, told: Mapping[str, Told]) -> Answer:
    mine = [told[code] for code in plan.codes if code in told]
    said = [_sentence(one, says_change=not place) for place, one in enumerate(mine)]
    return Answer(plan.slug, str(plan.question), [one for one in said if one], mine)


def _sentence(told: Told, *, says_change: bool) -> str:
    """Return what a measure says; nothing of one that has nothing to say."""
    said = _SENTENCES.get(told.code)
    is_nobody = told.code in _COUNTED and not told.count
    if said is None or not told.has_value or is_nobody:
        return ""
    known = {
        "value": told.value,
        "whole": told.denominator,
        "period": told.before.period,
        "count": told.count,
    }
    sentence = str(said % known)
    if says_change and told.before.words:
        change = told.before.words.lstrip("+−")
        known = {"sentence": sentence.removesuffix("."), "change": change}
        sentence = str(_MOVED[told.before.trend] % known)
    return sentence


_MOVED: Mapping[str, Promise] = {
    "up": gettext_lazy("%(sentence)s, up %(change)s on the previous period."),
    "down": gettext_lazy("%(sentence)s, down %(change)s on the previous period."),
}
# Of nobody there is nothing to say.
_COUNTED = frozenset({"active_members", "declining_members", "lost_members", "complaints"})
_SENTENCES: Mapping[str, Any] = {
    "retention_rate": gettext_lazy(
        "Of the %(whole)s members who bought in the previous period (%(period)s), %(value)s "
        "bought again."
    ),
    "repeat_purchase_rate": gettext_lazy("Of %(whole)s buyers, %(value)s came more than once."),
    "participation_rate": gettext_lazy("Members account for %(value)s of receipts."),
    "programme_cost": gettext_lazy("The programme cost %(value)s."),
    "points_liability": gettext_lazy("It owes members points worth %(value)s."),
    "programme_roi": gettext_lazy("Its return on investment is %(value)s."),
    "active_members": ngettext_lazy(
        "%(value)s member is active.", "%(value)s members are active.", "count"
    ),
    "declining_members": ngettext_lazy(
        "%(value)s spends less than half of what they used to.",
        "%(value)s spend less than half of what they used to.",
        "count",
    ),
    "lost_members": ngettext_lazy(
        "%(value)s has not bought for a long time.",
        "%(value)s have not bought for a long time.",
        "count",
    ),
    "clv_historic": gettext_lazy("A customer has brought %(value)s to date, on average."),
    "clv_predicted": gettext_lazy("Each is expected to spend %(value)s in the next 12 months."),
    "pareto_share": gettext_lazy("The best fifth of buyers bring %(value)s of the revenue."),
    "nps": gettext_lazy("Their recommendation score (NPS) is %(value)s."),
    "csat": gettext_lazy("%(value)s are satisfied."),
    "complaints": ngettext_lazy(
        "%(value)s complained.",
        "%(value)s complained.",
        "count",
    ),
}


def _retention_falls(series: Series) -> Deed | None:
    if not (_fell(series, series.before) and _fell(series, series.year)):
        return None
    return Deed(
        "trending-down",
        _("Fewer members are coming back than in the previous period, and than a year ago."),
        _("See where"),
        "retention_rate",
        is_rows=False,
    )


def _declining(series: Series) -> Deed | None:
    count = int(series.value or 0)
    said = ngettext(
        "%(count)s member spends less than half of what they used to. Write to them in time.",
        "%(count)s members spend less than half of what they used to. Write to them in time.",
        count,
    )  # fmt: skip
    told = said % {"count": words.of_number(count)}
    return Deed("mail", told, _("See who"), "declining_members", is_rows=True) if count else None


def _lost(series: Series) -> Deed | None:
    """Of a store they are those who bought there once: they may buy in another since."""
    count = int(series.value or 0)
    everywhere = ngettext(
        "%(count)s member has not bought for %(days)s days. Win them back.",
        "%(count)s members have not bought for %(days)s days. Win them back.",
        count,
    )
    here = ngettext(
        "%(count)s member who bought here has not done so for %(days)s days, whether or not they "
        "buy in other stores. Win them back.",
        "%(count)s members who bought here have not done so for %(days)s days, whether or not "
        "they buy in other stores. Win them back.",
        count,
    )
    said = everywhere if series.scope.cut.store_id is None else here
    told = said % {
        "count": words.of_number(count),
        "days": words.of_number(series.scope.lost_after_days),
    }
    return Deed("undo-2", told, _("See who"), "lost_members", is_rows=True) if count else None


def _few_cards(series: Series) -> Deed | None:
    value = series.value
    if value is None or value >= Fraction(1, 2):
        return None
    told = _("Only %(share)s of receipts show a member. Ask for the card at every sale.") % {
        "share": words.of_share(value)
    }
    return Deed("id-card", told, _("See by store"), "participation_rate", is_rows=False)


def _few_redeem(series: Series) -> Deed | None:
    value = series.value
    if value is None or value >= Fraction(1, 5):
        return None
    told = _("Only %(share)s of points were used. Offer rewards that are within reach.") % {
        "share": words.of_share(value)
    }
    return Deed("gift", told, _("See why"), "redemption_rate", is_rows=False)


_DEEDS: Mapping[str, Callable[[Series], Deed | None]] = {
    "retention_rate": _retention_falls,
    "declining_members": _declining,
    "lost_members": _lost,
    "participation_rate": _few_cards,
    "redemption_rate": _few_redeem,
}


def _fell(series: Series, past: Kept | None) -> bool:
    before = past.figure.value if past else None
    return series.value is not None and before is not None and series.value < before
