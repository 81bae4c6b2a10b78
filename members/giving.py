"""Tiers that staff give by hand: with an end and a reason, a floor until then, and taken back."""

from dataclasses import replace
from datetime import date, datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import zones
from loyalty.core.refusals import FieldRefusal, Refusal, ValidationFailed
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.programmes import books
from loyalty.programmes.ladder import Ladder, Move, Reason, Standing
from loyalty.programmes.models import Tier
from loyalty.programmes.rulebook import Rulebook
from members import blocking, moving, noting, owning, seeing, standing
from members.finding import MemberNotFound
from members.models import Member

PERMISSION = "members.give_tier"
LONGEST_YEARS = 10


class GivenReason(models.TextChoices):
    """Why a tier is given. The history keeps the code."""

    GOODWILL = "goodwill", _("goodwill gesture")
    MATCH = "match", _("status elsewhere, matched")
    LIFE = "life", _("illness, birth or another pause")
    PARTNER = "partner", _("partner or guest of the house")
    OTHER = "other", _("other, said in the note")


class NothingGiven(Refusal):
    code = "no-tier-given"
    title = _("No tier was given to this member.")


@posting.retried
@transaction.atomic
def give(
    *, member: Member, tier: Tier, until: date, reason: str, note: str = "", by: User, at: datetime
) -> Member:
    """Let a member hold at least a tier through a day, whatever they do. What they hold is locked.

    They rise above it as ever. It takes the place of a tier given before; the same again
    changes nothing. The note is kept with the member's notes, and erased with them.

    Raises NotPermitted, OwnCard, MemberNotFound (also of one they may not see), MemberClosed,
    or ValidationFailed.
    """
    book = books.get_book()
    _check(book, tier=tier, until=until, reason=reason, note=note, at=at)
    member, ladder = _open(member, by=by, at=at, book=book)
    held = moving.written(member=member, ladder=ladder)
    after = replace(held, given=tier.code, given_until=until)
    if after == held:
        return member
    _write(member, held, after, Reason.GIVEN, cause=reason, by=by, at=at, book=book)
    if note.strip():
        noting.write(member=member, text=note, author=by, at=at)
    return member


@posting.retried
@transaction.atomic
def withdraw(*, member: Member, by: User, at: datetime) -> Member:
    """Take a given tier back: what the member has earned holds from now on.

    Raises NothingGiven, and what `give` raises.
    """
    book = books.get_book()
    member, ladder = _open(member, by=by, at=at, book=book)
    held = moving.written(member=member, ladder=ladder)
    if held.given is None:
        raise NothingGiven
    # What was earned beneath may have ended unseen.
    after = standing.settled_on(
        member=member, standing=replace(held, given=None, given_until=None), at=at, book=book
    )
    _write(member, held, after, Reason.WITHDRAWN, cause="", by=by, at=at, book=book)
    return member


def _check(
    book: Rulebook, *, tier: Tier, until: date, reason: str, note: str, at: datetime
) -> None:
    today = book.business_day(at)
    latest = zones.add_months(day=today, months=12 * LONGEST_YEARS)
    errors = []
    if book.tier(tier.code) is None:
        errors.append(FieldRefusal("/tier", "unknown", _("Choose a tier of the ladder.")))
    if not today <= until <= latest:
        words = _("A given tier ends today or later, within ten years.")
        errors.append(FieldRefusal("/until", "out-of-range", words))
    if reason not in GivenReason.values:
        errors.append(FieldRefusal("/reason", "unknown", _("Choose a reason.")))
    elif reason == GivenReason.OTHER and not note.strip():
        errors.append(FieldRefusal("/note", "required", _("Say in the note what the reason is.")))
    if errors:
        raise ValidationFailed(errors=errors)


def _open(member: Member, *, by: User, at: datetime, book: Rulebook) -> tuple[Member, Ladder]:
    """Lock a member, look at them again and at who acts, and write down what has ended."""
    user = permitting.lock(user=by)
    permitting.check(user=user, permission=PERMISSION)
    if not seeing.may_see(user=user, member=member):
        raise MemberNotFound
    posting.lock(member.holder_id)
    member = Member.objects.with_tier().get(pk=member.pk)
    owning.check_not_own(member=member, user=user)
    if member.closed_at is not None:
        raise blocking.MemberClosed
    if book.ladder is None:
        raise NothingGiven
    standing.write_ends(member=member, at=at, book=book)
    return member, book.ladder


def _write(
    member: Member,
    before: Standing,
    after: Standing,
    reason: Reason,
    *,
    cause: str,
    by: User,
    at: datetime,
    book: Rulebook,
) -> None:
    move = Move(before=before, after=after, reason=reason, day=book.business_day(at))
    actor = f"user:{by.pk}"
    changes = moving.changes_of(
        member=member, moves=[move], at=at, book=book, actor=actor, cause=cause
    )
    moving.keep(changes=changes, book=book, is_historic=False)
