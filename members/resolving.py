"""Who looks after a case, and when it is over: staff decide, one at a time."""

from datetime import datetime, timedelta

from django.db import transaction

from loyalty.core import engines
from loyalty.identity.models import User
from members import answering
from members.models import Case, CaseMessage, CaseNote, CaseState

# What was said in a case is forgotten so long after its end.
KEPT = timedelta(days=3 * 365)


@transaction.atomic
def take(*, case: Case, by: User, seen: int) -> Case:
    """Look after a case from now on. Taking one's own changes nothing.

    Raises CaseMovedOn where a colleague was quicker, CaseForgotten, CaseNotFound, NotPermitted or
    OwnCard.
    """
    case = answering.lock(case=case, by=by, seen=seen)
    if case.owner_id == by.pk:
        return case
    case.owner = by
    return answering.write(case)


@transaction.atomic
def resolve(*, case: Case, by: User, seen: int, at: datetime) -> Case:
    """End a case that needs no further answer. Of two who do at once the second is refused.

    Raises CaseMovedOn, CaseResolved, CaseForgotten, CaseNotFound, NotPermitted or OwnCard.
    """
    case = answering.lock(case=case, by=by, seen=seen)
    if case.state == CaseState.RESOLVED:
        raise answering.CaseResolved
    case.owner = case.owner or by
    answering.end(case=case, at=at, actor=f"user:{by.pk}")
    return answering.write(case)


@transaction.atomic
def reopen(*, case: Case, by: User, seen: int, at: datetime) -> Case:
    """Take a case up again that was resolved; one that was not stays as it is.

    Raises CaseMovedOn, CaseForgotten, CaseNotFound, NotPermitted or OwnCard.
    """
    case = answering.lock(case=case, by=by, seen=seen)
    if case.state != CaseState.RESOLVED:
        return case
    answering.begin_again(case=case, at=at, actor=f"user:{by.pk}")
    return answering.write(case)


def purge(*, at: datetime, limit: int = 1_000) -> int:
    """Forget what was said in up to `limit` cases that ended three years ago; count them.

    That there was a case, of which kind, and how long it took, stays; nothing is written into it
    any more. May be repeated, interrupted, and run by two at once.
    """
    old = Case.objects.filter(resolved_at__lt=at - KEPT).exclude(subject="")
    with transaction.atomic():
        # Who reopens one at this moment holds it: it is not over any more.
        held = engines.lock_skipping(old.order_by("resolved_at"))[:limit]
        chosen = [case.pk for case in held]
        CaseMessage.objects.filter(case__in=chosen).delete()
        CaseNote.objects.filter(case__in=chosen).delete()
        return Case.objects.filter(pk__in=chosen).update(subject="")
