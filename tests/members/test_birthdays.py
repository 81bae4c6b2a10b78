from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme, Tier
from members import birthdays, blocking, closing, enrolling
from members.models import Member
from tests.conftest import NOON
from tests.members.builders import points_of, publish

TODAY = date(2026, 3, 10)
A_DAY = timedelta(days=1)


@pytest.fixture
def gift(programme: Programme) -> None:
    publish("gift", {"when": {"event": "birthday"}, "then": {"give": "fixed", "points": 30}})


def born(month: int, day: int) -> Member:
    return enrolling.enrol(at=NOON - timedelta(days=30), birthday=(month, day))


class TestGive:
    def test_gives_once_a_year_to_whose_birthday_it_is(self, gift: None):
        grace, other = born(3, 10), born(3, 11)

        assert birthdays.give(day=TODAY, at=NOON) == 1
        assert birthdays.give(day=TODAY, at=NOON) == 0

        assert (points_of(grace, at=NOON), points_of(other, at=NOON)) == (30, 0)
        entry = Entry.objects.get()
        assert (entry.reference, entry.reason) == ("birthday:2026", "birthday")

    def test_gives_again_the_next_year(self, gift: None):
        grace = born(3, 10)
        later = NOON + timedelta(days=365)

        birthdays.give(day=TODAY, at=NOON)
        birthdays.give(day=date(2027, 3, 10), at=later)

        assert points_of(grace, at=later) == 60

    def test_takes_effect_on_the_day_when_it_is_caught_up(self, gift: None):
        born(3, 10)

        birthdays.give(day=TODAY, at=NOON + timedelta(days=3))

        entry = Entry.objects.get()
        assert entry.occurred_at.isoformat() == "2026-03-09T23:00:00+00:00"
        assert entry.recorded_at == NOON + timedelta(days=3)

    @pytest.mark.parametrize(
        ("day", "given"),
        [(date(2027, 2, 28), 1), (date(2028, 2, 28), 0), (date(2028, 2, 29), 1)],
    )
    def test_the_29th_of_february_falls_on_the_28th_in_common_years(
        self, gift: None, day: date, given: int
    ):
        born(2, 29)

        assert birthdays.give(day=day, at=NOON + timedelta(days=800)) == given

    def test_gives_nothing_to_who_is_blocked_has_left_or_had_not_joined(self, gift: None):
        blocking.block(member=born(3, 10), at=NOON, actor="usr_1")
        closing.close(member=born(3, 10), key="close", at=NOON)
        enrolling.enrol(at=NOON + timedelta(days=1), birthday=(3, 10))

        assert birthdays.give(day=TODAY, at=NOON + timedelta(days=2)) == 0
        assert Entry.objects.exists() is False

    def test_looks_at_the_tier_that_holds_that_day_and_not_at_the_one_written_down(
        self, programme: Programme
    ):
        publish(
            "gift",
            {
                "when": {"event": "birthday", "tiers": ["gold"]},
                "then": {"give": "fixed", "points": 30},
            },
        )
        gold = Tier.objects.get(code="gold")
        still, lapsed = born(3, 10), born(3, 10)
        Member.objects.filter(pk=still.pk).update(tier=gold, tier_until=TODAY)
        Member.objects.filter(pk=lapsed.pk).update(tier=gold, tier_until=TODAY - A_DAY)

        assert birthdays.give(day=TODAY, at=NOON) == 1

        assert (points_of(still, at=NOON), points_of(lapsed, at=NOON)) == (30, 0)

    def test_costs_the_same_for_1_and_for_20_whose_tier_has_lapsed(self, gift: None):
        gold = Tier.objects.get(code="gold")
        counts = []
        for day, count in ((10, 1), (11, 20)):
            for _ in range(count):
                born(3, day)
            Member.objects.update(tier=gold, tier_until=TODAY - A_DAY)
            at = NOON + (day - 10) * A_DAY
            with CaptureQueriesContext(connection) as asked:
                assert birthdays.give(day=date(2026, 3, day), at=at) == count
            counts.append(len(asked))

        assert counts[0] == counts[1]

    def test_takes_effect_no_earlier_than_they_joined(self, gift: None):
        grace = enrolling.enrol(at=NOON, birthday=(3, 10))

        assert birthdays.give(day=TODAY, at=NOON + A_DAY) == 1

        assert Entry.objects.get().occurred_at == NOON
        assert points_of(grace, at=NOON + A_DAY) == 30

    def test_costs_one_statement_without_a_rule(
        self, programme: Programme, django_assert_max_num_queries
    ):
        born(3, 10)

        with django_assert_max_num_queries(1):
            assert birthdays.give(day=TODAY, at=NOON) == 0
