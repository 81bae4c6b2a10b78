from dataclasses import replace
from datetime import timedelta

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.identity.models import User
from members import blocking, correcting, enrolling, purchasing, signing_in
from members.identifying import IdentifierTaken
from members.models import Member
from tests.conftest import NOON
from tests.members.builders import moved, points_of, sale


@pytest.fixture
def ada(ada: Member) -> Member:
    """Ada, who can be called too."""
    Member.objects.filter(pk=ada.pk).update(phone="+33612345678")
    ada.refresh_from_db()
    return ada


def correct(member: Member, **said: object) -> Member:
    identity = replace(correcting.identity_of(member), **said)
    return correcting.correct(member=member, identity=identity, at=NOON, actor="user:1")


class TestCorrect:
    @pytest.mark.parametrize(
        "said", [{"email": "ada@new.example"}, {"phone": "+33698765432"}, {"phone": None}]
    )
    def test_locks_spending_for_a_day_where_an_address_is_replaced(
        self, ada: Member, said: dict[str, object]
    ):
        member = correct(ada, **said)

        assert member.spending_locked_until == NOON + timedelta(hours=24)
        warned = OutboxEvent.objects.get(name="member.contact-changed").payload
        before = Member.history.get(history_id=warned["before"])
        assert (before.email, warned["fields"]) == ("ada@example.org", list(said))
        assert "example" not in str(warned)

    @pytest.mark.parametrize("said", [{"first_name": "Augusta"}, {"birthday": (12, 10)}])
    def test_locks_nothing_where_only_words_change(self, ada: Member, said: dict[str, object]):
        member = correct(ada, **said)

        assert member.spending_locked_until is None
        assert not OutboxEvent.objects.filter(name="member.contact-changed").exists()

    def test_locks_nothing_for_a_first_address(self, programme: None):
        nobody = enrolling.enrol(at=NOON, card="2000000000139")

        member = correct(nobody, email="ada@new.example")

        assert (member.email, member.spending_locked_until) == ("ada@new.example", None)

    def test_changes_nothing_for_an_address_of_somebody_else(self, ada: Member):
        enrolling.enrol(at=NOON, email="grace@example.org")
        before = moved()

        with pytest.raises(IdentifierTaken):
            correct(ada, email="grace@example.org")

        ada.refresh_from_db()
        assert (ada.email, ada.spending_locked_until) == ("ada@example.org", None)
        assert moved() == before

    def test_speaks_the_new_language_on_pages_too(self, ada: Member):
        user = signing_in.open_user(member=ada)

        correct(ada, language="en")

        assert User.objects.get(pk=user.pk).language == "en"

    def test_signs_out_every_browser_after_another_e_mail_alone(self, ada: Member):
        user = signing_in.open_user(member=ada)
        before = user.get_session_auth_hash()

        correct(ada, phone=None)
        assert User.objects.get(pk=user.pk).get_session_auth_hash() == before

        correct(Member.objects.get(pk=ada.pk), email="ada@new.example")
        assert User.objects.get(pk=user.pk).get_session_auth_hash() != before
        assert signing_in.get_member(address="ada@new.example") == ada
        assert signing_in.get_member(address="ada@example.org") is None


class TestCheckMaySpend:
    def test_refuses_until_the_day_is_over_and_says_until_when(self, ada: Member):
        member = correct(ada, email="ada@new.example")
        until = NOON + timedelta(hours=24)

        with pytest.raises(blocking.SpendingLocked) as refused:
            blocking.check_may_spend(member=member, at=until - timedelta(seconds=1))

        assert (refused.value.code, refused.value.status) == ("spending-locked", 422)
        assert refused.value.figures == {"until": until}
        blocking.check_may_spend(member=member, at=until)

    def test_lets_earning_go_on(self, ada: Member):
        correct(ada, email="ada@new.example")

        purchasing.record(sale=sale(ada, "20.00"), key="a", at=NOON)

        assert points_of(ada, at=NOON) == 20

    def test_refuses_whoever_is_blocked_or_left(self, ada: Member):
        member = blocking.block(member=ada, at=NOON, actor="user:1")

        with pytest.raises(blocking.MemberBlocked):
            blocking.check_may_spend(member=member, at=NOON)
