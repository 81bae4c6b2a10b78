"""What the pages of the entrance say: why a code was refused, and how to try the demo."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.demo import credentials
from loyalty.identity.codes import Tried, Verdict
from loyalty.identity.models import EmailedCode
from loyalty.programmes.models import Programme
from members import enrolling, identifying


@dataclass(frozen=True)
class Demo:
    """Whom to sign in as, to try the demo; nobody where its member has left."""

    address: str


def get_demo() -> Demo | None:
    """Return how to try the demo, or None outside it."""
    return Demo(credentials.get_member_address()) if settings.DEMO else None


def get_programme() -> str:
    """Return the name that heads the pages, or nothing while there is no programme."""
    return Programme.objects.values_list("name", flat=True).first() or ""


def why(tried: Tried) -> str:
    """Say what was wrong with a code, and how many tries are left."""
    if tried.verdict is Verdict.EXPIRED:
        return _("This code is older than ten minutes. Ask for another one below.")
    left = ngettext("%(count)s try is left.", "%(count)s tries are left.", tried.left)
    return f"{_('This code is not right.')} {left % {'count': tried.left}}"


def check(code: EmailedCode) -> None:
    """Raise IdentifierTaken for a card, or an address, that somebody else has."""
    said = {"card": (code.answers or {}).get("card"), "email": code.address}
    kept = identifying.normalised(said)
    enrolling.check_free(identifiers=kept)
