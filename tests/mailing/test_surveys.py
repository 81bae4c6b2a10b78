"""The letter that asks how it was: to whoever did not object, with a link for each score."""

from datetime import timedelta

import pytest
from django.test import Client

from analytics import answering, inviting
from analytics.models import AnswerPlace, Invitation
from loyalty.events import dispatching
from loyalty.events.models import Message
from loyalty.mailing import sending, unsubscribing
from members import consenting
from members.models import ConsentPurpose, Member
from tests.analytics.opinions import make_survey
from tests.conftest import NOON
from tests.mailing.conftest import Send, make_member

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def asked(ada: Member) -> Invitation:
    survey = make_survey(delay_hours=0)
    occasion = inviting.Occasion(reference="pur_1", member=ada.public_id, at=NOON)
    inviting.invite(surveys=[survey], occasions=[occasion], at=NOON)
    return Invitation.objects.get()


def object_to_surveys(member: Member) -> None:
    consenting.object_to(member=member, channel="EMAIL", purpose="SURVEYS", at=NOON)


class TestTheLetter:
    def test_has_a_link_for_each_score(self, asked: Invitation, send: Send, settings):
        (one,) = send()

        page = f"{settings.SITE_URL}/me/surveys/{inviting.make_token(invitation=asked)}/"
        html = one.alternatives[0][0]
        for score in range(11):
            assert f"{score}: {page}?score={score}\n" in one.body
            assert f'href="{page}?score={score}"' in html
        assert one.subject == "Votre avis compte : une question de L'Atelier"
        assert "Nous recommanderiez-vous" in one.body
        assert "0 = Pas du tout probable, 10 = Très probable" in one.body
        assert "jusqu’au 24 mars 2026" in one.body

    def test_has_a_way_out_of_all_of_them(self, asked: Invitation, ada: Member, send: Send):
        (one,) = send()

        token = unsubscribing.make_token(recipient=ada.public_id, purpose=ConsentPurpose.SURVEYS)
        assert one.extra_headers["List-Unsubscribe"].endswith(f"/unsubscribe/{token}/>")
        assert one.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "Ne plus me demander mon avis par e-mail" in one.body
        assert "Ce n’est pas de la publicité" in one.body

    def test_needs_no_yes_and_is_sent_again_where_a_sender_died(
        self, asked: Invitation, send: Send
    ):
        held = dispatching.take(at=NOON, limit=1)
        dispatching.claim(message=held.messages[0], held=held)

        assert len(send(at=NOON + timedelta(minutes=11))) == 1


class TestIsLeftOut:
    def test_for_whoever_objected_meanwhile(self, asked: Invitation, ada: Member, send: Send):
        object_to_surveys(ada)

        assert send() == []
        assert Message.objects.get().reason == "OBJECTED"

    def test_for_whoever_objects_while_it_is_sent(
        self, asked: Invitation, ada: Member, monkeypatch: pytest.MonkeyPatch
    ):
        read = sending.reading.read

        def read_and_object(**said: object) -> object:
            found = read(**said)  # type: ignore[arg-type]
            object_to_surveys(ada)
            return found

        monkeypatch.setattr(sending.reading, "read", read_and_object)

        assert sending.send(at=NOON) == 0
        assert (Message.objects.get().state, Message.objects.get().reason) == (
            "SKIPPED", "OBJECTED",
        )  # fmt: skip

    def test_once_it_was_answered_or_is_over(self, asked: Invitation, send: Send):
        answering.answer(invitation=asked, score=9, place=AnswerPlace.PAGE, at=NOON)

        assert send() == []
        assert Message.objects.get().reason == "OVERTAKEN"


class TestTheWayOut:
    def test_asks_first_and_objects_at_once(self, ada: Member, client: Client):
        token = unsubscribing.make_token(recipient=ada.public_id, purpose=ConsentPurpose.SURVEYS)

        asks = client.get(f"/unsubscribe/{token}/", headers={"accept-language": "en"})
        assert "No more questions by e-mail?" in asks.content.decode()
        assert not consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")
        done = client.post(f"/unsubscribe/{token}/", headers={"accept-language": "en"})

        assert "You will be asked nothing more by e-mail" in done.content.decode()
        assert consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")
        assert not consenting.has_objected(member=ada, channel="EMAIL", purpose="MARKETING")

    def test_of_advertising_leaves_surveys(self, ada: Member, client: Client):
        token = unsubscribing.make_token(recipient=ada.public_id)

        client.post(f"/unsubscribe/{token}/")

        assert not consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")


class TestWhatItCosts:
    @pytest.mark.parametrize("count", [2, 12])
    def test_reads_as_often_for_two_as_for_twelve(
        self, programme, count: int, django_assert_num_queries
    ):
        survey = make_survey(delay_hours=0)
        occasions = [
            inviting.Occasion(
                reference=f"pur_{n}", member=make_member(f"m{n}@example.org").public_id, at=NOON
            )
            for n in range(count)
        ]
        inviting.invite(surveys=[survey], occasions=occasions, at=NOON)
        messages = list(Message.objects.filter(kind="SURVEY"))

        with django_assert_num_queries(4):
            found = sending.reading.read(messages=messages, at=NOON)

        assert len(found) == count
