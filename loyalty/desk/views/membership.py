"""What staff do about a paid membership: a fee that was paid, one that was given back, the end."""

from typing import Any, cast

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from loyalty.core import ids, keys
from loyalty.desk.guarding import needs
from loyalty.desk.member.forms import FeeForm
from loyalty.desk.views.member import get_member
from loyalty.desk.views.member_acts import actor_of, asked, do
from loyalty.identity.models import User
from loyalty.programmes import books
from members import memberships, subscribing
from members.models import Member, Subscription
from members.subscribing import Paid


@asked
@needs(subscribing.PERMISSION)
def record(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask what was paid for which plan, then let the membership begin or go on."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    return do(
        request,
        member,
        form=FeeForm(
            request.POST or None,
            currency=books.get_book().currency,
            initial={"key": ids.new("req")},
        ),
        act=lambda said: _record(member, said, by=by, at=at),
        title=_("Record a fee that %s paid?") % member,
        explained=_("The membership begins today, or goes on for a term from its end. No money is"
                    " taken here: say what was paid at the counter."),
        button=_("Record the fee"),
        done=_("The fee is recorded."),
    )  # fmt: skip


def _record(member: Member, said: dict[str, Any], *, by: User, at: Any) -> None:
    subscribing.record(
        paid=Paid(
            member=member,
            plan=said["plan"],
            reference=said["reference"],
            paid_cents=said["paid"],
            occurred_at=at,
        ),
        key=keys.digest(scope="desk", key=f"fee:{said['key']}"),
        at=at,
        actor=actor_of(by),
        by=by,
    )


@asked
@needs(subscribing.PERMISSION)
def cancel(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then let a membership end with the term that is paid."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    held = _get_held(member)
    return do(
        request,
        member,
        form=forms.Form(request.POST if request.method == "POST" else None),
        act=lambda _said: subscribing.cancel(
            subscription=held, at=at, actor=actor_of(by), by=by
        ),
        title=_("Let the membership of %s end?") % member,
        explained=_("It is not renewed. All that it gives goes on through the last day that is"
                    " paid."),
        button=_("End it with its term"),
        done=_("The membership ends with its term."),
    )  # fmt: skip


@asked
@needs(subscribing.PERMISSION)
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask once, then end a membership whose fee was given back."""
    member, at, by = get_member(request, pk), timezone.now(), cast("User", request.user)
    held = _get_held(member)
    return do(
        request,
        member,
        form=forms.Form(request.POST if request.method == "POST" else None),
        act=lambda _said: subscribing.give_back(
            subscription=held, at=at, actor=actor_of(by), by=by
        ),
        title=_("End the membership of %s now?") % member,
        explained=_("For who gets the fee of the last term back. Its tier is taken back, and"
                    " vouchers of it that nobody used are cancelled. It cannot be undone."),
        button=_("End it now"),
        done=_("The membership is over."),
        is_grave=True,
    )  # fmt: skip


def _get_held(member: Member) -> Subscription:
    day = books.get_book().business_day(timezone.now())
    held = memberships.get_held(member=member, day=day)
    if held is None:
        raise Http404
    return held
