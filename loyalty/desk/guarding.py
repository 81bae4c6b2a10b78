"""Who may open a page of the desk: staff, with the permission that the page names."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache, wraps
from typing import Any, cast

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from loyalty.identity import second_factors, sessions
from loyalty.identity.models import User
from loyalty.identity.sessions import Entry

View = Callable[..., HttpResponse]
_NEEDED = "needed"
# How long somebody who has shown who they are is not asked again.
SUDO = timedelta(minutes=5)


def needs(*permissions: str) -> Callable[[View], View]:
    """Open a page to whoever has one of these permissions, and refuse it (403) to others.

    `loyalty.desk.urls` sends whoever is not signed in as staff to the sign-in page first.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            if not any(request.user.has_perm(name) for name in permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        # Kept by whatever wraps the view with `functools`, for the menu to ask.
        guarded.__dict__[_NEEDED] = permissions
        return guarded

    return guard


def needed_by(view: View) -> tuple[str, ...]:
    """Return the permissions of which one opens a guarded view."""
    permissions: tuple[str, ...] = view.__dict__.get(_NEEDED, ())
    return permissions


def asks_again(view: View) -> View:
    """Ask whoever is signed in for their password or a code, unless they showed it just now.

    For what is dangerous: erasing a member, adjusting points, changing second factors. It
    guards GET and POST alike, so that the question comes before the form is filled in. In a
    test, `tests.desk.entering.prove(client)` answers it beforehand.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return ask_again(request) or view(request, *args, **kwargs)

    return guarded


def ask_again(request: HttpRequest) -> HttpResponse | None:
    """Return the way to the question, or None for who answered it in the last five minutes.

    For methods of the admin, which a decorator of views does not fit.
    """
    if sessions.has_proved(request, within=SUDO, at=timezone.now()):
        return None
    back = request.get_full_path()
    if request.method != "GET":
        # The form is filled in anew, where it was: what was sent is not kept.
        back = request.headers.get("Referer", "").partition(request.get_host())[2] or back
    return redirect(f"{reverse('admin:again')}?{urlencode({'next': back})}")


class AsksAgain:
    """Put before the admin of users: who resets what others enter with shows who they are."""

    def user_change_password(
        self, request: HttpRequest, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        return ask_again(request) or cast(
            "HttpResponse",
            super().user_change_password(request, *args, **kwargs),  # type: ignore[misc]
        )

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask before anybody is made one of the staff, or their roles or address change."""
        asked = ask_again(request) if request.method == "POST" else None
        return asked or cast(
            "HttpResponse",
            super().changeform_view(request, *args, **kwargs),  # type: ignore[misc]
        )

    def changelist_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Ask before anything that is done to those who were chosen."""
        asked = ask_again(request) if request.POST.get("action") else None
        return asked or cast(
            "HttpResponse",
            super().changelist_view(request, *args, **kwargs),  # type: ignore[misc]
        )


@cache
def asking(kind: type[ModelAdmin[Any]]) -> type[ModelAdmin[Any]]:
    """Return a kind of admin that asks again before what is dangerous."""
    return type(kind.__name__, (AsksAgain, kind), {"__module__": kind.__module__})


def for_staff(view: View) -> View:
    """Open a page of the anteroom to staff who came by password, set up or not.

    Whoever has a second factor and has not shown it is asked for it first.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        user = cast("User", request.user)
        entry = sessions.get_entry(request)
        if not (user.is_authenticated and user.is_staff) or entry is Entry.CODE:
            return redirect(f"{reverse('admin:login')}?{urlencode({'next': request.path})}")
        if entry is Entry.PASSWORD and second_factors.has_one(user=user):
            return redirect("admin:mfa_enter")
        return view(request, *args, **kwargs)

    return guarded
