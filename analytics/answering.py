"""Taking an answer: once, while the question is open, on its scale."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from analytics import inviting
from analytics.models import Answer, AnswerPlace, Invitation, Survey
from analytics.models.surveys import InvitationQuerySet
from loyalty.core import ids, zones
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.programmes import books
from members import opening
from members.models import Case, CaseKind, Member, MemberState

MOST_CHARACTERS = 2_000


class SurveyClosed(Refusal):
    code = "survey-closed"
    status = 404
    title = _("This question is no longer open.")


class ScoreOffScale(Refusal):
    code = "score-off-scale"
    status = 400
    title = _("This score is not on the scale of the question.")


def get_open(*, token: str, at: datetime) -> Invitation:
    """Return the question that a link leads to, while it waits for an answer.

    Raises SurveyClosed alike for a link that is not ours, one that was used, one that is over
    or not yet open, and one of somebody who has left.
    """
    found = _open(at).filter(token_hash=inviting.hash_token(token)).first()
    if found is None:
        raise SurveyClosed
    return found


def get_waiting(*, member: Member, at: datetime) -> Invitation | None:
    """Return the question that a member's page shows, the oldest first. One statement."""
    mine = _open(at).filter(member=member, survey__is_shown=True)
    return mine.order_by("opens_at", "pk").first()


@transaction.atomic
def answer(
    *, invitation: Invitation, score: int, comment: str = "", place: AnswerPlace, at: datetime
) -> Answer:
    """Keep an answer, for good. Of two at once, one is kept and the other refused.

    One as low as the survey says opens a request, for somebody to answer. Raises SurveyClosed,
    or ScoreOffScale; nothing is kept then.
    """
    # Under the lock: whoever was quicker has committed by now.
    locked = Invitation.objects.select_for_update(of=("self",)).filter(pk=invitation.pk)
    asked = _open(at).filter(pk__in=list(locked.values_list("pk", flat=True))).first()
    if asked is None:
        raise SurveyClosed
    if score not in asked.survey.scale_kind.scale:
        raise ScoreOffScale
    name, words = ids.new("ans"), comment.strip()[:MOST_CHARACTERS]
    given = Answer.objects.create(
        public_id=name,
        invitation=asked,
        kind=asked.survey.kind,
        score=score,
        comment=words,
        case=_open_case(asked, score, words, name=name, at=at),
        place=place,
        answered_at=at,
        answered_on=zones.business_day(moment=at, zone=books.get_zone()),
    )
    outbox.record("survey.answered", facts_of(answer=given), at=at)
    return given


@transaction.atomic
def answer_here(
    *, survey: Survey, member: Member, score: int, comment: str = "", at: datetime
) -> Answer:
    """Ask and take the answer in one, of whoever has opened their page.

    Raises as `answer` does; who may not be asked now is refused with SurveyClosed.
    """
    asked = inviting.invite_here(survey=survey, member=member, at=at)
    if asked is None:
        raise SurveyClosed
    return answer(invitation=asked, score=score, comment=comment, place=AnswerPlace.PAGE, at=at)


def facts_of(*, answer: Answer) -> dict[str, object]:
    """Return what others are told of an answer: ids and the score, never the comment."""
    asked = answer.invitation
    return {
        "answer": answer.public_id,
        "survey": asked.survey.public_id,
        "kind": answer.kind,
        "score": answer.score,
        "about": asked.cause,
        "member": asked.member.public_id,
        "store": asked.store.code if asked.store else None,
    }


def _open_case(
    asked: Invitation, score: int, words: str, *, name: str, at: datetime
) -> Case | None:
    survey = asked.survey
    if survey.low_score is None or score > survey.low_score:
        return None
    figures = {"score": score, "highest": survey.scale_kind.scale[-1]}
    # In the language of whoever reads it too.
    with translation.override(asked.member.language):
        subject = gettext("A score of %(score)d out of %(highest)d") % figures
    return opening.open_case(
        member=asked.member,
        kind=CaseKind.FEEDBACK,
        subject=subject,
        body=words,
        at=at,
        source=name,
        store=asked.store,
        key=name,
    )


def _open(at: datetime) -> InvitationQuerySet:
    theirs = Invitation.objects.open(at=at).select_related("survey", "member", "store")
    return theirs.exclude(member__state=MemberState.CLOSED)
