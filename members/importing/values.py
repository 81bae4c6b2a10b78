"""What cells say: moments, amounts, birthdays, languages. Refuses rather than guesses."""

import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from loyalty.core import money, zones
from loyalty.programmes import shapes
from members.importing.reading import LineRefused

_FRENCH_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?:[ T]+(.+))?")
_AMOUNT = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")
_BLANKS = re.compile("[\\s\u00a0\u202f€$£']")
_BIRTHDAY = re.compile(r"(?:(\d{4})-)?(\d{1,2})-(\d{1,2})|(\d{1,2})[/.](\d{1,2})(?:[/.]\d{4})?")
_NOON = time(12)
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
_LARGEST_CENTS = 10**13
_YES = frozenset({"1", "yes", "true", "oui", "vrai"})
_NO = frozenset({"0", "no", "false", "non", "faux"})
MOST_TAGS = 20


def moment(text: str, *, zone: ZoneInfo, latest: datetime) -> datetime:
    """Return the moment that a cell says, in UTC.

    ISO 8601 (1997-01-31, 1997-01-31T10:15, with or without an offset) or day first
    (31/01/1997 10:15). A time without an offset is local. A day without a time is taken at
    its noon: the moment furthest from both midnights, so that neither an expiry nor the
    close of a day falls on it. That noon may be later than `latest`, when the day is today's.
    Raises LineRefused, also for what is later than `latest`: for a bare day, its day.
    """
    if not text:
        raise LineRefused("missing-value", _("There is no date."))
    read = _moment(text, zone)
    if read is None or read.at < _EARLIEST:
        raise LineRefused("bad-date", _("Not a date: %(text)s.") % {"text": text[:40]})
    if read.at > latest and not (read.is_day and _is_same_day(read.at, latest, zone)):
        raise LineRefused("in-the-future", _("Not yet: %(text)s.") % {"text": text[:40]})
    return read.at


class _Read(NamedTuple):
    at: datetime
    is_day: bool


def _is_same_day(moment: datetime, other: datetime, zone: ZoneInfo) -> bool:
    return zones.business_day(moment=moment, zone=zone) == zones.business_day(
        moment=other, zone=zone
    )


@lru_cache(maxsize=10_000)
def _moment(text: str, zone: ZoneInfo) -> _Read | None:
    try:
        read, is_day = _local(text, zone)
        return _Read(read.astimezone(UTC), is_day)
    except (ValueError, OverflowError):
        return None


def _local(text: str, zone: ZoneInfo) -> tuple[datetime, bool]:
    if french := _FRENCH_DAY.fullmatch(text):
        day, month, year, clock = french.groups()
        text = f"{year}-{month:>02}-{day:>02}" + (f"T{clock}" if clock else "")
    try:
        return datetime.combine(date.fromisoformat(text), _NOON, tzinfo=zone), True
    except ValueError:
        read = datetime.fromisoformat(text)
    return (read if read.tzinfo else read.replace(tzinfo=zone)), False


def amount(text: str, *, currency: str) -> int:
    """Return cents. Decimals follow a point or a comma; thousands may be apart.

    "1 234,56 €", "1,234.56" and "1234.56" are the same. "1,234" is refused: nobody can say
    what it means. Raises LineRefused, also below zero.
    """
    if not text:
        raise LineRefused("missing-value", _("There is no amount."))
    bare = _BLANKS.sub("", text)
    if "," in bare and "." in bare:
        thousands = "," if bare.rindex(".") > bare.rindex(",") else "."
        bare = bare.replace(thousands, "")
    bare = bare.replace(",", ".")
    if not _AMOUNT.fullmatch(bare):
        raise LineRefused("bad-amount", _("Not an amount: %(text)s.") % {"text": text[:40]})
    try:
        cents = money.to_cents(amount=Decimal(bare), currency=currency)
    except ValueError:
        raise LineRefused(
            "bad-amount", _("Too many decimals: %(text)s.") % {"text": text[:40]}
        ) from None
    if cents < 0:
        raise LineRefused("negative-amount", _("Below zero: %(text)s.") % {"text": text[:40]})
    if cents > _LARGEST_CENTS:
        raise LineRefused("bad-amount", _("Too large: %(text)s.") % {"text": text[:40]})
    return cents


def birthday(text: str) -> tuple[int, int] | None:
    """Return (month, day) of 1980-03-31, 03-31, 31/03/1980 or 31/03. The year is not kept."""
    if not text:
        return None
    read = _BIRTHDAY.fullmatch(text)
    if read is None:
        raise LineRefused("bad-birthday", _("Not a birthday."))
    _year, month, day, french_day, french_month = read.groups()
    pair = int(month or french_month), int(day or french_day)
    try:
        date(2000, *pair)
    except ValueError:
        raise LineRefused("bad-birthday", _("There is no such day in a year.")) from None
    return pair


def language(text: str) -> str:
    """Return fr or en; nothing said is fr."""
    code = text.casefold()[:2] or "fr"
    if code not in {"fr", "en"}:
        raise LineRefused("bad-language", _("fr or en."))
    return code


def brand(text: str) -> str:
    """Return a brand as rules name it, or nothing."""
    if text and not shapes.WORDS.fullmatch(text):
        raise LineRefused("bad-brand", _("Not a brand: %(text)s.") % {"text": text[:40]})
    return text


def tags(told: Iterable[str]) -> list[str]:
    """Return tags as rules name them, each once."""
    found = list(dict.fromkeys(told))
    for tag in found:
        if not shapes.CODE.fullmatch(tag):
            raise LineRefused("bad-tag", _("Not a tag: %(text)s.") % {"text": tag[:40]})
    if len(found) > MOST_TAGS:
        raise LineRefused("bad-tag", _("At most %(most)d tags.") % {"most": MOST_TAGS})
    return found


def is_yes(text: str) -> bool:
    """Return what yes or no says, in French, in English or as a spreadsheet keeps it."""
    if text.casefold() not in _YES | _NO:
        raise LineRefused("bad-answer", _("Neither yes nor no: %(text)s.") % {"text": text[:40]})
    return text.casefold() in _YES


def words(text: str, *, field: str, most: int) -> str:
    """Return text that fits where it goes."""
    if len(text) > most:
        raise LineRefused(
            "too-long",
            _("%(field)s: at most %(most)d characters.") % {"field": field, "most": most},
        )
    return text
