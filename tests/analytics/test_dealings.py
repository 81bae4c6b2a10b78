"""Months of points: who earned and redeemed in them, on which days."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction

from analytics import facts
from analytics.models import PointsMonth
from analytics.periods import day
from loyalty.core import zones
from loyalty.ledger import posting
from loyalty.ledger.models import NEVER
from tests.analytics.builders import PARIS, make_members, make_programme, move
from tests.analytics.test_facts import all_facts

pytestmark = pytest.mark.django_db

COLUMNS = (
    "member", "month", "earned_on", "earned_days", "redeemed_on", "redeemed_days", "redemptions",
)  # fmt: skip


def noon(on: str) -> datetime:
    return zones.start_of_day(day=day(on), zone=PARIS) + timedelta(hours=12)


class TestMonthsOfPoints:
    def test_hold_a_bit_for_each_day_and_how_often_was_redeemed(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        move(ada, 100, noon("2026-01-31"))
        move(ada, -10, noon("2026-02-01"))
        move(ada, -10, noon("2026-02-01"))
        move(ada, 5, noon("2026-02-03"))
        move(bea, 7, noon("2026-02-03"))
        at = noon("2026-02-10")

        facts.refresh(at=at)

        january, february = date(2026, 1, 1), date(2026, 2, 1)
        rows = PointsMonth.objects.order_by("member", "month").values_list(*COLUMNS)
        assert list(rows) == [
            (ada.pk, january, date(2026, 1, 31), 1 << 30, None, 0, 0),
            (ada.pk, february, date(2026, 2, 3), 1 << 2, date(2026, 2, 1), 1, 2),
            (bea.pk, february, date(2026, 2, 3), 1 << 2, None, 0, 0),
        ]

    def test_end_with_the_business_day_where_the_programme_is(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        midnight = zones.start_of_day(day=day("2026-07-01"), zone=PARIS)
        move(ada, 100, midnight - timedelta(seconds=1))
        move(ada, 100, midnight)

        facts.refresh(at=noon("2026-07-10"))

        months = PointsMonth.objects.order_by("month").values_list("month", "earned_days")
        assert list(months) == [(date(2026, 6, 1), 1 << 29), (date(2026, 7, 1), 1)]

    def test_of_a_shared_account_are_of_whom_its_entries_name(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        with transaction.atomic():
            posting.earn(
                account=posting.lock(ada.holder)["points"], reference="r", key="k",
                grants=[posting.Grant("points", 5, noon("2026-02-03"), NEVER)],
                at=noon("2026-02-03"), on_behalf_of=bea.public_id,
            )  # fmt: skip

        facts.refresh(at=noon("2026-02-10"))

        assert PointsMonth.objects.get().member == bea

    def test_of_others_are_left_alone(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        move(ada, 100, noon("2026-02-03"))
        move(bea, 100, noon("2026-02-03"))
        facts.refresh(at=noon("2026-02-10"))
        # Wrong on purpose: whoever counts them again would put them right.
        PointsMonth.objects.update(redemptions=99)

        move(ada, -1, noon("2026-02-11"))
        facts.refresh(at=noon("2026-02-12"))

        months = PointsMonth.objects.order_by("member")
        assert list(months.values_list("redemptions", flat=True)) == [1, 99]

    def test_are_the_same_counted_anew(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        facts.refresh(at=noon("2026-01-01"))
        for on in ("2026-01-31", "2026-02-01", "2026-03-05"):
            move(ada, 10, noon(on))
            move(ada, -3, noon(on))
            facts.refresh(at=noon("2026-03-10"), changes_at_once=1)

        incremental = all_facts()
        facts.rebuild(at=noon("2026-03-10"))

        assert len(incremental["PointsMonth"]) == 3
        assert incremental == all_facts()
