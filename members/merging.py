"""Two memberships of one person become one, and two again if that was a mistake."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from loyalty.core import ids, keys
from loyalty.core.refusals import Refusal
from loyalty.events import outbox
from loyalty.identity import ending, permitting
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import books, counting
from loyalty.programmes.rulebook import Rulebook
from members import belongings, blocking, owning, seeing, uniting
from members.finding import MemberNotFound
from members.models import HouseholdStay, Member, MemberState, Merge
from members.uniting import Pair

PERMISSION = "members.merge_member"
_CONSENTS, _TIERS = "members.Consent", "members.TierChange"


class SameMember(Refusal):
    code = "same-member"
    title = _("A membership is not merged into itself.")


class AlreadyMerged(Refusal):
    code = "already-merged"
    title = _("One of the two was merged before.")


class ErasureWaits(Refusal):
    code = "erasure-asked"
    title = _("One of the two is about to be erased.")


class InHousehold(Refusal):
    code = "in-household"
    title = _("One of the two shares the points of a household: they leave it first.")


@posting.retried
@transaction.atomic
def merge(
    *, source: Member, target: Member, reason: str, merged_by: User, key: str, at: datetime
) -> Merge:
    """Let a membership end in another one of the same person.

    Points of every wallet, and what is owed, go to the survivor with their dates; so do cards,
    purchases, vouchers and notes. The survivor keeps the better tier, reviewed with what both
    spent, and of their consents the stricter. Whoever is looked for by anything of the merged
    member is the survivor from now on. The merged accounts answer for their own entries: what
    comes back to them goes on. `unmerge` undoes it. The same key of the same person does it once.

    Raises NotPermitted, OwnCard, MemberNotFound (also of one they may not see), SameMember,
    AlreadyMerged, MemberBlocked, MemberClosed, ErasureWaits, InHousehold, or posting.KeyReused.
    """
    user = permitting.lock(user=merged_by)
    permitting.check(user=user, permission=PERMISSION)
    if source.pk == target.pk:
        raise SameMember
    book, scoped = books.get_book(), keys.digest(scope=f"merge:{user.pk}", key=key)
    accounts = _lock(source, target, book=book)
    # After the lock: a repeat that raced us has committed by now.
    if done := Merge.objects.with_people().filter(key=scoped).first():
        return _repeated(done, source=source, target=target)
    pair = _read(source, target, at=at, book=book)
    check(source=pair.source, target=pair.target, user=user)
    asked = Merge(
        public_id=ids.new("mrg"), source=pair.source, target=pair.target, reason=reason,
        key=scoped, merged_at=at, merged_by=user, stood=uniting.stood(pair=pair),
    )  # fmt: skip
    _move_points(accounts, asked, at=at)
    _unite(asked, pair)
    _end(pair, reason=reason)
    asked.save(force_insert=True)
    outbox.record("member.merged", _told(asked, user), at=at)
    return asked


def check(*, source: Member, target: Member, user: User) -> None:
    """Refuse two who may not be merged, as they were loaded, or not by this person."""
    permitting.check(user=user, permission=PERMISSION)
    if source.pk == target.pk:
        raise SameMember
    for member in (source, target):
        if not seeing.may_see(user=user, member=member):
            raise MemberNotFound
        owning.check_not_own(member=member, user=user)
        if member.state == MemberState.MERGED:
            raise AlreadyMerged
        blocking.check_is_active(member=member)
        if member.erasure_due_at is not None:
            raise ErasureWaits
    if HouseholdStay.objects.open().filter(member__in=[source, target]).exists():
        raise InHousehold


@posting.retried
@transaction.atomic
def unmerge(*, merge: Merge, reason: str, undone_by: User, at: datetime) -> Merge:
    """Let a merged member be one of their own again. Twice is once.

    What is left of the lots that came goes back, and so do cards, purchases, vouchers and notes
    that came. What was bought and spent since stays with the other; so does what was owed. The
    survivor's tier and consents are what they were, unless they have changed since.

    Raises NotPermitted, OwnCard, MemberNotFound, MemberClosed of a survivor who left, or
    AlreadyMerged of one who was merged since: that merge is undone first.
    """
    user = permitting.lock(user=undone_by)
    permitting.check(user=user, permission=PERMISSION)
    book = books.get_book()
    accounts = _lock(merge.source, merge.target, book=book)
    # After the lock: whoever undid it a moment ago has committed by now.
    merge = Merge.objects.with_people().get(pk=merge.pk)
    if merge.undone_at is not None:
        return merge
    pair = _read(merge.source, merge.target, at=at, book=book)
    _check_undoing(pair, user)
    _move_points_back(accounts, merge, actor=f"user:{user.pk}", at=at)
    # First: what counts for the other ends with it.
    _begin_again(pair, reason=reason)
    _part(merge, pair, actor=f"user:{user.pk}")
    merge.undone_at, merge.undone_by = at, user
    merge.save(update_fields=["undone_at", "undone_by"])
    outbox.record("member.unmerged", _told(merge, user), at=at)
    return merge


def _lock(source: Member, target: Member, *, book: Rulebook) -> dict[int, dict[str, Account]]:
    """Lock all accounts of both in one statement; the survivor has every wallet of the other."""
    holders = [source.holder_id, target.holder_id]
    found = posting.lock_own(holders, wallets=book.wallets)
    if found[source.holder_id].keys() - found[target.holder_id].keys():
        found = posting.lock_own(holders, wallets=found[source.holder_id])
    return found


def _read(source: Member, target: Member, *, at: datetime, book: Rulebook) -> Pair:
    """Read both after the lock, and keep whoever answers for them, or erases them, waiting."""
    rows = Member.objects.select_for_update(of=("self",), no_key=True)
    both = rows.filter(pk__in=[source.pk, target.pk]).order_by("pk")
    found = {member.pk: member for member in both}
    return Pair(source=found[source.pk], target=found[target.pk], at=at, book=book)


def _repeated(done: Merge, *, source: Member, target: Member) -> Merge:
    if (done.source_id, done.target_id) != (source.pk, target.pk):
        raise posting.KeyReused
    return done


def _move_points(
    accounts: Mapping[int, Mapping[str, Account]], asked: Merge, *, at: datetime
) -> None:
    for wallet, account in sorted(accounts[asked.source.holder_id].items()):
        posting.merge(
            source=account,
            target=accounts[asked.target.holder_id][wallet],
            key=asked.key,
            at=at,
            actor=f"user:{asked.merged_by_id}",
            reason="merged",
        )


def _unite(asked: Merge, pair: Pair) -> None:
    actor = f"user:{asked.merged_by_id}"
    moves = uniting.get_moves(pair=pair)
    counting.unite(source=pair.source.holder_id, target=pair.target.holder_id)
    asked.moved = {
        _CONSENTS: uniting.end_consents(pair=pair, actor=actor),
        **belongings.move(source=pair.source, target=pair.target),
        _TIERS: uniting.keep_moves(pair=pair, moves=moves, actor=actor),
    }


def _end(pair: Pair, *, reason: str) -> None:
    source, target = pair.source, pair.target
    # Nobody who was merged leads to somebody who was.
    Member.objects.filter(merged_into=source).update(merged_into=target)
    source.state, source.merged_into = MemberState.MERGED, target
    both = ("state", "merged_into")
    blocking.note(member=source, what="merged", reason=reason, fields=both)
    locks = [member.spending_locked_until for member in (source, target)]
    target.spending_locked_until = max(filter(None, locks), default=None)
    both = ("state", "spending_locked_until")
    blocking.note(member=target, what="merged-here", reason=reason, fields=both)
    if source.user is not None:
        ending.sign_out(user=source.user)


def _told(merge: Merge, user: User) -> dict[str, str]:
    return {
        "merge": merge.public_id,
        "member": merge.source.public_id,
        "into": merge.target.public_id,
        "actor": f"user:{user.pk}",
    }


def _check_undoing(pair: Pair, user: User) -> None:
    for member in (pair.source, pair.target):
        if not seeing.may_see(user=user, member=member):
            raise MemberNotFound
        owning.check_not_own(member=member, user=user)
    if pair.target.state == MemberState.MERGED:
        raise AlreadyMerged(_("The other one was merged since: undo that first."))
    blocking.check_is_current(member=pair.target)
    if pair.target.erasure_due_at is not None:
        raise ErasureWaits


def _move_points_back(
    accounts: Mapping[int, Mapping[str, Account]], merge: Merge, *, actor: str, at: datetime
) -> None:
    key = keys.digest(scope="unmerge", key=merge.public_id)
    for _wallet, account in sorted(accounts[merge.source.holder_id].items()):
        if account.merged_into_id is not None:
            posting.unmerge(account=account, key=key, at=at, actor=actor, reason="unmerged")


def _part(merge: Merge, pair: Pair, *, actor: str) -> None:
    counting.part(source=pair.source.holder_id, target=pair.target.holder_id)
    belongings.give_back(moved=merge.moved, source=pair.source, target=pair.target)
    given = merge.moved.get(_TIERS, ())
    uniting.take_back_moves(pair=pair, given=given, before=merge.stood, actor=actor)
    uniting.restore_consents(pair=pair, ended=merge.moved.get(_CONSENTS, {}), actor=actor)


def _begin_again(pair: Pair, *, reason: str) -> None:
    source = pair.source
    source.state, source.merged_into = MemberState.ACTIVE, None
    both = ("state", "merged_into")
    blocking.note(member=source, what="unmerged", reason=reason, fields=both)
    blocking.note(member=pair.target, what="unmerged-here", reason=reason)
    # Whoever had been merged into them before leads to them again.
    earlier = [source.pk]
    while earlier := list(
        Merge.objects.standing().filter(target__in=earlier).values_list("source", flat=True)
    ):
        Member.objects.filter(pk__in=earlier).update(merged_into=source)
