"""The queue of requests, and one of them with all that was said: what members asked us."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django import forms
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from analytics.models import Answer
from loyalty.desk import seeing
from loyalty.identity.models import User
from loyalty.programmes.models import Store
from members import claiming, lodging
from members.models import (
    Case,
    CaseKind,
    CaseMessage,
    CaseNote,
    CaseState,
    Claim,
    Purchase,
)
from members.models.cases import SUBJECT_LONGEST, TEXT_LONGEST, CaseQuerySet

SHOWN = 100
OF_MEMBER = 10


@dataclass(frozen=True)
class View:
    """One way to look at the queue: which requests, and in which order."""

    title: Promise
    choose: Callable[[CaseQuerySet, User, datetime], CaseQuerySet]
    order: tuple[str, ...] = ("due_at", "pk")


VIEWS: Mapping[str, View] = {
    "open": View(
        pgettext_lazy("cases", "To be answered"),
        lambda cases, _user, _at: cases.filter(state=CaseState.OPEN),
    ),
    "late": View(pgettext_lazy("cases", "Late"), lambda cases, _user, at: cases.late(at=at)),
    "mine": View(
        pgettext_lazy("cases", "Mine"),
        lambda cases, user, _at: cases.unresolved().of_owner(user),
    ),
    "all": View(pgettext_lazy("cases", "All"), lambda cases, _user, _at: cases, ("-pk",)),
}


@dataclass(frozen=True)
class Tab:
    """One view with how many requests are in it, up to a hundred; of all nobody asks."""

    code: str
    title: Promise
    count: int | None


@dataclass(frozen=True)
class Queue:
    """What one view shows: a hundred at most, and where all of them go on."""

    tabs: Sequence[Tab]
    cases: Sequence[Case]
    is_full: bool
    older: int | None


@dataclass(frozen=True)
class Said:
    """All of one request, as those who answer read it."""

    case: Case
    messages: Sequence[CaseMessage]
    notes: Sequence[CaseNote]
    answer: Answer | None = None
    # Of missing points: what was claimed, and the sales of nobody that may be it.
    claim: Claim | None = None
    sales: Sequence[Purchase] = ()


class LodgeForm(forms.Form):
    """What a member told somebody of the staff, and where."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[(kind.value, kind.label) for kind in lodging.KINDS]
    )
    subject = forms.CharField(label=_("Subject"), max_length=SUBJECT_LONGEST)
    body = forms.CharField(
        label=_("What they said"),
        max_length=TEXT_LONGEST,
        widget=forms.Textarea(attrs={"rows": 6, "maxlength": TEXT_LONGEST}),
        help_text=_("The member reads it on their help page."),
    )
    # Made with the page: pressing twice opens one.
    key = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def __init__(self, *args: Any, stores: QuerySet[Store] | None, **more: Any) -> None:
        super().__init__(*args, **more)
        offered = Store.objects.filter(is_training=False) if stores is None else stores
        self.fields["store"] = forms.ModelChoiceField(
            label=_("Store"),
            queryset=offered.order_by("name"),
            required=stores is not None,
            empty_label=_("none in particular") if stores is None else _("Choose a store"),
        )
        self.order_fields(["kind", "subject", "body", "store", "key"])


class WriteForm(forms.Form):
    """An answer to the member, or a note for colleagues."""

    text = forms.CharField(
        max_length=TEXT_LONGEST,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": TEXT_LONGEST}),
    )

    def __init__(self, *args: object, label: Any, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.fields["text"].label = label


def get_queue(*, reader: User, view: str, kind: str, before: int | None, at: datetime) -> Queue:
    """Return a view of the requests that the reader sees. Four statements besides who they are."""
    cases = seen_by(reader)
    if kind in CaseKind.values:
        cases = cases.filter(kind=kind)
    told = {code: one.choose(cases, reader, at) for code, one in VIEWS.items()}
    rows = told[view].with_people().order_by(*VIEWS[view].order)
    if view == "all" and before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows[: SHOWN + 1])
    is_full = len(found) > SHOWN
    tabs = [
        Tab(code, one.title, None if code == "all" else told[code][:SHOWN].count())
        for code, one in VIEWS.items()
    ]
    older = found[SHOWN - 1].pk if is_full and view == "all" else None
    return Queue(tabs, found[:SHOWN], is_full, older)


def seen_by(reader: User) -> CaseQuerySet:
    """Return the requests of members whom somebody may see."""
    return cast("CaseQuerySet", seeing.rows_of(reader, Case.objects.all()))


def get_said(*, reader: User, public_id: str) -> Said | None:
    """Return one request that the reader sees, or None."""
    case = seen_by(reader).with_people().filter(public_id=public_id).first()
    if case is None:
        return None
    messages = CaseMessage.objects.filter(case=case).select_related("author")
    notes = CaseNote.objects.filter(case=case).select_related("author")
    claim = _get_claim(case)
    is_open = claim is not None and claim.purchase is None
    return Said(
        case,
        list(messages.order_by("written_at", "pk")),
        list(notes.order_by("-written_at", "-pk")),
        _get_answer(case),
        claim,
        claiming.get_candidates(said=claim, reader=reader) if claim and is_open else (),
    )


def _get_claim(case: Case) -> Claim | None:
    """Return the claim that opened a request. One statement, where one did."""
    if case.kind != CaseKind.CLAIM:
        return None
    return Claim.objects.select_related("purchase").filter(case=case).first()


def _get_answer(case: Case) -> Answer | None:
    """Return the answer to a survey that opened a request. One statement, where one did."""
    if case.kind != CaseKind.FEEDBACK:
        return None
    return Answer.objects.filter(case=case).select_related("invitation__survey").first()


def get_of_member(*, member_id: int) -> Sequence[Case]:
    """Return the latest ten requests of a member whom the reader sees."""
    cases = Case.objects.filter(member=member_id).select_related("owner")
    return list(cases.order_by("-opened_at", "-pk")[:OF_MEMBER])


def kinds() -> Sequence[tuple[str, str | Promise]]:
    """Return what the queue can be narrowed to."""
    return [("", _("Everything")), *CaseKind.choices]
