"""All that says who a member is, destroyed wherever this product wrote it.

What stays, under an opaque id, says what happened and not to whom: the ledger, purchases,
answers about consents, moves between tiers, vouchers. A new table that can hold a name, an
address or a number of a person must be thought of here: a test asks it of every table.
"""

import json
from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q

from loyalty.clients import purging
from loyalty.events.models import Message
from loyalty.identity import ending
from loyalty.identity.models import EmailedCode, User
from members import identifying
from members.models import (
    AdjustmentNote,
    Card,
    CardState,
    Case,
    CaseMessage,
    CaseNote,
    CaseState,
    Consent,
    Export,
    ImportFile,
    ImportRow,
    ImportRun,
    Member,
    MemberNote,
    Purchase,
    Referral,
    ReferralCode,
    SegmentStay,
    SignInDay,
    TierChange,
    Voucher,
)

_CHUNK = 500


def forget(*, member: Member) -> None:
    """Destroy a member's identity. Call it in a transaction, after they were closed.

    Who was merged into them is forgotten by a call of its own.
    """
    known = _all_that_names(member)
    user = member.user
    _forget_sign_in(member, known)
    _empty(member)
    _forget_cards(member)
    _forget_birthday(member)
    _forget_imports(member, known)
    _forget_files(known)
    _forget_at_the_desk(member, user_id=user.pk if user else None)
    AdjustmentNote.objects.filter(adjustment__member=member).delete()
    MemberNote.objects.filter(member=member).delete()
    _forget_cases(member)
    SegmentStay.objects.filter(member=member).delete()
    SignInDay.objects.filter(member=member).delete()
    _empty_words(member)
    # Their friends' messages still hold it: it leads nowhere any more.
    ReferralCode.objects.filter(member=member).delete()
    Referral.objects.filter(referrer=member).update(code="")
    Consent.objects.filter(member=member).exclude(said_where="").update(said_where="")
    purging.forget(subject=member.public_id)
    Message.objects.filter(recipient=member.public_id).delete()
    _forget_history(member)


def _all_that_names(member: Member) -> set[str]:
    """Return what this member was called and reached by, ever; short words say too little."""
    columns = ("first_name", "last_name", "email", "phone", "phone_claimed", "external_id")
    rows = [*Member.history.filter(id=member.pk).values_list(*columns), *_now(member, columns)]
    cards = Card.objects.filter(member=member).values_list("number", flat=True)
    found = {str(value) for row in rows for value in row if value} | set(cards)
    return {name for name in found if len(name) > 2}


def _now(member: Member, columns: Iterable[str]) -> list[tuple[object, ...]]:
    return [tuple(getattr(member, name) for name in columns)]


def _forget_sign_in(member: Member, known: set[str]) -> None:
    ending.forget_addresses(addresses={name for name in known if "@" in name})
    # To an address that they never confirmed.
    EmailedCode.objects.filter(answers__member=member.public_id).delete()
    user, member.user = member.user, None
    if user is None:
        return
    member.save(update_fields=["user"])
    # Whoever works here goes on signing in at the desk: that is not the membership's.
    if not user.is_staff:
        ending.forget(user=user)


def _empty(member: Member) -> None:
    member.first_name = member.last_name = ""
    member.email = member.phone = member.phone_claimed = member.external_id = None
    member.birth_month = member.birth_day = None
    member.spending_locked_until = member.erasure_due_at = None
    member.save()


def _empty_words(member: Member) -> None:
    """Empty what tables, here and above, say in free words: their `forgets_with_member`."""
    for model in apps.get_models():
        if columns := getattr(model, "forgets_with_member", ()):
            rows = model._default_manager.filter(member=member)
            rows.update(**dict.fromkeys(columns, ""))


def _forget_cards(member: Member) -> None:
    """Leave of each number what shows that it was given out, and no longer what it was."""
    for card in Card.objects.filter(member=member):
        card.number = identifying.tombstone(card.number)
        card.state = CardState.REPLACED
        card.save(update_fields=["number", "state"])


def _forget_birthday(member: Member) -> None:
    """Take the birthday out of what awards were counted on."""
    with_facts = Purchase.objects.filter(member=member, facts__has_key="birthday")
    changed = []
    for purchase in with_facts.only("pk", "facts").iterator(chunk_size=_CHUNK):
        purchase.facts["birthday"] = None
        changed.append(purchase)
    Purchase.objects.bulk_update(changed, ["facts"], batch_size=_CHUNK)


def _forget_imports(member: Member, known: set[str]) -> None:
    """Drop lines that wait under one of their names, and words about lines that hold one."""
    ImportRow.objects.filter(member_reference__in=known).delete()
    for run in ImportRun.objects.exclude(refused=0).only("pk", "errors").iterator():
        errors = [_without(error, known) for error in run.errors]
        if errors != run.errors:
            ImportRun.objects.filter(pk=run.pk).update(errors=errors)


def _forget_files(known: set[str]) -> None:
    """Drop what was said of files that came in or went out, where it holds one of their names.

    The files themselves are gone from the disk after a day, well before somebody is erased.
    """
    for file in ImportFile.objects.only("pk", "title", "report", "result").iterator():
        said = {
            "title": "" if _names(file.title, known) else file.title,
            "report": _report_without(file.report, known),
            "result": _report_without(file.result, known),
        }
        if any(getattr(file, name) != value for name, value in said.items()):
            ImportFile.objects.filter(pk=file.pk).update(**said)
    for export in Export.objects.only("pk", "filters").iterator():
        if _names(export.filters, known):
            Export.objects.filter(pk=export.pk).update(filters={})


def _report_without(report: dict[str, Any], known: set[str]) -> dict[str, Any]:
    if not _names(report, known):
        return report
    return report | {"errors": [_without(error, known) for error in report.get("errors", ())]}


def _without(error: dict[str, Any], known: set[str]) -> dict[str, Any]:
    return error | {"detail": ""} if _names(error, known) else error


def _names(said: object, known: set[str]) -> bool:
    text = json.dumps(said, ensure_ascii=False).casefold()
    return any(name.casefold() in text for name in known)


def _forget_at_the_desk(member: Member, *, user_id: int | None) -> None:
    """Leave in the desk's list of actions who did what when, on the opaque id alone."""
    said = Q()
    for model in (Card, Consent, TierChange, Voucher, Purchase):
        rows = model._default_manager.filter(member=member).values_list("pk", flat=True)
        said |= _about(model, [str(pk) for pk in rows])
    said |= _about(Member, [str(member.pk)])
    LogEntry.objects.filter(said).update(object_repr=member.public_id, change_message="")
    if user_id is not None:
        LogEntry.objects.filter(_about(User, [str(user_id)])).update(
            object_repr=member.public_id, change_message=""
        )


def _about(model: type, ids: list[str]) -> Q:
    kind = ContentType.objects.get_for_model(model)
    return Q(content_type=kind, object_id__in=ids)


def _forget_cases(member: Member) -> None:
    """Leave that they asked something and when, and not what was said. Nothing is left to answer.

    What they left unresolved ended when they left.
    """
    cases = Case.objects.filter(member=member)
    CaseMessage.objects.filter(case__in=cases).delete()
    CaseNote.objects.filter(case__in=cases).delete()
    cases.update(subject="")
    cases.unresolved().update(state=CaseState.RESOLVED, resolved_at=member.closed_at)


def _forget_history(member: Member) -> None:
    """Keep of the history its last row, which says that nothing is known."""
    rows = Member.history.filter(id=member.pk)
    last = rows.order_by("-history_id").values_list("history_id", flat=True).first()
    rows.exclude(history_id=last).delete()
