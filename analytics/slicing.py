"""The words of a cut: what an address, a command or a call says, and what there is to choose."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Max, Min
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from analytics.models import StoreDay
from analytics.periods import EARLIEST, LATEST, months_from
from analytics.queries import compose, get_rows
from analytics.scopes import FIELDS, Cut, Dimension, ValueGroup
from loyalty.core import zones
from loyalty.core.refusals import Refusal
from loyalty.programmes.models import Programme, Segment, Store, Tier
from members.models import Member, MemberKind

_Known = Mapping[Dimension, Mapping[str, Any]]

# More than this to choose from is no list.
_MOST = 60


class CutUnknown(Refusal):
    code = "cut-unknown"
    title = _("There is nothing of this name to cut by.")


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a dimension: as addresses say it, and as people do."""

    value: str
    label: str


NAMES: Mapping[Dimension, Promise] = {
    Dimension.STORE: _("Store"),
    Dimension.CHANNEL: _("Channel"),
    Dimension.TIER: _("Tier"),
    Dimension.SEGMENT: _("Segment"),
    Dimension.KIND: _("Kind of member"),
    Dimension.ENROLLED: _("Month of enrolment"),
    Dimension.SOURCE: _("Acquisition source"),
    Dimension.VALUE_GROUP: _("Value group"),
}
_GROUPS: Mapping[ValueGroup, Promise] = {
    ValueGroup.BEST: _("Best 20%"),
    ValueGroup.REST: _("All others"),
}
# From one source to the next by its index: as many steps as there are sources.
_SOURCES = """
WITH RECURSIVE told(source) AS (
    SELECT MIN(source) FROM members_member WHERE source > ''
    UNION ALL
    SELECT (SELECT MIN(source) FROM members_member WHERE source > told.source)
    FROM told WHERE told.source IS NOT NULL
)
SELECT source FROM told WHERE source IS NOT NULL LIMIT {most}
"""
# What an address says of members in no tier: codes are never this.
NO_TIER = "-"


def read_cut(*, asked: Mapping[str, str]) -> Cut:
    """Return the cut that these words name; what is empty or absent does not cut.

    store, tier and segment are codes ("-" is no tier), enrolled is YYYY-MM, kind and value are
    PERSON, COMPANY, BEST, REST; channel and source are taken as they are. Raises CutUnknown.
    """
    return _read_cut(asked, _look_up([asked]))


def read_cuts(*, asked: Sequence[Mapping[str, str]]) -> list[Cut | None]:
    """Return each cut as `read_cut` does, None where it refuses: in three statements at most."""
    known = _look_up(asked)
    found: list[Cut | None] = []
    for words in asked:
        try:
            found.append(_read_cut(words, known))
        except CutUnknown:
            found.append(None)
    return found


def write_cut(*, cut: Cut) -> dict[str, str]:
    """Return the words of a cut, as `read_cut` reads them."""
    found = {name: _write(name, getattr(cut, FIELDS[name])) for name in cut.dimensions}
    return {name.value: found[name] for name in Dimension if name in found}


def read_month(key: str) -> date | None:
    """Read a month as addresses say it, 2026-10; None where it is none between 1900 and 2999."""
    try:
        month = date.fromisoformat(f"{key}-01")
    except ValueError:
        return None
    return month if key == f"{month:%Y-%m}" and EARLIEST <= month <= LATEST else None


def get_choices(*, dimension: Dimension) -> list[Choice]:
    """Return what a dimension can be cut by, at most sixty values, the latest months first."""
    return list(_CHOICES[dimension]())


def _look_up(asked: Iterable[Mapping[str, str]]) -> _Known:
    """Return what the codes of stores, tiers and segments stand for, all of a kind together."""
    said = {name: {words[name] for words in asked if words.get(name)} for name in _CODES}
    return {name: _CODES[name](codes) for name, codes in said.items() if codes}


def _read_cut(asked: Mapping[str, str], known: _Known) -> Cut:
    told = {name: asked[name] for name in Dimension if asked.get(name)}
    return Cut(**{FIELDS[name]: _read(name, value, known) for name, value in told.items()})


def _read(name: Dimension, value: str, known: _Known) -> Any:
    match name:
        case Dimension.STORE | Dimension.TIER | Dimension.SEGMENT:
            if value not in known[name]:
                raise CutUnknown(cut_by=name.value)
            return known[name][value]
        case Dimension.KIND | Dimension.VALUE_GROUP:
            return _one_of(MemberKind if name == Dimension.KIND else ValueGroup, value, name)
        case Dimension.ENROLLED:
            return _month(value)
    return value


def _store_keys(codes: Collection[str]) -> dict[str, Any]:
    return dict(Store.objects.filter(code__in=codes).values_list("code", "pk"))


def _tier_codes(codes: Collection[str]) -> dict[str, Any]:
    known = Tier.objects.filter(code__in=codes).values_list("code", flat=True)
    return {code: code for code in known} | {NO_TIER: ""}


def _segment_codes(codes: Collection[str]) -> dict[str, Any]:
    known = Segment.objects.filter(code__in=codes).values_list("code", flat=True)
    return {code: code for code in known}


_CODES: Mapping[Dimension, Callable[[Collection[str]], dict[str, Any]]] = {
    Dimension.STORE: _store_keys,
    Dimension.TIER: _tier_codes,
    Dimension.SEGMENT: _segment_codes,
}


def _one_of(choices: type[MemberKind] | type[ValueGroup], value: str, name: Dimension) -> str:
    try:
        return choices(value)
    except ValueError:
        raise CutUnknown(cut_by=name.value) from None


def _month(value: str) -> date:
    if (month := read_month(value)) is None:
        raise CutUnknown(cut_by=Dimension.ENROLLED.value)
    return month


def _write(name: Dimension, value: Any) -> str:
    match name:
        case Dimension.STORE:
            return str(Store.objects.values_list("code", flat=True).get(pk=value))
        case Dimension.TIER:
            return value or NO_TIER
        case Dimension.ENROLLED:
            return f"{value:%Y-%m}"
    return str(value)


def _stores() -> Iterator[Choice]:
    for store in Store.objects.order_by("name", "pk")[:_MOST]:
        yield Choice(store.code, str(store))


def _channels() -> Iterator[Choice]:
    told = StoreDay.objects.order_by("channel").values_list("channel", flat=True).distinct()
    for channel in told[:_MOST]:
        yield Choice(channel, channel)


def _tiers() -> Iterator[Choice]:
    for tier in Tier.objects.order_by("rank", "pk")[:_MOST]:
        yield Choice(tier.code, str(tier))
    yield Choice(NO_TIER, pgettext("tier", "None"))


def _segments() -> Iterator[Choice]:
    for segment in Segment.objects.order_by("code")[:_MOST]:
        yield Choice(segment.code, str(segment))


def _kinds() -> Iterator[Choice]:
    for kind in MemberKind:
        yield Choice(kind.value, str(kind.label))


def _months() -> Iterator[Choice]:
    ends = Member.objects.aggregate(first=Min("enrolled_at"), last=Max("enrolled_at"))
    if ends["first"] is None:
        return
    zone = Programme.objects.get().zone
    first, last = (zones.business_day(moment=ends[end], zone=zone) for end in ("first", "last"))
    for month in reversed(months_from(first, last)[-_MOST:]):
        yield Choice(f"{month:%Y-%m}", date_format(month, "YEAR_MONTH_FORMAT"))


def _sources() -> Iterator[Choice]:
    for (source,) in get_rows(compose(_SOURCES, {"most": _MOST})):
        yield Choice(source, source)


def _groups() -> Iterator[Choice]:
    for group, name in _GROUPS.items():
        yield Choice(group.value, str(name))


_CHOICES: Mapping[Dimension, Callable[[], Iterator[Choice]]] = {
    Dimension.STORE: _stores,
    Dimension.CHANNEL: _channels,
    Dimension.TIER: _tiers,
    Dimension.SEGMENT: _segments,
    Dimension.KIND: _kinds,
    Dimension.ENROLLED: _months,
    Dimension.SOURCE: _sources,
    Dimension.VALUE_GROUP: _groups,
}
