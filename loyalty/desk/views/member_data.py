"""What a member may ask staff for about their data: a copy of all of it, or to be forgotten."""

from typing import cast

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core.refusals import Refusal
from loyalty.desk.guarding import asks_again, needs
from loyalty.desk.views.member import address_of, ask, get_member
from loyalty.dossier import writing
from members import blocking, erasing
from members.models import Member

asked = require_http_methods(["GET", "HEAD", "POST"])


@asked
@needs("members.export_members")
@asks_again
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """Give all that is held about a member as one file, and note in their history who took it."""
    member, at = get_member(request, pk), timezone.now()
    if request.method != "POST":
        return ask(
            request,
            member,
            title=_("Export the data of %s?") % member,
            explained=_("One file with all that is held about them, to hand to them alone. "
                        "Their history keeps that you took it."),
            act=_("Export their data"),
            form=forms.Form(),
        )  # fmt: skip
    file = writing.pack(dossier=writing.gather(member=member, at=at))
    blocking.note_export(member=member)
    answer = FileResponse(
        file,
        as_attachment=True,
        filename=f"{member.public_id}.zip",
        content_type="application/zip",
        headers={"Cache-Control": "no-store, private"},
    )
    # The stubs forget that it is one.
    return cast("HttpResponse", answer)


@asked
@needs("members.erase_member")
@asks_again
def erase(request: HttpRequest, pk: int) -> HttpResponse:
    """Have a member forgotten in three days; while they run, undo it."""
    member = get_member(request, pk)
    if member.erasure_due_at:
        return _undo(request, member)
    if request.method == "POST":
        try:
            due_at = erasing.ask(member=member, at=timezone.now(), actor=_actor(request)).due_at
        except Refusal as refusal:
            messages.error(request, str(refusal.detail))
        else:
            said = _("They are erased on %s, unless somebody undoes it.")
            messages.success(
                request, said % date_format(timezone.localtime(due_at), "DATETIME_FORMAT")
            )
        return redirect(address_of(member))
    return ask(
        request,
        member,
        title=_("Erase %s?") % member,
        explained=_("They leave the programme and lose their points. Name, addresses, birthday, "
                    "cards, notes and messages are destroyed; purchases and the ledger stay under "
                    "a number. It is done in 72 hours: until then they or you can undo it, and an "
                    "e-mail tells them so."),
        act=_("Erase in 72 hours"),
        form=forms.Form(),
        is_grave=True,
    )  # fmt: skip


def _undo(request: HttpRequest, member: Member) -> HttpResponse:
    if request.method == "POST":
        try:
            erasing.undo(member=member, at=timezone.now(), actor=_actor(request))
        except Refusal as refusal:
            messages.error(request, str(refusal.detail))
        else:
            messages.success(request, _("Nothing will be erased."))
        return redirect(address_of(member))
    due_at = timezone.localtime(member.erasure_due_at)
    return ask(
        request,
        member,
        title=_("Undo the erasure of %s?") % member,
        explained=_("They are to be erased on %s.") % date_format(due_at, "DATETIME_FORMAT"),
        act=_("Undo the erasure"),
        form=forms.Form(),
    )


def _actor(request: HttpRequest) -> str:
    return f"user:{request.user.pk}"
