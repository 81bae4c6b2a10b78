"""Each e-mail with made-up figures, for staff to look at. Nothing here is about anybody."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics.models import Survey, SurveyKind
from loyalty.events.models import MessageKind
from loyalty.mailing import questions, unsubscribing
from loyalty.mailing.expiring import Ending
from loyalty.mailing.kinds import MANNERS
from loyalty.mailing.letters import Letter, link
from loyalty.programmes.models import Tier
from loyalty.programmes.rulebook import Rulebook
from members.models import ConsentPurpose
from rewards.models import Reward

CODE = "sign_in_code"
_NAME = "Camille"
_NOBODY = "mem_sample"


@dataclass(frozen=True)
class Sample:
    """One e-mail that the product sends, by its template: what it is called, and of which sort."""

    template: str
    title: str | Promise
    is_marketing: bool
    is_survey: bool = False


def get_samples() -> list[Sample]:
    """Return every e-mail there is, the code to sign in first."""
    known = [
        Sample(manner.template, MessageKind(kind).label, manner.is_marketing, manner.is_survey)
        for kind, manner in MANNERS.items()
    ]
    return [Sample(CODE, _("sign-in code"), is_marketing=False), *known]


def get_letter(*, sample: Sample, language: str, book: Rulebook, at: datetime) -> Letter:
    """Return a letter as a member would get it who is called Camille."""
    is_code = sample.template == CODE
    return Letter(
        template=sample.template,
        language=language,
        programme=book.name,
        reason=_reason(language) if is_code else "",
        first_name=_NAME,
        says=_SAYS[sample.template](language, at.astimezone(book.zone)),
        action="" if sample.template in _WITHOUT_ACTION else link("portal:home"),
        choices="" if is_code else link("portal:consents"),
        unsubscribe=_way_out(sample),
        is_survey=sample.is_survey,
    )


def _way_out(sample: Sample) -> str:
    if not (sample.is_marketing or sample.is_survey):
        return ""
    purpose = ConsentPurpose.SURVEYS if sample.is_survey else ConsentPurpose.MARKETING
    return unsubscribing.make_link(recipient=_NOBODY, purpose=purpose)


def _reason(language: str) -> str:
    with translation.override(language):
        return gettext(
            "You are receiving this e-mail because somebody entered your address to sign in."
        )


def _expiry(days: int) -> Callable[[str, datetime], Mapping[str, Any]]:
    def says(_language: str, now: datetime) -> Mapping[str, Any]:
        first = now.date() + timedelta(days=days)
        ending = [
            Ending(day=first, points=30),
            Ending(day=first + timedelta(days=3), points=10),
        ]
        return {"points": 40, "balance": 240, "days": ending}

    return says


def _tier(language: str, now: datetime) -> Mapping[str, Any]:
    return {
        "tier": Tier(name_fr="Or", name_en="Gold"),
        "until": now.date() + timedelta(days=365),
        "factor": Decimal("1.5"),
        "benefits": ["Free delivery" if language == "en" else "Livraison offerte"],
    }


def _at_risk(language: str, now: datetime) -> Mapping[str, Any]:
    last = now.date() + timedelta(days=30)
    is_english = language == "en"
    return {
        "tier": "Gold" if is_english else "Or",
        "until": last,
        "to": "Silver" if is_english else "Argent",
        "missing": "€87.00" if is_english else "87,00\N{NO-BREAK SPACE}€",
        "by": last,
    }


def _reward(_language: str, _now: datetime) -> Mapping[str, Any]:
    coffee = Reward(name_fr="Un café offert", name_en="A coffee on the house")
    return {"rewards": [{"reward": coffee, "points": 80}]}


def _changed(_language: str, now: datetime) -> Mapping[str, Any]:
    return {"fields": ["email"], "moment": now, "until": now + timedelta(hours=24)}


def _answered(language: str, _now: datetime) -> Mapping[str, Any]:
    if language == "en":
        return {
            "subject": "My points from Saturday",
            "text": "Your 12 points have been on your card since this morning.\nSee you soon!",
        }
    return {
        "subject": "Mes points de samedi",
        "text": "Vos 12 points sont sur votre carte depuis ce matin.\nBonne journée.",
    }


def _survey(language: str, now: datetime) -> Mapping[str, Any]:
    survey = Survey(
        kind=SurveyKind.NPS,
        question_fr="Recommanderiez-vous notre boutique à vos proches ?",
        question_en="Would you recommend our shop to your friends?",
    )
    return questions.says_of(survey=survey, page=link("portal:home"), until=now.date())


_SAYS: Mapping[str, Callable[[str, datetime], Mapping[str, Any]]] = {
    CODE: lambda _language, _now: {"code": "123456", "minutes": 10},
    "welcome": lambda _language, _now: {"points": 20},
    "expiry_30": _expiry(30),
    "expiry_7": _expiry(7),
    "tier_up": _tier,
    "tier_at_risk": _at_risk,
    "reward_ready": _reward,
    "contact_changed": _changed,
    "erasure_asked": lambda _language, now: {"until": now + timedelta(hours=72)},
    "erasure_undone": lambda _language, _now: {},
    "case_answered": _answered,
    "household_invited": lambda _language, now: {
        "name": "Dominique",
        "until": now.date() + timedelta(days=14),
    },
    "survey": _survey,
}
# A survey's scores are its buttons.
_WITHOUT_ACTION = frozenset({CODE, "contact_changed", "survey"})
