from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.programmes.models import Programme, Store
from members.models import Card, Member
from rewards.models import Reward
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.rewards.conftest import enrol, offer

SCOPES = [Scope.MEMBERS_READ, Scope.REWARDS_WRITE, Scope.PROGRAMME_READ]
CARD = "2000000000121"


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """It is noon until a test says otherwise."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def bea(programme: Programme) -> Member:
    """Bea has a card and 500 points, good for a year."""
    member = enrol("Bea", points=500, at=NOON - timedelta(days=1))
    Card.objects.create(number=CARD, member=member, issued_at=NOON)
    return member


def open_till(code: str, *, scopes: list[Scope] = SCOPES, is_training: bool = False) -> Caller:
    """Return a till of a store of its own."""
    store = Store.objects.create(code=code, name=code, is_training=is_training)
    return Caller(issuing.create_client(name=code, scopes=scopes, store=store, at=NOON))


@pytest.fixture
def till(programme: Programme) -> Caller:
    return open_till("lyon")


@pytest.fixture
def tea(programme: Programme) -> Reward:
    """Tea is worth 2.80, costs 200 points, and two are left."""
    return offer("Tea", cost=200, stock=2, value_cents=280)
