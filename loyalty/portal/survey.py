"""What a member is asked: by the link of an e-mail, or on their own page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from analytics import answering, inviting
from analytics.models import Answer, AnswerPlace, Invitation, Survey, SurveyKind
from members.models import Member


class AnswerForm(forms.Form):
    """A score on the scale of the question, and a word if somebody likes."""

    score = forms.TypedChoiceField(
        label=_("your answer"),
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": _("Choose an answer first."),
            "invalid_choice": _("Choose an answer first."),
        },
    )
    comment = forms.CharField(
        label=_("a word to explain it, if you like"),
        max_length=answering.MOST_CHARACTERS,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, kind: SurveyKind, **more: Any) -> None:
        super().__init__(*args, **more)
        score: Any = self.fields["score"]
        score.choices = [(one, str(one)) for one in kind.scale]


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A question on a member's page; without an invitation they are asked as they answer."""

    survey: Survey
    invitation: Invitation | None = None


def get_asked(*, member: Member, at: datetime) -> Asked | None:
    """Return the question that waits for a member, or else what every visitor is asked.

    Two statements, three where a share of the visitors is asked.
    """
    if waiting := answering.get_waiting(member=member, at=at):
        return Asked(survey=waiting.survey, invitation=waiting)
    survey = inviting.get_visit_survey(member=member, at=at)
    return Asked(survey=survey) if survey else None


def answer(*, asked: Asked, member: Member, form: AnswerForm, at: datetime) -> Answer:
    """Take what was filled in on a member's page. Raises as `answering` does."""
    said = form.cleaned_data
    if asked.invitation is None:
        return answering.answer_here(
            survey=asked.survey, member=member, score=said["score"], comment=said["comment"], at=at
        )
    return answering.answer(
        invitation=asked.invitation,
        score=said["score"],
        comment=said["comment"],
        place=AnswerPlace.PAGE,
        at=at,
    )


def get_form(*, survey: Survey, chosen: str, sent: Any = None) -> AnswerForm:
    """Return the form as it was sent, or with the score chosen that a link names."""
    kind = survey.scale_kind
    if sent is not None:
        return AnswerForm(sent, kind=kind)
    is_on_scale = chosen in {str(score) for score in kind.scale}
    return AnswerForm(initial={"score": chosen} if is_on_scale else {}, kind=kind)
