"""What the pages of the entrance say: why a code was refused, and how to try the demo."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from loyalty.demo import credentials
from loyalty.identity.codes import Tried, Verdict
from loyalty.identity.models import EmailedCode
from loyalty.programmes.models import Programme
from members import enrolling, identifying, referring
from members.models import Member


@dataclass(frozen=True)
class Demo:
    """Whom to sign in as, to try the demo; nobody where its member has left."""

    address: str


@dataclass(frozen=True)
class Heading:
    """The name that heads the pages, if there is one, and whether members refer friends."""

    programme: str = ""
    has_referrals: bool = False


def get_demo() -> Demo | None:
    """Return how to try the demo, or None outside it."""
    return Demo(credentials.get_member_address()) if settings.DEMO else None


def get_programme() -> str:
    """Return the name that heads the pages, or nothing while there is no programme."""
    return get_heading().programme


def get_heading() -> Heading:
    """Return what the pages of the entrance say of the programme. One statement."""
    found = Programme.objects.values_list("name", "referral_days").first()
    return Heading(found[0], found[1] is not None) if found else Heading()


def why(tried: Tried) -> str:
    """Say what was wrong with a code, and how many tries are left."""
    if tried.verdict is Verdict.EXPIRED:
        return _("This code is older than ten minutes. Ask for another one below.")
    left = ngettext("%(count)s try is left.", "%(count)s tries are left.", tried.left)
    return f"{_('This code is not right.')} {left % {'count': tried.left}}"


def check(code: EmailedCode, *, at: datetime) -> None:
    """Raise IdentifierTaken for a card, or an address, that somebody else has.

    Or ReferralRefused for a friend's code with which they cannot join.
    """
    answers = code.answers or {}
    kept = identifying.normalised({"card": answers.get("card"), "email": code.address})
    enrolling.check_free(identifiers=kept)
    if typed := answers.get("referral_code"):
        newcomer = Member(email=code.address)
        referring.check(referrer=referring.get_referrer(code=typed), friend=newcomer, at=at)
