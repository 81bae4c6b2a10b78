"""Surveys, and members who were asked and have answered."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from analytics.models import Answer, AnswerPlace, Invitation, Survey, SurveyKind
from loyalty.core import ids
from members.models import Member
from tests.analytics.builders import PARIS

_names = count(1)


def make_survey(kind: str = "NPS", **terms: Any) -> Survey:
    """Return a survey that is asked of everybody who buys, a day later, at most every 90 days."""
    told = {
        "name": f"{kind} {next(_names)}",
        "question_fr": "Nous recommanderiez-vous ?",
        "question_en": "Would you recommend us?",
        "trigger": "PURCHASE",
        "is_active": True,
    }
    return Survey.objects.create(public_id=ids.new("svy"), kind=kind, **told | terms)


def ask(survey: Survey, member: Member, *, at: datetime, **terms: Any) -> Invitation:
    """Return an invitation as it would be made at a moment, without a letter."""
    return Invitation.objects.create(
        public_id=ids.new("svi"), survey=survey, member=member, opens_at=at,
        cause=terms.pop("cause", f"pur_{next(_names)}"), is_emailed=False,
        expires_at=at + timedelta(days=survey.open_days), **terms,
    )  # fmt: skip


def tell(
    given: Iterable[tuple[Member, date, int]],
    *,
    kind: str = "NPS",
    comment: str = "",
    **terms: Any,
) -> list[Answer]:
    """Let members answer a survey of a kind at noon: member, day, score."""
    survey = Survey.objects.filter(kind=kind).first() or make_survey(kind)
    answers = []
    for member, on, score in given:
        noon = datetime.combine(on, time(12), tzinfo=PARIS)
        asked = ask(survey, member, at=noon, **terms)
        answers.append(
            Answer(
                public_id=ids.new("ans"), invitation=asked, kind=SurveyKind(kind), score=score,
                comment=comment, place=AnswerPlace.LINK, answered_at=noon, answered_on=on,
            )
        )  # fmt: skip
    return Answer.objects.bulk_create(answers)
