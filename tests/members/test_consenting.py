from datetime import timedelta

import pytest

from members import blocking, closing, consenting
from members.consenting import Said
from members.models import Consent, Member
from tests.conftest import NOON

YES = Said(channel="EMAIL", purpose="MARKETING", is_given=True, text_version="v1", where="till")
LATER = NOON + timedelta(hours=1)


def allowed(member: Member) -> bool:
    return consenting.is_allowed(member=member, channel="EMAIL", purpose="MARKETING")


class TestSay:
    def test_never_asked_is_no(self, ada: Member):
        assert allowed(ada) is False

    def test_holds_for_its_channel_and_purpose_alone(self, ada: Member):
        consenting.say(member=ada, said=YES, at=NOON)

        assert allowed(ada) is True
        assert not consenting.is_allowed(member=ada, channel="SMS", purpose="MARKETING")
        assert not consenting.is_allowed(member=ada, channel="EMAIL", purpose="PROFILING")

    def test_overwrites_nothing(self, ada: Member):
        consenting.say(member=ada, said=YES, at=NOON, actor="usr_1")
        consenting.withdraw(member=ada, channel="EMAIL", purpose="MARKETING", at=LATER)

        rows = Consent.objects.order_by("pk")
        assert [(row.is_given, row.text_version) for row in rows] == [(True, "v1"), (False, "v1")]
        assert list(Consent.objects.in_force()) == [rows[1]]
        assert allowed(ada) is False

    def test_the_same_answer_to_the_same_text_is_one_row(self, ada: Member):
        first = consenting.say(member=ada, said=YES, at=NOON)
        again = consenting.say(member=ada, said=YES, at=LATER)

        assert again == first
        assert Consent.objects.count() == 1

    def test_a_new_text_is_a_new_answer(self, ada: Member):
        consenting.say(member=ada, said=YES, at=NOON)
        newer = Said(channel="EMAIL", purpose="MARKETING", is_given=True, text_version="v2")
        consenting.say(member=ada, said=newer, at=LATER)

        in_force = consenting.get_in_force(member=ada)["EMAIL", "MARKETING"]
        assert in_force.text_version == "v2"

    def test_who_left_is_asked_nothing(self, ada: Member):
        left = closing.close(member=ada, key="close", at=NOON)

        # Also where the caller read the member before they left.
        for member in (left, ada):
            assert (member.state == "CLOSED") is (member is left)
            with pytest.raises(blocking.MemberClosed):
                consenting.say(member=member, said=YES, at=LATER)

        assert Consent.objects.exists() is False


class TestWithdraw:
    def test_of_what_was_never_given_writes_nothing(self, ada: Member):
        assert consenting.withdraw(member=ada, channel="SMS", purpose="MARKETING", at=NOON) is None

        assert Consent.objects.exists() is False
