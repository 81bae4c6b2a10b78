"""What is written of a member, put right."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from loyalty.events import outbox
from members import blocking, enrolling, identifying
from members.models import Member, MemberState


@dataclass(frozen=True, kw_only=True)
class Identity:
    """All that is written of who a member is. What is empty is forgotten."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    external_id: str | None = None
    birthday: tuple[int, int] | None = None
    language: str = "fr"


def correct(*, member: Member, identity: Identity, at: datetime, actor: str) -> Member:
    """Write a member's identity anew. What it was stays in their history.

    The same identity again changes nothing. Raises identifying.IdentifierTaken,
    ValidationFailed, or blocking.MemberClosed.
    """
    try:
        return _correct(member, identity, at=at, actor=actor)
    except IntegrityError:
        # Somebody took an identifier a moment ago. It has committed by now: say so.
        return _correct(member, identity, at=at, actor=actor)


@transaction.atomic
def _correct(member: Member, identity: Identity, *, at: datetime, actor: str) -> Member:
    member = Member.objects.select_for_update(of=("self",)).get(pk=member.pk)
    if member.state == MemberState.CLOSED:
        raise blocking.MemberClosed
    changed = _changes(member, identity)
    enrolling.check_free(
        identifiers={
            name: str(value)
            for name, value in changed.items()
            if value and name in {"email", "phone", "external_id"}
        }
    )
    if changed:
        for name, value in changed.items():
            setattr(member, name, value)
        member.save(update_fields=list(changed))
        payload = {"member": member.public_id, "fields": sorted(changed), "actor": actor}
        outbox.record("member.updated", payload, at=at)
    return member


def _changes(member: Member, identity: Identity) -> dict[str, object]:
    kept = identifying.normalised(
        {"email": identity.email, "phone": identity.phone, "external_id": identity.external_id}
    )
    month, day = enrolling.birthday_of(identity.birthday)
    wanted: dict[str, object] = {
        "first_name": identity.first_name.strip(),
        "last_name": identity.last_name.strip(),
        "email": kept.get("email"),
        "phone": kept.get("phone"),
        "external_id": kept.get("external_id"),
        "birth_month": month,
        "birth_day": day,
        "language": identity.language,
    }
    return {name: value for name, value in wanted.items() if getattr(member, name) != value}
