"""How staged rows are handed out for booking."""

import json
from collections import Counter
from typing import Any

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


class TestTaxBrandsAndTags:
    ROW = 'member,date,amount,tva,lines\nm1,2026-01-05,24.00,{tax},"{lines}"\n'
    MAPPED = {"tax": "tva", "lines": "lines"}

    def bring(self, write: Writer, *lines: dict[str, Any], tax: str = "4.00"):
        told = json.dumps(lines).replace('"', '""')
        path = write(self.ROW.format(tax=tax, lines=told))
        return purchases.bring_in(path=path, mapped=self.MAPPED, at=NOON)

    def test_are_kept_with_the_purchase(self, programme: Programme, write: Writer):
        self.bring(
            write,
            {"amount": "12.00", "tax": "2.00", "brand": "Illy", "tags": ["bio", "noel"]},
            {"amount": "12.00", "tax": "2.00"},
        )

        purchase = Purchase.objects.get()
        assert purchase.tax_cents == 400
        first, second = purchase.lines.order_by("position")
        assert (first.tax_cents, first.brand, first.tags) == (200, "Illy", ["bio", "noel"])
        assert (second.tax_cents, second.brand, second.tags) == (200, "", [])

    @pytest.mark.parametrize(
        ("tax", "line", "code"),
        [
            ("24.01", {}, "bad-tax"),
            ("-1.00", {}, "negative-amount"),
            ("", {"tax": "24.01"}, "bad-tax"),
            ("4.00", {"tax": "3.00"}, "bad-tax"),
            ("", {"brand": "b" * 61}, "bad-lines"),
            ("", {"tags": ["été"]}, "bad-lines"),
            ("", {"tags": "bio"}, "bad-lines"),
            ("", {"tags": [f"t{n}" for n in range(21)]}, "bad-lines"),
        ],
    )
    def test_are_refused_where_they_make_no_sense(
        self, programme: Programme, write: Writer, tax: str, line: dict[str, Any], code: str
    ):
        report = self.bring(write, {"amount": "24.00", **line}, tax=tax)

        assert [(error.line, error.code) for error in report.errors] == [(2, code)]
        assert Purchase.objects.exists() is False

    def test_told_later_make_no_second_purchase(self, programme: Programme, write: Writer):
        text = "member,date,amount,tva\nm1,2026-01-05,24.00,4.00\n"
        purchases.bring_in(path=write(text), at=NOON)

        report = purchases.bring_in(path=write(text), mapped={"tax": "tva"}, at=NOON)

        assert (report.added, report.known) == (0, 1)
