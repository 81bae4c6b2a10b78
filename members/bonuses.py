"""What an award of the rules becomes in the ledger; and awards for what is no purchase."""

from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from loyalty.core import keys
from loyalty.ledger import posting
from loyalty.ledger.planning import Grant
from loyalty.programmes import counting, rules
from loyalty.programmes.counters import Counters
from loyalty.programmes.idling import Activity
from loyalty.programmes.ladder import Rung
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.rules import Award, Occasion
from loyalty.programmes.tallies import Tally
from members import activity, facts, handing, recalling, sharing, standing
from members.handing import Awarded
from members.models import Member
from members.recalling import NOTHING, Recalled

PURCHASED = (Activity.PURCHASE, Activity.AWARD)


@dataclass(frozen=True, kw_only=True)
class Given:
    """What each member, by key, was given for an event."""

    awards: Mapping[int, Award]


def by_wallet(award: Award) -> dict[str, list[Grant]]:
    """Return an award's grants by the wallet they go to."""
    grants: dict[str, list[Grant]] = defaultdict(list)
    for grant in award.grants:
        grants[grant.wallet].append(grant)
    return grants


def earnings_of(
    *,
    awarded: Awarded,
    occurred_at: datetime,
    reason: str,
    book: Rulebook,
    actor: str = "",
    did: Collection[Activity] = (Activity.AWARD,),
) -> list[posting.Earning]:
    """Return what the ledger is asked to book for an award: one earning for each wallet."""
    earnings = []
    for wallet, grants in by_wallet(awarded.award).items():
        whose: Any = {"member": awarded.member, "account": awarded.accounts[wallet]}
        earnings.append(
            posting.Earning(
                account_id=awarded.accounts[wallet].pk,
                grants=grants,
                reference=sharing.reference_of(**whose, origin=awarded.origin),
                key=awarded.key,
                at=awarded.at,
                occurred_at=occurred_at,
                actor=actor,
                on_behalf_of=sharing.on_behalf_of(**whose),
                reason=reason,
                idle=book.idle(wallet, *did, at=awarded.at, occurred_at=occurred_at),
            )
        )
    return earnings


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
    custom: str = "",
) -> Given:
    """Give each member what the rules say of an event, at each one's moment.

    Once for each member and reference: the caller asks for nobody who had it. Historic ones are
    booked then, others now. Rules silent on the event cost no statement.
    """
    if not has_rules(event=event, book=book):
        return _nothing(members, book)
    awards, tally = _awards(members, event, custom, moment_of, book)
    given = [member for member in members if awards[member.pk].lines]
    moments = {m.pk: moment_of(m) if is_historic else recorded_at for m in given}
    booked = _awarded(given, awards, moments, reference, book)
    earnings = [
        earning
        for one in booked
        for earning in earnings_of(
            awarded=one, occurred_at=moment_of(one.member), actor=actor, reason=event, book=book
        )
    ]
    told: Any = {"recorded_at": recorded_at, "is_historic": is_historic}
    posting.earn_many(earnings=earnings, **told)
    for one in booked:
        handing.hand_over(awarded=one, book=book, **told)
    _lift(awards, at=recorded_at, book=book, is_historic=is_historic)
    counting.keep(tally=tally, book=book)
    return Given(awards=awards)


def _lift(awards: Mapping[int, Award], *, at: datetime, book: Rulebook, is_historic: bool) -> None:
    """Let members rise to whom an award gave status credits. Usually nobody, and no statement."""
    if (ladder := book.ladder) is None:
        return
    lifted = [
        pk for pk, award in awards.items() if activity.credits_of(award=award, ladder=ladder)
    ]
    standing.review(member_ids=lifted, at=at, is_historic=is_historic)


def _awarded(
    given: Sequence[Member],
    awards: Mapping[int, Award],
    moments: Mapping[int, datetime],
    reference: str,
    book: Rulebook,
) -> list[Awarded]:
    """Return what is booked for each member, whose accounts are locked then."""
    accounts = posting.lock_many([member.holder_id for member in given], wallets=book.wallets)
    return [
        Awarded(
            member=member,
            accounts=accounts[member.holder_id],
            award=awards[member.pk],
            origin=reference,
            key=keys.digest(scope=member.public_id, key=reference),
            at=moments[member.pk],
        )
        for member in given
    ]


def _nothing(members: Sequence[Member], book: Rulebook) -> Given:
    nothing = Award(wallet=book.spending_wallet, rounding=book.rounding.value)
    return Given(awards={member.pk: nothing for member in members})


def _tally_of(
    members: Sequence[Member],
    event: str,
    moment_of: Callable[[Member], datetime],
    book: Rulebook,
) -> Tally:
    """Return what rules with limits gave some members before, who are locked then."""
    moments = {(moment_of(m), book.business_day(moment_of(m))) for m in members}
    if any(True for at, _day in moments for _rule in book.counted_at(at, event=event)):
        posting.lock_many([member.holder_id for member in members], wallets=book.wallets)
    return counting.get_tally(
        holders=[member.holder_id for member in members],
        moments=moments,
        book=book,
        event=event,
        does_lock=True,
    )


def _awards(
    members: Sequence[Member],
    event: str,
    custom: str,
    moment_of: Callable[[Member], datetime],
    book: Rulebook,
) -> tuple[dict[int, Award], Tally]:
    """Return what each member gets, in their order, and the tally in which it was counted."""
    tally = _tally_of(members, event, moment_of, book)
    tiers = standing.get_tiers(members=members, moment_of=moment_of, book=book)
    recalled = recalling.get_recalled(member_ids=[member.pk for member in members], book=book)
    awards = {}
    for member in members:
        at = moment_of(member)
        counts: Any = {
            "holder": member.holder_id,
            "at": at,
            "day": book.business_day(at),
            "book": book,
            "event": event,
        }
        counters, tier = tally.counters(**counts), tiers[member.pk]
        awards[member.pk] = award = award_for(
            event=event, custom=custom, member=member, tier=tier, at=at, book=book,
            counters=counters, recalled=recalled[member.pk],
        )  # fmt: skip
        tally.add(**counts, award=award)
    return awards, tally


def award_for(
    *,
    event: str,
    member: Member,
    tier: Rung | None,
    at: datetime,
    book: Rulebook,
    counters: Counters | None = None,
    recalled: Recalled = NOTHING,
    custom: str = "",
) -> Award:
    """Return what the rules give a member of a tier for something that is not a purchase."""
    occasion = Occasion(
        name=event,
        custom=custom,
        at=at,
        day=book.business_day(at),
        member=facts.of(member=member, tier=tier, at=at, book=book, recalled=recalled),
        counters=counters or Counters(),
    )
    return rules.evaluate(occasion=occasion, book=book)
