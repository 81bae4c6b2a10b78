"""What a member asks and complains about, and what they were answered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from members.models import Case, CaseKind, CaseMessage, Member
from members.models.cases import SUBJECT_LONGEST, TEXT_LONGEST

SHOWN = 50
KEY = re.compile(r"[\w-]{16,64}", re.ASCII)


def _area(rows: int) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, "maxlength": TEXT_LONGEST})


class AskForm(forms.Form):
    """A question or a complaint."""

    kind = forms.ChoiceField(
        label=_("What is it about?"),
        choices=[
            (CaseKind.QUESTION, pgettext_lazy("case", "A question")),
            (CaseKind.COMPLAINT, pgettext_lazy("case", "A complaint")),
        ],
    )
    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_LONGEST)
    body = forms.CharField(label=_("Your message"), max_length=TEXT_LONGEST, widget=_area(6))


class ReplyForm(forms.Form):
    """What they add to a request."""

    body = forms.CharField(label=_("Your message"), max_length=TEXT_LONGEST, widget=_area(4))


def is_sound(form: forms.Form, *, key: str, field: str) -> bool:
    """Say whether a form that was sent may be acted on once; at `field` it says why not."""
    if not form.is_valid():
        return False
    if KEY.fullmatch(key):
        return True
    form.add_error(field, _("Nothing was sent: the page had not loaded whole. Send it again."))
    return False


@dataclass(frozen=True)
class Talk:
    """One request with all that was said, as its member reads it: no notes, no names of staff."""

    case: Case
    messages: Sequence[CaseMessage]


def get_cases(*, member: Member) -> Sequence[Case]:
    """Return a member's latest fifty requests, the newest first. One statement."""
    return list(Case.objects.filter(member=member).order_by("-opened_at", "-pk")[:SHOWN])


def get_talk(*, member: Member, public_id: str) -> Talk | None:
    """Return one of a member's own requests, or None. Two statements."""
    case = Case.objects.filter(member=member, public_id=public_id).first()
    if case is None:
        return None
    return Talk(case, list(CaseMessage.objects.filter(case=case).order_by("written_at", "pk")))
