"""A member's own pages: whoever is signed in as a member sees theirs, and nobody else's."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook
from members.models import Member, MemberState

View = Callable[..., HttpResponseBase]


class MemberRequest(HttpRequest):
    """A request whose member is known, and the rulebook in force. Views of `/me/` receive one."""

    member: Member
    book: Rulebook
    htmx: HtmxDetails


def for_members(view: View) -> View:
    """Open a page to members who are signed in; others are asked to sign in first.

    Staff who are no member are asked to sign in as somebody else; members who left are told
    that their membership is closed. Moments are those of the shops' clocks.
    """
    return _guarded(view, is_for_former=False)


def for_members_and_former(view: View) -> View:
    """Open a page also to members who left: what is held of them is theirs still."""
    return _guarded(view, is_for_former=True)


def _guarded(view: View, *, is_for_former: bool) -> View:
    @wraps(view)
    def guarded(request: MemberRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        member = _of_user(request)
        if member is None:
            return redirect_to_login(
                request.get_full_path(), resolve_url(settings.MEMBER_LOGIN_URL)
            )
        request.member, request.book = member, books.get_book()
        is_open = is_for_former or member.state != MemberState.CLOSED
        with timezone.override(request.book.zone):
            response = view(request, *args, **kwargs) if is_open else _closed(request)
        # What a browser kept would be shown to the next person at a shared screen.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return guarded


def get_member(request: HttpRequest) -> Member | None:
    """Return the member who is signed in, or None. Who has left is nobody."""
    member = _of_user(request)
    return member if member and member.state != MemberState.CLOSED else None


def _of_user(request: HttpRequest) -> Member | None:
    if not request.user.is_authenticated:
        return None
    # Who was merged signs in again, as who has what was theirs.
    members = Member.objects.with_tier().exclude(state=MemberState.MERGED)
    return members.filter(user=request.user).first()


def _closed(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/closed.html", status=403)
