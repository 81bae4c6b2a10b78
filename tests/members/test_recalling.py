"""What rules look up of a member: read only where a rule asks, and once for all rules."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.programmes.models import Programme, Segment
from members import (
    consenting,
    enrolling,
    housing,
    purchasing,
    returning,
    segmenting,
    subscribing,
)
from members.consenting import Said
from members.importing import purchases
from members.models import Member, MemberKind, Purchase
from members.purchasing import Payment, SaleLine
from members.returning import Brought
from tests.conftest import NOON
from tests.members import homes, paying
from tests.members.builders import points_of, publish, sale
from tests.members.conftest import Writer

DAY = timedelta(days=1)
ALL = {
    "kind": "person", "segments": ["vip"], "consents": ["email"], "nth_visit": 1,
    "tills": ["T1"], "brands": ["Illy"], "tags": ["new"],
}  # fmt: skip


def bonus(points: int = 50, **when: object) -> dict:
    return {"when": when, "then": {"give": "fixed", "points": points}}


def answer(member: Member, is_given: bool, *, at=NOON) -> None:
    said = Said(channel="EMAIL", purpose="MARKETING", is_given=is_given, text_version="2026-09")
    consenting.say(member=member, said=said, at=at)


class TestVisits:
    def test_give_on_the_first_purchase_alone_whatever_is_told_late(self, ada: Member):
        publish("first", bonus(nth_visit=1))

        first = purchasing.record(sale=sale(ada), key="a", at=NOON)
        late = purchasing.record(sale=sale(ada, occurred_at=NOON - DAY), key="b", at=NOON + DAY)

        assert (first.points, late.points) == (70, 20)
        assert late.award["refused"] == [{"rule": "first", "why": "not-this-visit"}]

    def test_of_a_first_purchase_are_kept_so_that_a_return_of_a_part_keeps_its_bonus(self, ada):
        publish("first", bonus(nth_visit=1))
        lines = [SaleLine(amount_cents=1_000), SaleLine(amount_cents=1_000)]
        first = purchasing.record(sale=sale(ada, lines=lines), key="a", at=NOON)
        part = Brought(purchase=first, occurred_at=NOON, quantities={1: Decimal(1)})

        returned = returning.record(brought=part, key="r", at=NOON)

        assert (first.points, returned.taken) == (70, {"points": 10})

    def test_are_counted_in_a_file_and_on_at_the_till(self, programme: Programme, write: Writer):
        publish("third", bonus(nth_visit=3))
        file = write("member,date,amount\nm1,2026-03-01,10\nm1,2026-03-02,10\n")
        purchases.bring_in(path=file, at=NOON)
        member = Member.objects.get()

        purchasing.record(sale=sale(member), key="a", at=NOON)
        purchasing.record(sale=sale(member), key="b", at=NOON)

        assert points_of(member, at=NOON) == 10 + 10 + 70 + 20


class TestHouseholds:
    def test_count_as_they_were_at_the_moment_of_the_sale(self, ada: Member):
        publish("shared", bonus(in_household=True))
        homes.allow()
        homes.settle(ada, at=NOON - 2 * DAY)
        housing.leave(member=ada, at=NOON - DAY)

        during = sale(ada, occurred_at=NOON - 2 * DAY)

        assert purchasing.record(sale=during, key="a", at=NOON).points == 70
        after = purchasing.record(sale=sale(ada), key="b", at=NOON)
        assert (after.points, after.award["refused"][0]["why"]) == (20, "not-in-household")


class TestPlans:
    def test_count_from_the_day_of_payment_through_the_last(self, ada: Member):
        publish("club", bonus(plans=["club"]))
        paying.pay(ada, paying.sell(term_months=1), at=NOON)
        last = datetime(2026, 4, 9, 21, 59, tzinfo=UTC)

        before = purchasing.record(sale=sale(ada, occurred_at=NOON - DAY), key="a", at=NOON)
        during = purchasing.record(sale=sale(ada, occurred_at=last), key="b", at=last)
        late = last + timedelta(minutes=2)
        after = purchasing.record(sale=sale(ada, occurred_at=late), key="c", at=late)

        assert (before.points, during.points, after.points) == (20, 70, 20)
        assert after.award["refused"] == [{"rule": "club", "why": "not-this-plan"}]

    def test_count_no_longer_once_the_fee_was_given_back(self, ada: Member):
        publish("club", bonus(plans=["club"]))
        mine = paying.pay(ada, paying.sell()).subscription
        subscribing.give_back(subscription=mine, at=NOON + timedelta(hours=1), actor="usr_1")
        at = NOON + timedelta(hours=2)

        before = purchasing.record(sale=sale(ada), key="a", at=at)
        after = purchasing.record(sale=sale(ada, occurred_at=at), key="b", at=at)

        assert (before.points, after.points) == (70, 20)


class TestConsents:
    def test_count_as_they_were_answered_last_before_the_sale(self, ada: Member):
        publish("mailed", bonus(consents=["email"]))
        answer(ada, is_given=True, at=NOON - 3 * DAY)
        answer(ada, is_given=False, at=NOON - DAY)

        then = sale(ada, occurred_at=NOON - 2 * DAY)

        assert purchasing.record(sale=then, key="a", at=NOON).points == 70
        assert purchasing.record(sale=sale(ada), key="b", at=NOON).points == 20


class TestKinds:
    def test_of_companies_are_told_apart(self, ada: Member):
        publish("firm", bonus(kind="company"))
        firm = enrolling.enrol(at=NOON - DAY, email="f@example.org", kind=MemberKind.COMPANY)

        assert purchasing.record(sale=sale(firm), key="a", at=NOON).points == 70
        assert purchasing.record(sale=sale(ada), key="b", at=NOON).points == 20


class TestThePurchase:
    @pytest.fixture
    def known(self, ada: Member) -> Member:
        Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - DAY)
        answer(ada, is_given=True, at=NOON - DAY)
        return ada

    def bought(self, member: Member):
        line = SaleLine(amount_cents=2_000, brand="Illy", tags=["new"], tax_cents=333)
        return sale(
            member, lines=[line], till="T1", payments=[Payment(means="card", amount_cents=2_000)]
        )

    def test_meets_all_of_it_at_once_and_is_previewed_so(self, known: Member):
        publish("all", bonus(**ALL))

        award = purchasing.preview(sale=self.bought(known), at=NOON)
        purchase = purchasing.record(sale=self.bought(known), key="a", at=NOON)

        assert purchase.points == 70
        assert purchase.award == award.as_json()
        line = Purchase.objects.get().lines.get()
        assert (line.brand, line.tags, line.tax_cents) == ("Illy", ["new"], 333)

    def test_costs_the_same_with_one_rule_or_thirty(self, known: Member):
        def statements(key: str) -> int:
            with CaptureQueriesContext(connection) as taken:
                purchasing.record(sale=self.bought(known), key=key, at=NOON)
            return len(taken)

        publish("all", bonus(**ALL))
        statements("warm")
        one = statements("one")
        for number in range(29):
            publish(f"more-{number}", bonus(**(ALL | {"nth_visit": 9 + number})))
        statements("warm-again")

        assert statements("thirty") == one

    def test_looks_nothing_up_that_no_rule_asks_for(
        self, known: Member, django_assert_num_queries
    ):
        purchasing.preview(sale=self.bought(known), at=NOON)
        with django_assert_num_queries(2):
            purchasing.preview(sale=self.bought(known), at=NOON)

        publish("all", bonus(**ALL))
        purchasing.preview(sale=self.bought(known), at=NOON)
        with django_assert_num_queries(5):
            purchasing.preview(sale=self.bought(known), at=NOON)
