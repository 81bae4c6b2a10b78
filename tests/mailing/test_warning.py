"""A tier that will be lost is told of thirty days before, once."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty import night
from loyalty.events.models import Message
from loyalty.mailing import warning
from members import blocking, purchasing
from members.models import Member
from tests.conftest import NOON
from tests.mailing.conftest import Send, ends, make_member
from tests.members.builders import sale

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# Silver from 10 March 2026 on ends with 10 March 2027; thirty days before is 8 February.
EVE = date(2027, 2, 7)
MIDNIGHT = datetime(2027, 2, 7, 23, 0, tzinfo=UTC)


def buy(member: Member, euros: str, *, at: datetime = NOON) -> None:
    purchasing.record(sale=sale(member, euros, occurred_at=at), key=f"{member.pk}{at}", at=at)


def warned() -> list[tuple[str, str]]:
    found = Message.objects.filter(kind="TIER_AT_RISK").order_by("pk")
    return [(message.facts["tier"], message.facts["until"]) for message in found]


class TestTheNight:
    def test_warns_thirty_days_before_and_once(self, ada: Member):
        buy(ada, "120.00")

        assert warning.warn(day=EVE - DAY, at=MIDNIGHT - DAY) == 0
        assert warning.warn(day=EVE, at=MIDNIGHT) == 1
        for days in range(32):
            assert warning.warn(day=EVE + days * DAY, at=MIDNIGHT + days * DAY) == 0

        assert warned() == [("silver", "2027-03-10")]
        assert Message.objects.get(kind="TIER_AT_RISK").due_at == MIDNIGHT + timedelta(hours=9)

    def test_warns_late_when_nights_were_missed(self, ada: Member):
        buy(ada, "120.00")

        assert warning.warn(day=EVE + 20 * DAY, at=MIDNIGHT + 20 * DAY) == 1

    def test_warns_nobody_who_has_done_enough(self, ada: Member):
        buy(ada, "120.00")
        buy(ada, "100.00", at=NOON + 100 * DAY)

        assert warning.warn(day=EVE, at=MIDNIGHT) == 0

    def test_warns_nobody_who_is_blocked_or_has_no_address(self, ada: Member):
        silent = make_member(None)
        buy(ada, "120.00")
        buy(silent, "120.00")
        blocking.block(member=ada, at=MIDNIGHT, actor="usr_1")

        assert warning.warn(day=EVE, at=MIDNIGHT) == 0

    def test_is_a_step_after_the_tiers(self, ada: Member):
        buy(ada, "120.00")

        runs = night.run(day=EVE, at=MIDNIGHT)

        assert [run.job for run in runs][2:5] == ["tiers", "memberships", "tier-warnings"]
        assert runs[4].rows == 1

    def test_costs_the_same_for_two_and_for_ten(self, programme, django_assert_num_queries):
        for count in (2, 10):
            Message.objects.all().delete()
            for number in range(count):
                buy(make_member(f"m{count}-{number}@example.org"), "120.00")
            with django_assert_num_queries(9):
                assert warning.warn(day=EVE, at=MIDNIGHT) >= count


class TestTheLetter:
    def test_says_what_would_keep_the_tier(self, ada: Member, send: Send):
        buy(ada, "260.00")
        send(at=NOON)
        warning.warn(day=EVE, at=MIDNIGHT)

        (letter,) = send(at=MIDNIGHT + timedelta(hours=9))

        assert letter.subject == "Votre niveau Or court jusqu’au 10 mars 2027"
        assert "250,00\N{NO-BREAK SPACE}€" in letter.body
        assert "10 mars 2027" in letter.body

    def test_is_left_out_when_enough_was_bought_meanwhile(self, ada: Member, send: Send):
        buy(ada, "120.00")
        send(at=NOON)
        warning.warn(day=EVE, at=MIDNIGHT)
        buy(ada, "100.00", at=MIDNIGHT + timedelta(hours=1))

        send(at=MIDNIGHT + timedelta(hours=9))

        assert ("TIER_AT_RISK", "SKIPPED", "OVERTAKEN") in ends()
