"""Whose account it is where several share one: who acts in it, and who is told of it."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Q

from loyalty.ledger.models import Account, Entry, Kind
from members.models import HouseholdStay, Member, MemberState


def on_behalf_of(*, member: Member | None, account: Account) -> str:
    """Return what an entry of a shared account says of whom it is for; nothing in one's own."""
    is_own = member is None or account.holder_id == member.holder_id
    return "" if member is None or is_own else member.public_id


def reference_of(*, member: Member, account: Account, origin: str) -> str:
    """Return how an account refers to what each member has once: a birthday, a profile."""
    whose = on_behalf_of(member=member, account=account)
    return f"{origin}:{whose}" if whose else origin


def get_owners(*, holder_ids: Iterable[int]) -> dict[int, list[Member]]:
    """Return by holder whose points they are: one member's, or those of all in a household.

    Active members alone, in one statement; one more where some are a household's.
    """
    owners: dict[int, list[Member]] = defaultdict(list)
    asked = set(holder_ids)
    whose = [(one.holder_id, one) for one in Member.objects.filter(holder__in=asked)]
    if homes := asked - {holder for holder, _member in whose}:
        stays = HouseholdStay.objects.open().filter(household__holder__in=homes)
        whose += [(stay.household.holder_id, stay.member) for stay in stays.with_people()]
    for holder, member in sorted(whose, key=lambda pair: pair[1].pk):
        if member.state == MemberState.ACTIVE:
            owners[holder].append(member)
    return owners


def get_first_names(*, public_ids: Collection[str]) -> dict[str, str]:
    """Return what members are called by who shares with them. No statement for nobody."""
    if not public_ids:
        return {}
    named = Member.objects.filter(public_id__in=public_ids)
    return dict(named.values_list("public_id", "first_name"))


def get_given(*, members: Iterable[Member], origin: str) -> set[int]:
    """Return the keys of those who were given points once for something that comes once.

    In their own account, or in one that they share, or shared then. One statement.
    """
    by_holder = {member.holder_id: member for member in members}
    shared = {f"{origin}:{member.public_id}": member for member in by_holder.values()}
    homes = HouseholdStay.objects.filter(member__holder__in=list(by_holder))
    found = Entry.objects.filter(
        Q(account__holder__in=list(by_holder), reference=origin)
        | Q(account__holder__in=homes.values("household__holder"), reference__in=list(shared)),
        kind=Kind.EARN,
    ).values_list("account__holder_id", "reference")
    return {(shared.get(reference) or by_holder[holder]).pk for holder, reference in found}


def holders_of(*, member: Member) -> Q:
    """Return which holders' accounts may hold what a member earned: for accounts."""
    homes = HouseholdStay.objects.of(member).values("household__holder")
    merged = Member.objects.filter(merged_into=member).values("holder")
    return Q(holder=member.holder_id) | Q(holder__in=merged) | Q(holder__in=homes)
