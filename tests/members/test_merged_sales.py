"""What two members did before they were one counts and is taken back from the one."""

from datetime import timedelta

import pytest

from analytics import facts
from loyalty.ledger import verifying
from members.models import Member, Purchase
from tests.analytics.test_facts import all_facts
from tests.conftest import NOON
from tests.members.bringing import bring
from tests.members.builders import points_of
from tests.members.test_measures import count, status, tier_of
from tests.members.twins import buy, carer, merge, twin, unmerge

__all__ = ["carer", "status", "twin"]


@pytest.fixture(autouse=True)
def _sound_books(db: None):
    yield
    assert verifying.verify().first_fault is None


def again(purchase: Purchase) -> Purchase:
    return Purchase.objects.select_related("member").get(pk=purchase.pk)


class TestAReturn:
    def test_takes_back_from_the_survivor_what_the_merged_member_earned(
        self, ada: Member, twin: Member, carer
    ):
        bought = buy(twin, "30.00", "b")
        buy(ada, "20.00", "a")
        merge(twin, ada, carer)

        bring(again(bought), amount_cents=3_000)

        assert points_of(ada, at=NOON) == 20

    def test_is_counted_on_its_own_day_for_whoever_has_the_sale(
        self, ada: Member, twin: Member, carer
    ):
        bought = buy(twin, "30.00", "b", days=3)
        bring(again(bought), amount_cents=1_000)
        facts.refresh(at=NOON)

        unmerge(merge(twin, ada, carer), carer)
        merge(twin, ada, carer, key="again")
        facts.refresh(at=NOON)

        followed = all_facts()
        facts.rebuild(at=NOON)
        assert all_facts() == followed


class TestTheLadder:
    def test_counts_a_day_of_both_as_one_visit(self, ada: Member, twin: Member, carer):
        count(counts_visits=True)
        for number, member in enumerate((ada, twin, ada, twin)):
            buy(member, "1.00", f"k{number}", days=1 + number // 2)

        merge(twin, ada, carer)

        assert tier_of(ada, at=NOON) == "member"
        buy(ada, "1.00", "more")
        assert tier_of(ada, at=NOON) == "silver"

    def test_counts_the_status_credits_of_both(self, ada: Member, twin: Member, status, carer):
        buy(ada, "30.00", "a")
        buy(twin, "20.00", "b")
        merged = merge(twin, ada, carer)
        assert tier_of(ada, at=NOON) == "silver"

        unmerge(merged, carer)

        assert tier_of(ada, at=NOON + timedelta(hours=1)) == "member"
        assert tier_of(twin, at=NOON) == "member"

    def test_counts_them_at_the_till_too(self, ada: Member, twin: Member, status, carer):
        buy(twin, "45.00", "b")
        merge(twin, ada, carer)

        buy(ada, "5.00", "a")

        assert tier_of(ada, at=NOON) == "silver"
