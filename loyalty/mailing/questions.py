"""What a survey's e-mail says: the question, and for each score a link that has it chosen.

The link alone answers nothing: scanners of e-mails follow every one.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from analytics import inviting
from analytics.models import Invitation, Survey
from loyalty.mailing.letters import link
from loyalty.programmes.rulebook import Rulebook


def says_for(*, invitation: Invitation, book: Rulebook) -> Mapping[str, Any] | None:
    """Return what is said; None where the link can no longer be made."""
    token = inviting.make_token(invitation=invitation)
    if token is None:
        return None
    return says_of(
        survey=invitation.survey,
        page=link("portal:survey", token),
        until=book.last_day(invitation.expires_at),
    )


def says_of(*, survey: Survey, page: str, until: date) -> Mapping[str, Any]:
    """Return a survey's question, and its scores from the lowest, each with its link."""
    scores = [
        {"score": score, "link": f"{page}?score={score}"} for score in survey.scale_kind.scale
    ]
    return {"survey": survey, "scores": scores, "until": until}
