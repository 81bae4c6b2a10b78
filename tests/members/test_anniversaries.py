from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme
from members import anniversaries, blocking, enrolling
from members.models import Member
from tests.conftest import NOON
from tests.members.builders import points_of, publish

TODAY = date(2026, 3, 10)


@pytest.fixture
def gift(programme: Programme) -> None:
    publish("year", {"when": {"event": "anniversary"}, "then": {"give": "fixed", "points": 30}})


def joined(year: int, month: int, day: int, hour: int = 12) -> Member:
    return enrolling.enrol(at=datetime(year, month, day, hour, tzinfo=UTC))


class TestGive:
    def test_gives_once_a_year_to_who_joined_on_this_day(self, gift: None):
        three, one = joined(2023, 3, 10), joined(2025, 3, 10)
        today, other = joined(2026, 3, 10, 1), joined(2025, 3, 11)

        assert anniversaries.give(day=TODAY, at=NOON) == 2
        assert anniversaries.give(day=TODAY, at=NOON) == 0

        assert [points_of(one_of, at=NOON) for one_of in (three, one, today, other)] == [
            30, 30, 0, 0,
        ]  # fmt: skip
        assert set(Entry.objects.values_list("reference", "reason")) == {
            ("anniversary:2026", "anniversary")
        }

    def test_goes_by_the_day_of_the_programme(self, gift: None):
        # Half past midnight in Paris.
        late = enrolling.enrol(at=datetime(2025, 3, 9, 23, 30, tzinfo=UTC))

        assert anniversaries.give(day=TODAY, at=NOON) == 1
        assert points_of(late, at=NOON) == 30

    @pytest.mark.parametrize(
        ("day", "count"), [(date(2025, 2, 28), 2), (date(2025, 3, 1), 1), (date(2028, 2, 29), 1)]
    )
    def test_of_a_leap_day_comes_on_the_28th_in_common_years(self, gift: None, day, count):
        joined(2024, 2, 28)
        joined(2024, 2, 29)
        joined(2024, 3, 1)
        at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)

        assert anniversaries.give(day=day, at=at) == count

    def test_gives_nothing_to_who_is_blocked(self, gift: None):
        grace = joined(2025, 3, 10)
        blocking.block(member=grace, at=NOON - timedelta(days=1), actor="usr_1")

        assert anniversaries.give(day=TODAY, at=NOON) == 0
        assert points_of(grace, at=NOON) == 0

    def test_costs_nothing_where_no_rule_speaks_of_it(
        self, programme: Programme, django_assert_max_num_queries
    ):
        joined(2025, 3, 10)
        with django_assert_max_num_queries(1):
            assert anniversaries.give(day=TODAY, at=NOON) == 0
