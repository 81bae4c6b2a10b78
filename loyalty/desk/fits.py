"""The fits of predicted value: the last one beside what came, and those before it."""

from collections.abc import Sequence
from dataclasses import dataclass

from babel.numbers import format_decimal
from django.utils.translation import gettext as _

from analytics.figures import Unit
from analytics.lifetimes.trial import MOST_REPEATS, Group
from analytics.models import Fit
from loyalty.core import spreadsheets
from loyalty.core.spreadsheets import Cell
from loyalty.desk.home import words
from loyalty.desk.measures import filing, picturing
from loyalty.programmes import books
from loyalty.templatetags.look import locale

WIDTH, FLOOR, TOP = 720, 200, 28
_GAP = 2


@dataclass(frozen=True)
class Pair:
    """Two bars side by side: the days of buying that were expected of a group, and that came.

    `x` and `middle` are of the first; the second stands `step` to its right, as wide.
    """

    label: str
    members: int
    expected: str
    came: str
    expected_words: str
    came_words: str
    x: int
    step: int
    width: int
    expected_height: int
    came_height: int

    # Properties

    @property
    def expected_y(self) -> int:
        return FLOOR - self.expected_height

    @property
    def came_y(self) -> int:
        return FLOOR - self.came_height

    @property
    def came_x(self) -> int:
        return self.x + self.step

    @property
    def expected_middle(self) -> int:
        return self.x + self.width // 2

    @property
    def came_middle(self) -> int:
        return self.came_x + self.width // 2

    @property
    def label_x(self) -> int:
        return self.x + self.step

    @property
    def expected_words_y(self) -> int:
        return self.expected_y - 8

    @property
    def came_words_y(self) -> int:
        return self.came_y - 8


@dataclass(frozen=True)
class Shown:
    """The last fit with its parameters in words and its trial, and the latest fits."""

    last: Fit | None
    expected: str
    parameters: Sequence[tuple[str, str]]
    pairs: Sequence[Pair]
    history: Sequence[tuple[Fit, str, str]]


def get_shown() -> Shown:
    """Return the page, from two statements: the latest fits, and the programme's currency."""
    fits = list(Fit.objects.latest_first())
    if not fits:
        return Shown(None, "", (), (), ())
    currency = books.get_book().currency
    last = fits[0]
    return Shown(
        last=last,
        expected=_money(last, currency),
        parameters=_parameters(last),
        pairs=lay_out([Group(**told) for told in last.trial]),
        history=[(fit, _number(fit.log_likelihood, 2), _money(fit, currency)) for fit in fits],
    )


def lay_out(groups: Sequence[Group]) -> list[Pair]:
    """Return two bars for each group, on one scale that begins at zero."""
    if not groups:
        return []
    room = WIDTH // len(groups)
    width = room * 2 // 5
    highest = max(max(group.expected, group.came) for group in groups) or 1.0
    return [
        Pair(
            label=_label(group.repeats),
            members=group.members,
            expected=_number(group.expected, 2),
            came=_number(group.came, 2),
            expected_words=_number(group.expected, 1),
            came_words=_number(group.came, 1),
            x=place * room + (room - 2 * width - _GAP) // 2,
            step=width + _GAP,
            width=width,
            expected_height=_height(group.expected, highest),
            came_height=_height(group.came, highest),
        )
        for place, group in enumerate(groups)
    ]


def write_trial(shown: Shown) -> str:
    """Return what was expected of each group and what came as CSV: exact values."""
    head = [
        _("days they had come back"), _("members"), _("days expected"), _("actual days")
    ]  # fmt: skip
    groups = [Group(**told) for told in shown.last.trial] if shown.last else []
    rows: list[list[Cell]] = [
        [_label(one.repeats), one.members, one.expected, one.came] for one in groups
    ]
    return spreadsheets.write(head=head, rows=rows)


def write_fits(shown: Shown) -> str:
    """Return the latest fits with all their parameters as CSV."""
    names = ("r", "alpha", "a", "b", "p", "q", "v")
    head = [
        _("up to the day"), _("members"), _("came back"),
        *(_("parameter %(name)s") % {"name": name} for name in names),
        _("log-likelihood of how often"), _("log-likelihood of the value"),
        _("expected in 12 months"),
    ]  # fmt: skip
    currency = books.get_book().currency
    rows: list[list[Cell]] = [
        [
            fit.as_of.isoformat(), fit.members, fit.repeaters,
            *(getattr(fit, name) for name in names),
            fit.log_likelihood, fit.value_log_likelihood,
            filing.exact(fit.expected_cents, Unit.MONEY, currency),
        ]
        for fit, _likelihood, _expected in shown.history
    ]  # fmt: skip
    return spreadsheets.write(head=head, rows=rows)


def draw(shown: Shown, *, programme: str) -> bytes:
    """Return what was expected beside what came as a picture."""
    return picturing.draw(
        title=_("Would it have been right?"),
        about=_(
            "Days of buying by days they had come back: expected at the left, actual at the right"
        ),
        foot=programme,
        drawing="desk/_fit_bars.html",
        told={"pairs": shown.pairs},
    )


def _height(value: float, highest: float) -> int:
    return round(value / highest * (FLOOR - TOP))


def _label(repeats: int) -> str:
    return _("%(count)d or more") % {"count": repeats} if repeats == MOST_REPEATS else str(repeats)


def _parameters(fit: Fit) -> list[tuple[str, str]]:
    of_value = [("p", fit.p), ("q", fit.q), ("v", fit.v)]
    told = [("r", fit.r), ("alpha", fit.alpha), ("a", fit.a), ("b", fit.b), *of_value]
    known = [
        (_("parameter %(name)s") % {"name": name}, _number(value, 4))
        for name, value in told
        if value is not None
    ]
    lines = (
        (_("log-likelihood of how often"), fit.log_likelihood),
        (_("log-likelihood of the value"), fit.value_log_likelihood),
    )
    return known + [(name, _number(value, 2)) for name, value in lines if value is not None]


def _number(value: float, places: int) -> str:
    said = format_decimal(value, format=f"#,##0.{'0' * places}", locale=locale())
    return said.replace("-", "−")


def _money(fit: Fit, currency: str) -> str:
    return words.of_measure(fit.expected_cents, Unit.MONEY, currency)
