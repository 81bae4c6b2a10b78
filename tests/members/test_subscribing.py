"""Paid memberships: they begin with a payment, go on from their end, and end by themselves."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.ledger import posting
from loyalty.programmes.models import Plan
from members import blocking, closing, enrolling, subscribing
from members.models import Member, Subscription, SubscriptionPayment, Voucher
from members.selling import OccurredAtOutOfWindow
from tests.conftest import NOON
from tests.members.paying import COFFEE, DAY, held, pay, sell
from tests.racing import at_once


@pytest.fixture
def plan(programme) -> Plan:
    return sell()


def tier_of(member: Member) -> str:
    return Member.objects.select_related("tier").get(pk=member.pk).tier.code


def nights(first: date, days: int) -> None:
    """Do what so many nights do, each at half past midnight in Paris."""
    for n in range(days):
        day = first + n * DAY
        at = datetime(day.year, day.month, day.day, 23, 30, tzinfo=UTC)
        while subscribing.keep_up(day=day, at=at):
            pass


class TestAPayment:
    def test_lets_a_membership_begin_on_its_day_for_a_term(self, ada: Member, plan: Plan):
        payment = pay(ada, plan)

        mine = held(ada)
        assert (mine.since_on, mine.until_on, mine.state) == (
            date(2026, 3, 10), date(2027, 3, 9), "ACTIVE",
        )  # fmt: skip
        assert (payment.subscription, payment.paid_cents, payment.reported_by) == (
            mine, 2_900, "cli_1",
        )  # fmt: skip
        assert (payment.from_on, payment.until_on) == (mine.since_on, mine.until_on)
        told = OutboxEvent.objects.get(name="subscription.paid")
        assert told.payload["until"] == "2027-03-09"

    def test_is_of_the_local_day_on_which_it_was_made(self, ada: Member, plan: Plan):
        pay(ada, plan, at=datetime(2026, 3, 10, 23, 30, tzinfo=UTC))

        assert held(ada).since_on == date(2026, 3, 11)

    def test_renews_from_the_end_and_not_from_its_day(self, ada: Member, plan: Plan):
        pay(ada, plan)

        payment = pay(ada, plan, "T2", at=NOON + 300 * DAY)

        assert held(ada).until_on == date(2028, 3, 9)
        assert (payment.from_on, payment.until_on) == (date(2027, 3, 10), date(2028, 3, 9))

    def test_renews_on_the_last_day_even_where_it_is_reported_the_day_after(
        self, ada: Member, plan: Plan
    ):
        pay(ada, plan)
        last = datetime(2027, 3, 9, 20, tzinfo=UTC)
        nights(date(2027, 3, 9), 1)
        assert held(ada).state == "ENDED"

        pay(ada, plan, "T2", at=last + DAY, occurred_at=last)

        mine = held(ada)
        assert (mine.state, mine.ended_at, mine.until_on) == ("ACTIVE", None, date(2028, 3, 9))

    def test_begins_anew_once_the_term_is_over(self, ada: Member, plan: Plan):
        first = pay(ada, plan).subscription

        again = pay(ada, plan, "T2", at=NOON + 370 * DAY).subscription

        assert again != first
        assert (again.since_on, again.until_on) == (date(2027, 3, 15), date(2028, 3, 14))

    def test_counts_months_from_the_first_day_and_clamps_each(self, ada: Member):
        monthly = sell("month", term_months=1)
        first = datetime(2026, 1, 31, 11, tzinfo=UTC)

        days = [pay(ada, monthly, f"T{n}", at=first + n * DAY).until_on for n in range(3)]

        assert days == [date(2026, 2, 27), date(2026, 3, 30), date(2026, 4, 29)]

    def test_is_kept_once_for_a_key_and_for_a_reference(self, ada: Member, plan: Plan):
        first = pay(ada, plan)

        assert pay(ada, plan) == first
        told = subscribing.Paid(
            member=ada, plan=plan, reference="T1", paid_cents=2_900, occurred_at=NOON
        )
        assert subscribing.record(paid=told, key="another", at=NOON) == first
        assert (held(ada).months, SubscriptionPayment.objects.count()) == (12, 1)

    def test_is_refused_under_the_reference_or_the_key_of_another(self, ada: Member, plan: Plan):
        pay(ada, plan)

        with pytest.raises(subscribing.ReferenceReused):
            pay(ada, plan, paid_cents=100)
        told = subscribing.Paid(
            member=ada, plan=plan, reference="T2", paid_cents=2_900, occurred_at=NOON
        )
        with pytest.raises(posting.KeyReused):
            subscribing.record(paid=told, key="key-T1", at=NOON)

        assert (held(ada).months, SubscriptionPayment.objects.count()) == (12, 1)

    def test_for_another_plan_is_refused_while_one_runs(self, ada: Member, plan: Plan):
        pay(ada, plan)

        with pytest.raises(subscribing.OtherPlanHeld) as refusal:
            pay(ada, sell("gold", term_months=1), "T2")

        assert refusal.value.figures == {"plan": "club", "until": "2027-03-09"}
        assert SubscriptionPayment.objects.count() == 1

    def test_of_a_plan_off_sale_renews_and_begins_nothing(self, ada: Member, plan: Plan):
        pay(ada, plan)
        Plan.objects.update(is_on_sale=False)
        plan.refresh_from_db()
        bob = enrolling.enrol(at=NOON, first_name="Bob", last_name="B", email="bob@example.org")

        pay(ada, plan, "T2")

        assert held(ada).months == 24
        with pytest.raises(subscribing.PlanNotOnSale):
            pay(bob, plan, "T3")
        assert Subscription.objects.count() == 1

    def test_is_refused_of_who_left_and_taken_of_who_is_blocked(self, ada: Member, plan: Plan):
        blocking.block(member=ada, at=NOON, actor="user:1")
        pay(ada, plan)
        closing.close(member=ada, key="x", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            pay(ada, plan, "T2")

        assert held(ada).months == 12

    def test_is_refused_from_the_future(self, ada: Member, plan: Plan):
        with pytest.raises(OccurredAtOutOfWindow):
            pay(ada, plan, occurred_at=NOON + DAY)

        assert Subscription.objects.exists() is False


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTenAtOnce:
    def test_are_ten_terms_of_one_membership(self, ada: Member, plan: Plan):
        at_once(lambda number: pay(ada, plan, f"T{number}").pk, calls=10)

        assert held(ada).months == 120

    def test_with_one_reference_are_one_term(self, ada: Member, plan: Plan):
        def report(number: int) -> int:
            told = subscribing.Paid(
                member=ada, plan=plan, reference="T1", paid_cents=2_900, occurred_at=NOON
            )
            return subscribing.record(paid=told, key=f"k{number}", at=NOON).pk

        assert len(set(at_once(report, calls=10))) == 1
        assert held(ada).months == 12


class TestCancel:
    def test_lets_the_paid_term_run_out(self, ada: Member, plan: Plan):
        mine = pay(ada, plan).subscription

        cancelled = subscribing.cancel(subscription=mine, at=NOON + DAY, actor="mem_1")
        again = subscribing.cancel(subscription=mine, at=NOON + 2 * DAY, actor="usr_1")

        assert (cancelled.state, cancelled.until_on) == ("CANCELLED", date(2027, 3, 9))
        assert (again.cancelled_at, again.cancelled_by) == (NOON + DAY, "mem_1")
        assert OutboxEvent.objects.filter(name="subscription.cancelled").count() == 1

    def test_is_undone_by_whoever_pays_again(self, ada: Member, plan: Plan):
        mine = pay(ada, plan).subscription
        subscribing.cancel(subscription=mine, at=NOON, actor="mem_1")

        pay(ada, plan, "T2")

        assert (held(ada).state, held(ada).cancelled_at) == ("ACTIVE", None)

    def test_is_refused_once_it_is_over(self, ada: Member, plan: Plan):
        mine = pay(ada, plan).subscription

        with pytest.raises(subscribing.SubscriptionOver):
            subscribing.cancel(subscription=mine, at=NOON + 366 * DAY, actor="mem_1")

        assert held(ada).state == "ACTIVE"


class TestGiveBack:
    def test_ends_it_at_once_with_what_nobody_used(self, ada: Member):
        mine = pay(ada, sell(tier="gold", **COFFEE)).subscription
        assert tier_of(ada) == "gold"

        subscribing.give_back(subscription=mine, at=NOON + DAY, actor="usr_1")

        mine.refresh_from_db()
        assert (mine.state, mine.ended_at, mine.next_month_on) == ("ENDED", NOON + DAY, None)
        assert mine.payments.get().returned_at == NOON + DAY
        assert Voucher.objects.get().state == "CANCELLED"
        assert tier_of(ada) == "member"
        change = ada.tier_changes.latest("pk")
        assert (change.reason, change.cause, change.actor) == (
            "withdrawn", "paid-membership", "usr_1",
        )  # fmt: skip

    def test_of_a_renewal_that_has_not_begun_leaves_the_term_that_has(self, ada: Member):
        mine = pay(ada, sell(tier="gold", **COFFEE)).subscription
        pay(ada, mine.plan, "T2", at=NOON + 300 * DAY)
        assert Member.objects.get(pk=ada.pk).given_until == date(2028, 3, 9)

        subscribing.give_back(subscription=mine, at=NOON + 301 * DAY, actor="usr_1")

        mine.refresh_from_db()
        assert (mine.state, mine.until_on, mine.months) == ("CANCELLED", date(2027, 3, 9), 12)
        assert (mine.ended_at, mine.cancelled_by) == (None, "usr_1")
        first, second = mine.payments.order_by("pk")
        assert (first.returned_at, second.returned_at) == (None, NOON + 301 * DAY)
        assert tier_of(ada) == "gold"
        assert Member.objects.get(pk=ada.pk).given_until == date(2027, 3, 9)
        assert set(Voucher.objects.values_list("state", flat=True)) == {"OPEN"}
        # What is left can be given back as well.
        subscribing.give_back(subscription=mine, at=NOON + 302 * DAY, actor="usr_1")
        mine.refresh_from_db()
        assert (mine.state, tier_of(ada)) == ("ENDED", "member")

    def test_lets_another_begin(self, ada: Member, plan: Plan):
        mine = pay(ada, plan).subscription
        subscribing.give_back(subscription=mine, at=NOON, actor="usr_1")

        again = pay(ada, plan, "T2", at=NOON + timedelta(hours=1)).subscription

        assert (again != mine, again.since_on) == (True, date(2026, 3, 10))


class TestTheEnd:
    def test_is_written_down_by_the_night_of_the_last_day(self, ada: Member, plan: Plan):
        pay(ada, plan)

        nights(date(2027, 3, 8), 1)
        assert held(ada).state == "ACTIVE"
        nights(date(2027, 3, 9), 2)

        mine = held(ada)
        assert (mine.state, mine.ended_at) == ("ENDED", datetime(2027, 3, 9, 23, tzinfo=UTC))
        assert OutboxEvent.objects.filter(name="subscription.ended").count() == 1

    def test_comes_with_leaving_the_programme(self, ada: Member, plan: Plan):
        pay(ada, plan)

        closing.close(member=ada, key="x", at=NOON + DAY)

        assert (held(ada).state, held(ada).ended_at) == ("ENDED", NOON + DAY)

    def test_is_read_from_the_dates_before_any_night(self, ada: Member, plan: Plan):
        pay(ada, plan)

        assert held(ada).state_on(date(2027, 3, 9)) == "ACTIVE"
        assert held(ada).state_on(date(2027, 3, 10)) == "ENDED"
