"""Plays the demo's story through the product's own capabilities, so that the ledger is real."""

from calendar import monthrange
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.db import transaction

from analytics import facts, predicting
from loyalty import grants
from loyalty.core import zones
from loyalty.demo import (
    aiming,
    befriending,
    campaigning,
    clubbing,
    complaining,
    costing,
    credentials,
    dealing,
    grouping,
    listening,
    playing,
    shelving,
    story,
    world,
)
from loyalty.ledger import posting
from loyalty.ledger.models import Wallet
from loyalty.programmes import publishing, revising, setting_up
from loyalty.programmes.models import (
    Category,
    ExpiryKind,
    HouseholdRule,
    Programme,
    RoundUpTo,
    Rule,
    Store,
    Tier,
    WalletPolicy,
)
from members import vouchering

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
    programme = _open_programme(at=zones.start_of_day(day=today, zone=ZONE) - _BEFORE)
    shelving.fill(programme=programme, today=today, at=at)
    campaigning.begin(today=today, zone=ZONE)
    grants.sync()
    happenings = story.tell(seed=number, members=members, today=today, zone=ZONE)
    stage, played = playing.Stage(), 0
    for month in playing.by_month(happenings):
        written_at = min(_evening_of_month(month[-1].moment), at)
        stage.play(month, at=written_at)
        _settle(at=written_at)
        played += len(month)
        progress(played, len(happenings))
    _expire_vouchers(at=at)
    befriending.bring_last(number=members)
    credentials.create(at=at)
    dealing.deal(at=at)
    clubbing.join(at=at)
    complaining.complain(at=at)
    costing.spend(today=today, at=at)
    campaigning.offer(today=today, at=at)
    listening.listen(at=at)
    facts.refresh(at=at)
    # What the night has said before somebody looks: yesterday was the last whole day.
    predicting.predict(day=today - timedelta(days=1), at=at)
    aiming.aim(today=today, at=at)
    grouping.group(at=at)


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
    programme.household_rule = HouseholdRule.SHARE
    programme.referral_days = befriending.DAYS
    programme.referral_least_cents = befriending.LEAST_CENTS
    programme.referral_most = befriending.MOST
    programme.save()
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
    _print_card(world.COFFEE_CARD, at=at)
    clubbing.open_up(at=at)
    revising.touch()
    return programme


def _publish(bonus: world.Bonus, *, at: datetime) -> None:
    rule = Rule.objects.create(code=bonus.code, name_fr=bonus.name_fr, name_en=bonus.name_en)
    said = {"when": {"event": bonus.event}, "then": {"give": "fixed", "points": bonus.points}}
    publishing.publish(rule=rule, said=said, at=at, actor="demo")


def _print_card(card: world.Punched, *, at: datetime) -> None:
    WalletPolicy.objects.create(
        wallet=Wallet.objects.create(code=card.code),
        name_fr=card.name_fr,
        name_en=card.name_en,
        expiry_kind=ExpiryKind.MONTHS,
        expiry_count=12,
        expiry_round_up=RoundUpTo.MONTH,
        card_stamps=card.full_at,
        card_name_fr=card.voucher_fr,
        card_name_en=card.voucher_en,
        card_value_cents=card.value_cents,
        card_days=card.good_for_days,
    )
    rule = Rule.objects.create(code=card.rule, name_fr=card.rule_fr, name_en=card.rule_en)
    said = {
        "when": {"categories": [card.family]},
        "then": {"give": "fixed", "points": 1, "wallet": card.code},
    }
    publishing.publish(rule=rule, said=said, at=at, actor="demo")


def _expire_vouchers(*, at: datetime) -> None:
    """Write down what expired in those two years, so that the first night has none to tell."""
    while vouchering.expire_due(at=at, limit=1_000, is_historic=True):
        pass


def _settle(*, at: datetime) -> None:
    """Write down what has run out, as the nights of a month would have."""
    sweep = posting.Sweep(at=at, recorded_at=at, is_historic=True)
    while sweep.settle(limit=1_000):
        pass


def _evening_of_month(moment: datetime) -> datetime:
    """Return the last second of a month: what is written down in it is booked in it."""
    day = zones.business_day(moment=moment, zone=ZONE)
    last = day.replace(day=monthrange(day.year, day.month)[1])
    return zones.end_of_day(day=last, zone=ZONE) - timedelta(seconds=1)
