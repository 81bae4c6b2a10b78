"""The members of a chunk: found or enrolled, locked, and set on their way."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from loyalty.core.refusals import Refusal
from loyalty.ledger import posting
from loyalty.programmes.rulebook import Rulebook
from members import blocking, enrolling, spending
from members.enrolling import Newcomer
from members.importing.reading import LineRefused
from members.importing.staging import StagedRow
from members.importing.walking import Walk
from members.models import Member, TierChange

SOURCE = "import"

Walks = dict[str, Walk]
Refusals = dict[str, LineRefused]


def gather(
    *, rows: Sequence[StagedRow], at: datetime, may_enrol: bool, book: Rulebook
) -> tuple[Walks, Refusals]:
    """Return a walk for each member reference of the rows, or why there is none.

    Unknown references are enrolled as of their first row. Every member's accounts are locked
    before anything about them is believed.
    """
    first: dict[str, datetime] = {}
    for row in rows:
        # The noon of today's day may be still to come.
        first.setdefault(row.member_reference, min(row.occurred_at, at))
    walks: Walks = {}
    if first.pop("", None) is not None:
        walks[""] = Walk(book=book, at=at)
    _enrol_unknown(first, at=at, may_enrol=may_enrol)
    members = Member.objects.filter(external_id__in=first)
    accounts = posting.lock_many(
        list(members.values_list("holder_id", flat=True)), wallets=book.wallets
    )
    refused: Refusals = {}
    # Read after the lock: a till may have blocked or moved them meanwhile.
    active = _active(list(members.order_by("pk")), refused)
    spendings = _spendings(active, first, book)
    pasts = _pasts(active, first)
    for member in active:
        reference = member.external_id or ""
        walks[reference] = Walk(
            book=book,
            at=at,
            member=member,
            accounts=accounts[member.holder_id],
            spending=spendings.get(member.pk),
            past=pasts.get(member.pk),
        )
    for reference in first.keys() - walks.keys() - refused.keys():
        refused[reference] = _unknown()
    return walks, refused


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


def _active(members: Sequence[Member], refused: Refusals) -> list[Member]:
    active = []
    for member in members:
        try:
            blocking.check_is_active(member=member)
        except Refusal as refusal:
            refused[member.external_id or ""] = LineRefused(refusal.code, str(refusal.detail))
        else:
            active.append(member)
    return active


def _spendings(
    members: Sequence[Member], first: dict[str, datetime], book: Rulebook
) -> dict[int, spending.Spending]:
    if book.ladder is None or not members:
        return {}
    days = [book.business_day(first[member.external_id or ""]) for member in members]
    ends = [member.tier_until for member in members if member.tier_until]
    return spending.get_spending(
        member_ids=[member.pk for member in members],
        since=min(days + ends),
        ladder=book.ladder,
        book=book,
    )


def _pasts(members: Sequence[Member], first: dict[str, datetime]) -> dict[int, list[TierChange]]:
    """Return the tier changes of members who have moved later than their first row."""
    pasts: dict[int, list[TierChange]] = {
        member.pk: []
        for member in members
        if member.tier_changed_at and member.tier_changed_at > first[member.external_id or ""]
    }
    if pasts:
        changes = TierChange.objects.filter(member__in=pasts).order_by("changed_at", "pk")
        for change in changes:
            pasts[change.member_id].append(change)
    return pasts


def get_refusals(*, references: Collection[str], may_enrol: bool) -> Refusals:
    """Return why sales of some references would be refused. Locks and writes nothing."""
    refused: Refusals = {}
    members = list(Member.objects.filter(external_id__in=references))
    _active(members, refused)
    if not may_enrol:
        known = {member.external_id for member in members}
        refused |= {name: _unknown() for name in references if name and name not in known}
    return refused


def _unknown() -> LineRefused:
    return LineRefused("unknown-member", _("There is no such member."))
