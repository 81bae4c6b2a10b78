"""How somebody entered, kept in their session: the desk and members' pages ask for it."""

from datetime import datetime, timedelta
from enum import Enum

from django.contrib import auth
from django.contrib.sessions.models import Session
from django.http import HttpRequest

from loyalty.identity.models import SignIn, User, address_of_request

_HOW, _PROVED_AT, _SEEN_AT = "entered_how", "proved_at", "seen_at"
_BACKEND = "django.contrib.auth.backends.ModelBackend"
# Written at most this often: a session is a row.
_GRAIN = timedelta(seconds=30)
_WHILE, _MOST_REFUSED = timedelta(minutes=15), 10
AGAIN = "again"


class Entry(Enum):
    """What somebody showed to enter, from the least to the most."""

    CODE = "code"
    PASSWORD = "password"  # noqa: S105
    SECOND_FACTOR = "mfa"


def enter(request: HttpRequest, *, user: User, how: Entry, at: datetime) -> None:
    """Sign somebody in. The session gets a new key; what a stranger had in it is dropped."""
    if request.user.is_authenticated and request.user.pk != user.pk:
        request.session.flush()
    auth.login(request, user, backend=_BACKEND)
    request.session[_HOW] = how.value
    if how is not Entry.CODE:
        prove(request, at=at)
        request.session[_SEEN_AT] = at.timestamp()
    if user.is_staff:
        SignIn.objects.create(user=user, how=how.value, came_at=at, address=address_of_request())


def refuse(*, user: User, how: str, at: datetime) -> None:
    """Keep that a wrong password or code was shown for somebody of the staff, and from where.

    Ten in a quarter of an hour from one place: whoever goes on is told to wait anyway.
    """
    address = address_of_request()
    lately = SignIn.objects.filter(
        user=user, address=address, is_refused=True, came_at__gt=at - _WHILE
    )
    if user.is_staff and lately.count() < _MOST_REFUSED:
        SignIn.objects.create(user=user, how=how, is_refused=True, came_at=at, address=address)


def get_entry(request: HttpRequest) -> Entry | None:
    """Return how the session was entered; None if it never went through `enter`."""
    how = request.session.get(_HOW)
    return Entry(how) if how else None


def rise(request: HttpRequest, *, at: datetime) -> None:
    """Note that somebody signed in by password has shown a second factor as well."""
    request.session.cycle_key()
    request.session[_HOW] = Entry.SECOND_FACTOR.value
    prove(request, at=at)


def prove(request: HttpRequest, *, at: datetime) -> None:
    """Note that somebody has just shown again who they are."""
    request.session[_PROVED_AT] = at.timestamp()


def has_proved(request: HttpRequest, *, within: timedelta, at: datetime) -> bool:
    """Say whether somebody showed who they are so lately."""
    return _is_within(request.session.get(_PROVED_AT), within, at)


def is_idle(request: HttpRequest, *, longest: timedelta, at: datetime) -> bool:
    """Say whether nothing was done for too long; note that something is done now otherwise."""
    seen = request.session.get(_SEEN_AT)
    if seen is not None and not _is_within(seen, longest, at):
        return True
    if seen is None or not _is_within(seen, _GRAIN, at):
        request.session[_SEEN_AT] = at.timestamp()
    return False


def purge(*, at: datetime) -> int:
    """Forget sessions that are over; return how many they were. May be repeated."""
    gone, _rows = Session.objects.filter(expire_date__lt=at).delete()
    return gone


def _is_within(stamp: float | None, span: timedelta, at: datetime) -> bool:
    return stamp is not None and 0 <= at.timestamp() - stamp < span.total_seconds()
