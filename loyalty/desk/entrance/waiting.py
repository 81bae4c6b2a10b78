"""Somebody whose password was right, and who has not shown their second factor yet."""

from datetime import datetime, timedelta

from django.http import HttpRequest

from loyalty.identity.models import User
from loyalty.identity.sessions import Entry, get_entry

_KEY = "awaits_second_factor"
_PATIENCE = timedelta(minutes=5)


def start(request: HttpRequest, *, user: User, next_url: str, at: datetime) -> None:
    """Remember for five minutes who showed their password in this browser."""
    request.session.cycle_key()
    request.session[_KEY] = {"user": user.pk, "at": at.timestamp(), "next": next_url}


def get_user(request: HttpRequest, *, at: datetime) -> User | None:
    """Return who may show a second factor here: waiting, or signed in by password alone."""
    kept = request.session.get(_KEY)
    if kept and 0 <= at.timestamp() - kept["at"] < _PATIENCE.total_seconds():
        return User.objects.filter(pk=kept["user"], is_active=True, is_staff=True).first()
    user = request.user
    if user.is_authenticated and user.is_staff and get_entry(request) is not Entry.CODE:
        return user
    return None


def finish(request: HttpRequest) -> str:
    """Forget who waited and return where they wanted to go, which was safe, or nothing."""
    kept = request.session.pop(_KEY, None) or {}
    return str(kept.get("next", ""))
