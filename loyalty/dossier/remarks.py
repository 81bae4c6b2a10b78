"""What staff wrote down about somebody: why points were adjusted, notes, why they were lost."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from analytics.models import Loss
from loyalty.dossier.sections import Section, table
from members.models import Adjustment, AdjustmentNote, Member, MemberNote


def sections(*, member: Member) -> Iterator[Section]:
    """Yield what staff wrote down about a member."""
    yield _adjustments(member)
    yield _notes(member)
    yield _losses(member)


def _adjustments(member: Member) -> Section:
    columns = [
        ("requested_at", _("When")),
        ("points", _("Points")),
        ("reason", _("Why")),
        ("note", _("Note")),
        ("state", _("State")),
    ]
    asked = Adjustment.objects.filter(member=member).select_related("approval")
    notes: dict[int, list[str]] = {}
    for note in AdjustmentNote.objects.filter(adjustment__member=member).order_by("pk"):
        notes.setdefault(note.adjustment_id, []).append(note.text)
    rows = (
        (
            row.requested_at, row.points, row.get_reason_display(),
            " · ".join(notes.get(row.pk, [])), _became(row),
        )
        for row in asked.order_by("requested_at", "pk")
    )  # fmt: skip
    return table("adjustments", _("Adjustments by staff"), columns, rows)


def _became(asked: Adjustment) -> str:
    """Say whether points moved, or what came of the request."""
    approval = asked.approval
    if asked.entry_id is not None or approval is None:
        return _("posted")
    return approval.get_state_display()


def _notes(member: Member) -> Section:
    columns = [("written_at", _("When")), ("text", _("Note"))]
    written = MemberNote.objects.filter(member=member).order_by("written_at", "pk")
    rows = ((row.written_at, row.text) for row in written)
    return table("notes", _("What staff wrote down about you"), columns, rows)


def _losses(member: Member) -> Section:
    columns = [
        ("recorded_at", _("When")),
        ("reason", _("Why")),
        ("competitor", _("Competitor")),
        ("note", _("Note")),
        ("won_back_on", _("Bought again on")),
        ("won_back_by", _("Won back by")),
    ]
    told = Loss.objects.filter(member=member).select_related("competitor")
    rows = (
        (
            loss.recorded_at, loss.get_reason_display(),
            loss.competitor.name if loss.competitor else None, loss.note, loss.won_back_on,
            loss.get_won_back_by_display(),
        )
        for loss in told.order_by("recorded_at", "pk")
    )  # fmt: skip
    return table("losses", _("Why we think you stopped buying"), columns, rows)
