"""For a day after a new address nothing is spent, through whatever door; earning goes on."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from loyalty.clients import issuing
from loyalty.clients.models import Scope
from loyalty.ledger.models import Entry, Kind
from members import blocking, purchasing, signing_in
from members.models import Member, Voucher
from rewards import redeeming
from rewards.models import Redemption, Reward
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.builders import sale
from tests.portal import shelf
from tests.rewards.conftest import points_of

UNTIL = NOON + timedelta(hours=24)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def ada(db: None) -> Member:
    """Ada has 540 points, and a new address for an hour."""
    member = shelf.enrol_ada()
    shelf.add_reward(1, "Un café offert", "A coffee on the house", 200)
    member.spending_locked_until = UNTIL
    member.save()
    return member


@pytest.fixture
def coffee(ada: Member) -> Reward:
    return Reward.objects.get(public_id="rew_1")


def check_nothing_moved(member: Member) -> None:
    assert points_of(member) == 540
    assert Redemption.objects.exists() is Voucher.objects.exists() is False
    assert not Entry.objects.filter(kind=Kind.REDEEM).exists()


class TestTheLock:
    def test_refuses_the_capability(self, ada: Member, coffee: Reward):
        with pytest.raises(blocking.SpendingLocked) as refused:
            redeeming.redeem(member=ada, reward=coffee, key="a", at=UNTIL - timedelta(seconds=1))

        assert refused.value.figures == {"until": UNTIL}
        check_nothing_moved(ada)

    def test_refuses_the_till_and_says_until_when(self, ada: Member, coffee: Reward):
        scopes = [Scope.REWARDS_WRITE]
        till = Caller(issuing.create_client(name="Till", scopes=scopes, store=None, at=NOON))

        answer = till.post(
            "/redemptions", {"member": {"id": ada.public_id}, "reward": coffee.public_id}
        )

        told = answer.json()
        assert (answer.status_code, told["code"]) == (422, "spending-locked")
        assert told["until"].startswith("2026-03-11T")
        check_nothing_moved(ada)

    def test_refuses_the_members_page(self, ada: Member, coffee: Reward):
        browser = Client()
        browser.force_login(signing_in.open_user(member=ada))

        answer = browser.post(
            f"/me/rewards/{coffee.public_id}/", {"key": "k" * 20, "agreed": "points:200"}
        )

        assert answer.status_code != 302
        assert "Your points cannot be spent until 11 March 2026 at 12:00." in (
            answer.content.decode()
        )
        check_nothing_moved(ada)

    def test_lets_a_purchase_earn(self, ada: Member):
        purchasing.record(sale=sale(ada, "20.00"), key="a", at=NOON)

        assert points_of(ada) == 560

    def test_is_over_after_a_day(self, ada: Member, coffee: Reward):
        redeeming.redeem(member=ada, reward=coffee, key="a", at=UNTIL)

        assert points_of(ada) == 340
