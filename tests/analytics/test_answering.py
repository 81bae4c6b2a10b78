"""An answer is taken once, while the question is open, and a low one is looked after."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from analytics import answering, forgetting, inviting
from analytics.answering import ScoreOffScale, SurveyClosed
from analytics.models import Answer, AnswerPlace, Invitation, Survey
from loyalty.core import ids
from loyalty.events import relaying
from loyalty.events.models import Message, OutboxEvent
from loyalty.programmes.models import Store
from members import closing, erasing
from members.models import Case, Member
from tests.analytics.opinions import ask, make_survey
from tests.conftest import NOON
from tests.mailing.conftest import ada, make_member, programme  # noqa: F401
from tests.racing import at_once

DAY = timedelta(days=1)


@pytest.fixture
def asked(ada: Member) -> Invitation:  # noqa: F811
    """Ada was asked by e-mail; the question is open."""
    survey = make_survey(delay_hours=0, low_score=6)
    store = Store.objects.create(code="lyon", name="Lyon")
    occasion = inviting.Occasion(
        reference="pur_1", member=ada.public_id, at=NOON, store_id=store.pk, channel="store"
    )
    inviting.invite(surveys=[survey], occasions=[occasion], at=NOON)
    return Invitation.objects.get()


def answer(asked: Invitation, score: int, comment: str = "", **said: object) -> Answer:
    at = said.get("at", NOON)
    return answering.answer(
        invitation=asked, score=score, comment=comment, place=AnswerPlace.LINK, at=at,  # type: ignore[arg-type]
    )  # fmt: skip


def token_of(asked: Invitation) -> str:
    token = inviting.make_token(invitation=asked)
    assert token
    return token


@pytest.mark.django_db
class TestAnAnswer:
    def test_is_kept_and_told(self, asked: Invitation):
        given = answer(asked, 9, "  Très bien.  ")

        assert (given.kind, given.score, given.comment) == ("NPS", 9, "Très bien.")
        assert (given.answered_at, given.answered_on) == (NOON, NOON.date())
        event = OutboxEvent.objects.get(name="survey.answered")
        assert event.payload == {
            "answer": given.public_id,
            "survey": asked.survey.public_id,
            "kind": "NPS",
            "score": 9,
            "about": "pur_1",
            "member": asked.member.public_id,
            "store": "lyon",
        }

    def test_is_given_once(self, asked: Invitation):
        answer(asked, 9)

        with pytest.raises(SurveyClosed):
            answer(asked, 2)

        assert Answer.objects.get().score == 9
        assert OutboxEvent.objects.filter(name="survey.answered").count() == 1

    @pytest.mark.parametrize(
        ("kind", "score"), [("NPS", 11), ("CSAT", 0), ("CSAT", 6), ("CES", 0), ("CES", 8)]
    )
    def test_is_on_the_scale_of_its_question(
        self,
        ada: Member,  # noqa: F811
        kind: str,
        score: int,
    ):
        asked = ask(make_survey(kind, low_score=3), ada, at=NOON)

        with pytest.raises(ScoreOffScale):
            answer(asked, score)

        assert not Answer.objects.exists()
        assert not Case.objects.exists()

    def test_off_its_scale_is_kept_by_no_table(self, asked: Invitation):
        with pytest.raises(IntegrityError), transaction.atomic():
            Answer.objects.create(
                public_id=ids.new("ans"), invitation=asked, kind="CSAT", score=6,
                place=AnswerPlace.LINK, answered_at=NOON, answered_on=NOON.date(),
            )  # fmt: skip


@pytest.mark.django_db
class TestALink:
    def test_leads_to_its_question_while_it_is_open(self, asked: Invitation):
        token = token_of(asked)

        assert answering.get_open(token=token, at=NOON) == asked
        assert answering.get_open(token=token, at=asked.expires_at - DAY) == asked

    @pytest.mark.parametrize("late", [timedelta(seconds=-1), 14 * DAY])
    def test_leads_nowhere_before_and_after(self, asked: Invitation, late: timedelta):
        with pytest.raises(SurveyClosed):
            answering.get_open(token=token_of(asked), at=NOON + late)
        with pytest.raises(SurveyClosed):
            answer(asked, 9, at=NOON + late)

        assert not Answer.objects.exists()

    def test_made_up_or_of_who_has_left_leads_nowhere_either(self, asked: Invitation):
        with pytest.raises(SurveyClosed):
            answering.get_open(token="x" * 43, at=NOON)
        closing.close(member=asked.member, key="k", at=NOON)

        with pytest.raises(SurveyClosed):
            answering.get_open(token=token_of(asked), at=NOON)


@pytest.mark.django_db
class TestALowScore:
    def test_opens_a_request_with_what_was_said(self, asked: Invitation):
        given = answer(asked, 6, "Trop d'attente.")

        case = Case.objects.get()
        assert given.case == case
        assert (case.kind, case.member, case.source) == ("FEEDBACK", asked.member, given.public_id)
        assert case.subject == "Une note de 6 sur 10"
        assert case.store == asked.store
        assert [message.text for message in case.messages.all()] == ["Trop d'attente."]

    def test_is_one_that_the_survey_calls_low(self, asked: Invitation):
        answer(asked, 7)

        assert not Case.objects.exists()

    def test_opens_none_where_the_survey_says_none(self, asked: Invitation):
        Survey.objects.update(low_score=None)

        answer(asked, 0)

        assert not Case.objects.exists()


@pytest.mark.django_db
class TestOnTheirPage:
    def test_the_oldest_question_waits(self, ada: Member):  # noqa: F811
        shown = make_survey(pause_days=0)
        ask(make_survey(is_shown=False), ada, at=NOON - 2 * DAY)
        first = ask(shown, ada, at=NOON - DAY)
        ask(shown, ada, at=NOON)
        ask(shown, ada, at=NOON - 20 * DAY)

        assert answering.get_waiting(member=ada, at=NOON) == first

    def test_visitors_are_asked_as_they_answer_and_then_left_in_peace(
        self,
        ada: Member,  # noqa: F811
    ):
        survey = make_survey(trigger="VISIT", is_emailed=False)
        assert inviting.get_visit_survey(member=ada, at=NOON) == survey

        given = answering.answer_here(survey=survey, member=ada, score=10, at=NOON)

        assert given.place == "PAGE"
        assert given.invitation.tier == "member"
        assert inviting.get_visit_survey(member=ada, at=NOON + 89 * DAY) is None
        assert inviting.get_visit_survey(member=ada, at=NOON + 90 * DAY) == survey
        with pytest.raises(SurveyClosed):
            answering.answer_here(survey=survey, member=ada, score=0, at=NOON + DAY)
        assert Answer.objects.count() == Invitation.objects.count() == 1


@pytest.mark.django_db
class TestErasure:
    def test_leaves_the_score_and_no_word(self, asked: Invitation):
        ada = asked.member  # noqa: F811
        answer(asked, 6, "Signé Ada, 06 12 34 56 78")
        waiting = ask(make_survey(), ada, at=NOON)
        erasing.ask(member=ada, at=NOON, actor="user:1")

        assert erasing.erase_due(at=NOON + 3 * DAY) == 1
        while relaying.relay(at=NOON + 3 * DAY):
            pass

        kept = Answer.objects.get()
        assert (kept.score, kept.comment) == (6, "")
        assert kept.invitation.token_hash is None
        assert not Invitation.objects.filter(pk=waiting.pk).exists()
        assert not Message.objects.filter(recipient=ada.public_id).exists()
        forgetting.forget(member=ada)


@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_are_one_answer(self, asked: Invitation):
        def press(number: int) -> str:
            try:
                answer(asked, number)
            except SurveyClosed:
                return "closed"
            return "kept"

        assert sorted(at_once(press, calls=4)) == ["closed", "closed", "closed", "kept"]

        assert Answer.objects.count() == 1
        assert OutboxEvent.objects.filter(name="survey.answered").count() == 1
        assert Case.objects.count() == 1

    def test_visits_are_one_answer(self, ada: Member):  # noqa: F811
        survey = make_survey(trigger="VISIT", is_emailed=False)

        def press(number: int) -> str:
            try:
                answering.answer_here(survey=survey, member=ada, score=number, at=NOON)
            except SurveyClosed:
                return "closed"
            return "kept"

        assert sorted(at_once(press, calls=3)) == ["closed", "closed", "kept"]
        assert Answer.objects.count() == 1

    def test_occasions_of_one_member_ask_once(self, ada: Member):  # noqa: F811
        survey = make_survey()

        def hear(number: int) -> int:
            occasion = inviting.Occasion(
                reference=f"pur_{number}", member=ada.public_id, at=NOON, channel="store"
            )
            return inviting.invite(surveys=[survey], occasions=[occasion], at=NOON)

        assert sum(at_once(hear, calls=4)) == 1
        assert Invitation.objects.count() == 1
