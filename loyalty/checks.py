"""What must not be wrong. An installation that serves and fails one of these does not start.

`check --deploy --database default` shows them all; commands that serve nobody are let through.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.checks import Warning as Caution
from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError, connection

from loyalty.core import drifting, engines

_SHORTEST_KEY = 40
_FEWEST_CHARACTERS = 9
_OUR_OWN_HOSTS = {"127.0.0.1", "localhost", "[::1]", "testserver"}
_LARGEST_DRIFT = timedelta(seconds=2)

Messages = list[CheckMessage]


@register(Tags.security, deploy=True)
def secret_key_is_strong(**_: object) -> Messages:
    """Sessions and codes are signed with it: a guessed key opens every door."""
    key = _secret_key()
    is_known = key.startswith("django-insecure-")
    if len(key) >= _SHORTEST_KEY and len(set(key)) >= _FEWEST_CHARACTERS and not is_known:
        return []
    hint = "Set SECRET_KEY to at least 40 random characters."
    return [Error("SECRET_KEY is missing or weak.", hint=hint, id="loyalty.E001")]


def _secret_key() -> str:
    try:
        return settings.SECRET_KEY
    except ImproperlyConfigured:
        return ""


@register(Tags.security, deploy=True)
def nobody_outside_sees_debug_pages(**_: object) -> Messages:
    """A debug page shows settings, queries and members to whoever makes it fail."""
    public = sorted(host for host in settings.ALLOWED_HOSTS if host not in _OUR_OWN_HOSTS)
    if not settings.DEBUG or not public:
        return []
    hint = "Unset DEBUG, or leave only this machine in ALLOWED_HOSTS."
    return [Error(f"DEBUG is on and {', '.join(public)} is served.", hint=hint, id="loyalty.E002")]


@register(Tags.security, deploy=True)
def links_lead_to_us(**_: object) -> Messages:
    """Every e-mail links here: without an address nobody signs in, and nobody unsubscribes."""
    site = urlsplit(settings.SITE_URL)
    schemes = ("https",) if settings.IS_HTTPS else ("https", "http")
    if site.scheme in schemes and site.hostname and not (site.path or site.query or site.fragment):
        return []
    hint = f"Set SITE_URL to where members find the site, such as {schemes[0]}://club.example.org."
    return [Error("SITE_URL does not say where the site is.", hint=hint, id="loyalty.E005")]


@register(Tags.security, deploy=True)
def codes_can_be_sent(**_: object) -> Messages:
    """Members sign in by e-mailed codes: where none can be sent, nobody gets in."""
    hint = "Set EMAIL_URL to your mail server: submission://name:password@mail.example.org"
    if settings.EMAIL_URL.startswith("smtps:"):
        hint = "Use submission://name:password@host, or smtp://name:password@host:465/?ssl=True"
        return [Error("EMAIL_URL says smtps://, which is not read.", hint=hint, id="loyalty.E007")]
    if settings.DEMO or settings.EMAIL_URL:
        return []
    return [Error("EMAIL_URL is missing: no e-mail can be sent.", hint=hint, id="loyalty.E006")]


@register(Tags.database, deploy=True)
def acknowledged_points_are_durable(**_: object) -> Messages:
    """A crash must not lose points that a till was told about."""
    return _asked(_durability)


@register(Tags.database, deploy=True)
def clocks_agree(**_: object) -> Messages:
    """Points expire by our clock and leases by the database's rows: two clocks, one time."""
    return _asked(_drift)


def problems() -> Messages:
    """Return every error that must keep this installation from serving."""
    checks: Sequence[Callable[[], Messages]] = (
        secret_key_is_strong,
        nobody_outside_sees_debug_pages,
        links_lead_to_us,
        codes_can_be_sent,
        acknowledged_points_are_durable,
        clocks_agree,
    )
    return [message for check in checks for message in check()]


def _asked(question: Callable[[], Messages]) -> Messages:
    """Put a question to the database. One that is down now will be asked at the next start."""
    try:
        return question()
    except (OperationalError, InterfaceError):
        hint = "Start it, or correct DATABASE_URL."
        return [Caution("The database does not answer.", hint=hint, id="loyalty.W001")]


def _durability() -> Messages:
    if engines.has_durable_commits():
        return []
    hint = "Remove synchronous_commit=off from the server, the database or the role."
    return [Error("Commits are not durable.", hint=hint, id="loyalty.E003")]


def _drift() -> Messages:
    drift = drifting.get_drift()
    if drift <= _LARGEST_DRIFT:
        return []
    hint = "Synchronise both machines' clocks (NTP)."
    seconds = drift.total_seconds()
    return [
        Error(
            f"The clocks of the application and of {connection.vendor} are {seconds:.0f} s apart.",
            hint=hint,
            id="loyalty.E004",
        )
    ]
