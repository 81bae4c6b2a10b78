"""What is written of a member, put right."""

from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from loyalty.events import outbox
from loyalty.identity import ending
from loyalty.programmes import books
from members import blocking, completing, enrolling, identifying
from members.models import Member

_CONTACTS = ("email", "phone")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """All that is written of who a member is. What is empty is forgotten."""

    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str | None = None
    # A phone that somebody else has: kept as told, and found by nobody. None leaves it.
    claimed: str | None = None
    external_id: str | None = None
    birthday: tuple[int, int] | None = None
    language: str = "fr"


def identity_of(member: Member) -> Identity:
    """Return what is written of a member now."""
    born = (member.birth_month, member.birth_day)
    return Identity(
        first_name=member.first_name,
        last_name=member.last_name,
        email=member.email,
        phone=str(member.phone) if member.phone else None,
        external_id=member.external_id,
        birthday=(born[0], born[1]) if born[0] and born[1] else None,
        language=member.language,
    )


def had_other_birthday(*, member: Member, birthday: tuple[int, int]) -> bool:
    """Say whether a member would change their birthday for one that is not the only one told."""
    if birthday == identity_of(member).birthday:
        return False
    month, day = birthday
    told = Member.history.filter(id=member.pk, birth_month__isnull=False)
    return bool(told.exclude(birth_month=month, birth_day=day).exists())


def correct(*, member: Member, identity: Identity, at: datetime, actor: str) -> Member:
    """Write a member's identity anew. What it was stays in their history.

    The same identity again changes nothing. Where an e-mail or a phone is replaced, nothing
    can be spent for a day, and `member.contact-changed` lets the old address be warned. Codes
    to sign in go to the new e-mail from now on, and every browser is signed out.
    Raises identifying.IdentifierTaken, ValidationFailed, or blocking.MemberClosed.
    """
    try:
        return _correct(member, identity, at=at, actor=actor)
    except IntegrityError:
        # Somebody took an identifier a moment ago. It has committed by now: say so.
        return _correct(member, identity, at=at, actor=actor)


@transaction.atomic
def _correct(member: Member, identity: Identity, *, at: datetime, actor: str) -> Member:
    book = books.get_book()
    completing.lock(member=member, book=book)
    locked = Member.objects.select_for_update(of=("self",)).select_related("user")
    member = locked.get(pk=member.pk)
    blocking.check_is_current(member=member)
    changed = _changes(member, identity)
    enrolling.check_free(
        identifiers={
            name: str(value)
            for name, value in changed.items()
            if value and name in {"email", "phone", "external_id"}
        }
    )
    if changed:
        _write(member, changed, at=at, actor=actor)
        completing.give(member=member, at=at, book=book, actor=actor)
    return member


def _write(member: Member, changed: dict[str, object], *, at: datetime, actor: str) -> None:
    replaced = [name for name in _CONTACTS if _is_replaced(name, member, changed)]
    before = _last_known(member) if replaced else None
    for name, value in changed.items():
        setattr(member, name, value)
    written = list(changed)
    if replaced:
        member.spending_locked_until = at + blocking.LOCKED
        written.append("spending_locked_until")
    member.save(update_fields=written)
    _let_sign_in(member, changed)
    payload = {"member": member.public_id, "fields": sorted(changed), "actor": actor}
    outbox.record("member.updated", payload, at=at)
    if replaced:
        # Ids alone: the address to warn is in the member's history, and erased with it.
        warning = {"member": member.public_id, "fields": replaced, "before": before}
        outbox.record("member.contact-changed", warning, at=at)


def _is_replaced(name: str, member: Member, changed: dict[str, object]) -> bool:
    """Say whether something that a member was reached by, or said they were, is another now."""
    if name == "phone":
        had = member.phone or member.phone_claimed
        return bool(had) and bool(changed.keys() & {"phone", "phone_claimed"})
    return name in changed and bool(getattr(member, name))


def _last_known(member: Member) -> int | None:
    """Return the row of the history that holds what is about to be replaced."""
    rows = Member.history.filter(id=member.pk).order_by("-history_id")
    pk: int | None = rows.values_list("history_id", flat=True).first()
    return pk


def _let_sign_in(member: Member, changed: dict[str, object]) -> None:
    """Speak the new language to who is signed in; after another e-mail, have them sign in anew."""
    user = member.user
    if user is None:
        return
    if "language" in changed:
        user.language = member.language
        user.save(update_fields=["language"])
    if "email" in changed:
        ending.sign_out(user=user)


def _changes(member: Member, identity: Identity) -> dict[str, object]:
    kept = identifying.normalised(
        {"email": identity.email, "phone": identity.phone, "external_id": identity.external_id}
    )
    told = identifying.normalised({"phone": identity.claimed}).get("phone")
    claimed = member.phone_claimed if identity.claimed is None else told
    month, day = enrolling.birthday_of(identity.birthday)
    wanted: dict[str, object] = {
        "first_name": identity.first_name.strip(),
        "last_name": identity.last_name.strip(),
        "email": kept.get("email"),
        "phone": kept.get("phone"),
        "phone_claimed": None if kept.get("phone") else claimed or None,
        "external_id": kept.get("external_id"),
        "birth_month": month,
        "birth_day": day,
        "language": identity.language,
    }
    return {name: value for name, value in wanted.items() if getattr(member, name) != value}
