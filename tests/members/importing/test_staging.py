"""How staged rows are handed out for booking."""

from collections import Counter

import pytest

from loyalty.programmes.models import Programme
from members.importing import purchases, staging
from members.models import ImportRow, Purchase
from tests.conftest import NOON
from tests.members.conftest import Writer

HEADER = "member,date,amount\n"
# Twenty anonymous sales of one day: four of each of five amounts.
ANONYMOUS = "".join(f",2026-01-05,{n % 5}.00\n" for n in range(20))
EACH_FOUR_TIMES = dict.fromkeys((0, 100, 200, 300, 400), 4)


@pytest.fixture
def pages(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rows each chunk of a booking had, in chunks of six."""
    monkeypatch.setattr(purchases, "_CHUNK", 6)
    get_next, sizes = staging.get_next, []

    def watched(**asked):
        rows = get_next(**asked)
        sizes.append(len(rows))
        return rows

    monkeypatch.setattr(staging, "get_next", watched)
    return sizes


def sales() -> Counter[int]:
    return Counter(Purchase.objects.values_list("total_cents", flat=True))


class TestAnonymousSalesOfOneDay:
    def test_are_booked_a_few_at_once_and_equal_ones_each(
        self, programme: Programme, write: Writer, pages: list[int]
    ):
        path = write(HEADER + ANONYMOUS)

        report = purchases.bring_in(path=path, at=NOON)

        assert (report.added, report.known, report.refused) == (20, 0, 0)
        assert pages == [4, 4, 4, 4, 4, 0]
        assert sales() == EACH_FOUR_TIMES
        assert ImportRow.objects.exists() is False

    def test_are_known_again_whatever_their_chunks(
        self, programme: Programme, write: Writer, pages: list[int], monkeypatch
    ):
        path = write(HEADER + ANONYMOUS)
        purchases.bring_in(path=path, at=NOON)
        monkeypatch.setattr(purchases, "_CHUNK", 100)

        report = purchases.bring_in(path=path, at=NOON)

        assert (report.added, report.known) == (0, 20)
        assert sales() == EACH_FOUR_TIMES

    def test_that_are_all_equal_stay_together(
        self, programme: Programme, write: Writer, pages: list[int]
    ):
        report = purchases.bring_in(path=write(HEADER + ",2026-01-05,5.00\n" * 9), at=NOON)

        assert report.added == 9
        assert pages == [9, 0]


class TestSalesOfOneMemberOnOneDay:
    def test_stay_together_in_order_of_line(
        self, programme: Programme, write: Writer, pages: list[int]
    ):
        rows = "".join(f"m1,2026-01-05,{n}.00\n" for n in range(9))

        purchases.bring_in(path=write(HEADER + rows), at=NOON)

        assert pages == [9, 0]
        booked = Purchase.objects.order_by("pk").values_list("total_cents", flat=True)
        assert list(booked) == [n * 100 for n in range(9)]
