"""The pages that merge another membership into a member's, and that undo it."""

from typing import cast

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core import digits
from loyalty.core.refusals import Refusal
from loyalty.desk import merging as page
from loyalty.desk.guarding import asks_again, needs
from loyalty.desk.views.member import address_of, ask, get_member
from loyalty.identity.models import User
from members import merging
from members.models import Member, Merge

asked = require_http_methods(["GET", "HEAD", "POST"])


@asked
@needs(merging.PERMISSION)
@asks_again
def merge(request: HttpRequest, pk: int) -> HttpResponse:
    """Choose whose membership goes into this one, look at what would come of it, and do it."""
    member, other = get_member(request, pk), _other(request)
    if other is None:
        return _choose(request, member)
    form = page.MergeForm(request.POST or None)
    if form.is_valid():
        try:
            merging.merge(
                source=other,
                target=member,
                reason=form.cleaned_data["reason"],
                merged_by=cast("User", request.user),
                key=form.cleaned_data["key"],
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal.detail))
        else:
            messages.success(request, _("The two memberships are one."))
            return redirect(address_of(member))
    return _look(request, member, other, form=form)


@asked
@needs(merging.PERMISSION)
@asks_again
def unmerge(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then let a merged member be one of their own again."""
    member = get_member(request, pk)
    merged = Merge.objects.standing().with_people().filter(source=member).first()
    if merged is None:
        raise Http404
    form = page.UnmergeForm(request.POST or None)
    if form.is_valid():
        try:
            merging.unmerge(
                merge=merged,
                reason=form.cleaned_data["reason"],
                undone_by=cast("User", request.user),
                at=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal.detail))
        else:
            messages.success(request, _("They are two memberships again."))
            return redirect(address_of(member))
    return ask(
        request,
        member,
        title=_("Undo the merge of %s?") % member,
        explained=_("What is left of the points that came goes back, with their dates, and so do "
                    "the cards, purchases, vouchers and notes. What was bought or spent since the "
                    "merge stays with %s.") % merged.target,
        act=_("Undo the merge"),
        form=form,
    )  # fmt: skip


def _other(request: HttpRequest) -> Member | None:
    """Return the member that the address names as the one to be merged. Raises Http404."""
    key = request.GET.get("other", "")
    if not key:
        return None
    pk = digits.read(key)
    if pk is None:
        raise Http404
    return get_member(request, pk)


def _choose(request: HttpRequest, member: Member) -> HttpResponse:
    reader, text = cast("User", request.user), request.GET.get("q", "")
    alike = page.get_alike(member=member, reader=reader) if not text.strip() else []
    told: dict[str, object] = {
        "text": text,
        "alike": alike,
        "found": page.search(member=member, text=text, reader=reader) if text.strip() else [],
    }
    return _show(request, member, "desk/member_merge.html", told)


def _look(
    request: HttpRequest, member: Member, other: Member, *, form: page.MergeForm
) -> HttpResponse:
    seen = page.foresee(
        source=other, target=member, reader=cast("User", request.user), at=timezone.now()
    )
    other_way = f"{reverse('admin:member_merge', args=[other.pk])}?other={member.pk}"
    told = {"other": other, "foreseen": seen, "form": form, "other_way": other_way}
    return _show(request, member, "desk/member_merge_look.html", told)


def _show(
    request: HttpRequest, member: Member, template: str, told: dict[str, object]
) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": _("Merge another membership into that of %s") % member,
        "member": member,
        "back": address_of(member),
        "here": reverse("admin:member_merge", args=[member.pk]),
        **told,
    }
    return TemplateResponse(request, template, context)
