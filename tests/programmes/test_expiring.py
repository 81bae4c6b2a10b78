from datetime import UTC, date, datetime

import pytest

from loyalty.ledger.planning import NEVER
from loyalty.programmes import models
from loyalty.programmes.expiring import (
    Expiry,
    ExpiryKind,
    RoundUpTo,
    available_at,
    expires_at,
    last_day,
)
from tests.programmes.build import PARIS


class TestAvailableAt:
    AT = datetime(2026, 3, 14, 22, 30, tzinfo=UTC)

    @pytest.mark.parametrize(
        ("days", "moment"),
        [
            pytest.param(0, AT, id="at once"),
            pytest.param(1, datetime(2026, 3, 15, 23, tzinfo=UTC), id="one day, in winter time"),
            pytest.param(14, datetime(2026, 3, 28, 23, tzinfo=UTC), id="before the clock changes"),
            pytest.param(15, datetime(2026, 3, 29, 22, tzinfo=UTC), id="after a day of 23 hours"),
        ],
    )
    def test_waits_to_the_end_of_the_local_day(self, days, moment):
        assert available_at(at=self.AT, pending_days=days, zone=PARIS) == moment


class TestLastDay:
    @pytest.mark.parametrize(
        ("kind", "count", "round_up", "available_on", "last"),
        [
            ("DAYS", 365, "DAY", date(1997, 1, 1), date(1998, 1, 1)),
            ("DAYS", 1, "DAY", date(2028, 2, 28), date(2028, 2, 29)),
            ("MONTHS", 1, "DAY", date(2026, 1, 31), date(2026, 2, 28)),
            ("MONTHS", 1, "DAY", date(2028, 1, 31), date(2028, 2, 29)),
            ("MONTHS", 12, "DAY", date(2028, 2, 29), date(2029, 2, 28)),
            ("MONTHS", 1, "MONTH", date(2026, 1, 15), date(2026, 2, 28)),
            ("DAYS", 30, "MONTH", date(2026, 11, 15), date(2026, 12, 31)),
            ("MONTHS", 12, "QUARTER", date(2026, 1, 1), date(2027, 3, 31)),
            ("MONTHS", 12, "QUARTER", date(2026, 11, 30), date(2027, 12, 31)),
            ("DAYS", 1, "YEAR", date(2026, 12, 31), date(2027, 12, 31)),
            ("DAYS", 1, "YEAR", date(2026, 12, 30), date(2026, 12, 31)),
        ],
    )
    def test_is_so_many_days_or_months_later_rounded_up(
        self, kind, count, round_up, available_on, last
    ):
        expiry = Expiry(kind=ExpiryKind(kind), count=count, round_up=RoundUpTo(round_up))

        assert last_day(available_on=available_on, expiry=expiry) == last


class TestExpiresAt:
    def test_is_never_for_points_that_stay(self):
        moment = datetime(2026, 3, 14, tzinfo=UTC)

        assert expires_at(available_at=moment, expiry=Expiry(), zone=PARIS) == NEVER

    @pytest.mark.parametrize(
        ("moment", "gone"),
        [
            pytest.param(
                datetime(2026, 3, 27, 23, tzinfo=UTC),
                datetime(2026, 3, 29, 22, tzinfo=UTC),
                id="first instant of 28 March, one day, ends with the 23-hour day",
            ),
            pytest.param(
                datetime(2026, 10, 24, 21, 59, tzinfo=UTC),
                datetime(2026, 10, 25, 23, tzinfo=UTC),
                id="last minute of 24 October, one day, ends with the 25-hour day",
            ),
        ],
    )
    def test_is_the_end_of_the_last_local_day(self, moment, gone):
        expiry = Expiry(kind=ExpiryKind.DAYS, count=1)

        assert expires_at(available_at=moment, expiry=expiry, zone=PARIS) == gone


class TestWordsOfTheDatabase:
    @pytest.mark.parametrize(
        ("stored", "read"),
        [(models.ExpiryKind, ExpiryKind), (models.RoundUpTo, RoundUpTo)],
    )
    def test_are_those_of_the_engine(self, stored, read):
        assert set(stored.values) == {choice.value for choice in read}
