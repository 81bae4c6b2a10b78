from datetime import UTC, date, datetime, timedelta

from loyalty.events.models import OutboxEvent
from loyalty.programmes import revising
from loyalty.programmes.merits import Measure
from loyalty.programmes.models import Tier
from members import closing, enrolling, purchasing, standing
from members.models import Member, TierChange
from tests.conftest import NOON
from tests.members.builders import sale

A_YEAR_ON = datetime(2027, 3, 11, 11, 0, tzinfo=UTC)


def buy(member: Member, euros: str, *, at: datetime) -> None:
    purchasing.record(sale=sale(member, euros, occurred_at=at), key=f"{at}", at=at)


def tier_of(member: Member, *, at: datetime) -> str:
    member.refresh_from_db()
    tier = standing.get_standing(member=member, at=at).tier
    assert tier is not None
    return tier.code


def changes(member: Member) -> list[tuple[str | None, str | None, str, date | None]]:
    rows = TierChange.objects.filter(member=member).order_by("pk")
    return [
        (
            row.from_tier.code if row.from_tier else None,
            row.to_tier.code if row.to_tier else None,
            row.reason,
            row.until,
        )
        for row in rows
    ]


class TestGetStanding:
    def test_tells_the_tier_its_last_day_and_what_is_missing(self, ada: Member):
        buy(ada, "120.00", at=NOON)
        ada.refresh_from_db()

        now = standing.get_standing(member=ada, at=NOON)

        assert now.tier is not None
        assert (now.tier.code, now.until) == ("silver", date(2027, 3, 10))
        assert now.to_next is not None
        assert (now.to_next.tier, now.to_next.gap.first) == ("gold", (Measure.SPEND, 13_000))
        assert now.to_keep is not None
        assert now.to_keep.gap.first == (Measure.SPEND, 10_000)
        assert now.to_keep.by == date(2027, 3, 10)

    def test_takes_two_statements_and_three_for_the_past(
        self, ada: Member, django_assert_num_queries
    ):
        buy(ada, "120.00", at=NOON)
        ada.refresh_from_db()

        with django_assert_num_queries(2):
            standing.get_standing(member=ada, at=NOON)
        with django_assert_num_queries(3):
            standing.get_standing(member=ada, at=NOON - timedelta(days=1))

    def test_does_not_show_a_lapsed_tier_before_the_night_has_run(self, ada: Member):
        buy(ada, "120.00", at=NOON)

        assert tier_of(ada, at=A_YEAR_ON - timedelta(days=1)) == "silver"
        assert tier_of(ada, at=A_YEAR_ON) == "member"
        assert ada.tier is not None
        assert ada.tier.code == "silver"

    def test_ends_with_the_local_day(self, ada: Member):
        buy(ada, "120.00", at=NOON)

        assert tier_of(ada, at=datetime(2027, 3, 10, 22, 59, tzinfo=UTC)) == "silver"
        assert tier_of(ada, at=datetime(2027, 3, 10, 23, 0, tzinfo=UTC)) == "member"

    def test_renews_for_who_spent_enough_again(self, ada: Member):
        buy(ada, "120.00", at=NOON)
        buy(ada, "100.00", at=NOON + timedelta(days=200))

        assert tier_of(ada, at=A_YEAR_ON) == "silver"
        assert standing.get_standing(member=ada, at=A_YEAR_ON).until == date(2028, 3, 10)

    def test_knows_the_past(self, ada: Member):
        buy(ada, "120.00", at=NOON)
        buy(ada, "130.00", at=NOON + timedelta(days=10))

        assert tier_of(ada, at=NOON - timedelta(seconds=1)) == "member"
        assert tier_of(ada, at=NOON) == "silver"
        assert tier_of(ada, at=NOON + timedelta(days=10)) == "gold"

    def test_gives_nobody_a_tier_because_the_ladder_changed(self, ada: Member):
        buy(ada, "60.00", at=NOON)
        Tier.objects.filter(code="silver").update(threshold_cents=5_000)

        assert tier_of(ada, at=NOON) == "member"


class TestUpgrade:
    def test_counts_twelve_months_and_no_more(self, ada: Member):
        buy(ada, "60.00", at=NOON)
        buy(ada, "60.00", at=NOON + timedelta(days=365))
        assert tier_of(ada, at=NOON + timedelta(days=365)) == "member"

        buy(ada, "40.00", at=NOON + timedelta(days=370))
        assert tier_of(ada, at=NOON + timedelta(days=370)) == "silver"

    def test_may_pass_over_a_rung(self, ada: Member):
        buy(ada, "300.00", at=NOON)

        assert changes(ada) == [
            (None, "member", "reached", None),
            ("member", "gold", "reached", date(2027, 3, 10)),
        ]

    def test_after_a_lapse_that_no_night_wrote_down_tells_both_moves(self, ada: Member):
        buy(ada, "120.00", at=NOON)
        buy(ada, "300.00", at=A_YEAR_ON)

        assert changes(ada)[2:] == [
            ("silver", "member", "not-kept", None),
            ("member", "gold", "reached", date(2028, 3, 11)),
        ]
        lapse = TierChange.objects.get(reason="not-kept")
        assert lapse.changed_at == datetime(2027, 3, 10, 23, 0, tzinfo=UTC)


class TestReviewDue:
    def test_writes_the_end_down_at_its_own_moment(self, ada: Member):
        buy(ada, "120.00", at=NOON)

        assert standing.review_due(day=date(2027, 3, 9), limit=10) == 0
        assert standing.review_due(day=date(2027, 3, 10), limit=10) == 1
        assert standing.review_due(day=date(2027, 3, 10), limit=10) == 0

        ada.refresh_from_db()
        assert ada.tier is not None
        assert (ada.tier.code, ada.tier_until) == ("member", None)
        change = TierChange.objects.order_by("pk").last()
        assert change is not None
        assert change.changed_at == datetime(2027, 3, 10, 23, 0, tzinfo=UTC)
        event = OutboxEvent.objects.get(name="tier.changed", payload__reason="not-kept")
        assert event.payload["from"] == "silver"

    def test_falls_to_the_level_that_fits(self, ada: Member):
        buy(ada, "300.00", at=NOON)
        buy(ada, "150.00", at=NOON + timedelta(days=100))

        standing.review_due(day=date(2027, 3, 10), limit=10)

        assert changes(ada)[-1] == ("gold", "silver", "not-kept", date(2028, 3, 10))

    def test_late_nights_say_what_nights_in_time_would_have_said(self, ada: Member):
        buy(ada, "300.00", at=NOON)
        buy(ada, "150.00", at=NOON + timedelta(days=100))

        standing.review_due(day=date(2029, 1, 1), limit=10)

        assert [change[1:] for change in changes(ada)[-2:]] == [
            ("silver", "not-kept", date(2028, 3, 10)),
            ("member", "not-kept", None),
        ]

    def test_goes_on_chunk_by_chunk_and_leaves_who_has_left(self, ada: Member):
        others = [enrolling.enrol(at=NOON) for _ in range(3)]
        for minutes, member in enumerate([ada, *others]):
            buy(member, "120.00", at=NOON + timedelta(minutes=minutes))
        closing.close(member=others[0], key="close", at=NOON + timedelta(hours=1))

        counts = [standing.review_due(day=date(2027, 3, 10), limit=2) for _ in range(3)]

        assert counts == [2, 1, 0]

    def test_takes_as_many_statements_for_ten_as_for_two(
        self, ada: Member, django_assert_num_queries
    ):
        for number in range(12):
            at = NOON + timedelta(minutes=number)
            buy(enrolling.enrol(at=NOON), "120.00", at=at)

        for limit in (2, 10):
            with django_assert_num_queries(11):
                standing.review_due(day=date(2027, 3, 10), limit=limit)


class TestReview:
    def test_applies_a_changed_ladder_to_whom_it_is_asked_for(self, ada: Member):
        buy(ada, "60.00", at=NOON)
        Tier.objects.filter(code="silver").update(threshold_cents=5_000)
        revising.touch()

        assert standing.review(member_ids=[ada.pk], at=NOON) == 1
        assert standing.review(member_ids=[ada.pk], at=NOON) == 0

        assert tier_of(ada, at=NOON) == "silver"


class TestAHistoricSale:
    def test_of_before_the_window_makes_nobody_gold(self, ada: Member):
        long_ago = NOON - timedelta(days=900)

        purchasing.record(
            sale=sale(ada, "900.00", occurred_at=long_ago), key="a", at=NOON, is_historic=True
        )

        assert tier_of(ada, at=NOON) == "member"
        assert [to for _from, to, _reason, _until in changes(ada)] == ["member"]

    def test_of_the_first_day_of_the_window_counts(self, ada: Member):
        first_day = datetime(2025, 3, 11, 11, 0, tzinfo=UTC)

        purchasing.record(
            sale=sale(ada, "900.00", occurred_at=first_day), key="a", at=NOON, is_historic=True
        )

        assert tier_of(ada, at=NOON) == "gold"
