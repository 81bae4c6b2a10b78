"""The members of a chunk: found or enrolled, locked, and set on their way."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from loyalty.core.refusals import ConcurrentUpdate, Refusal
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes.rulebook import Rulebook
from members import activity, blocking, enrolling, moving, owning, recalling, standing
from members.enrolling import Newcomer
from members.importing.reading import LineRefused
from members.importing.staging import StagedRow
from members.importing.walking import Walk
from members.models import Member, TierChange

SOURCE = "import"

Walks = dict[str, Walk]
Refusals = dict[str, LineRefused]


def gather(
    *,
    rows: Sequence[StagedRow],
    at: datetime,
    may_enrol: bool,
    book: Rulebook,
    own: Collection[int] = (),
) -> tuple[Walks, Refusals]:
    """Return a walk for each member reference of the rows, or why there is none.

    Unknown references are enrolled as of their first row. Every member's accounts are locked
    before anything about them is believed. `own` are members who bring the file in.
    """
    first = _first_moments(rows, at=at)
    walks: Walks = {}
    if first.pop("", None) is not None:
        walks[""] = Walk(book=book, at=at)
    _enrol_unknown(first, at=at, may_enrol=may_enrol)
    before = {member.holder_id for member in find(references=first).values()}
    accounts = posting.lock_many(sorted(before), wallets=book.wallets)
    refused: Refusals = {}
    # Read after the lock: a till may have blocked or moved them meanwhile.
    active = _active(find(references=first), refused, own=own)
    if {member.holder_id for member in active.values()} - before:
        raise ConcurrentUpdate
    walks |= _walks(active, first, accounts=accounts, at=at, book=book)
    missing = first.keys() - walks.keys() - refused.keys()
    return walks, refused | {reference: _unknown() for reference in missing}


def find(*, references: Collection[str]) -> dict[str, Member]:
    """Return whom references name, in one statement: of who was merged, who has their place.

    References of the same member share one object.
    """
    named = Member.objects.filter(external_id__in=references).select_related("merged_into")
    found = {row.external_id or "": row.survivor for row in named.order_by("pk")}
    members = {member.pk: member for member in found.values()}
    return {name: members[member.pk] for name, member in found.items()}


def _walks(
    known: Mapping[str, Member],
    first: Mapping[str, datetime],
    *,
    accounts: Mapping[int, Mapping[str, Account]],
    at: datetime,
    book: Rulebook,
) -> Walks:
    """Return the walk of each reference: one and the same for all of a member's."""
    whose = _references(known)
    moments = {pk: min(first[name] for name in names) for pk, names in whose.items()}
    members = {member.pk: member for member in known.values()}
    activities = _activities(members, moments, book)
    pasts = _pasts(members, moments, mixed={pk for pk in whose if len(whose[pk]) > 1})
    recalled = recalling.get_recalled(member_ids=list(members), book=book)
    walks: Walks = {}
    for pk, member in members.items():
        walk = Walk(
            book=book,
            at=at,
            member=member,
            accounts=accounts[member.holder_id],
            activity=activities.get(pk),
            past=pasts.get(pk),
            recalled=recalled[pk],
        )
        walks |= dict.fromkeys(whose[pk], walk)
    return walks


def _references(members: Mapping[str, Member]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for name, member in members.items():
        names[member.pk].append(name)
    return names


def _first_moments(rows: Sequence[StagedRow], *, at: datetime) -> dict[str, datetime]:
    first: dict[str, datetime] = {}
    for row in rows:
        # The noon of today's day may be still to come.
        first.setdefault(row.member_reference, min(row.occurred_at, at))
    return first


def _enrol_unknown(first: dict[str, datetime], *, at: datetime, may_enrol: bool) -> None:
    if not may_enrol:
        return
    there = Member.objects.filter(external_id__in=first).values_list("external_id", flat=True)
    unknown = first.keys() - set(there)
    enrolling.enrol_many(
        newcomers=[
            Newcomer(external_id=reference, enrolled_at=moment, source=SOURCE)
            for reference, moment in first.items()
            if reference in unknown
        ],
        recorded_at=at,
    )


def _active(
    members: Mapping[str, Member], refused: Refusals, *, own: Collection[int]
) -> dict[str, Member]:
    active = {}
    for name, member in members.items():
        try:
            if member.pk in own:
                raise owning.OwnCard
            blocking.check_is_active(member=member)
        except Refusal as refusal:
            refused[name] = LineRefused(refusal.code, str(refusal.detail))
        else:
            active[name] = member
    return active


def _activities(
    members: Mapping[int, Member], moments: Mapping[int, datetime], book: Rulebook
) -> dict[int, activity.Activity]:
    if book.ladder is None or not members:
        return {}
    days = [book.business_day(moment) for moment in moments.values()]
    held = [moving.written(member=member, ladder=book.ladder) for member in members.values()]
    since = standing.needed_since(day=min(days), standings=held, ladder=book.ladder)
    return activity.get_activity(
        members=list(members.values()), since=since, ladder=book.ladder, book=book
    )


def _pasts(
    members: Mapping[int, Member], moments: Mapping[int, datetime], *, mixed: Collection[int]
) -> dict[int, list[TierChange]]:
    """Return the tier changes of members who have moved later than their first row.

    And of those whose rows come under several references: one after the other, not by moment.
    """
    pasts: dict[int, list[TierChange]] = {
        pk: []
        for pk, member in members.items()
        if pk in mixed or (member.tier_changed_at and member.tier_changed_at > moments[pk])
    }
    if pasts:
        changes = TierChange.objects.filter(member__in=pasts).order_by("changed_at", "pk")
        for change in changes:
            pasts[change.member_id].append(change)
    return pasts


def get_refusals(
    *, references: Collection[str], may_enrol: bool, own: Collection[int] = ()
) -> Refusals:
    """Return why sales of some references would be refused. Locks and writes nothing."""
    refused: Refusals = {}
    known = find(references=references)
    _active(known, refused, own=own)
    if not may_enrol:
        refused |= {name: _unknown() for name in references if name and name not in known}
    return refused


def _unknown() -> LineRefused:
    return LineRefused("unknown-member", _("There is no such member."))
