from datetime import date

import pytest

from loyalty.programmes.ahead import Gap, ToKeep, ToNext, progress
from loyalty.programmes.ladder import Reason, Standing, review
from loyalty.programmes.merits import Measure, Merits, Past, past_of
from tests.programmes.build import LADDER

TODAY = date(2026, 3, 10)
ENROLLED = date(2020, 1, 1)


def spent_on(*days: tuple[date, int]) -> Past:
    """Return a past of purchases alone, in cents by day."""
    merits = [(day, Merits(spend=cents, visits=1)) for day, cents in days]
    return past_of(days=merits, enrolled_on=ENROLLED)


def reviewed(standing: Standing, day: date, *days: tuple[date, int]):
    return review(ladder=LADDER, standing=standing, past=spent_on(*days), day=day)


def lacking(cents: int, *, done: int) -> Gap:
    return Gap(missing=((Measure.SPEND, cents),), done=done)


class TestWindow:
    @pytest.mark.parametrize(
        ("day", "first"),
        [
            (date(2026, 3, 10), date(2025, 3, 11)),
            (date(2028, 2, 29), date(2027, 3, 1)),
            (date(2027, 2, 28), date(2026, 3, 1)),
        ],
    )
    def test_is_twelve_months_with_the_day_as_its_last(self, day, first):
        assert LADDER.window(day, spent_on()) == (first, day)

    def test_forgets_what_was_bought_a_year_ago_to_the_day(self):
        past = spent_on((date(2025, 3, 10), 900), (TODAY, 50))

        assert LADDER.counted(date(2026, 3, 9), past).spend == 900
        assert LADDER.counted(TODAY, past).spend == 50


class TestReview:
    SILVER = Standing(tier="silver", until=date(2026, 6, 30))

    def test_places_a_new_member_on_the_lowest_tier_without_an_end(self):
        (move,) = reviewed(Standing(), TODAY)

        assert move.after == Standing(tier="bronze", until=None)
        assert move.reason is Reason.REACHED

    def test_upgrades_at_once_for_twelve_months(self):
        (move,) = reviewed(Standing(tier="bronze"), TODAY, (TODAY, 10_000))

        assert move.before == Standing(tier="bronze")
        assert move.after == Standing(tier="silver", until=date(2027, 3, 10))
        assert move.day == TODAY

    def test_jumps_over_a_tier(self):
        (move,) = reviewed(Standing(tier="bronze"), TODAY, (TODAY, 20_000))

        assert move.after.tier == "gold"

    def test_changes_nothing_while_the_tier_is_valid(self):
        assert reviewed(self.SILVER, date(2026, 6, 30)) == ()

    def test_renews_at_the_end_for_whoever_spent_enough_again(self):
        (move,) = reviewed(self.SILVER, date(2026, 7, 1), (date(2025, 7, 1), 10_000))

        assert move.after == Standing(tier="silver", until=date(2027, 6, 30))
        assert move.reason is Reason.RENEWED
        assert move.day == date(2026, 7, 1)

    def test_falls_at_the_end_to_the_level_that_fits(self):
        gold = Standing(tier="gold", until=date(2026, 6, 30))

        (move,) = reviewed(gold, date(2026, 7, 1), (date(2026, 1, 5), 12_000))

        assert move.after == Standing(tier="silver", until=date(2027, 6, 30))
        assert move.reason is Reason.NOT_KEPT

    def test_does_not_count_for_renewal_what_came_too_late(self):
        first, second = reviewed(self.SILVER, date(2026, 7, 2), (date(2026, 7, 1), 10_000))

        assert first.after == Standing(tier="bronze")
        assert second.after == Standing(tier="silver", until=date(2027, 7, 2))

    def test_catches_up_on_years_without_a_review(self):
        gold = Standing(tier="gold", until=date(2023, 6, 30))

        moves = reviewed(
            gold, date(2026, 1, 1), (date(2023, 6, 30), 20_000), (date(2024, 6, 30), 10_000)
        )

        assert [(move.day, move.after.tier, move.reason) for move in moves] == [
            (date(2023, 7, 1), "gold", Reason.RENEWED),
            (date(2024, 7, 1), "silver", Reason.NOT_KEPT),
            (date(2025, 7, 1), "bronze", Reason.NOT_KEPT),
        ]

    def test_is_the_same_whether_done_daily_or_once(self):
        bought = [(date(2025, 1, 1), 20_000), (date(2025, 8, 1), 10_000)]
        daily = Standing()
        for number in range(date(2025, 1, 1).toordinal(), date(2028, 1, 1).toordinal()):
            day = date.fromordinal(number)
            for move in reviewed(daily, day, *[sale for sale in bought if sale[0] <= day]):
                daily = move.after
        seldom = Standing(tier="gold", until=date(2026, 1, 1))

        moves = reviewed(seldom, date(2027, 12, 31), *bought)

        assert moves[-1].after == daily == Standing(tier="bronze")


class TestProgress:
    def test_says_what_is_missing_to_reach_and_to_keep(self):
        standing = Standing(tier="silver", until=date(2026, 6, 30))
        past = spent_on((date(2025, 5, 1), 8_000), (date(2026, 1, 1), 3_500))

        told = progress(ladder=LADDER, standing=standing, past=past, day=TODAY)

        assert told.to_next == ToNext(tier="gold", gap=lacking(8_500, done=57))
        assert told.to_keep == ToKeep(
            tier="silver", gap=lacking(6_500, done=35), by=date(2026, 6, 30)
        )

    def test_says_nothing_to_keep_on_the_lowest_tier(self):
        told = progress(
            ladder=LADDER,
            standing=Standing(tier="bronze"),
            past=spent_on((TODAY, 9_913)),
            day=TODAY,
        )

        assert told.to_next == ToNext(tier="silver", gap=lacking(87, done=99))
        assert told.to_keep is None

    def test_says_nothing_to_reach_on_the_highest(self):
        standing = Standing(tier="gold", until=TODAY)

        told = progress(
            ladder=LADDER, standing=standing, past=spent_on((TODAY, 30_000)), day=TODAY
        )

        assert told.to_next is None
        assert told.to_keep == ToKeep(tier="gold", gap=Gap(), by=TODAY)
