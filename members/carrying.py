"""What members bring into a household, and what they take along: the ledger's side of it."""

from collections.abc import Collection
from datetime import datetime

from loyalty.core import keys
from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes.models import HouseholdRule
from members.models import HouseholdStay


def bring(*, stay: HouseholdStay, wallet: str, at: datetime, actor: str, reason: str) -> int:
    """Let a member's points, and what they owe, be the household's; return how many came."""
    _left, arrived = posting.merge(
        source=_lock_own(stay, wallets=[wallet])[wallet],
        target=posting.lock(stay.household.holder_id, wallets=[wallet])[wallet],
        key=_key(stay, "join"),
        at=at,
        actor=actor,
        reason=reason,
    )
    return int(arrived.points)


def take_along(
    *, stay: HouseholdStay, account: Account, rule: str, at: datetime, actor: str
) -> int:
    """Let a member's account be their own again, with what the rule says; return how many."""
    _left, arrived = posting.unmerge(
        account=account,
        key=_key(stay, "leave"),
        at=at,
        actor=actor,
        reason="household-left",
        is_empty=rule == HouseholdRule.NOTHING,
        earned_by=stay.member.public_id,
    )
    return int(arrived.points)


def take_all(*, stay: HouseholdStay, account: Account, at: datetime, actor: str) -> int:
    """Let all that is left, and what is owed, go to the last one: the household answers there."""
    shared = posting.lock(stay.household.holder_id)[account.wallet.code]
    _left, arrived = posting.merge(
        source=shared,
        target=account,
        key=_key(stay, "end"),
        at=at,
        actor=actor,
        reason="household-ended",
    )
    return int(arrived.points)


def lock_shared(*, stay: HouseholdStay) -> list[Account]:
    """Lock and return the member's own accounts that ended in one of the household's."""
    shared = {account.pk for account in posting.lock(stay.household.holder_id).values()}
    own = _lock_own(stay)
    return [own[wallet] for wallet in sorted(own) if own[wallet].merged_into_id in shared]


def _lock_own(stay: HouseholdStay, *, wallets: Collection[str] = ()) -> dict[str, Account]:
    holder = stay.member.holder_id
    return dict(posting.lock_own([holder], wallets=wallets)[holder])


def _key(stay: HouseholdStay, what: str) -> str:
    return keys.digest(scope=f"household-stay:{stay.pk}", key=what)
