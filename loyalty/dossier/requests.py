"""What somebody asked or complained about, what they were answered, and receipts they claimed."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from loyalty.core import money
from loyalty.dossier.sections import Section, table
from members.models import Case, CaseMessage, CaseNote, Claim, Member


def sections(*, member: Member, currency: str) -> Iterator[Section]:
    """Yield what is held of a member's requests. Four statements, however many they are."""
    yield _cases(member)
    yield _messages(member)
    yield _notes(member)
    yield _claims(member, currency)


def _cases(member: Member) -> Section:
    columns = [
        ("request", _("Request")),
        ("kind", _("Kind")),
        ("subject", _("Subject")),
        ("state", _("State")),
        ("opened_at", _("Opened")),
        ("first_answered_at", _("First answered")),
        ("resolved_at", _("Resolved")),
        ("reopened", _("Times reopened")),
    ]
    rows = (
        (
            one.public_id, one.get_kind_display(), one.subject, one.get_state_display(),
            one.opened_at, one.first_answered_at, one.resolved_at, one.reopened,
        )
        for one in Case.objects.filter(member=member).order_by("opened_at", "pk")
    )  # fmt: skip
    return table("requests", _("Your requests and complaints"), columns, rows)


def _messages(member: Member) -> Section:
    columns = [
        ("request", _("Request")),
        ("written_at", _("When")),
        ("side", _("Written by")),
        ("text", _("Message")),
    ]
    written = CaseMessage.objects.filter(case__member=member).select_related("case")
    rows = (
        (one.case.public_id, one.written_at, one.get_side_display(), one.text)
        for one in written.order_by("written_at", "pk")
    )
    return table("request_messages", _("What was written in your requests"), columns, rows)


def _notes(member: Member) -> Section:
    columns = [("request", _("Request")), ("written_at", _("When")), ("text", _("Note"))]
    written = CaseNote.objects.filter(case__member=member).select_related("case")
    rows = (
        (one.case.public_id, one.written_at, one.text)
        for one in written.order_by("written_at", "pk")
    )
    return table("request_notes", _("What staff noted on your requests"), columns, rows)


def _claims(member: Member, currency: str) -> Section:
    columns = [
        ("receipt", _("Receipt")),
        ("bought_on", _("Bought on")),
        ("total", _("Total")),
        ("claimed_at", _("Claimed")),
        ("purchase", _("Purchase")),
    ]
    claims = Claim.objects.filter(member=member).select_related("purchase")
    rows = (
        (
            one.receipt, one.bought_on, money.to_text(cents=one.total_cents, currency=currency),
            one.claimed_at, one.purchase.public_id if one.purchase else None,
        )
        for one in claims.order_by("claimed_at", "pk")
    )  # fmt: skip
    return table("claims", _("Receipts whose points you missed"), columns, rows)
