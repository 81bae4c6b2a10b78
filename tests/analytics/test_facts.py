from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import facts
from analytics.models import (
    DayToCount,
    MemberCategory,
    MemberFact,
    MemberMonth,
    PointsDay,
    PointsMonth,
    PointsVintage,
    Refresh,
    Revision,
    StoreDay,
)
from analytics.periods import day
from loyalty.events import changes
from loyalty.events.models import Change
from members.models import Purchase
from tests.analytics.builders import (
    NOW,
    Sold,
    give_back,
    make_members,
    make_programme,
    make_stores,
    sell,
)

pytestmark = pytest.mark.django_db

FACTS = (MemberFact, MemberMonth, MemberCategory, StoreDay, PointsDay, PointsMonth, PointsVintage)
START = date(2026, 1, 20)


@contextmanager
def undone() -> Iterator[None]:
    """One example of a property: everything it wrote is forgotten."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def all_facts() -> dict[str, list[tuple[Any, ...]]]:
    """Every fact without its row's number, in one order."""
    return {
        fact.__name__: sorted(
            fact.objects.values_list(*[f.attname for f in fact._meta.fields if f.name != "id"]),
            key=str,
        )
        for fact in FACTS
    }


class TestOneMember:
    def test_is_counted_whole_and_by_month_store_and_channel(self) -> None:
        make_programme()
        lyon, _ = make_stores("lyon", "web")
        ada = make_members(["ada"])["ada"]
        sell(
            [
                Sold(ada, day("2026-01-31"), 1000, lyon, hour=0),
                Sold(ada, day("2026-01-31"), 250, lyon, hour=23),
                Sold(ada, day("2026-02-01"), 500, lyon),
                Sold(ada, day("2026-02-02"), 700, None, "web"),
            ]
        )

        facts.refresh(at=NOW)

        fact = MemberFact.objects.get()
        assert (fact.member, fact.receipts, fact.revenue_cents, fact.days) == (ada, 4, 2450, 3)
        assert (fact.first_on, fact.last_on) == (day("2026-01-31"), day("2026-02-02"))
        assert fact.first_month == day("2026-01-01")
        assert fact.first_at == datetime(2026, 1, 30, 23, 0, tzinfo=UTC)
        assert fact.last_at == datetime(2026, 2, 2, 11, 0, tzinfo=UTC)
        months = MemberMonth.objects.order_by("month", "channel").values_list(
            "month", "store", "channel", "receipts", "revenue_cents", "days", "first_on", "last_on"
        )
        january, february = day("2026-01-01"), day("2026-02-01")
        assert list(months) == [
            (january, lyon.pk, "store", 2, 1250, 1 << 30, *[day("2026-01-31")] * 2),
            (february, lyon.pk, "store", 1, 500, 1, *[day("2026-02-01")] * 2),
            (february, None, "web", 1, 700, 2, *[day("2026-02-02")] * 2),
        ]


class TestAnonymousReceipts:
    def test_count_in_their_store_alone(self) -> None:
        make_programme()
        (lyon,) = make_stores("lyon")
        ada = make_members(["ada"])["ada"]
        sell([Sold(ada, START, 1000, lyon), Sold(None, START, 300, lyon)])

        facts.refresh(at=NOW)

        stores = StoreDay.objects.values_list(
            "store", "channel", "day", "receipts", "revenue_cents",
            "member_receipts", "member_revenue_cents",
        )  # fmt: skip
        assert list(stores) == [(lyon.pk, "store", START, 2, 1300, 1, 1000)]
        assert MemberFact.objects.get().revenue_cents == 1000


class TestReturns:
    def test_lower_the_revenue_of_their_own_day_store_and_month(self) -> None:
        make_programme()
        lyon, nice = make_stores("lyon", "nice")
        ada = make_members(["ada"])["ada"]
        bought, unnamed = sell(
            [Sold(ada, day("2026-01-31"), 1000, lyon), Sold(None, day("2026-01-31"), 300, lyon)]
        )
        facts.refresh(at=NOW)

        give_back(bought, 400, day("2026-02-02"), store=nice)
        give_back(unnamed, 300, day("2026-02-02"), store=nice)
        facts.refresh(at=NOW)

        fact = MemberFact.objects.get()
        assert (fact.receipts, fact.revenue_cents, fact.returned_cents) == (1, 600, 400)
        assert (fact.first_on, fact.last_on, fact.days) == (*[day("2026-01-31")] * 2, 1)
        months = MemberMonth.objects.order_by("month").values_list(
            "store", "receipts", "revenue_cents", "returned_cents", "days", "first_on"
        )
        assert list(months) == [
            (lyon.pk, 1, 1000, 0, 1 << 30, day("2026-01-31")),
            (nice.pk, 0, -400, 400, 0, None),
        ]
        stores = StoreDay.objects.order_by("day").values_list(
            "store", "receipts", "revenue_cents", "returned_cents", "member_revenue_cents"
        )
        assert list(stores) == [(lyon.pk, 2, 1300, 0, 1000), (nice.pk, 0, -700, 700, -400)]


class TestRefresh:
    def test_consumes_the_changes_it_counted(self) -> None:
        make_programme()
        facts.refresh(at=NOW)
        ada = make_members(["ada"])["ada"]
        sell([Sold(ada, START, 1000), Sold(ada, START + timedelta(1), 1000)])

        assert facts.refresh(at=NOW) == 2
        assert Change.objects.exists() is False
        assert DayToCount.objects.exists() is False
        assert facts.refresh(at=NOW) == 0
        assert Refresh.objects.get().refreshed_at == NOW

    def test_leaves_other_members_and_months_alone(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        sell([Sold(ada, day("2026-01-10"), 1000), Sold(ada, day("2026-03-10"), 1000)])
        sell([Sold(bea, day("2026-01-10"), 1000)])
        facts.refresh(at=NOW)
        # Wrong on purpose: whoever counts them again would put them right.
        MemberMonth.objects.update(receipts=99)
        MemberFact.objects.update(receipts=99)
        StoreDay.objects.update(receipts=99)

        sell([Sold(ada, day("2026-03-20"), 1000)])
        facts.refresh(at=NOW)

        months = MemberMonth.objects.order_by("member", "month").values_list("receipts", flat=True)
        assert list(months) == [99, 2, 99]
        assert MemberFact.objects.get(member=ada).receipts == 3
        assert MemberFact.objects.get(member=bea).receipts == 99
        assert list(StoreDay.objects.order_by("day").values_list("receipts", flat=True)) == [
            99,
            99,
            1,
        ]

    def test_costs_the_same_statements_whatever_was_counted_before(self) -> None:
        make_programme()
        members = list(make_members([str(n) for n in range(40)]).values())
        facts.refresh(at=NOW)
        sell([Sold(members[0], START, 100)])
        with CaptureQueriesContext(
            connection,
        ) as few:
            facts.refresh(at=NOW)
        sell([Sold(m, START - timedelta(n), 100) for m in members for n in range(5)])
        facts.refresh(at=NOW)

        sell([Sold(member, START, 100) for member in members])
        with CaptureQueriesContext(connection) as many:
            facts.refresh(at=NOW)

        assert len(many) == len(few)

    def test_counts_a_day_of_many_changes_once(self) -> None:
        make_programme()
        facts.refresh(at=NOW)
        members = make_members([str(n) for n in range(20)]).values()
        sell([Sold(member, START, 100) for member in members])

        with CaptureQueriesContext(connection) as queries:
            facts.refresh(at=NOW, changes_at_once=5)

        counted = [q for q in queries if "INSERT INTO analytics_storeday" in q["sql"]]
        assert len(counted) == 1
        assert StoreDay.objects.get().receipts == 20

    def test_forgets_a_member_whose_purchases_went_elsewhere(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        sell([Sold(ada, START, 1000)])
        facts.refresh(at=NOW)

        Purchase.objects.update(member=bea)
        changes.record("purchases", [(ada.pk, START), (bea.pk, START)])
        facts.refresh(at=NOW)

        assert MemberFact.objects.get().member == bea
        assert MemberMonth.objects.get().member == bea

    def test_before_there_is_a_programme_finds_nothing(self) -> None:
        assert facts.refresh(at=NOW) == 0
        assert facts.refresh(at=NOW) == 0
        assert Refresh.objects.get().refreshed_at == NOW


class TestRevisions:
    def test_a_late_receipt_revises_the_month_that_was_closed(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        sell([Sold(ada, day("2026-01-10"), 1000)])
        facts.refresh(at=datetime(2026, 2, 1, 4, 0, tzinfo=UTC))

        sell([Sold(ada, day("2026-01-12"), 1000), Sold(ada, day("2026-02-01"), 1000)])
        late = datetime(2026, 2, 2, 4, 0, tzinfo=UTC)
        facts.refresh(at=late)

        revisions = Revision.objects.values_list("topic", "month", "revised_at")
        assert list(revisions) == [("purchases", day("2026-01-01"), late)]

    def test_the_last_receipts_of_a_month_complete_it(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        sell([Sold(ada, day("2026-01-30"), 1000)])
        facts.refresh(at=datetime(2026, 1, 31, 4, 0, tzinfo=UTC))

        sell([Sold(ada, day("2026-01-31"), 1000)])
        facts.refresh(at=datetime(2026, 2, 1, 4, 0, tzinfo=UTC))

        assert Revision.objects.exists() is False


sales = st.tuples(
    st.one_of(st.none(), st.integers(0, 4)),
    st.integers(0, 75),
    st.integers(0, 5_000),
    st.sampled_from([None, 0, 1]),
    st.sampled_from(["store", "web"]),
    st.integers(0, 23),
    st.lists(st.tuples(st.sampled_from(["", "tea", "cake"]), st.integers(0, 900)), max_size=3).map(
        tuple
    ),
)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("sell"), st.lists(sales, min_size=1, max_size=8)),
        st.tuples(st.just("return"), st.tuples(st.integers(0, 99), st.integers(0, 60))),
        st.tuples(st.just("move"), st.tuples(st.integers(0, 99), st.integers(0, 4))),
        st.tuples(st.just("refresh"), st.integers(1, 4)),
    ),
    max_size=12,
)


class TestIncrementalAndRebuild:
    @settings(max_examples=30, deadline=None)
    @given(steps=steps)
    def test_give_the_same_facts_bit_for_bit(self, steps: list[tuple[str, Any]]) -> None:
        with undone():
            make_programme()
            stores = make_stores("lyon", "nice")
            members = list(make_members(list("abcde")).values())
            facts.refresh(at=NOW)

            for verb, told in steps:
                if verb == "sell":
                    sell(
                        Sold(
                            None if who is None else members[who],
                            START + timedelta(on),
                            cents,
                            None if where is None else stores[where],
                            channel,
                            hour,
                            lines,
                        )
                        for who, on, cents, where, channel, hour, lines in told
                    )
                elif verb == "return":
                    return_half_of_one(*told)
                elif verb == "move":
                    move_one_purchase(told[0], members[told[1]])
                else:
                    facts.refresh(at=NOW, changes_at_once=told)
            facts.refresh(at=NOW, changes_at_once=3)

            incremental = all_facts()
            facts.rebuild(at=NOW)
            assert incremental == all_facts()
            assert sum(row[3] for row in incremental["StoreDay"]) == Purchase.objects.count()


def return_half_of_one(which: int, days: int) -> None:
    known = list(Purchase.objects.order_by("pk"))
    if known:
        sold = known[which % len(known)]
        on = sold.business_on + timedelta(days)
        give_back(
            sold, sold.total_cents // 2, on,
            store=sold.store, channel=sold.channel, has_goods=sold.lines.exists(),
        )  # fmt: skip


def move_one_purchase(which: int, member: Any) -> None:
    """A purchase turns out to be another's, as after a merge."""
    known = list(Purchase.objects.order_by("pk"))
    if not known:
        return
    purchase = known[which % len(known)]
    days = [purchase.business_on, *purchase.returns.values_list("business_on", flat=True)]
    changed = [(whose, day) for whose in (purchase.member_id, member.pk) for day in days]
    Purchase.objects.filter(pk=purchase.pk).update(member=member)
    changes.record("purchases", changed)
