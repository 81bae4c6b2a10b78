"""What each rule has cost: counted with every award, whether anything limits it or not."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.programmes.models import Programme, Rule, RuleCost, Tier
from members import birthdays, enrolling, purchasing, returning
from members.importing import purchases
from members.models import Member
from members.returning import Brought
from members.selling import SaleLine
from tests.conftest import NOON
from tests.members.builders import publish, sale
from tests.members.conftest import Writer

TEN = {"then": {"give": "fixed", "points": 10}}


def costs() -> dict[str, tuple[int, int, int]]:
    """Return points, awards and cents of vouchers by rule, of those that gave anything."""
    return {
        rule.code: (rule.cost_points, rule.cost_awards, rule.cost_gift_cents)
        for rule in Rule.objects.with_cost()
        if rule.cost_awards
    }


class TestACost:
    def test_is_what_a_rule_gave_to_everybody(self, ada: Member):
        publish("extra", TEN)
        members = [enrolling.enrol(at=NOON, email=f"m{n}@example.org") for n in range(3)]

        for number, member in enumerate((ada, *members, ada)):
            purchasing.record(sale=sale(member), key=f"k{number}", at=NOON)

        assert costs() == {"base": (100, 5, 0), "extra": (50, 5, 0)}

    def test_counts_a_sale_that_is_told_again_once_and_an_anonymous_one_not(self, ada: Member):
        for _time in range(2):
            purchasing.record(sale=sale(ada), key="k", at=NOON)
        purchasing.record(sale=sale(None), key="nobody", at=NOON)

        assert costs() == {"base": (20, 1, 0)}

    def test_knows_no_multiplier_of_a_tier(self, ada: Member):
        Tier.objects.update(multiplier=Decimal(2), threshold_cents=0)

        purchasing.record(sale=sale(ada), key="a", at=NOON)

        assert set(costs()) == {"base"}

    def test_holds_what_vouchers_are_worth(self, ada: Member):
        gift = {"give": "voucher", "name_fr": "Un café", "name_en": "A coffee",
                "value_cents": 280, "days": 30}  # fmt: skip
        publish("coffee", {"then": gift})

        purchasing.record(sale=sale(ada), key="a", at=NOON)

        assert costs()["coffee"] == (0, 1, 280)

    def test_holds_what_is_given_for_a_birthday(self, ada: Member):
        publish("birthday", TEN | {"when": {"event": "birthday"}})
        Member.objects.update(birth_month=3, birth_day=10)

        birthdays.give(day=NOON.date(), at=NOON)

        assert costs() == {"birthday": (10, 1, 0)}

    def test_holds_what_a_file_gave_in_as_many_statements_as_it_takes_chunks(
        self, programme: Programme, write: Writer
    ):
        lines = "".join(f"m{n},2026-03-01,10\n" for n in range(40))

        with CaptureQueriesContext(connection) as asked:
            purchases.bring_in(path=write(f"member,date,amount\n{lines}"), at=NOON)

        assert costs() == {"base": (400, 40, 0)}
        told = [one["sql"] for one in asked if 'UPDATE "programmes_rulecost"' in one["sql"]]
        assert len(told) == 2  # the second once its row is there
        assert RuleCost.objects.count() == 1


class TestAReturn:
    @pytest.fixture
    def sold(self, ada: Member) -> purchasing.Purchase:
        publish("extra", TEN)
        lines = [SaleLine(amount_cents=1_500), SaleLine(amount_cents=500)]
        return purchasing.record(sale=sale(ada, lines=lines), key="a", at=NOON)

    def test_of_a_part_takes_back_what_it_had_cost(self, sold):
        part = Brought(purchase=sold, occurred_at=NOON, quantities={1: Decimal(1)})

        returning.record(brought=part, key="r", at=NOON)

        assert costs() == {"base": (5, 1, 0), "extra": (10, 1, 0)}

    def test_of_all_takes_the_awards_back_too(self, sold):
        returning.record(brought=Brought(purchase=sold, occurred_at=NOON), key="r", at=NOON)

        assert costs() == {}
        assert set(RuleCost.objects.values_list("points", "awards")) == {(0, 0)}
