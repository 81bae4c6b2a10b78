from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.core import engines
from loyalty.core.refusals import ValidationFailed
from loyalty.events.models import Change, OutboxEvent
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry, Lot, Wallet
from loyalty.programmes.models import Store, WalletPolicy
from members import purchasing, receipts, selling
from members.models import Member, Purchase, PurchaseLine, TierChange
from members.purchasing import Payment, SaleLine
from tests.conftest import NOON
from tests.members.builders import moved, points_of, publish, sale


@pytest.fixture
def paris(db: None) -> Store:
    return Store.objects.create(code="paris", name="Paris")


class TestRecord:
    def test_gives_into_a_wallet_that_came_after_the_member(self, ada: Member, paris: Store):
        stamps = Wallet.objects.create(code="stamps")
        WalletPolicy.objects.create(wallet=stamps, name_fr="Tampons", name_en="Stamps")
        give = {"give": "fixed", "points": 1, "wallet": "stamps"}
        publish("stamp", {"when": {"event": "purchase"}, "then": give})

        purchasing.record(sale=sale(ada, "20.00", store=paris), key="a", at=NOON)

        account = Account.objects.get(holder=ada.holder_id, wallet=stamps)
        assert (account.available, points_of(ada, at=NOON)) == (1, 20)

    def test_keeps_the_sale_its_lines_and_why_it_gave_its_points(self, ada: Member, paris: Store):
        lines = [
            SaleLine(amount_cents=1_380, sku="ESP250", category="coffee", quantity=Decimal(2)),
            SaleLine(amount_cents=620, name="Cup"),
        ]
        sold = sale(
            ada,
            "20.00",
            store=paris,
            till="T1",
            receipt="T1-000123",
            lines=lines,
            payments=[Payment(means="card", amount_cents=2_000)],
        )

        purchase = purchasing.record(sale=sold, key="a", at=NOON, client="cli_1")

        purchase = Purchase.objects.get(pk=purchase.pk)
        assert (purchase.total_cents, purchase.points, purchase.business_on) == (
            2_000, 20, date(2026, 3, 10),
        )  # fmt: skip
        assert purchase.award["lines"][0]["points"] == 20
        assert purchase.facts == {
            "tier": "member",
            "multiplier": "1.00",
            "birthday": None,
            "enrolled_on": "2025-02-03",
            "source": "",
            "spent_cents": 0,
        }
        assert purchase.payments == [{"means": "card", "amount_cents": 2_000}]
        kept = PurchaseLine.objects.order_by("position")
        assert [(line.position, line.sku, line.amount_cents) for line in kept] == [
            (1, "ESP250", 1_380),
            (2, "", 620),
        ]

    def test_gives_the_points_for_a_year(self, ada: Member):
        purchase = purchasing.record(sale=sale(ada, "19.99"), key="a", at=NOON, client="cli_1")

        entry, lot = Entry.objects.get(), Lot.objects.get()
        assert (entry.points, entry.reference, entry.actor) == (19, purchase.public_id, "cli_1")
        assert lot.expires_at.isoformat() == "2027-03-10T23:00:00+00:00"
        assert points_of(ada, at=NOON) == 19
        assert verifying.verify().first_fault is None

    def test_tells_it_and_marks_the_day_to_count(self, ada: Member):
        purchase = purchasing.record(sale=sale(ada), key="a", at=NOON)

        event = OutboxEvent.objects.get(name="purchase.recorded")
        assert event.payload == {
            "purchase": purchase.public_id,
            "member": ada.public_id,
            "store": None,
            "business_on": "2026-03-10",
            "total_cents": 2_000,
            "points": 20,
        }
        change = Change.objects.get(topic="purchases")
        assert (change.subject, change.day) == (ada.pk, date(2026, 3, 10))

    def test_of_nothing_is_a_purchase_without_points(self, ada: Member):
        purchase = purchasing.record(sale=sale(ada, "0.00"), key="a", at=NOON)

        assert purchase.points == 0
        assert Entry.objects.exists() is False

    def test_of_nobody_earns_nothing(self, ada: Member):
        purchase = purchasing.record(sale=sale(None), key="a", at=NOON)

        assert (purchase.member, purchase.points, purchase.facts) == (None, 0, {})
        assert purchase.award["refused"] == [{"rule": "base", "why": "anonymous"}]
        assert Change.objects.get(topic="purchases").subject is None

    def test_counts_the_business_day_of_the_programme(self, ada: Member):
        late = NOON.replace(hour=23, minute=30)

        purchase = purchasing.record(sale=sale(ada, occurred_at=late), key="a", at=late)

        assert purchase.business_on == date(2026, 3, 11)


class TestAKeyAgain:
    def test_gives_the_first_purchase_and_nothing_more(self, ada: Member):
        first = purchasing.record(sale=sale(ada), key="a", at=NOON)
        before = moved()

        again = purchasing.record(sale=sale(ada), key="a", at=NOON + timedelta(days=30))

        assert again == first
        assert moved() == before

    def test_works_for_an_anonymous_sale(self, ada: Member):
        first = purchasing.record(sale=sale(None), key="a", at=NOON)

        assert purchasing.record(sale=sale(None), key="a", at=NOON) == first
        assert Purchase.objects.count() == 1

    @pytest.mark.parametrize("changed", [{"euros": "20.01"}, {"receipt": "R2"}])
    def test_of_another_sale_is_refused(self, ada: Member, changed: dict[str, str]):
        purchasing.record(sale=sale(ada), key="a", at=NOON)
        before = moved()

        with pytest.raises(posting.KeyReused):
            purchasing.record(sale=sale(ada, **changed), key="a", at=NOON)

        assert moved() == before


class TestAReceiptAgain:
    @pytest.mark.parametrize("has_store", [True, False])
    def test_is_refused_and_names_the_first(self, ada: Member, paris: Store, has_store: bool):
        told = {"receipt": "R1", "till": "T1", "store": paris if has_store else None}
        first = purchasing.record(sale=sale(ada, **told), key="a", at=NOON)
        before = moved()

        with pytest.raises(receipts.DuplicateReceipt) as refused:
            purchasing.record(sale=sale(ada, **told), key="b", at=NOON)

        assert refused.value.code == "duplicate-receipt"
        assert refused.value.figures == {"purchase": first.public_id}
        assert moved() == before
        assert points_of(ada, at=NOON) == 20

    def test_is_another_sale_on_another_day_or_till(self, ada: Member):
        purchasing.record(sale=sale(ada, receipt="R1", till="T1"), key="a", at=NOON)
        purchasing.record(sale=sale(ada, receipt="R1", till="T2"), key="b", at=NOON)
        tomorrow = NOON + timedelta(days=1)
        purchasing.record(
            sale=sale(ada, receipt="R1", till="T1", occurred_at=tomorrow), key="c", at=tomorrow
        )

        assert points_of(ada, at=tomorrow) == 60


class TestRefusals:
    @pytest.mark.parametrize(
        "away", [timedelta(days=-7, seconds=-1), timedelta(minutes=5, seconds=1)]
    )
    def test_the_moment_is_within_a_week_back_and_five_minutes_ahead(
        self, ada: Member, away: timedelta
    ):
        before = moved()

        with pytest.raises(selling.OccurredAtOutOfWindow) as refused:
            purchasing.record(sale=sale(ada, occurred_at=NOON + away), key="a", at=NOON)

        assert refused.value.code == "occurred-at-out-of-window"
        assert moved() == before

    @pytest.mark.parametrize("away", [timedelta(days=-7), timedelta(minutes=5)])
    def test_the_edges_of_the_window_are_inside(self, ada: Member, away: timedelta):
        purchasing.record(sale=sale(ada, occurred_at=NOON + away), key="a", at=NOON)

        assert points_of(ada, at=NOON) == 20

    def test_history_has_no_window(self, ada: Member):
        long_ago = NOON - timedelta(days=300)

        purchase = purchasing.record(
            sale=sale(ada, occurred_at=long_ago), key="a", at=NOON, is_historic=True
        )

        assert purchase.is_historic is True
        assert set(
            OutboxEvent.objects.exclude(name="member.enrolled").values_list("is_historic")
        ) == {(True,)}

    @pytest.mark.parametrize(
        ("told", "code"),
        [
            ({"lines": [SaleLine(amount_cents=1_999)]}, "lines-do-not-add-up"),
            (
                {"payments": [Payment(means="card", amount_cents=2_001)]},
                "payments-do-not-add-up",
            ),
        ],
    )
    def test_figures_that_do_not_agree(self, ada: Member, told: dict[str, object], code: str):
        before = moved()

        with pytest.raises(ValidationFailed) as refused:
            purchasing.record(sale=sale(ada, **told), key="a", at=NOON)

        assert [error.code for error in refused.value.errors] == [code]
        assert moved() == before


class TestATrainingStore:
    def test_is_answered_and_kept_nowhere(self, ada: Member):
        school = Store.objects.create(code="school", name="School", is_training=True)
        before = moved()

        purchase = purchasing.record(sale=sale(ada, store=school), key="a", at=NOON)

        assert (purchase.points, purchase.award["lines"]) == (0, [])
        assert moved() == before
        assert Change.objects.exists() is False


class TestTheLadder:
    def test_lifts_a_member_at_once_and_multiplies_from_the_next_sale(self, ada: Member):
        silver = TierChange.objects.get(member=ada).to_tier.ladder.tiers.get(code="silver")
        silver.multiplier = Decimal("2.00")
        silver.save()
        publish("nothing", {"when": {"event": "birthday"}, "then": {"give": "fixed", "points": 1}})

        first = purchasing.record(sale=sale(ada, "100.00"), key="a", at=NOON)
        second = purchasing.record(sale=sale(ada, "10.00"), key="b", at=NOON)

        ada.refresh_from_db()
        assert (first.points, second.points) == (100, 20)
        assert (ada.tier, ada.tier_until) == (silver, date(2027, 3, 10))
        event = OutboxEvent.objects.get(name="tier.changed", payload__to="silver")
        assert event.payload["reason"] == "reached"
        assert second.facts["spent_cents"] == 10_000

    def test_a_late_sale_uses_the_tier_of_its_moment(self, ada: Member):
        silver = TierChange.objects.get(member=ada).to_tier.ladder.tiers.get(code="silver")
        silver.multiplier = Decimal("2.00")
        silver.save()
        publish("nothing", {"when": {"event": "birthday"}, "then": {"give": "fixed", "points": 1}})
        purchasing.record(sale=sale(ada, "100.00"), key="a", at=NOON)

        yesterday = NOON - timedelta(days=1)
        late = purchasing.record(
            sale=sale(ada, "10.00", occurred_at=yesterday), key="b", at=NOON + timedelta(hours=1)
        )

        assert late.points == 10
        assert (late.facts["tier"], late.facts["spent_cents"]) == ("member", 0)


class TestStatements:
    def test_are_as_many_for_eighty_lines_as_for_one(self, ada: Member):
        purchasing.record(sale=sale(ada, "1.00"), key="first", at=NOON)

        counts = [self._count(ada, lines=lines) for lines in (1, 10, 80)]

        # Ten are ours: book, lock, member with counters, purchase, lines, the day to count,
        # the event, what rules cost, and the two ends of the savepoint. The ledger has its key,
        # and its rows with their event and their day to count (one statement on PostgreSQL,
        # seven on SQLite).
        assert counts == ([12] * 3 if engines.is_postgresql() else [18] * 3)

    def _count(self, member: Member, *, lines: int) -> int:
        bought = [SaleLine(amount_cents=800 // lines, sku=f"S{n}") for n in range(lines)]
        with CaptureQueriesContext(connection) as queries:
            purchasing.record(sale=sale(member, "8.00", lines=bought), key=f"k{lines}", at=NOON)
        return len(queries)
