"""A programme, somebody in it, and a post office that can be looked into."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from loyalty.events import dispatching, relaying
from loyalty.events.dispatching import Notice
from loyalty.events.models import Message, MessageKind
from loyalty.ledger import posting
from loyalty.mailing import sending
from loyalty.programmes import setting_up
from loyalty.programmes.models import Programme, Tier
from members import consenting, enrolling
from members.consenting import Said
from members.models import ConsentChannel, ConsentPurpose, Member
from rewards.models import Reward, RewardKind
from tests.conftest import NOON
from tests.pages.conftest import _catalogues_are_compiled  # noqa: F401

Send = Callable[..., list[EmailMultiAlternatives]]
DAY = timedelta(days=1)


@pytest.fixture
def programme(db: None) -> Programme:
    """One point per euro; silver from 100.00, gold from 250.00 with a benefit."""
    made = setting_up.set_up(
        name="L'Atelier",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=[("silver", 10_000), ("gold", 25_000)],
        at=NOON - 800 * DAY,
    )
    Tier.objects.filter(code="gold").update(
        name_fr="Or", name_en="Gold", multiplier="1.50",
        benefits_fr="Livraison offerte", benefits_en="Free delivery",
    )  # fmt: skip
    return made


@pytest.fixture
def ada(programme: Programme) -> Member:
    """A member since last year, whose enrolment is history."""
    return make_member("ada@example.org", first_name="Ada")


@pytest.fixture
def coffee(programme: Programme) -> Reward:
    """A reward for 80 points."""
    return Reward.objects.create(
        public_id="rew_coffee",
        kind=RewardKind.VOUCHER,
        name_fr="Un café offert",
        name_en="A coffee on the house",
        wallet=programme.spending_wallet,
        cost=80,
    )


def make_member(email: str | None, *, language: str = "fr", first_name: str = "") -> Member:
    return enrolling.enrol(
        at=NOON - 400 * DAY,
        email=email,
        first_name=first_name,
        language=language,
        is_historic=True,
        phone=None if email else "+33612345678",
    )


def give(member: Member, points: int, *, until: datetime, at: datetime = NOON - 60 * DAY) -> None:
    """Give points that end at an instant."""
    grant = posting.Grant(wallet="points", points=points, available_at=at, expires_at=until)
    with transaction.atomic():
        posting.earn(
            account=posting.lock(member.holder)["points"],
            grants=[grant],
            reference=f"gift-{points}-{until}",
            key=f"gift-{points}-{until}",
            at=at,
        )


def let_sleep(member: Member, *, until: datetime, at: datetime = NOON - 60 * DAY) -> None:
    """Let all points of a member be lost at an instant, unless something happens."""
    with transaction.atomic():
        account = posting.lock(member.holder)["points"]
        posting.stir(account=account, idle=posting.Idle(until), at=at)


def agree(member: Member, *, at: datetime = NOON - DAY) -> None:
    """Let a member agree to advertising by e-mail."""
    said = Said(
        channel=ConsentChannel.EMAIL,
        purpose=ConsentPurpose.MARKETING,
        is_given=True,
        text_version="1",
    )
    consenting.say(member=member, said=said, at=at)


def told_of(*rewards: Reward) -> list[dict[str, object]]:
    """Return rewards as `reward.ready` tells of them."""
    return [{"reward": one.public_id, "points": one.cost} for one in rewards]


def owe(
    member: Member, kind: MessageKind, key: str = "1", at: datetime = NOON, **facts: object
) -> Message:
    """Owe a member one message, as a reaction does."""
    notice = Notice(recipient=member.public_id, kind=kind, key=key, facts=facts, at=at)
    dispatching.put(notices=[notice])
    return Message.objects.get(key=f"{kind}:{key}")


@pytest.fixture
def send(mailoutbox: list[EmailMultiAlternatives]) -> Send:
    """Relay what happened and send what is due, and return what went out by it."""

    def send(*, at: datetime = NOON) -> list[EmailMultiAlternatives]:
        before = len(mailoutbox)
        while relaying.relay(at=at):
            pass
        sending.send(at=at)
        return mail.outbox[before:]

    return send


def ends() -> list[tuple[str, str, str]]:
    """Return how each message ended, in the order in which they were written."""
    return list(Message.objects.order_by("pk").values_list("kind", "state", "reason"))
