"""What a paid membership gives: a tier through its last day, and a voucher each month."""

from datetime import UTC, date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Tier
from members import enrolling, giving, standing, subscribing
from members.models import Member, Subscription, Voucher
from tests.conftest import NOON
from tests.members.paying import COFFEE, DAY, held, pay, sell
from tests.members.staff import appoint
from tests.members.test_subscribing import nights, tier_of


@pytest.fixture
def marie(programme) -> User:
    return appoint(Role.CUSTOMER_CARE, "marie")


def give_tier(member: Member, code: str, until: date, by: User) -> None:
    giving.give(
        member=member, tier=Tier.objects.get(code=code), until=until, reason="goodwill", by=by,
        at=NOON,
    )  # fmt: skip


def standing_on(member: Member, day: date) -> tuple[str, bool]:
    at = datetime(day.year, day.month, day.day, 11, tzinfo=UTC)
    now = standing.get_standing(member=Member.objects.get(pk=member.pk), at=at)
    return now.tier.code, now.is_given


class TestTheTier:
    def test_holds_from_the_payment_through_the_last_day(self, ada: Member):
        pay(ada, sell(tier="gold"))

        assert tier_of(ada) == "gold"
        change = ada.tier_changes.latest("pk")
        assert (change.reason, change.cause, change.given_until) == (
            "given", "paid-membership", date(2027, 3, 9),
        )  # fmt: skip
        assert standing_on(ada, date(2027, 3, 9)) == ("gold", True)
        assert standing_on(ada, date(2027, 3, 10)) == ("member", False)

    def test_goes_on_with_a_renewal(self, ada: Member):
        plan = sell(tier="gold")
        pay(ada, plan)

        pay(ada, plan, "T2", at=NOON + 300 * DAY)

        assert standing_on(ada, date(2028, 3, 9)) == ("gold", True)

    def test_leaves_what_staff_gave_that_is_worth_more(self, ada: Member, marie: User):
        give_tier(ada, "gold", date(2026, 4, 20), marie)

        pay(ada, sell(tier="silver"))

        assert standing_on(ada, date(2026, 4, 20)) == ("gold", True)

    def test_comes_back_with_the_month_after_what_staff_gave(self, ada: Member, marie: User):
        give_tier(ada, "gold", date(2026, 4, 20), marie)
        pay(ada, sell(tier="silver"))

        nights(date(2026, 4, 9), 30)
        assert standing_on(ada, date(2026, 5, 9)) == ("member", False)
        nights(date(2026, 5, 9), 1)

        assert standing_on(ada, date(2027, 3, 9)) == ("silver", True)

    def test_takes_the_place_of_a_lower_one(self, ada: Member, marie: User):
        give_tier(ada, "silver", date(2026, 12, 31), marie)

        pay(ada, sell(tier="gold", term_months=1))

        assert standing_on(ada, date(2026, 4, 9)) == ("gold", True)


class TestTheVoucher:
    def test_of_the_first_month_comes_with_the_payment(self, ada: Member):
        payment = pay(ada, sell(**COFFEE))

        voucher = Voucher.objects.get()
        assert (voucher.member, voucher.origin) == (ada, payment.subscription.public_id)
        assert (voucher.name_fr, voucher.value_cents) == ("Un café", 280)
        # Good through 9 April, in Paris.
        assert voucher.expires_at == datetime(2026, 4, 9, 22, tzinfo=UTC)

    def test_of_each_month_comes_once_with_the_night_before_it(self, ada: Member):
        pay(ada, sell(term_months=3, **COFFEE))

        nights(date(2026, 4, 8), 1)
        assert Voucher.objects.count() == 1
        nights(date(2026, 4, 9), 1)
        nights(date(2026, 4, 9), 1)
        assert Voucher.objects.count() == 2
        nights(date(2026, 4, 10), 80)

        started = [voucher.issued_at for voucher in Voucher.objects.order_by("pk")]
        assert started == [
            NOON,
            datetime(2026, 4, 9, 22, tzinfo=UTC),
            datetime(2026, 5, 9, 22, tzinfo=UTC),
        ]
        assert held(ada).next_month_on is None

    def test_comes_again_with_the_months_of_a_renewal(self, ada: Member):
        plan = sell(term_months=1, **COFFEE)
        pay(ada, plan)
        pay(ada, plan, "T2", at=NOON + 5 * DAY)
        assert (Voucher.objects.count(), held(ada).next_month_on) == (1, date(2026, 4, 10))

        nights(date(2026, 4, 9), 1)

        assert Voucher.objects.count() == 2

    def test_of_a_month_that_is_over_is_not_given_late(self, ada: Member):
        pay(ada, sell(**COFFEE))

        nights(date(2026, 6, 20), 1)

        assert Voucher.objects.count() == 2
        assert (held(ada).given_months, held(ada).next_month_on) == (4, date(2026, 7, 10))

    def test_comes_to_the_end_where_it_was_cancelled(self, ada: Member):
        mine = pay(ada, sell(term_months=2, **COFFEE)).subscription
        subscribing.cancel(subscription=mine, at=NOON, actor="mem_1")

        nights(date(2026, 4, 9), 1)

        assert Voucher.objects.count() == 2

    def test_is_none_where_the_plan_gives_none(self, ada: Member):
        pay(ada, sell())

        nights(date(2026, 4, 9), 1)

        assert Voucher.objects.exists() is False
        assert held(ada).given_months == 2


class TestTheNight:
    def test_asks_as_many_statements_for_two_as_for_twelve(self, programme):
        plan = sell(tier="gold", **COFFEE)

        def cost(first: int, last: int) -> int:
            for n in range(first, last):
                member = enrolling.enrol(at=NOON, first_name="A", email=f"a{n}@example.org")
                pay(member, plan, f"T{n}")
            with CaptureQueriesContext(connection) as seen:
                subscribing.keep_up(day=date(2026, 4, 9), at=NOON + 30 * DAY)
            Subscription.objects.update(given_months=1, next_month_on=date(2026, 4, 10))
            return len(seen)

        assert cost(0, 2) == cost(2, 12)

    def test_asks_nothing_but_the_book_where_no_plan_is_sold(
        self, programme, django_assert_num_queries
    ):
        subscribing.keep_up(day=date(2026, 4, 9), at=NOON)

        with django_assert_num_queries(3):  # the transaction, and the revision
            subscribing.keep_up(day=date(2026, 4, 9), at=NOON)
