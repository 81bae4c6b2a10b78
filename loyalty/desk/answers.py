"""What members answered in a period: by store, by tier, and one by one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from django.db.models import Count, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from analytics import listening, slicing
from analytics.figures import Unit
from analytics.listening import DETRACTORS, EASY, PROMOTERS, SATISFIED, UNITS, Judged, Scores
from analytics.models import Answer, Survey, SurveyKind
from analytics.scopes import Dimension, Scope
from loyalty.core import digits, languages, spreadsheets
from loyalty.desk.home import words
from loyalty.desk.measures import filing
from loyalty.programmes.models import Tier

SIZE = 50
# A word is looked for in so many of the newest comments of the period, and no further.
SEARCHED = 5_000
_GOOD = {SurveyKind.NPS: PROMOTERS, SurveyKind.CSAT: SATISFIED, SurveyKind.CES: EASY}
_BAD = {
    SurveyKind.NPS: DETRACTORS,
    SurveyKind.CSAT: frozenset({1, 2}),
    SurveyKind.CES: frozenset({1, 2, 3}),
}


@dataclass(frozen=True, kw_only=True)
class Filters:
    """Which answers: of one kind, with one score, that hold a text, older than one."""

    kind: SurveyKind
    score: int | None = None
    text: str = ""
    before: int | None = None

    # Properties

    @property
    def is_narrowed(self) -> bool:
        return self.score is not None or bool(self.text)


@dataclass(frozen=True)
class Line:
    """What the answers of one store, or one tier, come to, and within which interval."""

    name: str
    count: int
    value: str
    interval: str
    judged: Judged


@dataclass(frozen=True)
class Board:
    """Answers cut one way: by the store of the occasion, or by the tier then."""

    title: str
    lines: Sequence[Line]


@dataclass(frozen=True)
class Row:
    """One answer. `tone` says whether it is good, bad or neither."""

    answer: Answer
    tone: str
    tier: str


@dataclass(frozen=True)
class Page:
    """Some answers, newest first, and where the older ones go on."""

    rows: Sequence[Row]
    older: int | None


def read_filters(asked: Mapping[str, str]) -> Filters:
    """Return what an address asks for; what makes no sense asks for nothing."""
    kind = asked.get("answers", "")
    known = SurveyKind(kind) if kind in SurveyKind.values else SurveyKind.NPS
    return Filters(
        kind=known,
        score=_number(asked.get("score", ""), among=known.scale),
        text=asked.get("q", "").replace("\0", "").strip()[:100],
        before=_number(asked.get("before", "")),
    )


def get_boards(*, scope: Scope, kind: SurveyKind, tiers: Mapping[str, str]) -> list[Board]:
    """Return the answers of a period by store, tier and value group: three statements at most.

    `tiers` are what tiers are called. By value group where the page is not cut by it.
    """
    by_store = _count(scope, kind, "invitation__store__name")
    by_tier = _count(scope, kind, "invitation__tier")
    return [
        Board(_("By store"), _lines(by_store, {}, kind, scope)),
        Board(_("By tier at the time"), _lines(by_tier, tiers, kind, scope)),
        *_by_value(scope, kind),
    ]


def write_boards(boards: Sequence[Board], *, kind: SurveyKind) -> str:
    """Return the boards as CSV, one under the other: exact values."""
    unit = UNITS[kind]
    head = [
        _("Cut"), _("Name"), _("Answers"), capfirst(str(kind.label)),
        _("Lower end of the likely range"), _("Upper end of the likely range"),
    ]  # fmt: skip
    rows = (
        [board.title, line.name, line.count, *(filing.exact(one, unit, "") for one in told)]
        for board in boards
        for line in board.lines
        for told in [_exactly(line.judged)]
    )
    return spreadsheets.write(head=head, rows=rows)


def _exactly(judged: Judged) -> tuple[Fraction | None, Fraction | None, Fraction | None]:
    ends = judged.interval
    return judged.value, ends.low if ends else None, ends.high if ends else None


def is_asked(kind: SurveyKind) -> bool:
    """Say whether a survey asks this, or did. One statement."""
    return Survey.objects.filter(kind=kind).exists()


def get_tiers() -> dict[str, str]:
    """Return what each tier is called, by code, the lowest first."""
    return {
        tier.code: languages.in_language(french=tier.name_fr, english=tier.name_en)
        for tier in Tier.objects.order_by("rank")
    }


def get_page(*, rows: QuerySet[Answer], filters: Filters, tiers: Mapping[str, str]) -> Page:
    """Return a page of some answers. One statement."""
    chosen = _narrowed(rows, filters)
    if filters.before is not None:
        chosen = chosen.filter(pk__lt=filters.before)
    told = chosen.select_related(
        "invitation__survey", "invitation__store", "invitation__member", "case"
    )
    found = list(told.order_by("-pk")[: SIZE + 1])
    shown = found[:SIZE]
    older = shown[-1].pk if len(found) > SIZE else None
    return Page([_row(one, tiers) for one in shown], older)


def _narrowed(rows: QuerySet[Answer], filters: Filters) -> QuerySet[Answer]:
    if filters.score is not None:
        rows = rows.filter(score=filters.score)
    if filters.text:
        newest = rows.exclude(comment="").order_by("-pk").values("pk")[:SEARCHED]
        rows = Answer.objects.filter(pk__in=newest, comment__icontains=filters.text)
    return rows


def _row(answer: Answer, tiers: Mapping[str, str]) -> Row:
    kind, code = SurveyKind(answer.kind), answer.invitation.tier
    tone = "good" if answer.score in _GOOD[kind] else "plain"
    tone = "bad" if answer.score in _BAD[kind] else tone
    return Row(answer, tone, tiers.get(code, code))


def _count(scope: Scope, kind: SurveyKind, path: str) -> Mapping[str, dict[int, int]]:
    """Return for each value at the end of a path how many gave which score: one statement."""
    counted = listening.answers_in(scope, kind).values(path, "score").annotate(count=Count("pk"))
    found: dict[str, dict[int, int]] = defaultdict(dict)
    for cut, score, count in counted.order_by(path).values_list(path, "score", "count"):
        found[cut or ""][score] = count
    return found


def _by_value(scope: Scope, kind: SurveyKind) -> list[Board]:
    """Return what the best fifth of buyers answered, and all others: none of nobody's answers."""
    groups = listening.get_groups(scope, kind)
    names = {
        choice.value: choice.label
        for choice in slicing.get_choices(dimension=Dimension.VALUE_GROUP)
    }
    lines = [
        _line(names[group], scores, kind, scope)
        for group, scores in groups.items()
        if scores.count
    ]
    return [Board(_("By value group"), lines)] if lines else []


def _lines(
    found: Mapping[str, dict[int, int]], names: Mapping[str, str], kind: SurveyKind, scope: Scope
) -> list[Line]:
    return [
        _line(names.get(cut, cut) or pgettext("cut", "None"), Scores(counts), kind, scope)
        for cut, counts in _in_order(found, names)
    ]


def _in_order(
    found: Mapping[str, dict[int, int]], names: Mapping[str, str]
) -> Iterable[tuple[str, dict[int, int]]]:
    """Tiers as the ladder has them, stores by name, and what has neither last."""
    ranks = {code: rank for rank, code in enumerate(names)}
    return sorted(found.items(), key=lambda one: (not one[0], ranks.get(one[0], 0), one[0]))


def _line(name: str, scores: Scores, kind: SurveyKind, scope: Scope) -> Line:
    judged = listening.judge(kind, scores, least=scope.least_answers)
    interval = judged.interval
    ends = (interval.low, interval.high) if interval else ()
    return Line(
        name=name,
        count=scores.count,
        value=_say(judged.value, kind, scope),
        interval=" – ".join(_say(end, kind, scope) for end in ends),
        judged=judged,
    )


def _say(value: Fraction | None, kind: SurveyKind, scope: Scope) -> str:
    """Return a score with one decimal: an interval of answers is never as fine as that."""
    told = value
    if value is not None and UNITS[kind] == Unit.SCORE:
        told = Fraction(round(value * 10), 10)
    return words.of_measure(told, UNITS[kind], scope.currency)


def _number(text: str, *, among: range | None = None) -> int | None:
    number = digits.read(text)
    return number if among is None or number in among else None
