"""What a member is written when their request was answered."""

from datetime import timedelta

import pytest

from loyalty.events import relaying
from loyalty.events.models import Message
from loyalty.identity.roles import Role
from members import answering, opening
from members.models import CaseKind, CaseMessage, Member
from tests.conftest import NOON
from tests.mailing.conftest import Send, make_member
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db


def answer(member: Member, text: str) -> str:
    """Let a request be answered, and return its id."""
    case = opening.open_case(
        member=member, kind=CaseKind.QUESTION, subject="Points <b>", body="Where?", at=NOON,
        key=member.public_id,
    )  # fmt: skip
    answering.answer(case=case, text=text, by=appoint(Role.CUSTOMER_CARE), seen=1, at=NOON)
    while relaying.relay(at=NOON + timedelta(hours=1)):
        pass
    return case.public_id


class TestAnAnswer:
    def test_says_what_was_answered_in_both_forms(self, ada: Member, send: Send):
        public_id = answer(ada, "Les voilà.\n<script>")

        (one,) = [one for one in send() if one.to == [ada.email]]

        body = str(one.body).replace("\xa0", " ")
        assert one.subject == "Notre réponse : Points <b>"
        assert (
            "Voici notre réponse à votre demande « Points <b> » :\n\nLes voilà.\n<script>" in body
        )
        assert f"/me/help/{public_id}/" in body
        ((html, _kind),) = one.alternatives
        assert "Les voilà.<br>&lt;script&gt;" in str(html)
        assert "<script>" not in str(html)

    def test_in_english(self, programme: object, send: Send):
        bob = make_member("bob@example.org", language="en", first_name="Bob")
        answer(bob, "Here they are.")

        (one,) = [one for one in send() if one.to == ["bob@example.org"]]

        assert one.subject == "Our answer: Points <b>"
        assert "Here they are." in str(one.body)

    def test_is_left_out_where_nothing_of_it_is_kept(self, ada: Member, send: Send):
        answer(ada, "Les voilà.")
        CaseMessage.objects.all().delete()

        assert [one for one in send() if "réponse" in one.subject] == []
        assert Message.objects.get(kind="CASE_ANSWERED").reason == "OVERTAKEN"
