"""Plays the demo's story month by month: what a month holds is written a few thousand at once.

Through the same walk as an import, so that points, tiers and reasons are as on the day; one
by one it would take ten times as long.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import groupby

from loyalty.core import keys, zones
from loyalty.demo import befriending
from loyalty.demo.story import Bought, Happening, Joined, Person, Wished
from loyalty.demo.world import Product
from loyalty.ledger import balances, posting
from loyalty.programmes import books, counting
from loyalty.programmes.models import Store
from loyalty.programmes.rulebook import Rulebook
from loyalty.programmes.tallies import Tally
from members import activity, birthdays, bonuses, enrolling, numbering, vouchering
from members.consenting import Said
from members.enrolling import Newcomer
from members.importing import booking
from members.importing.walking import Harvest, Walk
from members.models import ConsentChannel, ConsentPurpose, Member, Voucher
from members.selling import Sale, SaleLine
from rewards import redeeming
from rewards.limiting import RewardLimitReached
from rewards.models import Reward
from rewards.stocking import RewardExhausted, RewardNotEligible

_CONSENTS = (
    Said(
        channel=ConsentChannel.EMAIL,
        purpose=ConsentPurpose.MARKETING,
        is_given=True,
        text_version="demo-1",
        where="till",
    ),
)


def by_month(happenings: Iterable[Happening]) -> list[list[Happening]]:
    """Split a story, oldest first, at the ends of its months."""
    months = groupby(happenings, key=lambda one: (one.moment.year, one.moment.month))
    return [list(month) for _month, month in months]


@dataclass
class Stage:
    """Where happenings are played; it remembers who joined and what they have left to use."""

    book: Rulebook = field(default_factory=books.get_book)
    _walks: dict[int | None, Walk] = field(default_factory=dict)
    _unused: dict[int | None, list[str]] = field(default_factory=lambda: defaultdict(list))
    _receipts: int = 0
    _tally: Tally = field(default_factory=Tally)

    def __post_init__(self) -> None:
        self._stores = {store.code: store for store in Store.objects.all()}
        self._rewards = list(Reward.objects.with_terms().order_by("-cost"))

    def play(self, month: Sequence[Happening], *, at: datetime) -> None:
        """Let a month happen; `at` is when all of it is written down, after its last moment."""
        self._join([one for one in month if isinstance(one, Joined)], at)
        bought = [one for one in month if isinstance(one, Bought)]
        self._use_vouchers(bought)
        self._buy(bought, at)
        self._keep_gifts(since=month[0].moment)
        self._redeem([one for one in month if isinstance(one, Wished)])
        self._congratulate(month[0].moment.date(), at)
        befriending.confirm(first=self.book.business_day(month[0].moment), at=at)

    def _join(self, joined: Sequence[Joined], at: datetime) -> None:
        members = enrolling.enrol_many(
            newcomers=[self._newcomer(one) for one in joined], recorded_at=at
        )
        accounts = posting.lock_many(
            [member.holder_id for member in members], wallets=self.book.wallets
        )
        befriending.bring(
            newcomers=[(one.person.number, who) for one, who in zip(joined, members, strict=True)],
            members={
                number: walk.member
                for number, walk in self._walks.items()
                if number and walk.member
            },
        )
        for one, member in zip(joined, members, strict=True):
            self._walks[one.person.number] = Walk(
                book=self.book,
                at=at,
                member=member,
                accounts=accounts[member.holder_id],
                activity=activity.of_newcomer(member=member, book=self.book),
            )

    def _newcomer(self, joined: Joined) -> Newcomer:
        person = joined.person
        return Newcomer(
            enrolled_at=joined.moment,
            # Who is held out of a campaign goes by it: the same in every demo.
            public_id=f"mem_{_key(f'public id {person.number}')[:26]}",
            key=_key(f"member {person.number}"),
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            card=_card(person.number),
            birthday=person.birthday,
            language=person.language,
            source="store",
            store=self._stores[person.shop],
            consents=_CONSENTS if person.number % 3 else (),
        )

    def _use_vouchers(self, bought: Sequence[Bought]) -> None:
        """Let members who come back use what they have, at their first visit of the month."""
        for one in bought:
            number = one.person.number if one.person else None
            for code in self._unused.pop(number, []) if number else []:
                if vouchering.get_voucher(code=code).expires_at > one.moment:
                    vouchering.use(code=code, at=one.moment, is_historic=True)

    def _buy(self, bought: Sequence[Bought], at: datetime) -> None:
        harvest = Harvest()
        nobody = Walk(book=self.book, at=at)
        for one in bought:
            walk = self._walks[one.person.number] if one.person else nobody
            if self._is_held_out(one, walk.member):
                continue
            walk.at, walk.tally = at, self._tally
            self._receipts += 1
            key = _key(f"purchase {self._receipts}")
            walk.take(sale=self._sale(one, walk.member), key=key, harvest=harvest)
        booking.write(harvest=harvest, at=at, book=self.book)
        counting.keep(tally=self._tally, book=self.book)
        # What is written is known to the next month, and not written again.
        self._tally = Tally(used=self._tally.used, budgets=self._tally.budgets)

    def _keep_gifts(self, *, since: datetime) -> None:
        """Let members remember the vouchers of the cards that they filled in a month."""
        numbers = {walk.member.pk: number for number, walk in self._walks.items() if walk.member}
        for voucher in Voucher.objects.filter(issued_at__gte=since).order_by("pk"):
            self._unused[numbers[voucher.member_id]].append(voucher.code)

    def _is_held_out(self, bought: Bought, member: Member | None) -> bool:
        """Say whether a campaign that tempted somebody never reached them."""
        return member is not None and any(
            campaign.code == bought.campaign and campaign.holds_out(member.public_id)
            for campaign in self.book.campaigns
        )

    def _sale(self, bought: Bought, member: Member | None) -> Sale:
        return Sale(
            member=member,
            store=self._stores[bought.shop],
            till="1",
            receipt=f"{self._receipts:06d}",
            occurred_at=bought.moment,
            lines=[_line(product, quantity) for product, quantity in bought.basket],
            total_cents=sum(product.price_cents * count for product, count in bought.basket),
        )

    def _redeem(self, wished: Sequence[Wished]) -> None:
        """Give each the best reward that their points and tier allow, if there is one."""
        if not wished:
            return
        members = {one.person.number: self._member(one.person) for one in wished}
        wallets = balances.get_balances(
            holder_ids=[member.holder_id for member in members.values()],
            at=wished[-1].moment,
        )
        for one in wished:
            member = members[one.person.number]
            points = wallets[member.holder_id][self.book.spending_wallet].available
            affordable = [
                reward
                for reward in self._rewards
                if reward.cost <= points and reward.is_offered(at=one.moment)
            ]
            self._take_best(one, member, affordable)

    def _take_best(self, wished: Wished, member: Member, affordable: Sequence[Reward]) -> None:
        for reward in affordable:
            try:
                redemption = redeeming.redeem(
                    member=member,
                    reward=reward,
                    key=_key(f"redemption {wished.person.number} {wished.moment:%Y-%m}"),
                    at=wished.moment,
                    is_historic=True,
                )
            except (RewardNotEligible, RewardExhausted, RewardLimitReached):
                continue
            self._unused[wished.person.number].append(redemption.voucher.code)
            return

    def _congratulate(self, first: date, at: datetime) -> None:
        """Give the birthdays of a month, each as of its day."""
        moments = {}
        for walk in self._walks.values():
            member = self._member_of(walk)
            day = date(first.year, first.month, member.birth_day or 1)
            morning = zones.start_of_day(day=day, zone=self.book.zone)
            if member.birth_month == first.month and member.enrolled_at <= morning <= at:
                moments[member] = morning
        bonuses.give(
            members=list(moments),
            event=birthdays.EVENT,
            reference=f"{birthdays.EVENT}:{first.year}",
            moment_of=moments.__getitem__,
            recorded_at=at,
            book=self.book,
            is_historic=True,
        )

    def _member(self, person: Person) -> Member:
        return self._member_of(self._walks[person.number])

    @staticmethod
    def _member_of(walk: Walk) -> Member:
        assert walk.member is not None  # noqa: S101 (nobody has no walk of their own)
        return walk.member


def _line(product: Product, quantity: int) -> SaleLine:
    return SaleLine(
        sku=product.sku,
        name=product.name,
        category=product.family,
        quantity=Decimal(quantity),
        amount_cents=product.price_cents * quantity,
    )


def _key(said: str) -> str:
    return keys.digest(scope="demo", key=said)


def _card(number: int) -> str:
    """Return a card number that is the same in every demo."""
    digits = f"2{number:014d}"
    return digits + numbering.check_digit(digits)
