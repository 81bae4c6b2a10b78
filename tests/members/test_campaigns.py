"""Campaigns at the till: who is held out gets nothing of it, and no till is told."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from loyalty.clients.models import Client
from loyalty.ledger import posting
from loyalty.programmes import books, counting, revising
from loyalty.programmes.counters import Counters
from loyalty.programmes.models import BudgetUse, Campaign, MemberCount, Rule, RuleVersion, Segment
from members import enrolling, purchasing, returning, segmenting
from members.api import answers
from members.models import Member, Purchase, Return
from members.returning import Brought
from members.selling import SaleLine
from tests.conftest import NOON
from tests.members.builders import publish, sale

TEN = {"then": {"give": "fixed", "points": 10}}


@pytest.fixture
def may(programme: object) -> Campaign:
    """A campaign with one rule of ten points and a budget of 25, nobody held out."""
    campaign = Campaign.objects.create(
        code="may", name_fr="Mai", name_en="May", starts_at=NOON - timedelta(days=1),
        ends_at=NOON + timedelta(days=9), target=3, budget_points=25, holdout_percent=0,
    )  # fmt: skip
    publish("extra", TEN)
    join(campaign)
    return campaign


def join(campaign: Campaign) -> None:
    Rule.objects.exclude(code="base").update(campaign=campaign)
    revising.touch()


def buy(member: Member, key: str) -> Purchase:
    return purchasing.record(sale=sale(member), key=key, at=NOON)


def extra(purchase: Purchase) -> dict[str, int]:
    return {
        line["rule"]: line["points"] for line in purchase.award["lines"] if line["rule"] != "base"
    }


def buy_two(member: Member) -> Purchase:
    """Sell two pieces of 500.00 each."""
    lines = [SaleLine(amount_cents=100_000, quantity=Decimal(2))]
    told = sale(member, "1000.00", lines=lines)
    return purchasing.record(sale=told, key="two", at=NOON)


def bring_one(purchase: Purchase) -> Return:
    """Bring back one piece of a sale, the day after."""
    later = NOON + timedelta(days=1)
    part = Brought(purchase=purchase, occurred_at=later, quantities={1: Decimal(1)})
    return returning.record(brought=part, key="one", at=later)


class TestItsBudget:
    def test_is_shared_by_its_rules_and_members_and_no_sale_is_refused(self, ada, may):
        publish("more", {"then": {"give": "fixed", "points": 3}})
        join(may)
        grace = enrolling.enrol(at=NOON, email="grace@example.org")

        bought = [extra(buy(m, f"k{n}")) for n, m in enumerate((ada, grace, ada))]

        assert bought == [{"extra": 10, "more": 3}, {"extra": 10, "more": 2}, {}]
        assert BudgetUse.objects.get(campaign=may).points == 25
        reached = MemberCount.objects.filter(rule__campaign=may, window="ever")
        assert set(reached.values_list("holder_id", flat=True)) == {
            ada.holder_id, grace.holder_id,
        }  # fmt: skip

    def test_gets_back_what_a_return_takes_back(self, ada, may):
        purchase = buy(ada, "a")
        book = books.get_book()

        with transaction.atomic():
            posting.lock(ada.holder_id, wallets=book.wallets)
            counting.give_back(
                holder=ada.holder_id,
                counters=Counters.from_json(purchase.facts["counters"]),
                at=purchase.occurred_at,
                was={"base": 20, "extra": 10},
                left={"base": 10, "extra": 4},
                book=book,
            )

        assert BudgetUse.objects.get(campaign=may).points == 4

    def test_is_one(self, programme):
        with pytest.raises(IntegrityError), transaction.atomic():
            Campaign.objects.create(
                code="none", starts_at=NOON, ends_at=NOON + timedelta(days=1), target=1
            )


class TestItsDays:
    @pytest.fixture
    def double(self, may: Campaign) -> None:
        """In the campaign each point of the base counts twice, and nothing else."""
        RuleVersion.objects.filter(rule__code="extra").update(
            terms={"then": {"give": "multiplier", "factor": "2"}}
        )
        revising.touch()

    def run(self, *, days: int) -> None:
        """Let the campaign run for a day, so many days after the sale."""
        begins_at = NOON + timedelta(days=days)
        Campaign.objects.update(starts_at=begins_at, ends_at=begins_at + timedelta(days=1))
        revising.touch()

    @pytest.mark.parametrize("days", [-2, 2], ids=["over", "not begun"])
    @pytest.mark.parametrize("moved_to", [None, 0], ids=["as they were", "moved onto the sale"])
    def test_that_a_sale_was_outside_of_give_nothing_for_what_is_left(
        self, ada, double, days, moved_to
    ):
        self.run(days=days)
        sold = buy_two(ada)
        if moved_to is not None:
            self.run(days=moved_to)

        returned = bring_one(sold)

        assert sold.award["refused"] == [{"rule": "extra", "why": "not-in-period"}]
        assert (sold.points, returned.taken) == (1_000, {"points": 500})
        assert returned.left["points"] == 500

    def test_that_a_sale_was_in_hold_for_what_is_left_though_they_moved(self, ada, double):
        sold = buy_two(ada)
        self.run(days=30)

        returned = bring_one(sold)

        assert (sold.points, returned.taken) == (1_025, {"points": 500})
        assert returned.left["points"] == 525


class TestWhoIsHeldOut:
    @pytest.fixture
    def held(self, ada: Member, may: Campaign) -> Purchase:
        Member.objects.update(public_id=HELD)
        Campaign.objects.update(holdout_percent=50)
        revising.touch()
        ada.refresh_from_db()
        return buy(ada, "k")

    def test_gets_nothing_of_it_and_staff_read_why(self, held: Purchase):
        assert extra(held) == {}
        assert held.award["refused"] == [{"rule": "extra", "why": "held-out"}]
        assert held.facts["held_out"] == ["may"]
        assert BudgetUse.objects.exists() is False

    def test_is_not_told_to_a_till(self, held: Purchase):
        told = answers.of_purchase(
            purchase=held, client=Client(scopes=[]), at=NOON, book=books.get_book()
        )

        assert told["award"]["refused"] == []


class TestItsAudience:
    @pytest.fixture
    def vip(self, may: Campaign) -> Segment:
        """The campaign is for the segment of regulars alone, in which nobody is yet."""
        vip = Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")
        Campaign.objects.update(audience=vip)
        revising.touch()
        return vip

    def test_alone_gets_something_of_it_and_nobody_else_draws_from_its_budget(self, ada, vip):
        grace = enrolling.enrol(at=NOON, email="grace@example.org")
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)

        inside, outside = buy(ada, "a"), buy(grace, "b")

        assert (extra(inside), extra(outside)) == ({"extra": 10}, {})
        assert outside.award["refused"] == [{"rule": "extra", "why": "outside-audience"}]
        assert BudgetUse.objects.get().points == 10

    def test_is_not_told_to_a_till(self, ada, vip):
        told = answers.of_purchase(
            purchase=buy(ada, "a"), client=Client(scopes=[]), at=NOON, book=books.get_book()
        )

        assert told["award"]["refused"] == []

    def test_is_kept_with_the_sale_so_that_a_return_goes_by_it(self, ada, vip):
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)
        lines = [SaleLine(amount_cents=1_000), SaleLine(amount_cents=1_000)]
        sold = purchasing.record(sale=sale(ada, lines=lines), key="a", at=NOON)
        segmenting.assign(code="vip", member_ids=[], at=NOON + timedelta(hours=1))
        later = NOON + timedelta(days=1)
        part = Brought(purchase=sold, occurred_at=later, quantities={1: Decimal(1)})

        returned = returning.record(brought=part, key="r", at=later)

        assert sold.facts["segments"] == ["vip"]
        assert returned.taken == {"points": 10}
        assert returned.left["points"] == 10 + 10


HELD = "mem_held"
