"""A shop with a programme, and somebody who may see everything."""

import logging
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from babel.messages import mofile
from django.test import Client
from django.utils import timezone, translation

from loyalty.identity.models import User
from loyalty.programmes import setting_up
from loyalty.programmes.models import Programme, Rule, RuleState, RuleVersion, Store, Tier
from rewards.models import Reward, RewardKind
from tests import catalogues
from tests.conftest import NOON


@pytest.fixture(autouse=True, scope="session")
def _catalogues_are_compiled() -> None:
    """Compile what `make` compiles, where it has not or not lately."""
    for language in catalogues.LANGUAGES:
        source = catalogues.path_of(language)
        compiled = source.with_suffix(".mo")
        if not compiled.exists() or compiled.stat().st_mtime < source.stat().st_mtime:
            with compiled.open("wb") as file:
                mofile.write_mo(file, catalogues.read(language))
    translation.trans_real._translations.clear()


def add_rule(code: str, french: str, english: str, terms: dict[str, Any]) -> Rule:
    """Publish a rule that has always been so."""
    rule = Rule.objects.create(code=code, name_fr=french, name_en=english, state=RuleState.LIVE)
    RuleVersion.objects.create(rule=rule, number=1, terms=terms, created_at=NOON)
    return rule


def add_reward(number: int, french: str, english: str, cost: int, **fields: Any) -> Reward:
    wallet = Programme.objects.get().spending_wallet
    return Reward.objects.create(
        public_id=f"rew_{number}",
        name_fr=french,
        name_en=english,
        cost=cost,
        wallet=wallet,
        **{"kind": RewardKind.PRODUCT, **fields},
    )


def set_up(*, at: datetime = NOON) -> Programme:
    """Set up 1 point per euro, good for a year, with two tiers above the bottom."""
    return setting_up.set_up(
        name="Maison Lise",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=[("silver", 20_000), ("gold", 50_000)],
        at=at,
    )


def fill_shop() -> None:
    """Give the programme rules, benefits, rewards and stores."""
    add_rule(
        "birthday", "Votre anniversaire", "Your birthday",
        {"when": {"event": "birthday"}, "then": {"give": "fixed", "points": 100}},
    )  # fmt: skip
    add_rule(
        "weekend", "Le plaisir du week-end", "Weekend treat",
        {
            "when": {"weekdays": [6, 7], "minimum_basket_cents": 3_000},
            "then": {"give": "multiplier", "factor": "2"},
        },
    )  # fmt: skip
    Tier.objects.filter(code="gold").update(
        multiplier="1.50", benefits_fr="Livraison offerte", benefits_en="Free delivery"
    )
    gold = Tier.objects.get(code="gold")
    add_reward(1, "Un café offert", "A coffee on the house", 80)
    add_reward(2, "Boîte de sablés", "A tin of shortbread", 1_350, stock=4)
    add_reward(3, "Atelier", "Workshop", 1_500, stock=0, minimum_tier=gold)
    Store.objects.create(code="bastille", name="Maison Lise Bastille", city="Paris")
    Store.objects.create(code="school", name="Maison Lise École", is_training=True)


@pytest.fixture
def programme(db: None) -> Programme:
    return set_up()


@pytest.fixture
def shop(programme: Programme) -> Programme:
    fill_shop()
    return programme


@pytest.fixture
def desk(db: None) -> Client:
    """An administrator's browser."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin@example.test"))
    return client


@pytest.fixture
def _at_one_moment() -> Iterator[None]:
    """Stop the clock: staff are asked again who they are after minutes, and we may be slow."""
    with time_machine.travel(timezone.now(), tick=False):
        yield


@pytest.fixture
def _in_silence() -> Iterator[None]:
    """Write no log: whoever tries every door is refused thousands of times."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
