"""What each kind of message says, as things are when it is sent, for many members at once."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import translation

from analytics.models import Invitation
from loyalty.core import languages
from loyalty.events.models import Message, MessageKind, MessageReason
from loyalty.ledger import balances
from loyalty.ledger.balances import Balance
from loyalty.mailing import expiring, pacing, questions
from loyalty.mailing.letters import link
from loyalty.programmes import rungs
from loyalty.programmes.models import Tier
from loyalty.programmes.rulebook import Rulebook
from members import blocking, foretelling
from members.foretelling import Fall
from members.models import CaseMessage, HouseholdInvitation, InvitationState, Member
from rewards import pricing
from rewards.models import Reward


@dataclass(frozen=True)
class Batch:
    """Messages of one kind and the members they are for, at the moment of sending."""

    messages: Sequence[Message]
    members: Mapping[str, Member]
    book: Rulebook
    at: datetime

    def member_of(self, message: Message) -> Member:
        return self.members[message.recipient]

    def points(self) -> dict[int, int]:
        """Return what each holder can spend, in two statements."""
        holder_ids = [self.member_of(message).holder_id for message in self.messages]
        held = balances.get_balances(holder_ids=holder_ids, at=self.at)
        wallet = self.book.spending_wallet
        return {
            holder: wallets[wallet].available if wallet in wallets else 0
            for holder, wallets in held.items()
        }


@dataclass(frozen=True, kw_only=True)
class Said:
    """What one message says, where its button leads, and to which address if not the member's."""

    says: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""
    address: str | None = None


Told = dict[int, Said | MessageReason]


def tell(*, kind: str, batch: Batch) -> Told:
    """Return by message what it says now, or why there is nothing left to say.

    The number of statements does not grow with the messages.
    """
    return _TELLERS[MessageKind(kind)](batch)


def _welcome(batch: Batch) -> Told:
    points = batch.points()
    action = link("portal:card")
    return {
        message.pk: Said(
            says={"points": points.get(batch.member_of(message).holder_id, 0)}, action=action
        )
        for message in batch.messages
    }


def _expiry(batch: Batch) -> Told:
    firsts = {m.pk: date.fromisoformat(m.facts["day"]) for m in batch.messages}
    holder_ids = [batch.member_of(message).holder_id for message in batch.messages]
    # In a household it is its points that end.
    spent = expiring.get_spenders(holder_ids=holder_ids, book=batch.book)
    found: dict[int, dict[date, expiring.Dying]] = defaultdict(dict)
    for (holder, day), dying in expiring.get_expiring(
        holder_ids=set(spent.values()),
        after=batch.at,
        until=max(firsts.values()) + pacing.WEEK,
        book=batch.book,
    ).items():
        found[holder][day] = dying
    ending = {holder: found[spent.get(holder, holder)] for holder in holder_ids}
    held = batch.points()
    today = batch.book.business_day(batch.at)
    told: Told = {}
    for message in batch.messages:
        holder, first = batch.member_of(message).holder_id, firsts[message.pk]
        days = expiring.of_week(ending[holder], first=first, held=held.get(holder, 0))
        # Sent late, the last notice says it all; and of points that were used, nobody is told.
        is_first = message.kind == MessageKind.EXPIRY_30
        if not days or (is_first and days[0].day - today <= pacing.LAST):
            told[message.pk] = MessageReason.OVERTAKEN
            continue
        says = {
            "points": sum(one.points for one in days), "days": days, "balance": held[holder],
            "kept": expiring.kept(days=days, member=batch.member_of(message), book=batch.book),
        }  # fmt: skip
        told[message.pk] = Said(says=says, action=link("portal:rewards"))
    return told


def _tier_up(batch: Batch) -> Told:
    told: Told = {}
    for message in batch.messages:
        member = batch.member_of(message)
        if member.tier is None or member.tier.code != message.facts["to"]:
            told[message.pk] = MessageReason.OVERTAKEN
            continue
        told[message.pk] = _reached(member, member.tier)
    return told


def _reached(member: Member, tier: Tier) -> Said:
    with translation.override(member.language):
        benefits = languages.in_language(french=tier.benefits_fr, english=tier.benefits_en)
    says = {
        "tier": tier,
        "until": member.tier_until,
        "factor": tier.multiplier.normalize() if tier.multiplier != 1 else None,
        "benefits": [line.strip() for line in benefits.splitlines() if line.strip()],
    }
    return Said(says=says, action=link("portal:card"))


def _tier_at_risk(batch: Batch) -> Told:
    """Warn of a tier that will still be lost on the day that was foreseen."""
    members = {member.pk: member for member in map(batch.member_of, batch.messages)}
    falls = foretelling.get_falls(members=list(members.values()), at=batch.at, book=batch.book)
    told: Told = {}
    for message in batch.messages:
        member = batch.member_of(message)
        fall = falls.get(member.pk)
        if fall is None or fall.until.isoformat() != message.facts["until"]:
            told[message.pk] = MessageReason.OVERTAKEN
            continue
        with translation.override(member.language):
            told[message.pk] = _at_risk(fall, batch.book)
    return told


def _at_risk(fall: Fall, book: Rulebook) -> Said:
    missing = rungs.of_gap(fall.to_keep.gap, currency=book.currency) if fall.to_keep else ""
    says = {
        "tier": rungs.name_of(fall.tier),
        "until": fall.until,
        "to": rungs.name_of(fall.to),
        "missing": missing,
        "by": fall.to_keep.by if fall.to_keep else None,
    }
    return Said(says=says, action=link("portal:card"))


def _reward_ready(batch: Batch) -> Told:
    """Invite to the rewards that are still offered, and that the member can still pay for."""
    ids = {one for message in batch.messages for one in _told_of(message)}
    known = Reward.objects.with_terms().filter(public_id__in=ids).order_by("cost", "pk")
    offered = [
        reward for reward in known if reward.is_offered(at=batch.at) and not reward.is_exhausted
    ]
    holder_ids = [batch.member_of(message).holder_id for message in batch.messages]
    held = balances.get_balances(holder_ids=holder_ids, at=batch.at)
    told: Told = {}
    for message in batch.messages:
        wallets = held.get(batch.member_of(message).holder_id, {})
        mine = _told_of(message)
        told[message.pk] = _ready(
            [one for one in offered if one.public_id in mine and _is_paid_for(one, wallets)]
        )
    return told


def _told_of(message: Message) -> set[str]:
    return {one["reward"] for one in message.facts["rewards"]}


def _is_paid_for(reward: Reward, wallets: Mapping[str, Balance]) -> bool:
    return not any(price.missing(balances=wallets) for price in pricing.get_prices(reward))


def _ready(rewards: Sequence[Reward]) -> Said | MessageReason:
    if not rewards:
        return MessageReason.OVERTAKEN
    # A price in two wallets has no short name: its page says it.
    says = [
        {"reward": one, "points": one.cost if len(pricing.get_prices(one)) == 1 else None}
        for one in rewards
    ]
    one_page = link("portal:reward", rewards[0].public_id)
    action = one_page if len(rewards) == 1 else link("portal:rewards")
    return Said(says={"rewards": says}, action=action)


def _contact_changed(batch: Batch) -> Told:
    """Write to the address that was in force before, which the history knows until erasure."""
    rows = Member.history.filter(history_id__in=[m.facts["before"] for m in batch.messages])
    addresses = dict(rows.values_list("history_id", "email"))
    return {
        message.pk: Said(
            says={
                "fields": message.facts["fields"],
                "moment": message.created_at.astimezone(batch.book.zone),
                "until": (message.created_at + blocking.LOCKED).astimezone(batch.book.zone),
            },
            address=addresses.get(message.facts["before"]) or "",
        )
        for message in batch.messages
    }


def _erasure_asked(batch: Batch) -> Told:
    told: Told = {}
    for message in batch.messages:
        due_at = datetime.fromisoformat(message.facts["due_at"])
        if batch.member_of(message).erasure_due_at is None or due_at <= batch.at:
            told[message.pk] = MessageReason.OVERTAKEN
            continue
        says = {"until": due_at.astimezone(batch.book.zone)}
        told[message.pk] = Said(says=says, action=link("portal:privacy"))
    return told


def _erasure_undone(batch: Batch) -> Told:
    return {message.pk: Said(action=link("portal:card")) for message in batch.messages}


def _household_invited(batch: Batch) -> Told:
    """Say who asks, unless it was answered, or is over, by now."""
    asked = {message.pk: message.facts["invitation"] for message in batch.messages}
    waiting = {
        one.public_id: one
        for one in HouseholdInvitation.objects.filter(
            public_id__in=asked.values(), state=InvitationState.OPEN, lapses_at__gt=batch.at
        ).select_related("invited_by")
    }
    told: Told = {}
    for pk, public_id in asked.items():
        if (one := waiting.get(public_id)) is None:
            told[pk] = MessageReason.OVERTAKEN
            continue
        says = {"name": one.invited_by.first_name, "until": batch.book.last_day(one.lapses_at)}
        told[pk] = Said(says=says, action=link("portal:household"))
    return told


def _case_answered(batch: Batch) -> Told:
    """Say what was answered, as long as it is kept."""
    asked = {message.pk: message.facts["message"] for message in batch.messages}
    answers = CaseMessage.objects.select_related("case").in_bulk(asked.values())
    told: Told = {}
    for pk, answer in ((pk, answers.get(said)) for pk, said in asked.items()):
        if answer is None:
            told[pk] = MessageReason.OVERTAKEN
            continue
        says = {"subject": answer.case.subject, "text": answer.text}
        told[pk] = Said(says=says, action=link("portal:case", answer.case.public_id))
    return told


def _survey(batch: Batch) -> Told:
    """Ask, unless it was answered, or is over, by now."""
    asked = {message.pk: message.facts["invitation"] for message in batch.messages}
    open_ones = Invitation.objects.open(at=batch.at).filter(public_id__in=asked.values())
    waiting = {one.public_id: one for one in open_ones.select_related("survey")}
    told: Told = {}
    for pk, name in asked.items():
        one = waiting.get(name)
        says = questions.says_for(invitation=one, book=batch.book) if one else None
        told[pk] = Said(says=says) if says else MessageReason.OVERTAKEN
    return told


_TELLERS: Mapping[MessageKind, Callable[[Batch], Told]] = {
    MessageKind.WELCOME: _welcome,
    MessageKind.EXPIRY_30: _expiry,
    MessageKind.EXPIRY_7: _expiry,
    MessageKind.TIER_UP: _tier_up,
    MessageKind.TIER_AT_RISK: _tier_at_risk,
    MessageKind.REWARD_READY: _reward_ready,
    MessageKind.CONTACT_CHANGED: _contact_changed,
    MessageKind.ERASURE_ASKED: _erasure_asked,
    MessageKind.ERASURE_UNDONE: _erasure_undone,
    MessageKind.HOUSEHOLD_INVITED: _household_invited,
    MessageKind.CASE_ANSWERED: _case_answered,
    MessageKind.SURVEY: _survey,
}
