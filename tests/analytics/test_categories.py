"""What members buy of which category, month by month."""

import pytest

from analytics import facts
from analytics.models import MemberCategory
from analytics.periods import day
from tests.analytics.builders import NOW, Sold, give_back, make_members, make_programme, sell

pytestmark = pytest.mark.django_db


def counted() -> list[tuple[object, ...]]:
    columns = ("month", "category", "receipts", "revenue_cents")
    return list(MemberCategory.objects.order_by("month", "category").values_list(*columns))


class TestCategories:
    def test_count_each_receipt_once_and_all_its_lines(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        sell(
            [
                Sold(ada, day("2026-01-05"), 900, lines=(("tea", 300), ("tea", 200), ("", 400))),
                Sold(ada, day("2026-01-31"), 700, lines=(("tea", 100), ("cake", 600))),
                Sold(ada, day("2026-02-01"), 250, lines=(("cake", 250),)),
                Sold(None, day("2026-02-01"), 250, lines=(("cake", 250),)),
            ]
        )

        facts.refresh(at=NOW)

        january, february = day("2026-01-01"), day("2026-02-01")
        assert counted() == [
            (january, "cake", 1, 600),
            (january, "tea", 2, 600),
            (february, "cake", 1, 250),
        ]

    def test_lose_what_came_back_in_the_month_in_which_it_did(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        [sold] = sell([Sold(ada, day("2026-01-05"), 900, lines=(("tea", 900),))])
        give_back(sold, 300, day("2026-02-02"), has_goods=True)
        give_back(sold, 100, day("2026-02-03"))

        facts.refresh(at=NOW)

        assert counted() == [
            (day("2026-01-01"), "tea", 1, 900),
            (day("2026-02-01"), "tea", 0, -300),
        ]
