"""Defining segments, counting whom a definition holds, and finding their members every night."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from analytics import revising, scopes
from analytics.models import SegmentDefinition, Topic
from analytics.periods import Period, month_start
from analytics.queries import Query, compose, count, get_number, get_rows
from analytics.scopes import Scope
from analytics.segments import compiling, standard, terms
from analytics.segments.terms import NONE, Definition, Fact
from loyalty.core import engines, zones
from loyalty.core.refusals import Refusal
from loyalty.programmes import books
from loyalty.programmes.models import Category, Segment, Store, Tier
from loyalty.programmes.shapes import Fault, Malformed
from members import segmenting
from members.models import Member, MemberState
from members.segmenting import Assigned

# A count while somebody writes takes no longer: the night will tell.
_MOST_SECONDS = 5

_STAYS = """
SELECT member_id FROM members_segmentstay WHERE segment_id = {segment} AND until_at IS NULL
"""

_DIFFERENCE = "SELECT member_id FROM {one} AS one EXCEPT SELECT member_id FROM {other} AS other"


class CodeTaken(Refusal):
    code = "segment-code-taken"
    title = _("A segment has this code already.")


class CountTooLong(Refusal):
    code = "count-too-long"
    title = _("Counting these members takes too long: the night will count them.")


@dataclass(frozen=True)
class Counted:
    """How many members a definition holds now, of how many there are."""

    members: int
    of: int


@transaction.atomic
def make(
    *, code: str, name_fr: str, name_en: str, said: Mapping[str, Any], at: datetime
) -> SegmentDefinition:
    """Make a segment with its definition. Its members are found by `assign`.

    Raises CodeTaken, and Malformed with every fault of what is said and its place.
    """
    check(said)
    segment, is_new = Segment.objects.get_or_create(
        code=code, defaults={"name_fr": name_fr, "name_en": name_en}
    )
    if not is_new:
        raise CodeTaken
    return define(segment=segment, said=said, at=at)


@transaction.atomic
def define(*, segment: Segment, said: Mapping[str, Any], at: datetime) -> SegmentDefinition:
    """Say anew by what a segment's members are found. Who is in it changes with `assign` alone.

    Saying the same again writes nothing. Raises Malformed.
    """
    written = terms.write(check(said))
    locked = segmenting.lock(code=segment.code)
    known = SegmentDefinition.objects.filter(segment=locked).first()
    if known is None:
        return SegmentDefinition.objects.create(segment=locked, terms=written, changed_at=at)
    if known.terms != written:
        known.terms, known.changed_at = written, at
        known.save(update_fields=["terms", "changed_at"])
    return known


@transaction.atomic
def keep_by_hand(*, segment: Segment) -> None:
    """Take a segment's definition away: who is in it stays until somebody says otherwise."""
    locked = segmenting.lock(code=segment.code)
    for known in SegmentDefinition.objects.filter(segment=locked):
        known.delete()


def check(said: object) -> Definition:
    """Return the definition that is said. Raises Malformed, also for codes of nothing."""
    definition = terms.read(said)
    faults = [
        Fault(f"/conditions/{place}/in", "unknown-code")
        for place, condition in enumerate(definition.conditions)
        if set(condition.codes) - _known(condition.fact, condition.codes)
    ]
    if faults:
        raise Malformed(faults)
    return definition


def get_members(*, definition: Definition, at: datetime) -> Query:
    """Return who is in a segment by a definition, as a query of `member_id`."""
    return compiling.members(definition, scope=_scope(at), opened=_opened)


def get_count(*, definition: Definition, at: datetime) -> Counted:
    """Count whom a definition holds at a moment, in five seconds at most. Raises CountTooLong."""
    there = Member.objects.filter(state__in=[MemberState.ACTIVE, MemberState.BLOCKED])
    try:
        with engines.hurried(seconds=_MOST_SECONDS):
            return Counted(count(get_members(definition=definition, at=at)), there.count())
    except engines.TookTooLong as late:
        raise CountTooLong from late


@transaction.atomic
def assign(*, definition: SegmentDefinition, at: datetime) -> Assigned:
    """Let a segment hold whom its definition finds at a moment, for the rules that speak of it.

    Two sets are compared where they are: what nobody joined and nobody left costs no row.
    """
    segment = segmenting.lock(code=definition.segment.code)
    wanted = get_members(definition=terms.read(definition.terms), at=at)
    there = compose(_STAYS, {"segment": segment.pk})
    joining = _ids(compose(_DIFFERENCE, {"one": wanted, "other": there}))
    leaving = _ids(compose(_DIFFERENCE, {"one": there, "other": wanted}))
    moved = segmenting.move(segment=segment, joining=joining, leaving=leaving, at=at)
    if joining or leaving:
        # Figures that were cut by it since the last refresh are computed again.
        today = zones.business_day(moment=at, zone=books.get_zone())
        revising.note(topic=Topic.OTHER, months=[month_start(today)], at=at)
    now_in = get_number(compose("SELECT COUNT(*) FROM {there} AS there", {"there": there}))
    found = SegmentDefinition.objects.filter(pk=definition.pk)
    found.update(assigned_at=at, members=now_in)
    return moved


def assign_all(*, at: datetime) -> int:
    """Find the members of every segment that has a definition. Returns who joined and who left.

    One transaction for each: repeated or interrupted, it ends the same.
    """
    moved = 0
    for definition in SegmentDefinition.objects.select_related("segment").order_by("pk"):
        done = assign(definition=definition, at=at)
        moved += done.joined + done.left
    return moved


def add_standard(*, at: datetime) -> Sequence[SegmentDefinition]:
    """Make the standard RFM segments that are not there yet, and find their members."""
    known = set(Segment.objects.values_list("code", flat=True))
    made = [
        make(
            code=one.code, name_fr=one.name_fr, name_en=one.name_en,
            said=terms.write(one.definition), at=at,
        )
        for one in standard.get_standard()
        if one.code not in known
    ]  # fmt: skip
    for definition in made:
        assign(definition=definition, at=at)
    return made


def _scope(at: datetime) -> Scope:
    today = zones.business_day(moment=at, zone=books.get_zone())
    return scopes.get_scope(period=Period(today, today), at=at)


def _ids(query: Query) -> list[int]:
    return [pk for (pk,) in get_rows(query)]


def _opened(codes: Sequence[str]) -> Sequence[str]:
    """Return categories and those inside them, however deep."""
    inside = list(Category.objects.values_list("code", "parent__code"))
    found, added = set(codes), set(codes)
    while added := {code for code, parent in inside if parent in added} - found:
        found |= added
    return sorted(found)


def _known(fact: Fact, codes: Collection[str]) -> set[str]:
    """Return those of some codes that name something; what nobody keeps a list of names itself."""
    tables: Mapping[Fact, Any] = {
        Fact.CATEGORY: Category,
        Fact.STORE: Store,
        Fact.HOME_STORE: Store,
        Fact.TIER: Tier,
    }
    if fact not in tables:
        return set(codes)
    known = set(tables[fact].objects.filter(code__in=codes).values_list("code", flat=True))
    return known | {NONE} if fact in (Fact.TIER, Fact.HOME_STORE) else known
