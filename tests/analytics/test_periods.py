from datetime import date

import pytest

from analytics.periods import Period, PeriodKind, Split, day, months_from, split

LATER = date(2030, 1, 1)


def period(first: str, last: str) -> Period:
    return Period(day(first), day(last))


class TestKind:
    @pytest.mark.parametrize(
        ("first", "last", "kind"),
        [
            ("2026-02-01", "2026-02-28", PeriodKind.MONTH),
            ("2024-02-01", "2024-02-29", PeriodKind.MONTH),
            ("2024-02-01", "2024-02-28", PeriodKind.RANGE),
            ("2026-04-01", "2026-06-30", PeriodKind.QUARTER),
            ("2026-02-01", "2026-04-30", PeriodKind.RANGE),
            ("2026-07-01", "2026-12-31", PeriodKind.HALF),
            ("2026-04-01", "2026-09-30", PeriodKind.RANGE),
            ("2026-01-01", "2026-12-31", PeriodKind.YEAR),
            ("2025-02-01", "2026-01-31", PeriodKind.RANGE),
            ("2026-01-02", "2026-01-31", PeriodKind.RANGE),
            ("2025-01-01", "2026-12-31", PeriodKind.RANGE),
        ],
    )
    def test_is_recognised_by_its_ends(self, first: str, last: str, kind: PeriodKind) -> None:
        assert period(first, last).kind == kind


class TestPrevious:
    @pytest.mark.parametrize(
        ("first", "last", "before"),
        [
            ("2026-03-01", "2026-03-31", ("2026-02-01", "2026-02-28")),
            ("2026-01-01", "2026-03-31", ("2025-10-01", "2025-12-31")),
            ("2026-07-01", "2026-12-31", ("2026-01-01", "2026-06-30")),
            ("2025-01-01", "2025-12-31", ("2024-01-01", "2024-12-31")),
            ("2026-03-10", "2026-03-16", ("2026-03-03", "2026-03-09")),
            ("2026-03-01", "2026-03-01", ("2026-02-28", "2026-02-28")),
        ],
    )
    def test_is_the_same_kind_or_length_just_before(
        self, first: str, last: str, before: tuple[str, str]
    ) -> None:
        assert period(first, last).previous(today=LATER) == period(*before)

    def test_of_an_unfinished_month_is_as_many_days_of_the_one_before(self) -> None:
        march = period("2026-03-01", "2026-03-31")

        assert march.previous(today=day("2026-03-10")) == Period(
            day("2026-02-01"), day("2026-02-10"), short_by=18
        )
        assert march.previous(today=day("2026-03-31")) == period("2026-02-01", "2026-02-28")
        assert march.previous(today=day("2026-04-01")) == period("2026-02-01", "2026-02-28")

    @pytest.mark.parametrize(
        ("asked", "today", "before"),
        [
            (
                ("2026-10-01", "2026-12-31"),
                "2026-12-01",
                [("2026-07-01", "2026-08-31"), ("2026-04-01", "2026-06-01")],
            ),
            (
                ("2026-11-01", "2026-12-15"),
                "2026-12-01",
                [("2026-09-17", "2026-10-17"), ("2026-08-03", "2026-09-02")],
            ),
            # As many days as begun may be a month, and are the first of a quarter still.
            (
                ("2026-10-01", "2026-12-31"),
                "2026-10-31",
                [("2026-07-01", "2026-07-31"), ("2026-04-01", "2026-05-01")],
            ),
        ],
    )
    def test_of_what_an_unfinished_period_is_compared_with_is_cut_as_short(
        self, asked: tuple[str, str], today: str, before: list[tuple[str, str]]
    ) -> None:
        first = period(*asked).previous(today=day(today))
        second = first.previous(today=day(today))

        told = [(one.first.isoformat(), one.last.isoformat()) for one in (first, second)]
        assert told == before
        assert (first.kind, second.kind) == (PeriodKind.RANGE, PeriodKind.RANGE)
        assert first != Period(first.first, first.last)

    def test_of_a_period_that_has_not_begun_is_empty(self) -> None:
        march = period("2026-03-01", "2026-03-31")

        assert march.previous(today=day("2026-02-20")).is_empty


class TestYearBefore:
    def test_is_the_same_dates_and_29_february_becomes_28(self) -> None:
        found = period("2024-02-29", "2024-03-01").year_before(today=LATER)

        assert found == period("2023-02-28", "2023-03-01")

    def test_of_an_unfinished_period_is_as_many_days_and_compared_with_as_many(self) -> None:
        quarter, today = period("2028-01-01", "2028-03-31"), day("2028-03-01")

        found = quarter.year_before(today=today)

        assert found == Period(day("2027-01-01"), day("2027-03-02"), short_by=29)
        assert found.previous(today=today) == Period(
            day("2026-10-01"), day("2026-11-30"), short_by=31
        )

    def test_of_a_period_that_has_not_begun_is_empty(self) -> None:
        march = period("2026-03-01", "2026-03-31")

        assert march.year_before(today=day("2026-02-20")).is_empty


class TestSplit:
    @pytest.mark.parametrize(
        ("first", "last", "expected"),
        [
            (
                "2026-01-01",
                "2026-03-31",
                Split((day("2026-01-01"), day("2026-03-01")), ()),
            ),
            (
                "2026-01-15",
                "2026-04-10",
                Split(
                    (day("2026-02-01"), day("2026-03-01")),
                    (period("2026-01-15", "2026-01-31"), period("2026-04-01", "2026-04-10")),
                ),
            ),
            ("2026-01-02", "2026-01-31", Split(None, (period("2026-01-02", "2026-01-31"),))),
            ("2026-01-15", "2026-02-10", Split(None, (period("2026-01-15", "2026-02-10"),))),
            ("2026-02-10", "2026-02-09", Split(None, ())),
            ("2026-02-01", "2026-01-31", Split(None, ())),
        ],
    )
    def test_parts_whole_months_from_edges(self, first: str, last: str, expected: Split) -> None:
        assert split(period(first, last)) == expected


class TestMonthsFrom:
    def test_counts_over_the_turn_of_the_year(self) -> None:
        assert months_from(day("2025-12-15"), day("2026-01-03")) == [
            day("2025-12-01"),
            day("2026-01-01"),
        ]
