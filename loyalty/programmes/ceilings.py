"""The limits of a rule in words, in the language being read."""

from collections.abc import Iterator
from decimal import Decimal

from babel.lists import format_list
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from loyalty.programmes import phrases
from loyalty.programmes.terms import Cap, Limits, Period, Surplus

PERIODS: dict[Period, Promise] = {
    Period.DAY: gettext_lazy("a day"),
    Period.WEEK: gettext_lazy("a week"),
    Period.MONTH: gettext_lazy("a month"),
    Period.YEAR: gettext_lazy("a year"),
    Period.EVER: gettext_lazy("in all"),
}


def say(*, limits: Limits, currency: str) -> Iterator[str]:
    """Yield each limit that is set, as a sentence without its full stop."""
    yield from _of_a_purchase(limits)
    for cap in limits.per_member:
        yield _("for each member, at most %(most)s %(period)s") % {
            "most": format_list(list(_most(cap)), locale=phrases.locale_of_reader()),
            "period": PERIODS[cap.period],
        }
    yield from _cooldown(limits.cooldown_hours)
    yield from _budget(limits, currency)
    counts_points = limits.has_budget or any(cap.points for cap in limits.per_member)
    if counts_points and limits.surplus is Surplus.REFUSE:
        yield _("nothing when it would be more than is left of them")


def _of_a_purchase(limits: Limits) -> Iterator[str]:
    most = limits.per_purchase
    if most is None:
        return
    match limits.surplus:
        case Surplus.CUT:
            said = ngettext(
                "at most %(count)s point for one purchase",
                "at most %(count)s points for one purchase",
                most,
            )
        case Surplus.REFUSE:
            said = ngettext(
                "nothing when it would be more than %(count)s point for one purchase",
                "nothing when it would be more than %(count)s points for one purchase",
                most,
            )
    yield phrases.counted(most, said)


def _most(cap: Cap) -> Iterator[str]:
    if cap.points is not None:
        yield _points(cap.points)
    if cap.times is not None:
        yield phrases.counted(
            cap.times, ngettext("%(count)s award", "%(count)s awards", cap.times)
        )


def _points(count: int) -> str:
    said = ngettext("%(points)s point", "%(points)s points", count)
    return said % {"points": phrases.decimal(Decimal(count))}


def _cooldown(hours: int | None) -> Iterator[str]:
    if hours is None:
        return
    if hours % 24:
        said = ngettext(
            "not again within %(count)s hour", "not again within %(count)s hours", hours
        )
        yield phrases.counted(hours, said)
    else:
        days = hours // 24
        said = ngettext("not again within %(count)s day", "not again within %(count)s days", days)
        yield phrases.counted(days, said)


def _budget(limits: Limits, currency: str) -> Iterator[str]:
    if limits.budget_points is not None:
        yield _("until the budget of %(budget)s is used up") % {
            "budget": _points(limits.budget_points)
        }
    elif limits.budget_cents is not None:
        yield _("until the budget of %(budget)s is used up") % {
            "budget": phrases.amount(limits.budget_cents, currency)
        }
