"""What happened, and whom it makes us write to. Nothing historic reaches anybody."""

from collections.abc import Sequence

from loyalty.events import dispatching, outbox, purging
from loyalty.events.dispatching import Notice
from loyalty.events.models import MessageKind, OutboxEvent
from loyalty.programmes import books
from loyalty.programmes.rulebook import Rulebook


@outbox.on("member.enrolled")
def welcome(events: Sequence[OutboxEvent]) -> None:
    """Welcome each member once."""
    _put(MessageKind.WELCOME, events)


@outbox.on("tier.changed")
def tell_of_tier(events: Sequence[OutboxEvent]) -> None:
    """Tell of each tier that is higher than the one before."""
    book = books.get_book()
    _put(MessageKind.TIER_UP, [event for event in events if _is_up(event, book)], "to")


@outbox.on("reward.ready")
def tell_of_reward(events: Sequence[OutboxEvent]) -> None:
    """Tell of the rewards that came within reach together."""
    _put(MessageKind.REWARD_READY, events, "rewards")


@outbox.on("member.contact-changed")
def warn_of_change(events: Sequence[OutboxEvent]) -> None:
    """Warn the address that was replaced, which only the member's history still knows."""
    _put(MessageKind.CONTACT_CHANGED, events, "fields", "before")


@outbox.on("member.erasure-asked")
def confirm_erasure(events: Sequence[OutboxEvent]) -> None:
    """Say that all will be forgotten, and until when it can be undone."""
    _put(MessageKind.ERASURE_ASKED, events, "due_at")


@outbox.on("member.erasure-undone")
def confirm_undoing(events: Sequence[OutboxEvent]) -> None:
    """Say that nothing will be forgotten."""
    _put(MessageKind.ERASURE_UNDONE, events)


@outbox.on("household.invited")
def tell_of_invitation(events: Sequence[OutboxEvent]) -> None:
    """Ask whoever was invited into a household."""
    _put(MessageKind.HOUSEHOLD_INVITED, events, "invitation")


@outbox.on("case.answered")
def tell_of_answer(events: Sequence[OutboxEvent]) -> None:
    """Send each answer to whoever asked."""
    _put(MessageKind.CASE_ANSWERED, events, "message")


@outbox.on("member.erased")
def forget(events: Sequence[OutboxEvent]) -> None:
    """Forget that somebody who was erased was ever written to."""
    for event in events:
        purging.forget(recipient=event.payload["member"])


def _put(kind: MessageKind, events: Sequence[OutboxEvent], *names: str) -> None:
    """Owe one message for each event, however often it comes, with these of its facts."""
    dispatching.put(
        notices=[
            Notice(
                recipient=event.payload["member"],
                kind=kind,
                key=event.public_id,
                facts={name: event.payload[name] for name in names},
                at=event.occurred_at,
            )
            for event in events
            if not event.is_historic
        ]
    )


def _is_up(event: OutboxEvent, book: Rulebook) -> bool:
    after, before = book.tier(event.payload["to"]), book.tier(event.payload["from"])
    if after is None:
        return False
    return before is None or after.rank > before.rank
