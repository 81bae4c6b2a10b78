"""Plays the demo's story through the product's own capabilities, so that the ledger is real."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from analytics import facts
from loyalty import grants
from loyalty.core import ids, keys, zones
from loyalty.demo import credentials, story, world
from loyalty.demo.story import Bought, Happening, Joined, Wished
from loyalty.demo.world import Product
from loyalty.ledger import balances
from loyalty.programmes import publishing, revising, setting_up
from loyalty.programmes.models import Category, Programme, Rule, Store, Tier
from members import enrolling, numbering, purchasing, vouchering
from members.consenting import Said
from members.models import ConsentChannel, ConsentPurpose, Member
from members.selling import Sale, SaleLine
from rewards import redeeming
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
ZONE = ZoneInfo("Europe/Paris")
_BEFORE = timedelta(days=760)

Progress = Callable[[int, int], object]


@transaction.atomic
def seed(*, number: int, members: int, at: datetime, progress: Progress) -> None:
    """Make the programme and everything that happened in it; the same for the same number.

    All or nothing: an interrupted seed leaves the database as it was. Everything is marked
    historic. Raises setting_up.ProgrammeExists.
    """
    today = zones.business_day(moment=at, zone=ZONE)
    _open_programme(at=zones.start_of_day(day=today, zone=ZONE) - _BEFORE)
    grants.sync()
    stage = _Stage()
    happenings = story.tell(seed=number, members=members, today=today, zone=ZONE)
    for ordinal, happening in enumerate(happenings, start=1):
        stage.play(happening, ordinal)
        progress(ordinal, len(happenings))
    credentials.create(at=at)
    facts.refresh(at=at)


def _open_programme(*, at: datetime) -> Programme:
    programme = setting_up.set_up(
        name=world.PROGRAMME,
        currency="EUR",
        time_zone=ZONE.key,
        points_per=Decimal(1),
        expire_after_days=365,
        tiers=world.TIERS,
        at=at,
    )
    for code, multiplier in world.MULTIPLIERS.items():
        tier = Tier.objects.get(code=code)
        tier.multiplier = Decimal(multiplier)
        tier.save()
    Store.objects.bulk_create(
        Store(code=shop.code, name=shop.name, city=shop.city) for shop in world.SHOPS
    )
    Category.objects.bulk_create(
        Category(code=family.code, name=family.name, is_excluded=family.is_excluded)
        for family in world.FAMILIES
    )
    for bonus in world.BONUSES:
        _publish(bonus, at=at)
    for gift in world.GIFTS:
        _offer(gift, programme)
    revising.touch()
    return programme


def _publish(bonus: world.Bonus, *, at: datetime) -> None:
    rule = Rule.objects.create(code=bonus.code, name_fr=bonus.name_fr, name_en=bonus.name_en)
    said = {"when": {"event": bonus.event}, "then": {"give": "fixed", "points": bonus.points}}
    publishing.publish(rule=rule, said=said, at=at, actor="demo")


def _offer(gift: world.Gift, programme: Programme) -> None:
    Reward.objects.create(
        public_id=ids.new("rew"),
        kind=gift.kind,
        name_fr=gift.name_fr,
        name_en=gift.name_en,
        wallet=programme.spending_wallet,
        cost=gift.cost,
        value_cents=gift.value_cents,
        stock=gift.stock,
        minimum_tier=Tier.objects.filter(code=gift.tier).first(),
    )


class _Stage:
    """Where happenings are played; it remembers who joined and what is on offer."""

    def __init__(self) -> None:
        self._members: dict[int, Member] = {}
        self._stores = {store.code: store for store in Store.objects.all()}
        self._rewards = list(Reward.objects.with_terms().order_by("-cost"))
        self._unused: dict[int, list[str]] = defaultdict(list)

    def play(self, happening: Happening, ordinal: int) -> None:
        match happening:
            case Joined():
                self._join(happening, _key(ordinal))
            case Bought():
                self._buy(happening, ordinal)
            case Wished():
                self._redeem(happening, _key(ordinal))

    def _join(self, joined: Joined, key: str) -> None:
        person = joined.person
        self._members[person.number] = enrolling.enrol(
            at=joined.moment,
            key=key,
            first_name=person.first_name,
            last_name=person.last_name,
            email=person.email,
            card=_card(person.number),
            birthday=person.birthday,
            language=person.language,
            source="store",
            store=self._stores[person.shop],
            consents=_CONSENTS if person.number % 3 else (),
            is_historic=True,
        )

    def _buy(self, bought: Bought, ordinal: int) -> None:
        member = self._members[bought.person.number] if bought.person else None
        if member:
            self._use_vouchers(member, bought.moment)
        sale = Sale(
            member=member,
            store=self._stores[bought.shop],
            till="1",
            receipt=f"{ordinal:06d}",
            occurred_at=bought.moment,
            lines=[_line(product, quantity) for product, quantity in bought.basket],
            total_cents=sum(product.price_cents * count for product, count in bought.basket),
        )
        purchasing.record(sale=sale, key=_key(ordinal), at=bought.moment, is_historic=True)

    def _use_vouchers(self, member: Member, at: datetime) -> None:
        for code in self._unused.pop(member.pk, []):
            if vouchering.get_voucher(code=code).expires_at > at:
                vouchering.use(code=code, at=at, is_historic=True)

    def _redeem(self, wished: Wished, key: str) -> None:
        """Give the best reward that the points and the tier allow, if there is one."""
        member = self._members[wished.person.number]
        wallets = balances.get_balances(holder_ids=[member.holder_id], at=wished.moment)
        points = wallets[member.holder_id]["points"].available
        for reward in self._rewards:
            if reward.cost > points:
                continue
            try:
                redemption = redeeming.redeem(
                    member=member, reward=reward, key=key, at=wished.moment, is_historic=True
                )
            except (RewardNotEligible, RewardExhausted):
                continue
            self._unused[member.pk].append(redemption.voucher.code)
            return


def _line(product: Product, quantity: int) -> SaleLine:
    return SaleLine(
        sku=product.sku,
        name=product.name,
        category=product.family,
        quantity=Decimal(quantity),
        amount_cents=product.price_cents * quantity,
    )


def _key(ordinal: int) -> str:
    return keys.digest(scope="demo", key=str(ordinal))


def _card(number: int) -> str:
    """Return a card number that is the same in every demo."""
    digits = f"2{number:014d}"
    return digits + numbering.check_digit(digits)
