"""What must not be wrong. An installation that fails one of these does not start."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

_WEAK = 40


@register(Tags.security)
def secret_key_is_strong(**_: object) -> list[CheckMessage]:
    """Sessions and codes are signed with it: a guessed key opens every door."""
    if len(settings.SECRET_KEY) >= _WEAK and len(set(settings.SECRET_KEY)) > 8:
        return []
    hint = "Set SECRET_KEY to at least 40 random characters."
    return [Error("SECRET_KEY is missing or weak.", hint=hint, id="loyalty.E001")]
