"""A case is answered: by staff, who end it or wait for the member, and by the member again."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import keys
from loyalty.core.refusals import NotFound, Refusal
from loyalty.events import outbox
from loyalty.identity import permitting
from loyalty.identity.models import User
from members import blocking, opening, owning, seeing, working
from members.models import Case, CaseMessage, CaseNote, CaseState, Member, Side
from members.models.cases import TEXT_LONGEST

PERMISSION = "members.change_case"
# So that nobody floods those who answer.
MOST_MESSAGES_A_DAY = 20
_DAY = timedelta(days=1)


class CaseNotFound(NotFound):
    code = "request-not-found"
    title = _("There is no such request.")


class CaseMovedOn(Refusal):
    """Somebody answered, or the member wrote, after the page was shown."""

    code = "request-moved-on"
    status = 409
    title = _("Something was said or done here meanwhile. Read it, then decide again.")


class CaseResolved(Refusal):
    code = "request-resolved"
    title = _("This request is resolved. Reopen it first.")


class CaseForgotten(Refusal):
    """It ended three years ago, or its member was erased: nothing more is written into it."""

    code = "request-forgotten"
    title = _("What was said in this request is no longer kept. Open a new one.")


class TooManyMessages(Refusal):
    """`most` says how many a member may write in 24 hours."""

    code = "too-many-messages"
    status = 429
    title = _("You have written many messages today. Try again tomorrow.")


@transaction.atomic
def answer(
    *, case: Case, text: str, by: User, seen: int, at: datetime, resolves: bool = False
) -> Case:
    """Answer a member, who is written to, and wait for them, or resolve the case with it.

    Whoever answers first looks after the case. `seen` is the version that they saw: of two who
    answer at once the second is refused. Raises CaseMovedOn, CaseResolved, CaseForgotten,
    ValidationFailed, CaseNotFound, NotPermitted or OwnCard.
    """
    text = opening.read(text, longest=TEXT_LONGEST, pointer="/text")
    case = lock(case=case, by=by, seen=seen)
    if case.state == CaseState.RESOLVED:
        raise CaseResolved
    said = opening.say(
        case=case, side=Side.STAFF, text=text, key=f"{case.public_id}:{seen}", at=at, author=by
    )
    if case.first_answered_at is None:
        case.first_answered_at = at
        case.answer_minutes = _minutes(case, at)
    case.owner = case.owner or by
    case.state = CaseState.WAITING
    payload = {**case.facts(), "message": said.pk, "actor": f"user:{by.pk}"}
    outbox.record("case.answered", payload, at=at)
    if resolves:
        end(case=case, at=at, actor=f"user:{by.pk}")
    return write(case)


@transaction.atomic
def reply(*, case: Case, member: Member, text: str, key: str, at: datetime) -> Case:
    """Let a member add to their case: it waits for us again, and is reopened if it was resolved.

    A repeated key writes nothing more. Raises CaseNotFound of another's, CaseForgotten,
    MemberClosed, TooManyMessages or ValidationFailed.
    """
    text = opening.read(text, longest=TEXT_LONGEST, pointer="/text")
    # First, so that the limit of a day is counted one at a time.
    member = Member.objects.select_for_update(of=("self",), no_key=True).get(pk=member.pk)
    blocking.check_is_current(member=member)
    case = _lock_row(case)
    if case.member_id != member.pk:
        raise CaseNotFound
    key = keys.digest(scope=case.public_id, key=key)
    # After the locks: a repeat that raced us has committed by now.
    if CaseMessage.objects.filter(key=key).exists():
        return case
    _check_kept(case)
    _check_day(member, at=at)
    opening.say(case=case, side=Side.MEMBER, text=text, key=key, at=at)
    if case.state == CaseState.RESOLVED:
        begin_again(case=case, at=at, actor=member.public_id)
    elif case.state == CaseState.WAITING:
        case.state, case.due_at = CaseState.OPEN, opening.get_due(at=at)
    return write(case)


@transaction.atomic
def note(*, case: Case, text: str, by: User, at: datetime) -> CaseNote:
    """Keep a note for colleagues.

    Raises ValidationFailed, CaseForgotten, CaseNotFound, NotPermitted or OwnCard.
    """
    text = opening.read(text, longest=TEXT_LONGEST, pointer="/text")
    case = _lock_row(case)
    check(case=case, by=by)
    _check_kept(case)
    return CaseNote.objects.create(case=case, text=text, author=by, written_at=at)


def lock(*, case: Case, by: User, seen: int) -> Case:
    """Lock a case for somebody of the staff who saw a version of it.

    Raises CaseMovedOn, CaseForgotten, CaseNotFound, NotPermitted or OwnCard.
    """
    case = _lock_row(case)
    check(case=case, by=by)
    if case.version != seen:
        raise CaseMovedOn
    _check_kept(case)
    return case


def check(*, case: Case, by: User) -> None:
    """Refuse whoever may not act on a case. Raises CaseNotFound, NotPermitted or OwnCard."""
    permitting.check(user=by, permission=PERMISSION)
    if not seeing.may_see(user=by, member=case.member):
        raise CaseNotFound
    owning.check_not_own(member=case.member, user=by)


def end(*, case: Case, at: datetime, actor: str) -> None:
    """Resolve a locked case, not written yet, and tell the outbox."""
    case.state, case.resolved_at = CaseState.RESOLVED, at
    case.first_resolved_at = case.first_resolved_at or at
    case.resolution_minutes = _minutes(case, at)
    outbox.record("case.resolved", {**case.facts(), "actor": actor}, at=at)


def begin_again(*, case: Case, at: datetime, actor: str) -> None:
    """Reopen a locked case, not written yet, and tell the outbox. It is due as a new one is."""
    case.state, case.due_at = CaseState.OPEN, opening.get_due(at=at)
    case.resolved_at = case.resolution_minutes = None
    case.reopened += 1
    outbox.record("case.reopened", {**case.facts(), "actor": actor}, at=at)


def write(case: Case) -> Case:
    """Write what was done to a locked case. It is another version of it."""
    case.version += 1
    case.save()
    return case


def _lock_row(case: Case) -> Case:
    rows = Case.objects.select_related("member", "owner").select_for_update(
        of=("self",), no_key=True
    )
    return rows.get(pk=case.pk)


def _check_kept(case: Case) -> None:
    """Refuse a case that was forgotten: what is written into it would not be forgotten again."""
    if case.is_forgotten:
        raise CaseForgotten


def _check_day(member: Member, *, at: datetime) -> None:
    # Their own: what staff wrote down for them is not counted, as in `opening.ask`.
    written = CaseMessage.objects.filter(
        case__member=member, side=Side.MEMBER, author=None, written_at__gt=at - _DAY
    )
    if written.count() >= MOST_MESSAGES_A_DAY:
        raise TooManyMessages(most=MOST_MESSAGES_A_DAY)


def _minutes(case: Case, at: datetime) -> int:
    return working.minutes_between(start=case.opened_at, end=at, hours=opening.get_hours())
