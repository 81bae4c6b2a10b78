"""Who is in which segment, for the rules that speak of one. Whoever computes segments says it."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from loyalty.core import engines
from loyalty.core.refusals import Refusal
from loyalty.programmes.models import Segment
from members.models import Member, SegmentStay

_CHUNK = 1_000
_ADD = """
INSERT INTO members_segmentstay (segment_id, member_id, since_at)
SELECT %s, found.who, %s FROM ({found}) AS found
"""


class UnknownSegment(Refusal):
    code = "unknown-segment"
    status = 404
    title = _("There is no such segment.")


@dataclass(frozen=True, kw_only=True)
class Assigned:
    """How many came into a segment, and how many left it."""

    joined: int
    left: int


@transaction.atomic
def assign(*, code: str, member_ids: Collection[int], at: datetime) -> Assigned:
    """Let a segment hold exactly these members from a moment on.

    Who was in it and stays is left as they are; a sale from before, told later, still finds
    who was in it then. The same members again change nothing. Raises UnknownSegment.
    """
    segment = lock(code=code)
    current = SegmentStay.objects.filter(segment=segment, until_at=None)
    there = set(current.values_list("member_id", flat=True))
    wanted = set(member_ids)
    return move(segment=segment, joining=_known(wanted - there), leaving=there - wanted, at=at)


def lock(*, code: str) -> Segment:
    """Keep a segment's members to this transaction until it ends. Raises UnknownSegment."""
    segment = Segment.objects.select_for_update().filter(code=code).first()
    if segment is None:
        raise UnknownSegment
    return segment


def move(
    *, segment: Segment, joining: Collection[int], leaving: Collection[int], at: datetime
) -> Assigned:
    """Let members, by their keys, into a segment and others out of it. Call it under its lock.

    Whoever joins is a member and is not in it; whoever leaves is in it.
    """
    current = SegmentStay.objects.filter(segment=segment, until_at=None)
    for some in _chunks(leaving):
        theirs = current.filter(member__in=some)
        # Whose stay would end before it began never was in it, as far as anybody was told.
        theirs.filter(since_at__gt=at).delete()
        theirs.update(until_at=at)
    SegmentStay.objects.bulk_create(
        (SegmentStay(segment=segment, member_id=pk, since_at=at) for pk in sorted(joining)),
        batch_size=_CHUNK,
    )
    return Assigned(joined=len(joining), left=len(leaving))


@transaction.atomic
def add(*, code: str, members: QuerySet[Member], at: datetime) -> int:
    """Let these members be in a segment, too, from a moment on. Returns how many were not yet.

    Nobody leaves it; the same members again change nothing. One statement under the segment's
    lock, in which the database finds them, however many they are. Raises UnknownSegment.
    """
    segment = lock(code=code)
    there = SegmentStay.objects.filter(segment=segment, until_at=None, member=OuterRef("pk"))
    new = members.filter(~Exists(there)).order_by().values(who=F("pk"))
    try:
        found, values = new.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        # The query is Django's own, and its values are bound.
        cursor.execute(_ADD.format(found=found), [segment.pk, engines.to_column(at), *values])
        joined: int = cursor.rowcount
    return joined


def members_within(*, segment: int, since: datetime, until: datetime) -> QuerySet[Member]:
    """Return who was in a segment, by its key, at any moment of some time, its last included.

    Whoever was merged since is the survivor.
    """
    stays = SegmentStay.objects.filter(segment=segment).within(since=since, until=until)
    were = stays.values(who=Coalesce("member__merged_into", "member"))
    return Member.objects.filter(pk__in=were)


def _known(wanted: Collection[int]) -> list[int]:
    found: list[int] = []
    for some in _chunks(wanted):
        found += Member.objects.filter(pk__in=some).values_list("pk", flat=True)
    return sorted(found)


def _chunks(keys: Collection[int]) -> Iterator[list[int]]:
    rest = iter(sorted(keys))
    while some := list(islice(rest, _CHUNK)):
        yield some
