"""Caps, cool-downs and budgets at the till: counted with the sale, given back with a return."""

from datetime import timedelta
from typing import Any

from django.db import transaction

from loyalty.ledger import posting
from loyalty.programmes import books, counting, publishing
from loyalty.programmes.counters import Counters
from loyalty.programmes.models import BudgetUse, MemberCount, Rule
from members import birthdays, enrolling, purchasing
from members.importing import purchases
from members.models import Member, Purchase
from tests.conftest import NOON
from tests.members.builders import publish, sale

TEN = {"give": "fixed", "points": 10}


def limit(then: dict[str, Any] = TEN, event: str = "purchase", **limits: Any) -> None:
    publish("extra", {"when": {"event": event}, "then": then, "limits": limits})


def extra(purchase: Purchase) -> int | str:
    """Return what the limited rule gave, or why not."""
    given = {line["rule"]: line["points"] for line in purchase.award["lines"]}
    why = {line["rule"]: line["why"] for line in purchase.award["refused"]}
    return given.get("extra") or why["extra"]


def buy(member: Member | None, *, key: str, hours: int = 0) -> Purchase:
    at = NOON + timedelta(hours=hours)
    return purchasing.record(sale=sale(member, occurred_at=at), key=key, at=at)


def counted() -> dict[str, tuple[int, int]]:
    return {row.window: (row.points, row.times) for row in MemberCount.objects.all()}


class TestACap:
    def test_lets_a_member_have_so_much_a_day(self, ada: Member):
        limit(per_member={"day": {"points": 25}, "month": {"times": 4}})

        bought = [extra(buy(ada, key=f"k{n}", hours=n)) for n in range(4)]
        tomorrow = [extra(buy(ada, key=f"t{n}", hours=24 + n)) for n in range(2)]

        assert bought == [10, 10, 5, "member-limit-reached"]
        assert tomorrow == [10, "member-limit-reached"]
        assert counted() == {"2026-03-10": (25, 3), "2026-03-11": (10, 1), "2026-03": (35, 4)}

    def test_is_each_members_own(self, ada: Member):
        grace = enrolling.enrol(at=NOON - timedelta(days=9), email="grace@example.org")
        limit(per_member={"ever": {"times": 1}})

        assert [extra(buy(member, key=f"{member}")) for member in (ada, grace)] == [10, 10]

    def test_counts_a_sale_that_is_told_again_once(self, ada: Member):
        limit(per_member={"day": {"points": 25}})

        for _time in range(3):
            buy(ada, key="k")

        assert counted() == {"2026-03-10": (10, 1)}

    def test_stays_when_the_rule_says_something_else(self, ada: Member):
        limit(per_member={"day": {"points": 15}})
        buy(ada, key="a")
        publish_again(per_member={"day": {"points": 17}})

        assert extra(buy(ada, key="b")) == 7


def publish_again(**limits: Any) -> None:
    rule = Rule.objects.get(code="extra")
    publishing.publish(rule=rule, said={"then": TEN, "limits": limits}, at=NOON)


class TestACoolDown:
    def test_asks_for_time_between_two_awards(self, ada: Member):
        limit(cooldown_hours=48)

        bought = [extra(buy(ada, key=f"k{hours}", hours=hours)) for hours in (0, 47, 48)]

        assert bought == [10, "too-soon", 10]


class TestABudget:
    def test_ends_for_everybody(self, ada: Member):
        grace = enrolling.enrol(at=NOON - timedelta(days=9), email="grace@example.org")
        limit(budget_points=25)

        bought = [extra(buy(m, key=f"k{n}")) for n, m in enumerate((ada, grace, ada, grace))]

        assert bought == [10, 10, 5, "budget-spent"]
        assert BudgetUse.objects.get().points == 25

    def test_of_a_welcome_is_for_the_first_who_come(self, ada: Member):
        limit(event="enrolment", budget_points=20)

        newcomers = [enrolling.enrol(at=NOON, email=f"m{n}@example.org") for n in range(3)]

        assert [m.holder.accounts.get(wallet__code="points").issued for m in newcomers] == [
            10, 10, 0,
        ]  # fmt: skip

    def test_of_birthdays_is_shared_by_who_celebrates_together(self, ada: Member):
        limit(event="birthday", budget_points=15)
        for n in range(3):
            enrolling.enrol(
                at=NOON - timedelta(days=9), email=f"m{n}@example.org", birthday=(3, 10)
            )

        given = birthdays.give(day=NOON.date(), at=NOON)

        assert given == 2
        assert BudgetUse.objects.get().points == 15


class TestThePreview:
    def test_is_what_the_sale_then_gives(self, ada: Member):
        limit(per_member={"day": {"points": 15}}, budget_points=1_000)

        for number in range(3):
            foreseen = purchasing.preview(sale=sale(ada), at=NOON)
            purchase = buy(ada, key=f"k{number}")
            assert purchase.award == foreseen.as_json()

    def test_counts_nothing(self, ada: Member):
        limit(per_member={"day": {"points": 15}}, budget_points=1_000)

        purchasing.preview(sale=sale(ada), at=NOON)

        assert (MemberCount.objects.count(), BudgetUse.objects.count()) == (0, 0)


class TestWhatItCosts:
    def test_is_no_statement_without_limits_and_as_many_for_one_rule_as_for_five(
        self, ada: Member, django_assert_max_num_queries
    ):
        buy(ada, key="first")
        plain = statements(ada, "plain", django_assert_max_num_queries)
        limit(per_member={"day": {"points": 1_500}}, budget_points=50_000)
        buy(ada, key="makes-the-rows")
        one = statements(ada, "one", django_assert_max_num_queries)
        for number in range(4):
            publish(
                f"more{number}",
                {"then": TEN, "limits": {"per_member": {"week": {"times": 99}},
                                         "budget_points": 50_000}},
            )  # fmt: skip
        buy(ada, key="makes-the-rows-too")
        five = statements(ada, "five", django_assert_max_num_queries)

        # Two more to read, for members and budgets, and two to write.
        assert (one - plain, five - plain) == (4, 4)


def statements(member: Member, key: str, most: Any) -> int:
    with most(40) as asked:
        buy(member, key=key)
    return len(asked)


class TestGivingBack:
    def give_back(self, purchase: Purchase, left: int) -> None:
        book = books.get_book()
        with transaction.atomic():
            posting.lock(purchase.member.holder_id, wallets=book.wallets)
            counting.give_back(
                holder=purchase.member.holder_id,
                counters=Counters.from_json(purchase.facts["counters"]),
                at=purchase.occurred_at,
                was={"base": 20, "extra": 10},
                left={"base": 20, "extra": left},
                book=book,
            )

    def test_of_a_part_leaves_the_award_and_frees_its_points(self, ada: Member):
        limit(per_member={"day": {"points": 10, "times": 2}}, budget_points=10)
        purchase = buy(ada, key="a")
        assert extra(buy(ada, key="b")) == "member-limit-reached"

        self.give_back(purchase, left=4)

        assert counted() == {"2026-03-10": (4, 1)}
        assert BudgetUse.objects.get().points == 4
        assert extra(buy(ada, key="c")) == 6

    def test_of_the_whole_is_as_if_it_had_never_been(self, ada: Member):
        limit(per_member={"day": {"times": 1}}, cooldown_hours=24, budget_points=10)
        purchase = buy(ada, key="a")
        assert extra(buy(ada, key="b")) == "too-soon"

        self.give_back(purchase, left=0)

        assert counted() == {"2026-03-10": (0, 0), "ever": (0, 0)}
        assert MemberCount.objects.get(window="ever").last_at is None
        assert extra(buy(ada, key="c")) == 10

    def test_leaves_the_other_rules_alone(self, ada: Member):
        limit(per_member={"day": {"times": 5}})
        publish("other", {"then": TEN, "limits": {"per_member": {"day": {"times": 5}}}})
        purchase = buy(ada, key="a")

        self.give_back(purchase, left=0)

        assert dict(MemberCount.objects.values_list("rule__code", "times")) == {
            "extra": 0, "other": 1,
        }  # fmt: skip


class TestAFileOfPurchases:
    def test_is_counted_as_at_the_till(self, ada: Member, write):
        Member.objects.update(external_id="A1")
        limit(per_member={"day": {"points": 25}}, budget_points=30)
        path = write(
            "member,date,amount\n"
            + "".join(f"A1,2026-03-09T1{n}:00:00Z,20.00\n" for n in range(3))
            + "A1,2026-03-10T08:00:00Z,20.00\n"
        )

        purchases.bring_in(path=path, at=NOON)

        bought = Purchase.objects.order_by("occurred_at")
        assert [extra(purchase) for purchase in bought] == [10, 10, 5, 5]
        assert counted() == {"2026-03-09": (25, 3), "2026-03-10": (5, 1)}
        assert BudgetUse.objects.get().points == 30
