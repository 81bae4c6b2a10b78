"""Rules tried on what was bought: how far each is, and its report, for the page."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext as _

from loyalty.core.languages import in_language
from loyalty.desk.measures import charting
from loyalty.desk.measures.charting import Bar, Point
from loyalty.programmes import books, money, naming, phrases, summaries, terms
from loyalty.programmes.merits import Measure
from loyalty.programmes.models import Simulation, SimulationState
from loyalty.programmes.rulebook import Rulebook
from members import simulating

LATEST = 30
MONTHS = (1, 3, 6, 12, 24)


@dataclass(frozen=True)
class Part:
    """What one rule gave, and would have given."""

    name: str
    was: int
    would: int

    # Properties

    @property
    def difference(self) -> int:
        return self.would - self.was


@dataclass(frozen=True)
class Told:
    """A report in words and figures. Money is in words already."""

    purchases: int
    members: int
    was: int
    would: int
    cost: str
    liability: str
    parts: Sequence[Part]
    bars: Sequence[Bar]
    months: Sequence[Part]
    moves: Sequence[Part]
    goes_by_credits: bool
    unclear: int
    unknown: Sequence[str]

    # Properties

    @property
    def difference(self) -> int:
        return self.would - self.was


@dataclass(frozen=True)
class Shown:
    """One simulation: what it tries, how far it is, what came of it."""

    row: Simulation
    title: str
    says: str
    is_at_work: bool
    may_start: bool
    told: Told | None


def show(*, row: Simulation, at: datetime) -> Shown:
    """Return what the page shows of a simulation. Needs its rule."""
    book = books.get_book()
    is_silent = simulating.is_silent(row, at=at)
    is_at_work = row.state in (SimulationState.WAITING, SimulationState.RUNNING)
    return Shown(
        row=row,
        title=title_of(row),
        says=_says(row, book),
        is_at_work=is_at_work and not is_silent,
        may_start=row.state in (SimulationState.READY, SimulationState.STOPPED) or is_silent,
        told=_tell(row.report, book) if row.state == SimulationState.DONE else None,
    )


def title_of(row: Simulation) -> str:
    return str(row.rule) if row.rule else _("The rules as they are")


def _says(row: Simulation, book: Rulebook) -> str:
    if row.terms is None:
        return ""
    language = translation.get_language() or "fr"
    names = naming.get_names(revision=book.revision, language=language)
    said = terms.read(row.terms)
    return summaries.summarise(terms=said, currency=book.currency, names=names)


def _tell(report: Mapping[str, Any], book: Rulebook) -> Told:
    was, would = report["was"], report["would"]
    months = _parts(was["by_month"], would["by_month"], {})
    names = {one.code: in_language(french=one.name_fr, english=one.name_en) for one in book.rules}
    tiers = {
        rung.code: in_language(french=rung.name_fr, english=rung.name_en)
        for rung in (book.ladder.rungs if book.ladder else ())
    }
    names |= {f"tier-{code}": name for code, name in tiers.items()}
    moved = report.get("tiers", {})
    return Told(
        purchases=report["purchases"],
        members=report["members"],
        was=was["points"],
        would=would["points"],
        cost=_money(report["cost"], book),
        liability=_money(report["liability"], book),
        parts=_parts(was["by_rule"], would["by_rule"], names),
        bars=charting.lay_out([_point(month) for month in months[-12:]]).bars,
        months=[Part(_month(one.name), one.was, one.would) for one in months],
        moves=[_move(one, tiers) for one in moved.get("moves", ())],
        goes_by_credits=bool(book.ladder and book.ladder.counts(Measure.CREDITS)),
        unclear=moved.get("unclear", 0),
        unknown=list(_unknown(report.get("unknown", ()), book)),
    )


def _move(told: Mapping[str, Any], tiers: Mapping[str, str]) -> Part:
    ends = [tiers.get(told[end], told[end]) or _("no tier") for end in ("from", "to")]
    return Part(" → ".join(ends), told["was"], told["would"])


def _unknown(told: Iterable[Mapping[str, Any]], book: Rulebook) -> Iterator[str]:
    """Say what was not known of purchases then and cannot be found again."""
    segments = naming.get_names(
        revision=book.revision, language=translation.get_language() or "fr"
    ).segments
    for one in told:
        count = phrases.decimal(Decimal(one["purchases"]))
        if one["fact"] == "birthday":
            yield _("Birthdays of members who left are forgotten: %(count)s purchases.") % {
                "count": count
            }
            continue
        name = segments.get(one["code"], one["code"])
        since = one["since"] and book.business_day(datetime.fromisoformat(one["since"]))
        if since:
            yield _(
                "Who is in “%(segment)s” is known since %(day)s: nobody was before, "
                "for %(count)s purchases."
            ) % {"segment": name, "day": phrases.of_day(since), "count": count}
        else:
            yield _("Nobody has ever been in “%(segment)s”.") % {"segment": name}


def _parts(
    was: Mapping[str, int], would: Mapping[str, int], names: Mapping[str, str]
) -> list[Part]:
    codes = sorted({*was, *would})
    return [Part(names.get(code, code), was.get(code, 0), would.get(code, 0)) for code in codes]


def _point(month: Part) -> Point:
    """Draw what would have been given, with a line where what was given stood."""
    return Point(
        label=_month(month.name),
        words=phrases.decimal(Decimal(month.would)),
        value=month.would,
        year_before=month.was,
    )


def _month(name: str) -> str:
    first = date.fromisoformat(f"{name}-01")
    return format_date(first, "MMM yy", locale=phrases.locale_of_reader())


def _money(said: str, book: Rulebook) -> str:
    cents = int(Decimal(said).scaleb(money.places(currency=book.currency)).to_integral_value())
    language = translation.get_language() or "fr"
    return money.to_words(cents=cents, currency=book.currency, language=language)
