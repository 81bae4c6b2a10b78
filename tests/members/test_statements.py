"""What happened to a member's points, and why, as members and staff are told it."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from loyalty.core.pages import InvalidCursor
from loyalty.ledger import posting
from loyalty.ledger.models import Account, Entry, Kind
from loyalty.programmes import books, revising
from loyalty.programmes.models import Programme, Store, Tier, WalletPolicy
from members import closing, enrolling, purchasing, statements
from members.models import Member
from members.purchasing import SaleLine
from members.statements import Flow, Movement, Statement
from tests.conftest import NOON
from tests.members.builders import publish, sale


def read(member: Member, *, at: datetime = NOON, **asked: object) -> Statement:
    book = books.get_book()
    account = statements.get_account(member=member, book=book)
    return statements.get_statement(member=member, account=account, at=at, book=book, **asked)


def told(member: Member, **asked: object) -> list[tuple[str, int, int, int]]:
    """Return each movement as its words, points, pending points and balance."""
    with translation.override("en"):
        shown = read(member, **asked).movements
        return [(one.in_words(), one.points, one.pending, one.balance) for one in shown]


def buy(member: Member, euros: str = "20.00", key: str = "1", **said: object) -> None:
    said.setdefault("occurred_at", NOON)
    purchasing.record(sale=sale(member, euros, **said), key=key, at=said["occurred_at"])


def owe(member: Member, points: int) -> None:
    """Let a member owe points, as a return of what they have spent leaves them."""
    account = Account.objects.get(holder=member.holder_id, wallet__code="points")
    Entry.objects.create(
        account=account, number=1, kind=Kind.CLAWBACK, points=-points, occurred_at=NOON,
        recorded_at=NOON, pending_after=0, available_after=0, held_after=0, debt_after=points,
        hash="0" * 64,
    )  # fmt: skip
    Account.objects.filter(pk=account.pk).update(debt=points, removed=points, entry_seq=1)


@transaction.atomic
def spend(member: Member, points: int, *, at: datetime = NOON) -> Entry:
    account = posting.lock(member.holder_id)["points"]
    return posting.redeem(account=account, points=points, reference="rew_1", key="r", at=at)


def days(count: int) -> timedelta:
    return timedelta(days=count)


class TestMovements:
    def test_are_told_newest_first_with_what_the_balance_became(self, ada: Member):
        buy(ada, "20.00", "1")
        spent = spend(ada, 15, at=NOON + days(1))
        with transaction.atomic():
            posting.lock(ada.holder_id)
            posting.refund(entry=spent, points=15, key="c", at=NOON + days(2), grace_days=30)
        with transaction.atomic():
            account = posting.lock(ada.holder_id)["points"]
            posting.adjust(
                account=account,
                points=-4,
                expires_at=None,
                reason="correction",
                actor="usr_1",
                key="a",
                at=NOON + days(3),
            )

        assert told(ada, at=NOON + days(3)) == [
            ("Adjustment: a mistake put right", -4, 0, 16),
            ("Points given back", 15, 0, 20),
            ("Reward", -15, 0, 5),
            ("Purchase", 20, 0, 20),
        ]

    def test_of_points_that_wait_leave_the_balance_until_they_wake(
        self, ada: Member, programme: Programme
    ):
        WalletPolicy.objects.update(pending_days=14)
        revising.touch()
        buy(ada)

        bought = read(ada).movements[0]
        awake = datetime(2026, 3, 24, 23, 0, tzinfo=UTC)
        assert (bought.points, bought.pending, bought.balance) == (0, 20, 0)
        assert bought.usable_from == awake
        assert told(ada, at=awake) == [
            ("Points now available", 20, -20, 20),
            ("Purchase", 0, 20, 0),
        ]

    def test_that_fell_due_are_told_before_anybody_wrote_them_down(self, ada: Member):
        buy(ada)
        later = NOON + days(400)

        assert told(ada, at=later) == [("Points expired", -20, 0, 0), ("Purchase", 20, 0, 20)]
        assert read(ada, at=later).movements[0].entry_id is None
        assert Entry.objects.count() == 1
        with transaction.atomic():
            posting.settle(account=posting.lock(ada.holder_id)["points"], at=later)
        assert told(ada, at=later) == [("Points expired", -20, 0, 0), ("Purchase", 20, 0, 20)]
        assert read(ada, at=later).movements[0].entry_id is not None

    def test_of_a_hold_that_lapsed_are_told_before_anybody_wrote_it_down(self, ada: Member):
        buy(ada)
        with transaction.atomic():
            posting.hold(
                account=posting.lock(ada.holder_id)["points"], points=5, lasts=days(1),
                reference="pay", key="h", at=NOON,
            )  # fmt: skip

        assert told(ada, at=NOON + days(1))[:2] == [
            ("Reserved points released", 5, 0, 20),
            ("Points reserved", -5, 0, 15),
        ]

    def test_of_what_is_owed_go_below_zero_and_the_repayment_is_not_told_twice(self, ada: Member):
        owe(ada, 30)
        buy(ada, "100.00", "2", occurred_at=NOON + days(1))

        assert told(ada, at=NOON + days(1)) == [
            ("Purchase", 100, 0, 70),
            ("Points taken back after a return", -30, 0, -30),
        ]
        whole = told(ada, at=NOON + days(1), flow=Flow.BOOK)
        assert whole[0] == ("Points owed repaid", 0, 0, 70)

    def test_of_a_member_who_left_end_with_what_was_removed(self, ada: Member):
        buy(ada)
        closing.close(member=ada, key="x", at=NOON + days(1))

        assert told(ada, at=NOON + days(1))[0] == ("Points removed on leaving", -20, 0, 0)

    def test_are_none_before_the_first(self, ada: Member):
        assert read(ada) == Statement(movements=(), next_cursor=None)

    def test_never_tell_a_purchase_of_somebody_else(self, ada: Member):
        buy(ada)
        grace = enrolling.enrol(at=NOON, email="grace@example.org")

        assert told(grace) == []
        book = books.get_book()
        account = statements.get_account(member=ada, book=book)
        seen = statements.get_statement(member=grace, account=account, at=NOON, book=book)
        assert (seen.movements[0].purchase, seen.movements[0].lines) == (None, ())


class TestWhy:
    def test_of_a_purchase_is_what_each_rule_gave_on_which_lines(self, ada: Member):
        Tier.objects.filter(code="silver").update(multiplier=Decimal("1.50"))
        revising.touch()
        store = Store.objects.create(code="paris", name="Café Paris")
        buy(ada, "100.00", "1", occurred_at=NOON - days(1))
        lines = [
            SaleLine(name="Sablés", amount_cents=1_500, quantity=Decimal(2)),
            SaleLine(name="Thé", amount_cents=900),
        ]
        buy(ada, "24.00", "2", store=store, lines=lines, receipt="R-7")

        bought = read(ada).movements[0]

        assert (bought.points, bought.balance) == (36, 136)
        with translation.override("fr"):
            parts = read(ada).movements[0].parts
        assert [(part.name, part.points, part.effect) for part in parts][1:] == [
            ("Niveau Argent", 12, "multiplier")
        ]
        assert (parts[0].points, parts[0].basis_cents) == (24, 2_400)
        assert bought.purchase is not None
        assert (bought.purchase.store.name, bought.purchase.receipt) == ("Café Paris", "R-7")
        assert [line.name for line in bought.lines] == ["Sablés", "Thé"]
        assert bought.usable_until == datetime(2027, 3, 10, 23, 0, tzinfo=UTC)

    def test_of_a_bonus_is_the_rule_that_gave_it(self, programme: Programme):
        publish("hello", {"when": {"event": "enrolment"}, "then": {"give": "fixed", "points": 50}})
        grace = enrolling.enrol(at=NOON, email="grace@example.org")

        welcome = read(grace).movements[0]

        assert told(grace) == [("Welcome", 50, 0, 50)]
        assert [(part.name, part.points) for part in welcome.parts] == [("hello", 50)]

    def test_names_the_reward_where_it_is_known(self):
        spent = Movement(
            number=1, entry_id=1, parent_id=None, kind="REDEEM", points=-5, pending=0, balance=0,
            occurred_at=NOON, recorded_at=NOON,
        )  # fmt: skip

        with translation.override("en"):
            assert spent.in_words(reward="A coffee") == "Reward: A coffee"
        assert spent.spending_id == 1


class TestStatement:
    def test_goes_on_from_a_cursor_without_missing_or_repeating(self, ada: Member):
        for number in range(5):
            buy(ada, f"{number + 1}.00", str(number))

        first = read(ada, limit=2)
        second = read(ada, limit=2, cursor=first.next_cursor)
        third = read(ada, limit=2, cursor=second.next_cursor)

        numbers = [[one.number for one in page.movements] for page in (first, second, third)]
        assert numbers == [[5, 4], [3, 2], [1]]
        assert third.next_cursor is None

    def test_can_be_of_one_flow_and_one_time(self, ada: Member):
        buy(ada, "20.00", "1", occurred_at=NOON - days(380))
        buy(ada, "30.00", "2")
        spend(ada, 10)

        assert [one[1] for one in told(ada, flow=Flow.EARNED)] == [30, 20]
        assert [one[1] for one in told(ada, flow=Flow.USED)] == [-10]
        assert [one[1] for one in told(ada, flow=Flow.EXPIRED)] == [-20]
        assert [one[1] for one in told(ada, since=NOON)] == [-10, 30]
        assert [one[1] for one in told(ada, until=NOON - days(300))] == [20]

    def test_refuses_a_cursor_that_is_none(self, ada: Member):
        with pytest.raises(InvalidCursor):
            read(ada, cursor="nonsense")

    @pytest.mark.parametrize("count", [2, 20])
    def test_asks_the_same_of_the_database_however_long(
        self, ada: Member, count: int, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for number in range(count):
            lines = [SaleLine(name=f"L{number}", amount_cents=500)]
            buy(ada, "5.00", str(number), lines=lines)
        book = books.get_book()
        account = statements.get_account(member=ada, book=book)

        with django_assert_num_queries(4):
            statements.get_statement(member=ada, account=account, at=NOON, book=book, limit=count)
        with django_assert_num_queries(2):
            statements.get_statement(
                member=ada, account=account, at=NOON, book=book, limit=count, is_brief=True
            )
