"""A member on one page, with the notes that staff leave there."""

from typing import Any, cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from loyalty.core import pages
from loyalty.core.refusals import Refusal
from loyalty.desk.guarding import needs
from loyalty.desk.member import actions, page
from loyalty.desk.member.forms import NoteForm
from loyalty.identity.models import User
from members import confirming, housing, noting, subscribing
from members.models import Member, MemberNote, MemberState


@require_safe
@needs("members.view_member")
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """Show all of a member that the reader may see; `before` goes on with the movements."""
    return render(request, get_member(request, pk), form=NoteForm())


@require_POST
@needs("members.add_membernote")
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Keep a note, or show the page again with what is wrong with it."""
    member = get_member(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return render(request, member, form=form)
    try:
        noting.write(
            member=member,
            text=form.cleaned_data["text"],
            author=cast("User", request.user),
            at=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal.detail))
    else:
        messages.success(request, _("The note is kept."))
    return redirect(f"{address_of(member)}#notes")


@require_http_methods(["GET", "HEAD", "POST"])
@needs("members.add_membernote")
def erase_note(request: HttpRequest, pk: int, note: int) -> HttpResponse:
    """Ask once, then destroy a note: one's own, or any with the permission to."""
    member = get_member(request, pk)
    kept = MemberNote.objects.filter(member=member, pk=note).first()
    if kept is None or not may_erase(request, kept):
        raise Http404
    if request.method == "POST":
        noting.erase(note=kept)
        messages.success(request, _("The note is erased."))
        return redirect(f"{address_of(member)}#notes")
    return ask(
        request,
        member,
        title=_("Erase this note?"),
        act=_("Erase the note"),
        is_grave=True,
        quote=kept.text,
    )


def get_member(request: HttpRequest, pk: int) -> Member:
    """Return a member whom the reader may see. Absent and foreign are alike: Http404."""
    # The admin of members knows whom; every page of theirs asks it.
    table = admin.site.get_model_admin(Member)
    member = table.get_object(request, str(pk))
    if member is None or not table.has_view_permission(request, member):
        raise Http404
    return member


def address_of(member: Member) -> str:
    return reverse("admin:members_member_change", args=[member.pk])


def may_erase(request: HttpRequest, kept: MemberNote) -> bool:
    return kept.author_id == request.user.pk or request.user.has_perm("members.delete_membernote")


def render(request: HttpRequest, member: Member, *, form: NoteForm) -> HttpResponse:
    at = timezone.now()
    try:
        whole = page.get_whole(
            member=member, reader=request.user, at=at, cursor=request.GET.get("before")
        )
    except pages.InvalidCursor:
        return redirect(address_of(member))
    is_current = member.state not in {MemberState.CLOSED, MemberState.MERGED}
    told = {
        "title": str(member),
        "whole": whole,
        "member": member,
        "at": at,
        "actions": actions.get_actions(member=member, reader=request.user),
        "may_replace": request.user.has_perm("members.change_card") and is_current,
        "may_write": request.user.has_perm("members.add_membernote") and is_current,
        "may_unmerge": request.user.has_perm("members.merge_member"),
        "may_refer": request.user.has_perm(confirming.PERMISSION),
        "may_house": request.user.has_perm(housing.PERMISSION) and is_current,
        "may_charge": request.user.has_perm(subscribing.PERMISSION) and is_current,
        "erasable": {note.pk for note in whole.notes or () if may_erase(request, note)},
        "form": form,
    }
    context = admin.site.each_context(request) | told
    return TemplateResponse(request, "desk/member.html", context)


def ask(request: HttpRequest, member: Member, *, title: str, **told: Any) -> HttpResponse:
    """Show the page that asks once before something is done to a member."""
    context = {"title": title, "member": member, "back": address_of(member), **told}
    return TemplateResponse(
        request, "desk/member_ask.html", admin.site.each_context(request) | context
    )
