from datetime import UTC, datetime, timedelta

import pytest

from loyalty.ledger.planning import Idle
from loyalty.programmes.idling import Activity, Inactivity, ends_at, idle
from tests.programmes.build import PARIS

SINCE = datetime(2026, 1, 5, 8, tzinfo=UTC)
MAY = datetime(2026, 5, 20, 10, tzinfo=UTC)
A_MOMENT = timedelta(microseconds=1)


def terms(months: int, *activities: Activity) -> Inactivity:
    known = frozenset(activities or {Activity.PURCHASE, Activity.SPENDING})
    return Inactivity(months=months, activities=known, since=SINCE)


class TestEndsAt:
    @pytest.mark.parametrize(
        ("months", "last", "end"),
        [
            pytest.param(12, MAY, datetime(2027, 5, 20, 22, tzinfo=UTC), id="a year"),
            pytest.param(
                12, datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2029, 2, 28, 23, tzinfo=UTC),
                id="from 29 February to the 28th",
            ),
            pytest.param(
                48, datetime(2028, 2, 29, 12, tzinfo=UTC), datetime(2032, 2, 29, 23, tzinfo=UTC),
                id="from 29 February to the next one",
            ),
            pytest.param(
                6, datetime(2026, 8, 31, 12, tzinfo=UTC), datetime(2027, 2, 28, 23, tzinfo=UTC),
                id="from a long month to a short one",
            ),
            pytest.param(
                1, datetime(2026, 2, 28, 23, 30, tzinfo=UTC),
                datetime(2026, 4, 1, 22, tzinfo=UTC),
                id="by the local day, over the change of the clock",
            ),
            pytest.param(
                12, SINCE - timedelta(days=700), datetime(2027, 1, 5, 23, tzinfo=UTC),
                id="never by what was before it was said",
            ),
        ],
    )  # fmt: skip
    def test_is_the_end_of_a_local_day_so_many_months_later(self, months, last, end):
        assert ends_at(terms=terms(months), last=last, zone=PARIS) == end


class TestIdle:
    def ask(self, *did: Activity, known: Inactivity | None, days_late: int = 0) -> Idle | None:
        occurred_at = MAY - timedelta(days=days_late)
        return idle(terms=known, did=did, at=MAY, occurred_at=occurred_at, zone=PARIS)

    def test_is_nothing_where_points_are_not_lost_by_it(self):
        assert self.ask(Activity.PURCHASE, known=None) is None

    def test_begins_anew_with_an_activity(self):
        expected = Idle(datetime(2026, 11, 20, 23, tzinfo=UTC))

        assert self.ask(Activity.PURCHASE, known=terms(6)) == expected
        assert self.ask(Activity.AWARD, Activity.SPENDING, known=terms(6)) == expected

    def test_counts_from_when_it_happened_not_from_when_it_was_told(self):
        told = self.ask(Activity.PURCHASE, known=terms(6), days_late=20)

        assert told == Idle(datetime(2026, 10, 30, 23, tzinfo=UTC))

    @pytest.mark.parametrize("did", [(), (Activity.AWARD,)])
    def test_speaks_only_for_points_without_a_moment_after_anything_else(self, did):
        told = self.ask(*did, known=terms(6), days_late=20)

        assert told == Idle(datetime(2026, 11, 20, 23, tzinfo=UTC), resets=False)

    def test_that_is_over_before_it_is_told_is_like_anything_else(self):
        told = self.ask(Activity.PURCHASE, known=terms(1), days_late=60)

        assert told == Idle(datetime(2026, 6, 20, 22, tzinfo=UTC), resets=False)
