"""The page that a survey's e-mail leads to, and the question on a member's own page."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from analytics import inviting
from analytics.models import Answer, Invitation
from members import signing_in
from members.models import Member
from tests.analytics.opinions import ask, make_survey
from tests.conftest import NOON
from tests.mailing.conftest import ada, make_member, programme  # noqa: F401

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
MINE = "/me/surveys/"


@pytest.fixture(autouse=True)
def clock(time_machine) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def asked(ada: Member) -> Invitation:  # noqa: F811
    occasion = inviting.Occasion(reference="pur_1", member=ada.public_id, at=NOON, channel="store")
    survey = make_survey(delay_hours=0)
    inviting.invite(surveys=[survey], occasions=[occasion], at=NOON)
    return Invitation.objects.get()


@pytest.fixture
def page(asked: Invitation) -> str:
    return reverse("portal:survey", args=[inviting.make_token(invitation=asked)])


@pytest.fixture
def browser(ada: Member) -> Client:  # noqa: F811
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(signing_in.open_user(member=ada))
    return browser


def chosen(html: str) -> list[str]:
    return re.findall(r'<input type="radio" name="score" value="(\d+)"[^>]* checked', html)


class TestLooking:
    def test_has_the_score_of_the_link_chosen_and_keeps_nothing(self, page: str, client: Client):
        for _ in range(3):
            answer = client.get(f"{page}?score=9")

        html = answer.content.decode()
        assert answer.status_code == 200
        assert chosen(html) == ["9"]
        assert html.count('type="radio"') == 11
        assert not Answer.objects.exists()
        assert "no-store" in answer["Cache-Control"]

    @pytest.mark.parametrize("score", ["", "11", "-1", "x", "9%00", "٩"])
    def test_chooses_nothing_that_is_not_on_the_scale(self, page: str, client: Client, score: str):
        assert chosen(client.get(f"{page}?score={score}").content.decode()) == []

    def test_speaks_the_language_of_the_letter(
        self,
        ada: Member,  # noqa: F811
        page: str,
        client: Client,
    ):
        french = client.get(page, headers={"accept-language": "en"}).content.decode()
        ada.language = "en"
        ada.save()
        english = client.get(page, headers={"accept-language": "fr"}).content.decode()

        assert '<html lang="fr"' in french
        assert "Nous recommanderiez-vous" in french
        assert '<html lang="en"' in english
        assert "Would you recommend us?" in english

    def test_says_nothing_of_who_it_is(self, page: str, client: Client):
        html = client.get(page).content.decode()

        assert "Ada" not in html
        assert "ada@example.org" not in html

    def test_costs_a_few_statements(self, page: str, client: Client, django_assert_num_queries):
        client.get(page)

        with django_assert_num_queries(2):
            client.get(page)


class TestAnswering:
    def test_keeps_the_score_and_the_words(self, page: str, client: Client):
        answer = client.post(page, {"score": "9", "comment": "Merci !"})

        assert answer.status_code == 200
        assert "Merci de votre réponse" in answer.content.decode()
        kept = Answer.objects.get()
        assert (kept.score, kept.comment, kept.place) == (9, "Merci !", "LINK")

    def test_asks_again_for_a_score_and_keeps_the_words(self, page: str, client: Client):
        answer = client.post(page, {"comment": "Merci !"})

        html = answer.content.decode()
        assert answer.status_code == 400
        assert "Choisissez d’abord une réponse." in html
        assert "Merci !</textarea>" in html
        assert not Answer.objects.exists()

    @pytest.mark.parametrize("sent", [{"score": "11"}, {"score": "9", "comment": "x" * 2_001}])
    def test_keeps_nothing_that_does_not_fit(
        self, page: str, client: Client, sent: dict[str, str]
    ):
        assert client.post(page, sent).status_code == 400
        assert not Answer.objects.exists()


class TestAClosedQuestion:
    def test_looks_the_same_used_over_or_made_up(self, page: str, client: Client, time_machine):
        client.post(page, {"score": "9"})
        used = client.get(page)
        made_up = client.get(reverse("portal:survey", args=["x" * 43]))
        Answer.objects.all().delete()
        time_machine.move_to(NOON + 15 * DAY, tick=False)
        over = client.post(page, {"score": "1"})

        said = [re.sub(r'nonce="[^"]*"|value="\w{64}"|/surveys/[^/]*/', "", one.content.decode())
                for one in (used, made_up, over)]  # fmt: skip
        assert [one.status_code for one in (used, made_up, over)] == [404, 404, 404]
        assert said[0] == said[1] == said[2]
        assert not Answer.objects.exists()


class TestTheirPage:
    def test_shows_what_waits_and_takes_the_answer(self, asked: Invitation, browser: Client):
        assert "Nous recommanderiez-vous" in browser.get("/me/").content.decode()

        answer = browser.post(MINE, {"score": "8"}, follow=True)

        assert "votre réponse est enregistrée." in answer.content.decode()
        assert "Nous recommanderiez-vous" not in browser.get("/me/").content.decode()
        assert (Answer.objects.get().invitation, Answer.objects.get().place) == (asked, "PAGE")

    def test_asks_whoever_opens_it(self, ada: Member, browser: Client):  # noqa: F811
        make_survey("CES", trigger="VISIT", is_emailed=False)

        assert "Nous recommanderiez-vous" in browser.get("/me/").content.decode()
        assert browser.post(MINE, {}).status_code == 400
        assert not Invitation.objects.exists()
        browser.post(MINE, {"score": "7", "comment": "Simple."})

        assert Answer.objects.get().comment == "Simple."

    def test_takes_no_answer_to_another_question(self, asked: Invitation, browser: Client):
        page = browser.get(MINE).content.decode()

        answer = browser.post(MINE, {"score": "8", "survey": "svy_other"}, follow=True)

        assert f'name="survey" value="{asked.survey.public_id}"' in page
        assert "Cette question n’est plus ouverte." in answer.content.decode()
        assert not Answer.objects.exists()

    def test_leads_back_where_nothing_waits(self, ada: Member, browser: Client):  # noqa: F811
        assert browser.get(MINE).headers["Location"] == "/me/"
        assert browser.post(MINE, {"score": "7"}).headers["Location"] == "/me/"

    def test_never_shows_what_waits_for_somebody_else(
        self,
        ada: Member,  # noqa: F811
        browser: Client,
    ):
        ask(make_survey(), make_member("bob@example.org"), at=NOON)

        assert browser.get(MINE).status_code == 302
