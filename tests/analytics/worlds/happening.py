"""A shop to which everything happens at random, in any order, facts refreshed in between."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from random import Random

from django.db import transaction

from analytics import facts
from loyalty.core import ids
from loyalty.identity.models import User
from loyalty.ledger import posting
from loyalty.programmes.models import Segment
from members import attaching, closing, forgetting, merging
from members.models import Member, MemberState, Merge, Purchase, Referral, SegmentStay, SignInDay
from tests.analytics import opinions
from tests.analytics.builders import (
    PARIS,
    Sold,
    climb,
    give_back,
    make_members,
    make_programme,
    make_stores,
    move,
    refer,
    sell,
)

START = date(2025, 1, 20)
DAYS = 420
KINDS, SOURCES, CHANNELS = ("PERSON", "COMPANY"), ("", "web", "till"), ("store", "web")


class World:
    """Members, what they did, and the clock: a seed says all of it."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.today = START
        make_programme()
        self.stores = [*make_stores("lyon", "nice"), None]
        self.boss = User.objects.create_superuser("boss@example.test")
        self.segment = Segment.objects.create(code="vip", name_fr="VIP", name_en="VIP")
        self.count = 0
        for _ in range(6):
            self.enrol()

    @property
    def at(self) -> datetime:
        return datetime.combine(self.today, time(23, 30), tzinfo=PARIS)

    def live(self, steps: int) -> None:
        """Let so many things happen, each some days after the one before."""
        verbs: list[tuple[Callable[[], object], int]] = [
            (self.sell, 10), (self.bring_back, 4), (self.attach, 2), (self.earn, 9),
            (self.redeem, 7), (self.climb, 4), (self.enrol, 4), (self.sign_in, 2),
            (self.refer, 2), (self.answer, 2), (self.stay, 2), (self.merge, 2), (self.unmerge, 1),
            (self.leave, 1), (self.forget, 1), (self.refresh, 5),
        ]  # fmt: skip
        chosen = self.random.choices(
            [verb for verb, _ in verbs], [often for _, often in verbs], k=steps
        )
        for verb in chosen:
            self.today += timedelta(self.random.randint(0, 2 * DAYS // steps))
            verb()

    # What happens

    def enrol(self) -> None:
        self.count += 1
        at = self.at - timedelta(days=self.random.randint(0, 40))
        (member,) = make_members([f"m{self.count}"], enrolled_at=at).values()
        member.kind, member.source = self.random.choice(KINDS), self.random.choice(SOURCES)
        member.save(update_fields=["kind", "source"])

    def sell(self) -> None:
        """A few receipts, some late, some nobody's."""
        sell(
            Sold(
                self.random.choice([*self.active(), None]),
                self.today - timedelta(self.random.choice([0, 0, 0, 3, 40])),
                self.random.choice([0, 990, self.random.randint(1, 9_999)]),
                self.random.choice(self.stores),
                self.random.choice(CHANNELS),
                self.random.randint(0, 23),
            )
            for _ in range(self.random.randint(1, 5))
        )

    def bring_back(self) -> None:
        if sold := self.some(Purchase.objects.filter(business_on__lte=self.today)):
            left = sold.total_cents - sold.returned_cents
            cents = self.random.randint(0, left)
            give_back(
                sold, cents, self.today, store=self.random.choice(self.stores),
                channel=self.random.choice(CHANNELS),
            )  # fmt: skip
            Purchase.objects.filter(pk=sold.pk).update(returned_cents=sold.returned_cents + cents)

    def attach(self) -> None:
        """Somebody shows the card after paying."""
        loose = Purchase.objects.filter(
            member=None, returns=None, occurred_at__gt=self.at - timedelta(days=5),
            occurred_at__lte=self.at,
        )  # fmt: skip
        if (sold := self.some(loose)) and (whose := self.one()):
            attaching.attach(purchase=sold, member=whose, key=ids.new("key"), at=self.at)

    def earn(self) -> None:
        if whose := self.one():
            move(whose, self.random.randint(5, 90), self.at)

    def redeem(self) -> None:
        if whose := self.one():
            try:
                with transaction.atomic():
                    move(whose, -self.random.randint(1, 30), self.at)
            except posting.InsufficientPoints:
                return

    def climb(self) -> None:
        if whose := self.one():
            climb(whose, self.random.choice(["", "silver", "gold"]), self.at)

    def sign_in(self) -> None:
        if whose := self.one():
            SignInDay.objects.get_or_create(member=whose, signed_in_on=self.today)

    def answer(self) -> None:
        if whose := self.one():
            opinions.tell([(whose, self.today, self.random.randint(0, 10))])

    def refer(self) -> None:
        """Whoever joined last turns out to have been brought; some of it is refused."""
        friend = Member.objects.filter(referral=None).order_by("-enrolled_at").first()
        referrer = self.one()
        if friend and referrer and friend != referrer:
            said = self.random.choice(["PENDING", "REFUSED"])
            ended = {"ended_at": self.at, "ended_on": self.today, "why": "OWN"}
            refer(
                referrer, friend, friend.enrolled_at, state=said,
                **(ended if said == "REFUSED" else {}),
            )  # fmt: skip

    def stay(self) -> None:
        if whose := self.one():
            stays = SegmentStay.objects.filter(member=whose, until_at=None)
            if not stays.update(until_at=self.at):
                SegmentStay.objects.create(segment=self.segment, member=whose, since_at=self.at)

    def merge(self) -> None:
        known = self.active()
        if len(known) > 4:
            source, target = self.random.sample(known, 2)
            if not self.are_referred(source, target):
                merging.merge(
                    source=source, target=target, reason="duplicate", merged_by=self.boss,
                    key=ids.new("key"), at=self.at,
                )  # fmt: skip

    def unmerge(self) -> None:
        done = Merge.objects.filter(undone_at=None, target__state=MemberState.ACTIVE)
        if merged := self.some(done):
            merging.unmerge(merge=merged, reason="mistake", undone_by=self.boss, at=self.at)

    def leave(self) -> None:
        if len(self.active()) > 4 and (whose := self.one()):
            closing.close(member=whose, key=ids.new("key"), at=self.at)

    def forget(self) -> None:
        left = Member.objects.filter(state=MemberState.CLOSED).exclude(external_id=None)
        if whose := self.some(left):
            with transaction.atomic():
                forgetting.forget(member=whose)

    def refresh(self) -> None:
        facts.refresh(at=self.at, changes_at_once=self.random.choice([2, 2_000]))

    # To choose from

    def active(self) -> list[Member]:
        return list(Member.objects.active().order_by("pk"))

    def one(self) -> Member | None:
        return self.random.choice(self.active() or [None])

    def some(self, rows: object) -> object:
        return self.random.choice(list(rows.order_by("pk")) or [None])  # type: ignore[attr-defined]

    def are_referred(self, one: Member, other: Member) -> bool:
        pair = [one.pk, other.pk]
        return Referral.objects.filter(referrer__in=pair, friend__in=pair).exists()
