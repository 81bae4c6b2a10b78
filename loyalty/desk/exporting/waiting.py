"""Large lists of people: another person agrees, and then the asker takes the list once.

Whoever takes people a few hundred at a time meets the limit too: it counts 24 hours. It holds
for everybody, as nobody needs more people than that by themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids, keys
from loyalty.core.refusals import Refusal
from loyalty.desk.exporting import lists, taking
from loyalty.desk.exporting.lists import Asked, Sort, Terms
from loyalty.identity import approving, permitting
from loyalty.identity.models import Approval, ApprovalKind, ApprovalState, User
from loyalty.programmes.models import Segment, Store, Tier
from members import seeing
from members.models import Export

# How long an approved list can be taken, and over how long rows are counted.
DAY = timedelta(hours=24)
REASON = "list"
_PATIENCE = timedelta(days=3)
_OF_PEOPLE = ("members", "lost")


class ExportNotReady(Refusal):
    code = "export-not-ready"
    title = _("This list cannot be taken: it was not approved, was taken, or a day has passed.")


@dataclass(frozen=True)
class Order:
    """A list as it was asked for and approved, written down as taken now."""

    sort: Sort
    asked: Asked
    file_format: str
    has_codes: bool
    export: Export


@transaction.atomic
def take_or_ask(
    *, user: User, sort: Sort, asked: Asked, file_format: str, has_codes: bool, terms: Terms
) -> Order | None:
    """Write down that somebody takes a list; None where it waits for another person first.

    Raises NotPermitted.
    """
    # Under their lock: whoever asks ten times at once is counted ten times.
    user = permitting.lock(user=user)
    if rows := _count_above(user, sort, asked, terms):
        ask(
            user=user, sort=sort, asked=asked, file_format=file_format, has_codes=has_codes,
            rows=rows, at=terms.at,
        )  # fmt: skip
        return None
    export = taking.note(
        sort=sort, asked=asked, file_format=file_format, taken_by=user, at=terms.at
    )
    return Order(sort, asked, file_format, has_codes, export)


def _count_above(user: User, sort: Sort, asked: Asked, terms: Terms) -> int:
    """Return how many people a list holds if that is more than somebody may take alone, else 0."""
    if sort.code not in _OF_PEOPLE:
        return 0
    lately = Export.objects.filter(kind__in=_OF_PEOPLE, taken_by=user, taken_at__gt=terms.at - DAY)
    alone = lately.exclude(filters__has_key="approval")
    taken = alone.aggregate(all=Sum("rows"))["all"] or 0
    # How many leave in a list that is still being written, nobody knows yet: as many as may.
    if alone.filter(rows=None).exists():
        taken = settings.EXPORT_MEMBERS_ALONE
    rows = sort.rows(asked, terms).count()
    return rows if taken + rows > settings.EXPORT_MEMBERS_ALONE else 0


@transaction.atomic
def ask(
    *,
    user: User,
    sort: Sort,
    asked: Asked,
    file_format: str,
    has_codes: bool,
    rows: int,
    at: datetime,
) -> Approval:
    """Let a list wait for another person, three days. Raises NotPermitted."""
    user = permitting.lock(user=user)
    permitting.check(user=user, permission=lists.PERMISSION)
    permitting.check(user=user, permission=sort.permission)
    return approving.request(
        kind=ApprovalKind.EXPORT,
        subject=sort.code,
        payload={
            **asked.facts(),
            "rows": rows,
            "file_format": file_format,
            "has_codes": int(has_codes),
        },
        requested_by=user,
        reason=REASON,
        key=keys.digest(scope="export", key=ids.new("req")),
        at=at,
        life=_PATIENCE,
    )


@transaction.atomic
def approve(*, approval: Approval, decided_by: User, at: datetime) -> Approval:
    """Let the asker take the list. Raises as approving; and NotPermitted of who sees less."""
    user = _check_decides(decided_by)
    return approving.approve(approval=approval, decided_by=user, at=at)


@transaction.atomic
def refuse(*, approval: Approval, decided_by: User, at: datetime) -> Approval:
    """Say no. Raises as `approve`."""
    user = _check_decides(decided_by)
    return approving.refuse(approval=approval, decided_by=user, at=at)


@transaction.atomic
def take(*, public_id: str, user: User, at: datetime) -> Order:
    """Write down that the asker takes an approved list: once, for a day.

    Raises ExportNotReady, also where they may no longer take such lists.
    """
    # Under its lock: of two at once, one takes it.
    locked = Approval.objects.select_for_update(of=("self",)).filter(public_id=public_id)
    row = locked.first()
    sorts = {sort.code: sort for sort in lists.get_sorts(has_perm=user.has_perm)}
    if row is None or row.subject not in sorts or row not in ready(user=user, at=at):
        raise ExportNotReady
    sort = sorts[row.subject]
    asked = _read(row.payload)
    export = taking.note(
        sort=sort,
        asked=asked,
        file_format=str(row.payload["file_format"]),
        taken_by=user,
        at=at,
        approval=row.public_id,
    )
    has_codes = bool(row.payload["has_codes"])
    return Order(sort, asked, str(row.payload["file_format"]), has_codes, export)


def is_asked_by(*, user: User, public_id: str) -> bool:
    """Say whether somebody asked for the list that waits, or waited, under an id."""
    asked = Approval.objects.filter(kind=ApprovalKind.EXPORT, requested_by=user)
    return asked.filter(public_id=public_id).exists()


def ready(*, user: User, at: datetime) -> QuerySet[Approval]:
    """Return the requests of somebody that were approved and not taken, for a day."""
    taken = Export.objects.filter(filters__has_key="approval", taken_at__gt=at - 2 * DAY)
    return Approval.objects.filter(
        kind=ApprovalKind.EXPORT,
        state=ApprovalState.APPROVED,
        requested_by=user,
        decided_at__gt=at - DAY,
    ).exclude(public_id__in=list(taken.values_list("filters__approval", flat=True)))


def may_decide(user: User) -> bool:
    """Say whether somebody may decide on lists: who sees everybody, and may take lists too."""
    return (
        user.has_perm(approving.DECIDES)
        and user.has_perm(lists.PERMISSION)
        and seeing.get_stores(user) is None
    )


def _check_decides(decided_by: User) -> User:
    user = permitting.lock(user=decided_by)
    permitting.check(user=user, permission=lists.PERMISSION)
    if not may_decide(user):
        raise permitting.NotPermitted
    return user


def _read(payload: Mapping[str, str | int]) -> Asked:
    """Return what was asked for, as it is now: a store or a tier that is gone gives nobody."""

    def day(name: str) -> date | None:
        return date.fromisoformat(str(payload[name])) if name in payload else None

    try:
        return Asked(
            store=Store.objects.get(code=payload["store"]) if "store" in payload else None,
            since=day("since"),
            until=day("until"),
            state=str(payload.get("state", "")),
            tier=Tier.objects.get(code=payload["tier"]) if "tier" in payload else None,
            segment=_segment(payload),
            channel=str(payload.get("channel", "")),
        )
    except (Store.DoesNotExist, Tier.DoesNotExist, Segment.DoesNotExist) as gone:
        raise ExportNotReady from gone


def _segment(payload: Mapping[str, str | int]) -> Segment | None:
    return Segment.objects.get(code=payload["segment"]) if "segment" in payload else None
