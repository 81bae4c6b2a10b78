"""Points that wait for an event of a member, until it comes or staff settle it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.ledger import balances, verifying
from loyalty.ledger.models import Entry, Lot
from loyalty.programmes import books
from members import awaiting, blocking, closing, enrolling, hearing, purchasing, statements
from members.awaiting import NothingWaits
from members.hearing import Told
from members.models import Member
from tests.conftest import NOON
from tests.ledger.doing import stands
from tests.members.bringing import LATER, account_of, bring
from tests.members.builders import points_of, publish, sale
from tests.members.staff import appoint
from tests.racing import at_once

DAY = timedelta(days=1)
ON_DELIVERY = {
    "then": {
        "give": "rate", "points": "1", "per_cents": 100, "pending_event": "order-delivered",
        "cancel_days": 30, "expiry": {"kind": "DAYS", "count": 90, "round_up": "DAY"},
    }
}  # fmt: skip

TWICE = {"give": "rate", "points": "2", "per_cents": 100}


@pytest.fixture
def marie(programme) -> User:
    """Somebody of the staff who looks after members."""
    return appoint(Role.CUSTOMER_CARE, "marie")


@pytest.fixture
def bought(ada: Member):
    """Ada bought for 40.00, and her points wait for the delivery."""
    publish("delivery", ON_DELIVERY)
    return purchasing.record(sale=sale(ada, "40.00"), key="sale", at=NOON)


def tell(member: Member, name: str = "order-delivered", *, key: str = "a", at=NOON, on=None):
    return hearing.record(
        member=member, told=Told(name=name, occurred_at=on or at), key=key, at=at
    )


def waiting(member: Member, *, at=NOON) -> int:
    return balances.get_balance(account=account_of(member), at=at).pending


class TestThePurchase:
    def test_says_what_its_points_wait_for(self, ada: Member, bought):
        assert bought.award["lines"][-1]["pending"] == {
            "event": "order-delivered",
            "until": "2026-04-09",
        }
        assert bought.award["points"] == 80
        assert (points_of(ada, at=NOON), waiting(ada)) == (40, 40)


class TestTheEvent:
    def test_lets_points_be_used_for_as_long_as_the_award_said(self, ada: Member, bought):
        event = tell(ada, at=NOON + 3 * DAY)

        assert points_of(ada, at=NOON + 3 * DAY) == 80
        entry = Entry.objects.get(kind="ACTIVATE")
        assert (entry.points, entry.reference, entry.reason) == (
            40,
            event.public_id,
            "order-delivered",
        )
        lot = Lot.objects.get(waits_for="order-delivered")
        assert lot.available_at == NOON + 3 * DAY
        # To the end of 11 June in Paris, 90 days after 13 March: the clocks have changed.
        assert lot.expires_at == datetime(2026, 6, 11, 22, tzinfo=UTC)
        assert verifying.verify().first_fault is None

    def test_of_another_name_changes_nothing(self, ada: Member, bought):
        tell(ada, "order-shipped")

        assert (points_of(ada, at=NOON), waiting(ada)) == (40, 40)

    def test_that_happened_before_the_purchase_changes_nothing(self, ada: Member, bought):
        tell(ada, on=NOON - DAY)

        assert (points_of(ada, at=NOON), waiting(ada)) == (40, 40)

    def test_that_comes_too_late_finds_nothing(self, ada: Member, bought):
        late = NOON + 31 * DAY

        tell(ada, at=late)

        assert (points_of(ada, at=late), waiting(ada, at=late)) == (40, 0)
        assert Entry.objects.filter(kind="ACTIVATE").exists() is False

    def test_costs_no_statement_where_nothing_is_pending(self, ada: Member, bought):
        def cost(key: str) -> int:
            with CaptureQueriesContext(connection) as seen:
                tell(ada, "order-shipped", key=key)
            return len(seen)

        before = cost("a")
        tell(ada, key="b")

        assert before - cost("c") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTenAtOnce:
    def test_let_points_be_used_once(self, ada: Member, bought):
        at_once(lambda number: tell(ada, key=f"k{number}").public_id, calls=10)

        assert Entry.objects.filter(kind="ACTIVATE").count() == 1
        assert points_of(ada, at=NOON) == 80


class TestAReturn:
    def test_takes_back_what_waits_and_nothing_else(self, ada: Member, bought):
        given = bring(bought, amount_cents=4_000)

        assert given.taken == {"points": 80}
        assert (points_of(ada, at=LATER), waiting(ada, at=LATER)) == (0, 0)
        assert stands(account_of(ada)) == {"issued": 80, "removed": 80}
        assert verifying.verify().first_fault is None

    def test_of_half_leaves_what_can_be_used_already(self, ada: Member, bought):
        given = bring(bought, amount_cents=2_000)

        assert given.taken == {"points": 40}
        assert (points_of(ada, at=LATER), waiting(ada, at=LATER)) == (40, 0)
        bring(bought, amount_cents=2_000, key="rest")
        assert stands(account_of(ada)) == {"issued": 80, "removed": 80}

    def test_of_a_quarter_leaves_the_rest_waiting_for_its_day(self, ada: Member):
        publish("later", {"then": {**TWICE, "pending_days": 14}})
        bought = purchasing.record(sale=sale(ada, "40.00"), key="sale", at=NOON)

        bring(bought, amount_cents=1_000)

        assert (points_of(ada, at=LATER), waiting(ada, at=LATER)) == (40, 50)


class TestHistory:
    def test_says_what_is_waited_for(self, ada: Member, bought):
        book = books.get_book()
        account = statements.get_account(member=ada, book=book)

        (told,) = statements.get_statement(
            member=ada, account=account, at=NOON, book=book
        ).movements

        assert (told.points, told.pending, told.waits_for) == (40, 40, "order-delivered")
        assert told.usable_from is None


class TestStaff:
    def settle(self, ada: Member, marie: User, *, comes: bool, at=NOON) -> Entry:
        lot = Lot.objects.get(waits_for="order-delivered")
        return awaiting.settle(
            member=ada, lot=lot.pk, comes=comes, reason="proven", by=marie, at=at
        )

    def test_let_points_be_used_for_a_reason(self, ada: Member, marie: User, bought):
        entry = self.settle(ada, marie, comes=True)

        assert (entry.kind, entry.actor, entry.reason) == (
            "ACTIVATE",
            f"user:{marie.pk}",
            "proven",
        )
        assert points_of(ada, at=NOON) == 80
        assert ada.history.latest().history_change_reason == "pending-activated:proven"

    def test_cancel_them_for_a_reason(self, ada: Member, marie: User, bought):
        entry = self.settle(ada, marie, comes=False)

        assert (entry.kind, entry.points) == ("CANCEL", -40)
        assert (points_of(ada, at=NOON), waiting(ada)) == (40, 0)
        assert ada.history.latest().history_change_reason == "pending-cancelled:proven"

    def test_settle_them_once(self, ada: Member, marie: User, bought):
        self.settle(ada, marie, comes=False)

        with pytest.raises(NothingWaits):
            self.settle(ada, marie, comes=True)

        assert Entry.objects.filter(kind__in=["ACTIVATE", "CANCEL"]).count() == 1

    def test_without_the_right_move_nothing(self, ada: Member, bought):
        clerk = appoint(Role.MARKETING, "bob")

        with pytest.raises(permitting.NotPermitted):
            self.settle(ada, clerk, comes=True)

        assert waiting(ada) == 40

    def test_do_not_settle_for_somebody_else_than_the_member(
        self, ada: Member, marie: User, bought
    ):
        bob = enrolling.enrol(at=NOON, first_name="Bob", last_name="B", email="bob@example.org")
        with pytest.raises(NothingWaits):
            self.settle(bob, marie, comes=True)

        assert waiting(ada) == 40

    def test_find_nothing_of_who_has_left(self, ada: Member, marie: User, bought):
        closing.close(member=ada, key="x", at=NOON, actor="user:1")

        with pytest.raises(blocking.MemberClosed):
            self.settle(Member.objects.get(pk=ada.pk), marie, comes=True)

        assert Entry.objects.filter(kind="ACTIVATE").exists() is False
