"""What the second figures of measures are called, and what the chapters ask."""

from collections.abc import Callable, Mapping
from fractions import Fraction

from babel.dates import format_date
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from analytics import slicing
from analytics.figures import Figure, Unit
from analytics.measuring import Family
from analytics.models import CostCategory, LossReason, WonBackBy
from analytics.pairs import JOINT
from loyalty.templatetags.look import locale

# More is a grid, which is drawn as one.
_MOST_COLUMNS = 40

COLUMNS: Mapping[str, Promise] = {
    "opening": _("Owed at the start"),
    "issued": pgettext_lazy("points", "Issued"),
    "refunded": pgettext_lazy("points", "Given back"),
    "redeemed": _("Redeemed"),
    "expired": _("Expired"),
    "clawed_back": _("Taken back"),
    "adjusted": _("Adjusted"),
    "transferred": _("Transferred"),
    "removed": _("Removed"),
    "closing": _("Owed at the end"),
    "by_revenue": _("By revenue"),
    "before_returns": _("Before returns"),
    "by_revenue_before_returns": _("By revenue, before returns"),
    "share_before_returns": _("The same share before returns"),
    "growth_before_returns": _("Growth before returns"),
    "closed": _("Left"),
    "net": _("Net of those who left"),
    "distinct_days": _("With receipts of one day as one"),
    "requests": _("All requests"),
    "of_best": _("Among the best fifth of buyers"),
    "best_members": _("Members of the best fifth"),
    "members": _("Members"),
    "share_making_80": _("Share of members who make four fifths of revenue"),
    "expected_days": _("Days of buying expected, each"),
    "alive": _("Still customers, on average"),
    "cents_per_point": _("Value of a point, in cents"),
    "gross": _("Before the expected breakage"),
    "mean": _("Mean"),
    "n": _("Answers"),
    "promoters": _("Promoters"),
    "passives": _("Passives"),
    "detractors": _("Detractors"),
    "easy": _("Share of 5 to 7"),
    "asked": _("Members asked"),
    "response_rate": _("Response rate"),
    **{f"reason_{one.value.lower()}": one.label for one in LossReason},
    **{f"won_back_{one.value.lower()}": one.label for one in WonBackBy},
    "won_back": _("Bought again in the period"),
    "win_back_rate": _("Won back, of those recorded as lost"),
    "pairs": _("Pairs of categories"),
    "lift": _("Lift of the first pair"),
    "confidence": _("Who buys the first also buys the second"),
    "confidence_back": _("Who buys the second also buys the first"),
    "first_purchase": _("Bought once or more"),
    "second_purchase": _("Bought twice or more"),
    "referrer": _("Brought somebody along"),
    "rewarded": _("Rewarded"),
    "kept": _("Members kept"),
    "basket": _("Their basket in the period"),
    "basket_before": _("Their basket in the period before"),
    "last_30_days": _("Active in the last 30 days"),
    "last_90_days": _("Active in the last 90 days"),
    "last_180_days": _("Active in the last 180 days"),
    "last_365_days": _("Active in the last 365 days"),
    "up": _("Moved up"),
    "down": _("Moved down"),
    **{one.value.lower(): one.label for one in CostCategory},
    "low": _("Lower end of the likely range"),
    "high": _("Upper end of the likely range"),
    "p": _("Probability of so large a difference by chance alone"),
    "treated": _("Members who could benefit from it"),
    "held_out": _("Members of the holdout group"),
    "months": _("Months of issue followed"),
    "breakage": _("Share that will never be used"),
    "debt": _("Points owed by members"),
    "incremental_margin": _("Margin made because of campaigns"),
}

_TITLES: Mapping[str, Promise] = {
    "RETENTION": _("Retention"),
    "VALUE": _("Value"),
    "PROGRAMME": _("Programme"),
    "LISTENING": _("Listening"),
}

_QUESTIONS: Mapping[str, Promise] = {
    "RETENTION": _("Do customers come back?"),
    "VALUE": _("How much are customers worth?"),
    "PROGRAMME": _("What does the programme give, cost and owe?"),
    "LISTENING": _("What do customers say?"),
}


_UNITS: Mapping[Unit, Promise] = {
    Unit.SHARE: _("in percent"),
    Unit.NUMBER: _("a number"),
    Unit.MEMBERS: _("members"),
    Unit.RECEIPTS: _("receipts"),
    Unit.DAYS: _("days"),
    Unit.POINTS: _("points"),
    Unit.HOURS: _("hours"),
    Unit.SCORE: _("a score"),
    Unit.REDEMPTIONS: _("redemptions"),
    Unit.ANSWERS: _("answers"),
    Unit.CASES: _("requests"),
}


def unit_of(unit: Unit, currency: str) -> str:
    """Return what a number counts; of money, the currency."""
    return str(_UNITS.get(unit, currency))


def title_of(family: Family) -> str:
    return str(_TITLES.get(family.value, family.value.capitalize()))


def question_of(family: Family) -> str:
    return str(_QUESTIONS.get(family.value, title_of(family)))


def is_named(code: str) -> bool:
    """Say whether a second figure is called the same in every programme."""
    return _named(code) is not None


def column_of(code: str, names: Mapping[str, str] | None = None) -> str:
    """Return what a second figure is called: its code in words where nobody named it.

    `names` are what codes of the merchant's are called: tiers, and moves from one to another.
    """
    named = _named(code)
    if named is not None:
        return str(named)
    known = names or {}
    if JOINT in code:
        return JOINT.join(known.get(part, part) for part in code.split(JOINT))
    if ">" in code:
        return " → ".join(known.get(part, part) for part in _moved(code))
    return known.get(code) or code.replace("_", " ").capitalize()


def is_grid(figure: Figure) -> bool:
    """Say whether the second figures of a measure are too many to stand in a line."""
    return len(figure.columns) > _MOST_COLUMNS


def columns_of(
    figure: Figure,
    say: Callable[[Fraction | int | None, Unit], str],
    names: Mapping[str, str],
) -> list[tuple[str, str]]:
    """Return the second figures of a measure: name and value, in their order."""
    if is_grid(figure):
        return []
    return [
        (column_of(code, names), say(column.value, column.unit))
        for code, column in figure.columns.items()
    ]


def _named(code: str) -> Promise | str | None:
    if code in COLUMNS:
        return capfirst(str(COLUMNS[code]))
    for prefix in (_COMPETITOR, _CAMPAIGN):
        if code.startswith(prefix):
            return code.removeprefix(prefix)
    if month := slicing.read_month(code):
        said = format_date(month, "MMMM y", locale=locale())
        return gettext("Issued in %(month)s") % {"month": said}
    category, _dash, state = code.rpartition("_")
    if state in _STATES and (told := _PLANNED.get(category)):
        said = gettext("%(category)s: %(state)s")
        return said % {"category": capfirst(told), "state": _STATES[state]}
    return None


def _moved(code: str) -> tuple[str, str]:
    """Read a move between tiers; in the code of "no tier to a tier" the dash is a tier."""
    was, _arrow, now = code.rpartition(">")
    return was, now


_COMPETITOR, _CAMPAIGN = "competitor_", "campaign_"
_PLANNED = {**{one.value.lower(): one.label for one in CostCategory}, "total": _("all together")}
_STATES = {"planned": _("planned"), "spent": _("spent"), "left": _("left to spend")}
