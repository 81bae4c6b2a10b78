"""What the desk tells of segments: how many are in each, by what, and who speaks of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from analytics.models import SegmentDefinition
from analytics.segments import terms, wording
from analytics.segments.wording import Names
from loyalty.identity.models import User
from loyalty.programmes import books
from loyalty.programmes.models import Campaign, Rule, Segment
from members import seeing
from members.models import Member, SegmentStay

MOST, SAMPLE = 200, 20


@dataclass(frozen=True)
class Told:
    """One segment: how many are in it now, and by what. Without a definition, by hand.

    `members` is None where the reader sees some stores alone: the chain is not theirs to count.
    """

    segment: Segment
    members: int | None
    definition: SegmentDefinition | None
    opening: str
    conditions: Sequence[str]


@dataclass(frozen=True)
class Uses:
    """The rules and campaigns that speak of a segment."""

    rules: Sequence[Rule]
    campaigns: Sequence[Campaign]


def get_list(*, at: datetime, is_bound: bool = False) -> list[Told]:
    """Return the segments by code, the first two hundred: seven statements, however many."""
    segments = list(Segment.objects.order_by("code")[:MOST])
    known = SegmentDefinition.objects.filter(segment__in=segments)
    definitions = {one.segment_id: one for one in known}
    counts = {} if is_bound else _count(segments, at)
    names = get_names()
    return [_tell(one, counts.get(one.pk), definitions.get(one.pk), names) for one in segments]


def get_one(*, segment: Segment, names: Names, at: datetime, is_bound: bool = False) -> Told:
    definition = SegmentDefinition.objects.filter(segment=segment).first()
    counts = {} if is_bound else _count([segment], at)
    return _tell(segment, counts.get(segment.pk), definition, names)


def get_names() -> Names:
    return wording.get_names(currency=books.get_book().currency)


def get_sample(*, segment: Segment, reader: User, at: datetime) -> list[Member] | None:
    """Return its first members by name, of those the reader sees; None for who sees nobody."""
    if not reader.has_perm("members.view_member"):
        return None
    stays = SegmentStay.objects.filter(segment=segment).at(at)
    members = seeing.visible_to(reader).filter(pk__in=stays.values("member"))
    return list(members.order_by("last_name", "first_name", "pk")[:SAMPLE])


def get_uses(*, segment: Segment) -> Uses:
    """Return who speaks of a segment: as an audience, or in a version that is in force."""
    spoken = [
        rule.pk
        for rule in books.get_book().rules
        if any(segment.code in version.terms.when.segments for version in rule.versions)
    ]
    rules = Rule.objects.filter(Q(audience=segment) | Q(pk__in=spoken)).order_by("code")
    campaigns = Campaign.objects.filter(audience=segment).order_by("-starts_at", "-pk")
    return Uses(list(rules), list(campaigns))


def _count(segments: Sequence[Segment], at: datetime) -> dict[int, int]:
    stays = SegmentStay.objects.filter(segment__in=segments).at(at)
    counted = stays.order_by().values("segment").annotate(members=Count("pk"))
    none = dict.fromkeys((segment.pk for segment in segments), 0)
    return none | {row["segment"]: row["members"] for row in counted}


def _tell(
    segment: Segment, members: int | None, definition: SegmentDefinition | None, names: Names
) -> Told:
    if definition is None:
        return Told(segment, members, None, "", ())
    said = terms.read(definition.terms)
    lines = wording.of_conditions(said, names)
    return Told(segment, members, definition, wording.of_match(said), lines)
