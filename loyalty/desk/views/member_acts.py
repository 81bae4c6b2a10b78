"""What staff do to a member from their page: asked once, with a reason."""

from collections.abc import Callable
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from loyalty.core import ids, keys
from loyalty.core.refusals import Refusal
from loyalty.desk.guarding import asks_again, needs
from loyalty.desk.member import wallets
from loyalty.desk.member.forms import (
    BlockForm,
    GiveTierForm,
    ReplaceForm,
    UnblockForm,
    WaitingForm,
)
from loyalty.desk.views.member import address_of, ask, get_member
from loyalty.identity.models import User
from loyalty.programmes import books
from members import awaiting, blocking, carding, closing, giving
from members.models import Card, CardState, Member

asked = require_http_methods(["GET", "HEAD", "POST"])


@asked
@needs("members.change_member")
def block(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then let a member neither earn nor spend."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    return do(
        request,
        member,
        form=BlockForm(request.POST or None),
        act=lambda said: blocking.block(
            member=member, at=at, actor=actor_of(by), by=by, reason=said["reason"]
        ),
        title=_("Block %s?") % member,
        explained=_("They can neither earn nor spend until somebody unblocks them. "
                    "Their points stay, and expire when they would have."),
        button=_("Block"),
        done=_("The member is blocked."),
        is_grave=True,
    )  # fmt: skip


@asked
@needs("members.change_member")
def unblock(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask why, then let a member earn and spend again."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    return do(
        request,
        member,
        form=UnblockForm(request.POST or None),
        act=lambda said: blocking.unblock(
            member=member, at=at, actor=actor_of(by), by=by, reason=said["reason"]
        ),
        title=_("Unblock %s?") % member,
        explained=_("They can earn and spend again at once."),
        button=_("Unblock"),
        done=_("The member is unblocked."),
    )


@asked
@needs("members.change_member")
@asks_again
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then let a member leave for good. Who has left, has."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    if member.closed_at is not None:
        return redirect(address_of(member))
    return do(
        request,
        member,
        form=forms.Form(request.POST if request.method == "POST" else None),
        act=lambda _said: closing.close(
            member=member,
            key=keys.digest(scope="desk", key=f"close:{member.public_id}"),
            at=at,
            actor=actor_of(by),
            by=by,
        ),
        title=_("Close the membership of %s?") % member,
        explained=_("They leave for good: nothing is earned or spent again, and their points are "
                    "removed. Vouchers they have stay good. It cannot be undone."),
        button=_("Close the membership"),
        done=_("The membership is closed."),
        is_grave=True,
    )  # fmt: skip


@asked
@needs("members.change_card")
def replace_card(request: HttpRequest, pk: int, card: int) -> HttpResponse:
    """Ask why, then issue a new card in the place of one."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    old = Card.objects.select_related("member").filter(member=member, pk=card).first()
    if old is None or (old.state == CardState.REPLACED and request.method != "POST"):
        raise Http404
    return do(
        request,
        member,
        form=ReplaceForm(request.POST or None, initial={"key": ids.new("req")}),
        act=lambda said: carding.replace(
            card=old,
            at=at,
            key=keys.digest(scope="desk", key=f"card:{said['key']}"),
            actor=actor_of(by),
            by=by,
            number=said["number"],
            reason=said["reason"],
        ),
        title=_("Replace card %s?") % old,
        explained=_("Tills refuse this number from now on. Points and tier stay with the member."),
        button=_("Replace the card"),
        done=_("The card is replaced. The new number is on the member's page."),
    )


@asked
@needs(giving.PERMISSION)
def give_tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which tier, until when and why, then let a member hold at least that."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    return do(
        request,
        member,
        form=GiveTierForm(request.POST or None),
        act=lambda said: giving.give(member=member, by=by, at=at, **said),
        title=_("Give %s a tier?") % member,
        explained=_("They keep at least this tier until its last day, and rise above it as ever. "
                    "To lock the tier they hold, give them the same."),
        button=_("Give the tier"),
        done=_("The tier is given."),
    )  # fmt: skip


@asked
@needs(giving.PERMISSION)
def withdraw_tier(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then take a given tier back."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    return do(
        request,
        member,
        form=forms.Form(request.POST if request.method == "POST" else None),
        act=lambda _said: giving.withdraw(member=member, by=by, at=at),
        title=_("Take back the tier given to %s?") % member,
        explained=_("From now on they hold what they have earned themselves."),
        button=_("Take it back"),
        done=_("The given tier is taken back."),
        is_grave=True,
    )


@asked
@needs(awaiting.PERMISSION)
def settle_waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask which points that wait for an event can be used now, or never, and why."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    waiting = awaiting.get_waiting(holder_id=member.holder_id, at=at)
    return do(
        request,
        member,
        form=WaitingForm(
            request.POST or None, waiting=wallets.in_words(waiting=waiting, book=books.get_book())
        ),
        act=lambda said: awaiting.settle(member=member, by=by, at=at, **said),
        title=_("Settle what waits for %s?") % member,
        explained=_("These points wait for an event. The tools that know of it tell it by "
                    "themselves; without it they are cancelled after their last day."),
        button=_("Settle"),
        done=_("The points are settled."),
    )  # fmt: skip


def do(
    request: HttpRequest,
    member: Member,
    *,
    form: forms.Form,
    act: Callable[[dict[str, Any]], object],
    done: str,
    title: str,
    explained: str,
    button: str,
    is_grave: bool = False,
) -> HttpResponse:
    """Ask with a form; when it is filled in, act, and say so on the member's page."""
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Refusal as refusal:
            form.add_error(None, str(refusal.detail))
        else:
            messages.success(request, done)
            return redirect(address_of(member))
    return ask(
        request, member, title=title, explained=explained, act=button, form=form, is_grave=is_grave
    )


def actor_of(by: User) -> str:
    return f"user:{by.pk}"
