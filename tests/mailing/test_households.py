"""What members who share points are written: an invitation, and that their points end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from loyalty.events import relaying
from loyalty.events.models import Message, MessageKind
from loyalty.mailing import noticing
from members import inviting
from members.models import Member
from tests.conftest import NOON
from tests.mailing.conftest import Send, give, make_member, owe
from tests.members.homes import allow, settle

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 3, 9)
MIDNIGHT = datetime(2026, 3, 9, 23, 0, tzinfo=UTC)
LONG_AGO = NOON - timedelta(days=90)
# The end of 31 March in Paris, in summer time.
END_OF_MARCH = datetime(2026, 3, 31, 22, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _households(programme: object) -> None:
    allow()


@pytest.fixture
def bob(programme: object) -> Member:
    return make_member("bob@example.org", language="en", first_name="Bob")


class TestAnInvitation:
    @pytest.fixture(autouse=True)
    def _asked(self, ada: Member, bob: Member) -> None:
        settle(ada)
        inviting.invite(member=ada, whom="bob@example.org", at=NOON)
        while relaying.relay(at=NOON + timedelta(hours=1)):
            pass

    def test_is_owed_to_who_is_asked(self, bob: Member):
        message = Message.objects.get(kind=MessageKind.HOUSEHOLD_INVITED)

        assert message.recipient == bob.public_id
        assert set(message.facts) == {"invitation"}

    def test_says_who_asks_and_until_when(self, send: Send):
        (one,) = [one for one in send() if "bob@example.org" in one.to]

        assert one.subject == "Ada invites you to share points"
        assert "You can answer until 24 March 2026." in str(one.body).replace("\xa0", " ")
        assert "/me/household/" in one.body

    def test_is_left_out_once_it_was_answered(self, bob: Member, send: Send):
        (asked,) = inviting.get_waiting(member=bob, at=NOON)
        inviting.decline(public_id=asked.public_id, member=bob, at=NOON)

        assert [one for one in send() if "bob@example.org" in one.to] == []


class TestPointsThatEnd:
    def test_are_told_to_each_of_the_household(self, ada: Member, bob: Member):
        settle(ada, bob, at=LONG_AGO)
        give(ada, 40, until=END_OF_MARCH)

        assert noticing.tell(day=MONDAY, at=MIDNIGHT) == 2

        told = set(Message.objects.values_list("recipient", "kind"))
        assert told == {(ada.public_id, "EXPIRY_30"), (bob.public_id, "EXPIRY_30")}

    def test_are_those_of_the_household_in_each_letter(self, ada: Member, bob: Member, send: Send):
        settle(ada, bob, at=LONG_AGO)
        give(ada, 40, until=END_OF_MARCH)
        owe(bob, MessageKind.EXPIRY_30, day="2026-03-31")

        (one,) = [one for one in send() if "bob@example.org" in one.to]

        assert "40 points" in str(one.body).replace("\xa0", " ").replace("\u202f", " ")
