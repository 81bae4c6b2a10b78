"""Today in a line of figures, each beside the same weekday last week, at the same time."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import TypeVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.desk.home import days, words
from loyalty.desk.home.days import Sales, Window
from loyalty.identity.models import User
from loyalty.programmes import books
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook

Reader = User | AnonymousUser
_Of = TypeVar("_Of")

_WIDTH, _HEIGHT = 140, 32
SALES, POINTS = "analytics.view_storeday", "analytics.view_pointsday"
# Whoever reads measures may know how many enrolled; whoever serves them, too.
ENROLMENTS = ("members.view_member", "analytics.view_storeday")


@dataclass(frozen=True)
class Figure:
    """One figure of today: in words, with what is beside it, its change and its last days.

    It is flat when nothing happened on any of them. The line is of whole days: today, which is
    not over, would always fall.
    """

    title: str
    icon: str
    value: str
    beside: tuple[str, ...]
    trend: str
    change: str
    rows: tuple[tuple[date, str], ...]
    line: str
    is_flat: bool


def get_figures(
    *, reader: Reader, at: datetime, stores: QuerySet[Store] | None = None
) -> list[Figure]:
    """Return what the reader may see of today: at most nine statements.

    `stores` bound enrolments and sales to themselves, and leave out points, which are of
    no store. Raises books.ProgrammeMissing.
    """
    book = books.get_book()
    window = Window(at=at, zone=book.zone, stores=stores)
    figures: list[Figure] = []
    if any(map(reader.has_perm, ENROLMENTS)):
        figures.append(_enrolments(window))
    if reader.has_perm(SALES):
        figures += _of_sales(window, book)
    if reader.has_perm(POINTS) and stores is None:
        figures.append(_of_points(window, book))
    return figures


def _enrolments(window: Window) -> Figure:
    joined, then = days.get_enrolments(window)
    return _figure(
        window, joined, then, title=_("Enrolments"), icon="user-plus", of=int, say=words.of_number
    )


def _of_sales(window: Window, book: Rulebook) -> list[Figure]:
    sales, then = days.get_sales(window)
    today = sales[window.today]
    every = words.of_number(today.receipts)
    receipts = ngettext("%(count)s purchase", "%(count)s purchases", today.receipts)
    named = ngettext(
        "%(count)s of %(all)s receipt", "%(count)s of %(all)s receipts", today.receipts
    )
    of_all = named % {"count": words.of_number(today.of_members), "all": every}
    revenue = _figure(
        window, sales, then, title=_("Revenue"), icon="receipt",
        of=lambda one: one.cents, say=words.amounts_in(book.currency),
        beside=[receipts % {"count": every}],
    )  # fmt: skip
    share = _figure(
        window, sales, then, title=_("Receipts with a member"), icon="id-card",
        of=_share, say=words.of_share, beside=[of_all],
        say_change=words.of_share_difference,
    )  # fmt: skip
    return [revenue, share]


def _of_points(window: Window, book: Rulebook) -> Figure:
    points, then = days.get_points(window, wallet=book.spending_wallet)
    today = points[window.today]
    beside = [
        ngettext("%(count)s redeemed", "%(count)s redeemed", today.redeemed)
        % {"count": words.of_number(today.redeemed)},
        ngettext("%(count)s expired", "%(count)s expired", today.expired)
        % {"count": words.of_number(today.expired)},
    ]
    return _figure(
        window, points, then, title=_("Points issued"), icon="coins",
        of=lambda one: one.issued, say=words.of_number, beside=beside,
    )  # fmt: skip


def _share(sales: Sales) -> Fraction | None:
    return Fraction(sales.of_members, sales.receipts) if sales.receipts else None


def _figure(
    window: Window,
    found: dict[date, _Of],
    then: _Of,
    *,
    title: str,
    icon: str,
    of: Callable[[_Of], int | Fraction | None],
    say: Callable[[int | Fraction], str],
    say_change: Callable[[int | Fraction], str] | None = None,
    beside: Iterable[str] = (),
) -> Figure:
    values = [of(found[day]) for day in window.days]
    now, before = values[-1], of(then)
    trend, change = _compare(window, now, before, say=say_change or say)
    return Figure(
        title=title,
        icon=icon,
        value=_or_none(now, say),
        beside=tuple(beside),
        trend=trend,
        change=change,
        rows=tuple(
            (day, _or_none(value, say)) for day, value in zip(window.days, values, strict=True)
        ),
        line=_line(values[:-1]),
        is_flat=not any(values),
    )


def _or_none(value: int | Fraction | None, say: Callable[[int | Fraction], str]) -> str:
    return _("n/a") if value is None else say(value)


def _compare(
    window: Window,
    now: int | Fraction | None,
    before: int | Fraction | None,
    *,
    say: Callable[[int | Fraction], str],
) -> tuple[str, str]:
    weekday = date_format(window.week_ago, "l")
    if now is None or before is None:
        return "none", _("nothing to compare with last %(weekday)s") % {"weekday": weekday}
    if now == before:
        return "same", _("same as last %(weekday)s at this time") % {"weekday": weekday}
    said = f"+{say(now - before)}" if now > before else f"−{say(before - now)}"
    told = _("%(change)s on last %(weekday)s at this time")
    return "up" if now > before else "down", told % {"change": said, "weekday": weekday}


def _line(values: Sequence[int | Fraction | None]) -> str:
    """Return the points of a sparkline from zero to the greatest value, left to right."""
    top = max((value for value in values if value), default=1)
    step = Fraction(_WIDTH, len(values) - 1)
    places = (
        (float(place * step), float(_HEIGHT - (value or 0) * (_HEIGHT - 2) / top - 1))
        for place, value in enumerate(values)
    )
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
