"""What somebody was asked, and what they answered."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from analytics.models import AnswerPlace, Invitation
from loyalty.dossier.sections import Section, Value, table
from members.models import Member


def sections(*, member: Member) -> Iterator[Section]:
    """Yield each question that a member was asked, answered or not."""
    columns = [
        ("asked_at", _("When")),
        ("question", _("Question")),
        ("about", _("About")),
        ("score", _("Score")),
        ("comment", _("Comment")),
        ("answered_at", _("Answered")),
        ("where", _("Where")),
    ]
    asked = Invitation.objects.filter(member=member).select_related("survey", "answer")
    rows = (_row(one) for one in asked.order_by("opens_at", "pk"))
    yield table("surveys", _("What we asked you, and your answers"), columns, rows)


def _row(asked: Invitation) -> tuple[Value, ...]:
    told: tuple[Value, ...] = (asked.opens_at, asked.survey.question, asked.cause)
    answer = getattr(asked, "answer", None)
    if answer is None:
        return (*told, None, None, None, None)
    where = str(AnswerPlace(answer.place).label)
    return (*told, answer.score, answer.comment, answer.answered_at, where)
