"""The page that shows who would move by a changed ladder, and moves them."""

import pytest
from django.test import Client

from loyalty.identity.models import User
from loyalty.programmes import revising
from loyalty.programmes.models import Tier
from members import enrolling, purchasing
from members.models import Member, TierReview
from tests.conftest import NOON
from tests.desk.reading import queries_of, words_of
from tests.members.builders import sale

PAGE = "/desk/tiers/"


@pytest.fixture
def boss(programme, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("boss@example.test", language="en"))
    return client


def make_silver_cheaper(members: int) -> None:
    """Let some members have what silver takes from now on."""
    Tier.objects.filter(code="silver").update(threshold_cents=5_000)
    revising.touch()
    for number in range(members):
        member = enrolling.enrol(at=NOON, external_id=f"m{number}", first_name=f"Ada {number}")
        Member.objects.filter(pk=member.pk).update(tier=Tier.objects.get(rank=0))
        bought = sale(member, "60.00", occurred_at=NOON)
        purchasing.record(sale=bought, key=f"{number}", at=NOON)
        lowest = Tier.objects.get(rank=0)
        Member.objects.filter(pk=member.pk).update(tier=lowest, tier_until=None)


class TestTheReview:
    def test_lists_who_would_move_and_moves_them_when_told(self, boss: Client):
        make_silver_cheaper(1)

        address = boss.post(PAGE).headers["Location"]
        seen = words_of(boss, address)
        assert "→ Silver 1 member" in seen
        assert "Ada 0" in seen
        assert Member.objects.get().tier.code != "silver"
        boss.post(address)

        assert "1 member moved." in words_of(boss, address)
        assert Member.objects.get().tier.code == "silver"

    def test_says_that_nobody_would_move(self, boss: Client):
        address = boss.post(PAGE).headers["Location"]

        assert "Nobody would move." in words_of(boss, address)
        assert "Personne ne changerait de niveau." in words_of(boss, address, "fr")

    def test_of_another_name_is_not_there(self, boss: Client):
        assert boss.get(f"{PAGE}rvw_none/").status_code == 404

    def test_costs_the_same_for_two_and_for_twenty(self, boss: Client):
        make_silver_cheaper(2)
        two = boss.post(PAGE).headers["Location"]
        queries_of(boss, two)
        cost = queries_of(boss, two)
        TierReview.objects.all().delete()
        Member.objects.update(external_id=None)
        make_more = [enrolling.enrol(at=NOON, external_id=f"n{n}") for n in range(18)]
        for member in make_more:
            bought = sale(member, "60.00", occurred_at=NOON)
            purchasing.record(sale=bought, key=f"n{member.pk}", at=NOON)
        Member.objects.update(tier=Tier.objects.get(rank=0), tier_until=None)
        twenty = boss.post(PAGE).headers["Location"]

        assert queries_of(boss, twenty) == cost
