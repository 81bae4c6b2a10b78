"""Fills the demo's catalogue, with its pictures and the codes of its pool."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from loyalty.core import ids, zones
from loyalty.demo import gifts
from loyalty.demo.gifts import Gift
from loyalty.programmes.models import Programme, Tier
from rewards import picturing, pooling
from rewards.models import Picture, Reward, RewardCategory, VoucherPool

_PICTURES = Path(__file__).parent / "pictures"


def fill(*, programme: Programme, today: date, at: datetime) -> None:
    """Put every gift on its shelf, with its picture and its days."""
    shelves = RewardCategory.objects.bulk_create(
        RewardCategory(code=shelf.code, name_fr=shelf.name_fr, name_en=shelf.name_en, place=place)
        for place, shelf in enumerate(gifts.SHELVES)
    )
    by_code = {shelf.code: shelf for shelf in shelves}
    pool = VoucherPool.objects.create(name=gifts.POOL)
    pooling.add_codes(pool=pool, content="\n".join(gifts.codes()).encode())
    for gift in gifts.GIFTS:
        reward = _reward(gift, programme, today)
        reward.category = by_code[gift.shelf]
        reward.picture = _hang(gift.picture, at=at)
        reward.pool = pool if gift.is_from_pool else None
        reward.save()


def _reward(gift: Gift, programme: Programme, today: date) -> Reward:
    count, days = gift.limit or (None, None)
    return Reward(
        public_id=ids.new("rew"),
        kind=gift.kind,
        name_fr=gift.name_fr,
        name_en=gift.name_en,
        description_fr=gift.description_fr,
        description_en=gift.description_en,
        where_fr=gift.where_fr,
        where_en=gift.where_en,
        wallet=programme.spending_wallet,
        cost=gift.cost,
        value_cents=gift.value_cents,
        stock=gift.stock,
        limit_count=count,
        limit_days=days,
        minimum_tier=Tier.objects.filter(code=gift.tier).first(),
        # What opens later is announced today.
        appears_at=_start(0, today, programme.zone) if (gift.from_day or 0) > 0 else None,
        starts_at=_start(gift.from_day, today, programme.zone),
        ends_at=_start(gift.until_day, today, programme.zone),
    )


def _start(days: int | None, today: date, zone: ZoneInfo) -> datetime | None:
    if days is None:
        return None
    return zones.start_of_day(day=today + timedelta(days=days), zone=zone)


def _hang(name: str, *, at: datetime) -> Picture:
    with (_PICTURES / f"{name}.webp").open("rb") as file:
        return picturing.keep(drawn=picturing.read(file=file), at=at)
