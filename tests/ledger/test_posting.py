"""The verbs, on the database: what is written and what is refused."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from loyalty.events.models import Change, OutboxEvent
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import NEVER, Account, Entry, Lot, Movement
from loyalty.ledger.planning import Grant
from loyalty.ledger.posting import pens
from tests.conftest import NOON
from tests.ledger.doing import book_of, days, earn, grant, left_in_lots, moved, read, redeem

pytestmark = pytest.mark.django_db

GESTURE = {"reason": "gesture", "actor": "staff:1", "expires_at": None, "at": NOON}


class TestEarn:
    def test_writes_an_entry_a_lot_a_movement_and_the_account(self, account: Account):
        entry = earn(account, 26, "sale", until=NOON + days(365), actor="till:1")

        assert Entry.objects.get() == entry
        assert (entry.number, entry.points, entry.available_after) == (1, 26, 26)
        lot = Lot.objects.get()
        assert (lot.origin_id, lot.remaining, lot.expires_at) == (entry.pk, 26, NOON + days(365))
        moved = Movement.objects.get()
        assert (moved.source, moved.destination, moved.points) == ("issued", "available", 26)
        stands = read(account)
        assert (stands.issued, stands.available, stands.last_at) == (26, 26, NOON)
        assert stands.next_event_at == NOON + days(365)
        assert stands.last_hash == entry.hash

    def test_opens_one_lot_per_date_and_rule_version(self, account: Account):
        granted = [
            grant(10, until=NOON + days(9), rule_version=1),
            grant(5, until=NOON + days(9), rule_version=2),
            grant(3, until=NOON + days(9), rule_version=1),
        ]

        posting.earn(account=account, grants=granted, reference="s", key="s", at=NOON)

        assert book_of(account) == [("EARN", 18)]
        assert left_in_lots(account) == [13, 5]

    def test_refuses_another_wallets_points(self, account: Account):
        stamps = [Grant("stamps", 1, NOON, NEVER)]

        with pytest.raises(ValueError, match="own wallet"):
            posting.earn(account=account, grants=stamps, reference="s", key="s", at=NOON)

        assert Entry.objects.exists() is False

    @pytest.mark.parametrize("granted", [[], [grant(0)], [grant(5, since=NOON, until=NOON)]])
    def test_refuses_nothing_at_all(self, account: Account, granted: list[Grant]):
        with pytest.raises(ValueError, match=r"grant|nothing"):
            posting.earn(account=account, grants=granted, reference="s", key="s", at=NOON)

        assert Entry.objects.exists() is False

    def test_refuses_the_future(self, account: Account):
        with pytest.raises(posting.TakesEffectLater):
            earn(account, 5, "s", occurred_at=NOON + days(1))

        assert Entry.objects.exists() is False

    def test_refuses_a_second_earn_for_one_sale(self, account: Account):
        earn(account, 5, "sale")

        with pytest.raises(posting.EarnedAlready), transaction.atomic():
            posting.earn(account=account, grants=[grant(5)], reference="sale", key="k", at=NOON)

        assert read(account).available == 5

    @pytest.mark.parametrize("word", ["a|b", "é", "line\nbreak", "x" * 81])
    def test_refuses_words_that_a_hash_could_confuse(self, account: Account, word: str):
        with pytest.raises(posting.NotOpaque):
            posting.earn(account=account, grants=[grant(5)], reference=word, key="k", at=NOON)

        assert Entry.objects.exists() is False


class TestRedeem:
    def test_refuses_more_than_there_is_and_moves_nothing(self, account: Account):
        earn(account, 50, "a")

        with pytest.raises(posting.InsufficientPoints) as refusal:
            redeem(account, 51, "b")

        assert refusal.value.figures == {"available": 50, "required": 51}
        assert book_of(account) == [("EARN", 50)]
        assert left_in_lots(account) == [50]

    def test_draws_from_many_small_lots(self, account: Account):
        granted = [grant(1, until=NOON + days(n)) for n in range(1, 121)]
        posting.earn(account=account, grants=granted, reference="a", key="a", at=NOON)

        redeem(account, 110, "b")

        assert left_in_lots(account) == [0] * 110 + [1] * 10
        assert verifying.verify().first_fault is None

    def test_spends_what_never_expires_last(self, account: Account):
        earn(account, 10, "a")
        earn(account, 10, "b", until=NOON + days(300))

        redeem(account, 15, "c")

        assert left_in_lots(account) == [5, 0]


class TestAdjust:
    def test_adds_and_takes_away(self, account: Account):
        posting.adjust(account=account, points=30, key="a", **GESTURE)
        posting.adjust(account=account, points=-12, key="b", **GESTURE)

        assert book_of(account) == [("ADJUST", 30), ("ADJUST", -12)]
        stands = read(account)
        assert (stands.issued, stands.available, stands.removed) == (30, 18, 12)
        assert verifying.verify().first_fault is None

    def test_refuses_to_take_more_than_there_is(self, account: Account):
        with pytest.raises(posting.InsufficientPoints):
            posting.adjust(account=account, points=-1, key="a", **GESTURE)

        assert Entry.objects.exists() is False


class TestRefund:
    def test_is_for_spendings_only(self, account: Account):
        entry = earn(account, 5, "a")

        with pytest.raises(posting.NotRefundable):
            posting.refund(entry=entry, points=5, key="k", at=NOON, grace_days=30)

        assert book_of(account) == [("EARN", 5)]


class TestClose:
    def close(self, account: Account, *, key: str = "bye", on: int = 0) -> Entry | None:
        return posting.close(
            account=account, key=key, at=NOON + days(on), reason="closed", actor="usr_1"
        )

    def test_removes_pending_and_available_in_one_entry_after_what_was_due(self, account: Account):
        earn(account, 50, "a", until=NOON + days(3))
        earn(account, 20, "b", since=NOON + days(4))
        earn(account, 7, "c", since=NOON + days(9))

        entry = self.close(account, on=5)

        assert book_of(account) == [
            ("EARN", 50), ("EARN", 20), ("EARN", 7),
            ("EXPIRE", -50), ("ACTIVATE", 20), ("CLOSE", -27),
        ]  # fmt: skip
        assert entry == Entry.objects.get(kind="CLOSE")
        assert (moved(account, "pending", "removed"), moved(account, "available", "removed")) == (
            7, 20,
        )  # fmt: skip
        stands = read(account)
        assert (stands.pending, stands.available, stands.removed) == (0, 0, 27)
        assert (stands.next_event_at, account.removed) == (None, 27)
        assert left_in_lots(account) == [0, 0, 0]
        assert OutboxEvent.objects.latest("id").name == "points.removed"
        assert verifying.verify().first_fault is None

    def test_of_nothing_writes_nothing(self, account: Account):
        earn(account, 50, "a", until=NOON + days(3))

        assert self.close(account, on=5) is None

        assert book_of(account) == [("EARN", 50), ("EXPIRE", -50)]

    def test_twice_is_once(self, account: Account):
        earn(account, 50, "a")

        assert self.close(account) == self.close(account, on=1)

        assert book_of(account) == [("EARN", 50), ("CLOSE", -50)]

    def test_refuses_the_key_of_another_request(self, account: Account):
        earn(account, 50, "a")

        with pytest.raises(posting.KeyReused):
            self.close(account, key="a")

        assert book_of(account) == [("EARN", 50)]


class TestAPastEffect:
    def test_what_is_already_due_is_settled_in_the_same_breath(self, account: Account):
        earn(
            account, 40, "a", at=NOON + days(30), occurred_at=NOON,
            since=NOON + days(5), until=NOON + days(20),
        )  # fmt: skip

        assert book_of(account) == [("EARN", 40), ("ACTIVATE", 40), ("EXPIRE", -40)]
        effects = list(account.entries.order_by("number").values_list("occurred_at", flat=True))
        assert effects == [NOON, NOON + days(5), NOON + days(20)]
        assert left_in_lots(account) == [0]

    def test_a_late_fact_never_changes_what_was_consumed(self, account: Account):
        earn(account, 10, "a", until=NOON + days(50))
        redeem(account, 10, "b", at=NOON + days(2))

        earn(account, 10, "c", at=NOON + days(3), occurred_at=NOON, until=NOON + days(9))

        assert left_in_lots(account) == [0, 10]

    def test_an_accounts_time_never_runs_backwards(self, account: Account):
        earn(account, 10, "a", at=NOON + days(5))

        entry = redeem(account, 4, "b", at=NOON)

        assert entry.occurred_at == NOON + days(5)


class TestRepeating:
    def test_answers_with_the_first_entry_and_writes_nothing(self, account: Account):
        first = earn(account, 5, "a")

        assert earn(account, 5, "a", at=NOON + days(3)) == first
        assert Entry.objects.count() == 1
        assert OutboxEvent.objects.count() == 1

    def test_refuses_the_key_of_another_request(self, account: Account):
        earn(account, 5, "a")

        with pytest.raises(posting.KeyReused):
            earn(account, 6, "a")
        with pytest.raises(posting.KeyReused):
            redeem(account, 5, "a")

        assert book_of(account) == [("EARN", 5)]


class TestTelling:
    def test_records_an_event_for_every_entry_and_the_days_that_changed(self, account: Account):
        earn(account, 5, "a", until=NOON + days(1))
        earn(account, 7, "b", at=NOON + days(2), is_historic=True)

        told = OutboxEvent.objects.order_by("id").values_list(
            "name", "is_historic", "payload__points"
        )
        assert list(told) == [
            ("points.earned", False, 5),
            ("points.expired", True, -5),
            ("points.earned", True, 7),
        ]
        changed = set(Change.objects.filter(topic="points").values_list("subject", "day"))
        assert changed == {(None, (NOON + days(n)).date()) for n in (0, 1, 2)}


class TestPastItsLock:
    def test_a_row_that_changed_is_not_written_over(self, account: Account):
        earn(account, 5, "a")
        Account.objects.filter(pk=account.pk).update(entry_seq=7)

        with pytest.raises(pens.StaleAccount), transaction.atomic():
            earn(account, 5, "b")

        assert book_of(account) == [("EARN", 5)]

    def test_a_rolled_back_savepoint_takes_the_proof_of_the_lock_with_it(self, account: Account):
        earn(account, 5, "a")
        with transaction.atomic():
            redeem(account, 5, "b")
            transaction.set_rollback(True)

        redeem(account, 3, "c")

        assert book_of(account) == [("EARN", 5), ("REDEEM", -3)]
        assert verifying.verify().first_fault is None

    def test_of_two_readings_of_one_account_the_newer_counts(self, account: Account):
        older = posting.lock(account.holder_id)["points"]
        newer = posting.lock(account.holder_id)["points"]
        earn(newer, 5, "a")

        redeem(older, 5, "b")

        assert book_of(account) == [("EARN", 5), ("REDEEM", -5)]

    def test_conservation_is_the_databases_own_rule(self, account: Account):
        with pytest.raises(IntegrityError), transaction.atomic():
            Account.objects.filter(pk=account.pk).update(available=1)

        assert read(account).available == 0


@pytest.mark.django_db(transaction=True)
class TestOutsideATransaction:
    def test_nothing_is_posted(self):
        with transaction.atomic():
            account = posting.lock(posting.open_holder(at=NOON))["points"]

        with pytest.raises(TransactionManagementError):
            earn(account, 5, "a")
        with pytest.raises(TransactionManagementError):
            posting.lock(account.holder_id)
        with pytest.raises(TransactionManagementError):
            posting.settle_due(at=NOON)

        assert Entry.objects.exists() is False
        assert connection.in_atomic_block is False
