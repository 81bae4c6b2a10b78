"""What an award of the rules becomes in the ledger; and awards for what is no purchase."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from loyalty.core import keys
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.planning import Grant
from loyalty.programmes import rules
from loyalty.programmes.ladder import Rung
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award, Occasion
from members import facts, standing
from members.models import Member


def by_wallet(award: Award) -> dict[str, list[Grant]]:
    """Return an award's grants by the wallet they go to."""
    grants: dict[str, list[Grant]] = defaultdict(list)
    for grant in award.grants:
        grants[grant.wallet].append(grant)
    return grants


def earnings_of(
    *,
    award: Award,
    accounts: Mapping[str, Account],
    reference: str,
    key: str,
    at: datetime,
    occurred_at: datetime,
    reason: str,
    actor: str = "",
) -> list[posting.Earning]:
    """Return what the ledger is asked to book for an award: one earning for each wallet."""
    return [
        posting.Earning(
            account_id=accounts[wallet].pk,
            grants=grants,
            reference=reference,
            key=key,
            at=at,
            occurred_at=occurred_at,
            actor=actor,
            reason=reason,
        )
        for wallet, grants in by_wallet(award).items()
    ]


def has_rules(*, event: str, book: Rulebook) -> bool:
    """Say whether any rule speaks of an event; if none does, there is nothing to evaluate."""
    return any(
        version.terms.when.event == event for rule in book.rules for version in rule.versions
    )


def give(
    *,
    members: Sequence[Member],
    event: str,
    reference: str,
    moment_of: Callable[[Member], datetime],
    recorded_at: datetime,
    book: Rulebook,
    is_historic: bool,
    actor: str = "",
) -> list[Entry]:
    """Give each member what the rules say of an event, at each one's moment.

    Once for each member and reference: the caller asks for nobody who had it. Historic ones
    are booked at their moments, others now. Rules silent on the event cost no statement.
    """
    if not has_rules(event=event, book=book):
        return []
    tiers = standing.get_tiers(members=members, moment_of=moment_of, book=book)
    awards = {
        m.pk: award_for(event=event, member=m, tier=tiers[m.pk], at=moment_of(m), book=book)
        for m in members
    }
    given = [member for member in members if awards[member.pk].grants]
    accounts = posting.lock_many([member.holder_id for member in given], wallets=book.wallets)
    earnings = [
        earning
        for member in given
        for earning in earnings_of(
            award=awards[member.pk],
            accounts=accounts[member.holder_id],
            reference=reference,
            key=keys.digest(scope=member.public_id, key=reference),
            at=moment_of(member) if is_historic else recorded_at,
            occurred_at=moment_of(member),
            actor=actor,
            reason=event,
        )
    ]
    return posting.earn_many(earnings=earnings, recorded_at=recorded_at, is_historic=is_historic)


def award_for(
    *, event: str, member: Member, tier: Rung | None, at: datetime, book: Rulebook
) -> Award:
    """Return what the rules give a member of a tier for something that is not a purchase."""
    occasion = Occasion(
        name=event,
        at=at,
        day=book.business_day(at),
        member=facts.of(member=member, tier=tier, book=book),
    )
    return rules.evaluate(occasion=occasion, book=book)
