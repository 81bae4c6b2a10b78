from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from loyalty import night
from loyalty.events import dispatching
from loyalty.events.dispatching import Notice
from loyalty.events.models import Message, MessageKind
from loyalty.ledger.models import NEVER
from loyalty.mailing import noticing
from members import blocking, closing
from members.models import Member
from tests.mailing.conftest import give, let_sleep, make_member

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# The night of 9 March: it ends at midnight in Paris, when 10 March begins.
MONDAY = date(2026, 3, 9)
MIDNIGHT = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)


def told() -> list[tuple[str, str]]:
    """Return each notice and its day, oldest first."""
    return [(m.kind, m.facts["day"]) for m in Message.objects.order_by("key")]


def after(days: int) -> datetime:
    """Return the instant at which points end whose last day is so many days after 10 March.

    Summer time begins on 29 March: the midnights after it are an hour earlier in UTC.
    """
    return MIDNIGHT + (days + 1) * DAY - timedelta(hours=1 if days >= 19 else 0)


class TestTheNight:
    @pytest.mark.parametrize(
        ("days", "kinds"),
        [
            (31, []),
            (30, [("EXPIRY_30", "2026-04-09")]),
            (29, [("EXPIRY_30", "2026-04-08")]),
            (8, [("EXPIRY_30", "2026-03-18")]),
            (7, [("EXPIRY_7", "2026-03-17")]),
            (0, [("EXPIRY_7", "2026-03-10")]),
        ],
    )
    def test_tells_of_points_by_the_days_they_have(self, ada: Member, days: int, kinds):
        give(ada, 40, until=after(days))

        noticing.tell(day=MONDAY, at=MIDNIGHT)

        assert told() == kinds

    def test_tells_of_the_day_on_which_all_is_lost_without_activity(self, ada: Member):
        give(ada, 40, until=NEVER)
        give(ada, 2, until=after(35))
        let_sleep(ada, until=after(30))

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 1
        assert told() == [("EXPIRY_30", "2026-04-09")]

    def test_tells_of_points_that_end_before_all_is_lost(self, ada: Member):
        give(ada, 40, until=after(7))
        let_sleep(ada, until=after(30))

        noticing.tell(day=MONDAY, at=MIDNIGHT)

        assert told() == [("EXPIRY_7", "2026-03-17")]

    def test_tells_nobody_of_what_is_lost_later_or_was_lost_already(self, ada: Member):
        bob = make_member("bob@example.org")
        give(ada, 40, until=NEVER)
        let_sleep(ada, until=after(31))
        give(bob, 40, until=after(7))
        let_sleep(bob, until=MIDNIGHT)

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 0

    def test_tells_nobody_of_what_ended_with_the_day(self, ada: Member):
        give(ada, 40, until=MIDNIGHT)

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 0

    def test_tells_once_for_a_week_however_many_lots(self, ada: Member):
        give(ada, 40, until=after(30))
        give(ada, 2, until=after(30))
        give(ada, 5, until=after(24))

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 1
        assert told() == [("EXPIRY_30", "2026-04-03")]

    def test_run_twice_tells_once(self, ada: Member):
        give(ada, 40, until=after(30))

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 1
        assert noticing.tell(day=MONDAY, at=MIDNIGHT + DAY) == 0

    def test_tells_again_seven_days_before(self, ada: Member):
        give(ada, 40, until=after(30))

        for days in range(32):
            noticing.tell(day=MONDAY + days * DAY, at=MIDNIGHT + days * DAY)

        assert told() == [("EXPIRY_30", "2026-04-09"), ("EXPIRY_7", "2026-04-09")]

    def test_wakes_nobody(self, ada: Member):
        give(ada, 40, until=after(30))

        noticing.tell(day=MONDAY, at=MIDNIGHT)

        assert Message.objects.get().due_at == MIDNIGHT + timedelta(hours=9)

    def test_waits_for_nothing_when_it_is_late(self, ada: Member):
        give(ada, 40, until=after(30))

        noticing.tell(day=MONDAY, at=MIDNIGHT + timedelta(hours=11))

        assert Message.objects.get().due_at == MIDNIGHT + timedelta(hours=11)

    def test_keeps_an_id_and_a_day(self, ada: Member):
        give(ada, 40, until=after(30))

        noticing.tell(day=MONDAY, at=MIDNIGHT)

        message = Message.objects.get()
        assert message.recipient == ada.public_id
        assert message.facts == {"day": "2026-04-09"}
        assert message.key == f"EXPIRY_30:{ada.public_id}:2026-04-09"

    def test_is_a_step_after_settling(self, ada: Member):
        give(ada, 40, until=after(30))

        runs = night.run(day=MONDAY, at=MIDNIGHT)

        assert [run.job for run in runs][:2] == ["settle", "notices"]
        assert runs[1].rows == 1


class TestWhoComesOften:
    """Whose points end on many days hears of them once a week, 30 and 7 days before."""

    def nights(self, count: int) -> None:
        for number in range(count):
            noticing.tell(day=MONDAY + number * DAY, at=MIDNIGHT + number * DAY)

    def test_is_told_of_every_day_by_one_notice_of_each_sort_a_week(self, ada: Member):
        for days in range(60):
            give(ada, days + 1, until=after(days))

        self.nights(36)

        for kind in (MessageKind.EXPIRY_30, MessageKind.EXPIRY_7):
            notices = Message.objects.filter(kind=kind).order_by("due_at")
            sent = [notice.due_at.date() for notice in notices]
            firsts = [date.fromisoformat(notice.facts["day"]) for notice in notices]
            assert {later - before for before, later in pairwise(sent)} == {7 * DAY}
            assert {later - before for before, later in pairwise(firsts)} == {7 * DAY}

    def test_who_buys_each_week_gets_one_notice_of_each_sort_for_a_purchase(self, ada: Member):
        for week in range(4):
            give(ada, week + 1, until=after(30 + 7 * week))

        self.nights(24 + 22)

        firsts = ["2026-04-09", "2026-04-16", "2026-04-23", "2026-04-30"]
        assert told() == [
            *[("EXPIRY_30", day) for day in firsts],
            *[("EXPIRY_7", day) for day in firsts],
        ]

    def test_waits_a_week_for_the_next_notice(self, ada: Member):
        give(ada, 40, until=after(20))
        self.nights(1)
        give(ada, 2, until=after(12))
        noticing.tell(day=MONDAY + DAY, at=MIDNIGHT + DAY)

        first, second = Message.objects.order_by("due_at")
        assert (first.facts["day"], second.facts["day"]) == ("2026-03-30", "2026-03-22")
        assert second.due_at - first.due_at == 7 * DAY

    def test_is_not_told_twice_within_a_week_of_points_that_live_for_days(self, ada: Member):
        give(ada, 40, until=after(7))
        self.nights(1)
        give(ada, 2, until=after(3))

        assert noticing.tell(day=MONDAY + DAY, at=MIDNIGHT + DAY) == 0

    def test_is_told_at_once_after_a_notice_that_was_left_out(self, ada: Member):
        give(ada, 40, until=after(20))
        self.nights(1)
        Message.objects.update(state="SKIPPED", reason="OVERTAKEN")
        give(ada, 2, until=after(12))

        noticing.tell(day=MONDAY + DAY, at=MIDNIGHT + DAY)

        assert Message.objects.latest("pk").due_at == MIDNIGHT + DAY + timedelta(hours=9)


class TestMissedNights:
    def test_tell_what_a_clean_run_would_have_said_by_then(self, ada: Member, programme):
        for days in range(45):
            give(ada, days + 1, until=after(days))
        noon = MIDNIGHT + 8 * DAY + timedelta(hours=12)

        for number in range(9):
            noticing.tell(day=MONDAY + number * DAY, at=noon)

        assert told() == [
            *[("EXPIRY_30", f"2026-{day}") for day in ("04-01", "04-08", "04-15")],
            ("EXPIRY_7", "2026-03-18"),
            ("EXPIRY_7", "2026-03-25"),
        ]

    def test_run_in_any_order_and_again_tell_nothing_more(self, ada: Member):
        for days in range(45):
            give(ada, days + 1, until=after(days))
        for number in range(9):
            noticing.tell(day=MONDAY + number * DAY, at=MIDNIGHT + number * DAY)
        before = told()

        for number in (3, 0, 8, 5):
            assert noticing.tell(day=MONDAY + number * DAY, at=MIDNIGHT + 8 * DAY) == 0
        assert told() == before


class TestWhoIsNotTold:
    def test_is_blocked_has_left_or_has_no_address(self, programme):
        blocked, gone = make_member("b@example.org"), make_member("c@example.org")
        silent = make_member(None)
        for member in (blocked, gone, silent):
            give(member, 40, until=after(30))
        blocking.block(member=blocked, at=MIDNIGHT, actor="usr_1")
        closing.close(member=gone, key="k", at=MIDNIGHT)

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 0


class TestWhatItCosts:
    def test_does_not_grow_with_members(self, programme, django_assert_num_queries, monkeypatch):
        for count in (2, 18):
            for number in range(count):
                member = make_member(f"m{count}-{number}@example.org")
                give(member, 40, until=after(30))
            with django_assert_num_queries(10):
                noticing.tell(day=MONDAY, at=MIDNIGHT)

    def test_walks_through_more_than_a_chunk(self, programme, monkeypatch):
        monkeypatch.setattr(noticing, "_CHUNK", 3)
        for number in range(10):
            member = make_member(f"m{number}@example.org")
            give(member, 40, until=after(30 - number % 2))

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 10

    def test_looks_at_no_account_on_which_nothing_is_due(
        self, programme, django_assert_num_queries
    ):
        for number in range(5):
            give(make_member(f"m{number}@example.org"), 40, until=after(31))

        with django_assert_num_queries(2):
            noticing.tell(day=MONDAY, at=MIDNIGHT)


def test_a_notice_is_about_one_member_and_week(ada: Member):
    key = f"{ada.public_id}:2026-04-09"
    notice = Notice(
        recipient=ada.public_id,
        kind=MessageKind.EXPIRY_30,
        key=key,
        at=MIDNIGHT,
        facts={"day": "2026-04-09"},
    )
    dispatching.put(notices=[notice])
    give(ada, 40, until=after(30))

    assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 0
