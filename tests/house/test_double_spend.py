"""The same points are spent at the till, on the member's page, by staff and by a job at once.

Three rounds of sixteen threads, unless SPEND_ROUNDS and SPEND_THREADS say how many (`make prove`
plays 200 rounds of 64, where DATABASE_URL names a PostgreSQL).
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.core import engines
from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry
from loyalty.ledger.posting.pens import StaleAccount
from loyalty.programmes.models import Store
from members import adjusting
from members.models import Card, Member
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.pages.conftest import add_reward
from tests.portal import shelf
from tests.racing import at_once, read_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]

ROUNDS = int(os.environ.get("SPEND_ROUNDS", "3"))
THREADS = int(os.environ.get("SPEND_THREADS", "16"))
COST = 200
COLLIDED = "collided"
CARD, COFFEE = "2000000000121", "/me/rewards/rew_1/"


@pytest.fixture(autouse=True)
def clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@dataclass
class Doors:
    """Every way to spend Ada's points, each as those who use it do."""

    ada: Member
    till: Caller
    boss: User

    def spend(self, number: int, key: str) -> str:
        """Spend all there is by one of the doors; say how it answered."""
        doors = [self.at_the_till, self.on_the_page, self.by_staff, self.by_a_job]
        try:
            return doors[number % len(doors)](key)
        except Refusal as refusal:
            return refusal.code
        except (StaleAccount, IntegrityError, ValueError):
            return COLLIDED

    def at_the_till(self, key: str) -> str:
        body = {"member": {"card": CARD}, "reward": "rew_1"}
        answer = self.till.post("/redemptions", body, key=key)
        return str(answer.json().get("code", answer.status_code))

    def on_the_page(self, _key: str) -> str:
        browser = Client(raise_request_exception=False)
        browser.force_login(self.ada.user)
        html = browser.get(COFFEE, {"ask": "1"}).content.decode()
        form = dict(re.findall(r'name="(key|agreed)"\s+value="([^"]+)"', html))
        return f"page {browser.post(COFFEE, form).status_code}" if form else "no form"

    def by_staff(self, key: str) -> str:
        adjusting.adjust(
            member=self.ada, wallet="points", points=-COST, reason="correction",
            requested_by=self.boss, key=key, at=NOON,
        )  # fmt: skip
        return "done"

    def by_a_job(self, key: str) -> str:
        with transaction.atomic():
            account = posting.lock(self.ada.holder_id)["points"]
            posting.redeem(account=account, points=COST, reference="job", key=key, at=NOON)
        return "done"


@pytest.fixture
def doors() -> Doors:
    ada = shelf.enrol_ada(points=0)
    Card.objects.create(number=CARD, member=ada, issued_at=NOON)
    add_reward(1, "Un café offert", "A coffee on the house", COST)
    store = Store.objects.create(code="lille", name="Lille")
    scopes = [Scope.MEMBERS_READ, Scope.REWARDS_WRITE]
    client = issuing.create_client(name="till", scopes=scopes, store=store, at=NOON)
    return Doors(ada, Caller(client), User.objects.create_superuser("boss@example.test"))


def give(doors: Doors, number: int) -> None:
    """Give what one coffee costs."""
    with transaction.atomic():
        account = posting.lock(doors.ada.holder)["points"]
        grant = posting.Grant("points", COST, NOON, NOON + shelf.DAY)
        posting.earn(
            account=account, grants=[grant], reference=f"g{number}", key=f"g{number}", at=NOON
        )


def rush(doors: Doors, number: int) -> list[Any]:
    """Let everybody at it, and return how each door answered."""
    return at_once(lambda thread: doors.spend(thread, f"{number}-{thread}"), calls=THREADS)


def spent() -> int:
    return Entry.objects.filter(points__lt=0).count()


def left(doors: Doors) -> int:
    return Account.objects.get(holder=doors.ada.holder_id, wallet__code="points").available


def test_one_of_all_gets_them(doors: Doors):
    for number in range(ROUNDS):
        give(doors, number)

        said = rush(doors, number)

        assert (spent(), left(doors)) == (number + 1, 0), said
        assert not collisions(said), said
    assert verifying.verify().first_fault is None


def test_without_the_lock_they_collide(doors: Doors, monkeypatch: pytest.MonkeyPatch):
    """The control: two who read the same points both spend, and only the second net holds."""
    give(doors, 1)
    monkeypatch.setattr(engines, "row_lock", lambda **_: "")
    monkeypatch.setattr(posting, "lock", read_together(posting.lock, threads=2))

    said = rush(doors, 1)

    assert collisions(said), said
    assert (spent(), left(doors)) == (1, 0)


def collisions(said: list[str]) -> list[str]:
    """What is no answer: two wrote at once, and a net below the lock caught one."""
    return [one for one in said if one == COLLIDED or re.search(r"\b5\d\d\b|^internal", one)]
