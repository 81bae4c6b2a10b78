import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from members import consenting, enrolling, signing_in
from members.consenting import Said
from members.models import Consent, Member
from tests.conftest import NOON

YES = {"channel": "EMAIL", "purpose": "MARKETING", "given": "yes", "version": "email-marketing-1"}
NO = YES | {"given": "no"}
# The session, the user, the member, the revision of the rules; the answers.
QUERIES = 5


@pytest.fixture
def ada(shop: None) -> Member:
    return enrolling.enrol(at=NOON, first_name="Ada", email="ada@shop.test")


@pytest.fixture
def browser(ada: Member) -> Client:
    browser = Client(headers={"Accept-Language": "fr"})
    browser.force_login(signing_in.open_user(member=ada))
    return browser


def answers() -> list[tuple[bool, str, str, str]]:
    rows = Consent.objects.order_by("pk")
    return [(row.is_given, row.text_version, row.said_where, row.recorded_by) for row in rows]


class TestConsents:
    def test_are_four_that_nobody_was_asked_before_and_one_to_object_to(self, browser: Client):
        page = browser.get("/me/consents/").content.decode()

        assert page.count('role="switch"') == 5
        assert page.count('aria-checked="false"') == 4
        assert page.count("Vous ne vous y êtes pas opposé.") == 1
        assert page.count("On ne vous l’a jamais demandé.") == 4
        assert "J’accepte de recevoir par SMS les offres" in page

    def test_are_given_to_the_words_that_were_read(self, browser: Client, ada: Member):
        answer = browser.post("/me/consents/", YES)

        assert answer.headers["Location"] == "/me/consents/#email-marketing"
        assert answers() == [(True, "email-marketing-1", "portal", ada.public_id)]
        assert consenting.is_allowed(member=ada, channel="EMAIL", purpose="MARKETING")
        assert 'aria-checked="true"' in browser.get("/me/consents/").content.decode()

    def test_let_somebody_object_to_what_needs_no_yes(self, browser: Client, ada: Member):
        asked = {"channel": "EMAIL", "purpose": "SURVEYS", "version": "email-surveys-1"}

        browser.post("/me/consents/", asked | {"given": "no"})

        assert answers() == [(False, "email-surveys-1", "portal", ada.public_id)]
        assert consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")
        assert 'aria-checked="true"' not in browser.get("/me/consents/").content.decode()

        browser.post("/me/consents/", asked | {"given": "yes"})

        assert not consenting.has_objected(member=ada, channel="EMAIL", purpose="SURVEYS")

    def test_are_not_given_to_other_words_than_those_in_force(self, browser: Client):
        browser.post("/me/consents/", YES | {"version": "email-marketing-0"})

        assert answers() == []
        page = browser.get("/me/consents/").content.decode()
        assert "Le texte a changé entre-temps." in page

    def test_are_withdrawn_at_once_and_change_nothing_else(self, browser: Client, ada: Member):
        browser.post("/me/consents/", YES)
        browser.post("/me/consents/", YES | {"channel": "SMS", "version": "sms-marketing-1"})

        browser.post("/me/consents/", NO)

        assert [given for given, *_rest in answers()] == [True, True, False]
        assert not consenting.is_allowed(member=ada, channel="EMAIL", purpose="MARKETING")
        assert consenting.is_allowed(member=ada, channel="SMS", purpose="MARKETING")
        ada.refresh_from_db()
        assert ada.state == "ACTIVE"

    @pytest.mark.parametrize(("where", "words"), [("till", "en caisse"), ("store", "en magasin")])
    def test_tell_their_whole_history(self, browser: Client, ada: Member, where: str, words: str):
        said = Said(
            channel="EMAIL", purpose="MARKETING", is_given=True, text_version="v0", where=where
        )
        consenting.say(member=ada, said=said, at=NOON, actor="user:1")
        browser.post("/me/consents/", NO)

        page = browser.get("/me/consents/").content.decode()

        assert "2 réponses" in page
        assert f"10 mars 2026 à 12:00, {words}, par notre équipe" in page
        assert "v0" in page
        assert "sur cette page, par vous-même" in page

    def test_show_what_was_answered_elsewhere_and_let_it_be_withdrawn(
        self, browser: Client, ada: Member
    ):
        said = Said(channel="POST", purpose="MARKETING", is_given=True, text_version="p1")
        consenting.say(member=ada, said=said, at=NOON)

        page = browser.get("/me/consents/").content.decode()
        assert page.count('role="switch"') == 6
        browser.post("/me/consents/", NO | {"channel": "POST"})

        assert not consenting.is_allowed(member=ada, channel="POST", purpose="MARKETING")
        assert browser.get("/me/consents/").content.decode().count('role="switch"') == 5

    @pytest.mark.parametrize(
        "sent", [{}, YES | {"channel": "FAX"}, YES | {"given": "perhaps"}, {"given": "yes"}]
    )
    def test_refuse_what_no_form_of_ours_sends(self, browser: Client, sent: dict[str, str]):
        assert browser.post("/me/consents/", sent).status_code == 400
        assert answers() == []

    @pytest.mark.parametrize("times", [2, 20])
    def test_state_their_queries(
        self,
        browser: Client,
        ada: Member,
        django_assert_num_queries: DjangoAssertNumQueries,
        times: int,
    ):
        for number in range(times):
            said = Said(
                channel="EMAIL", purpose="MARKETING", is_given=bool(number % 2), text_version="1"
            )
            consenting.say(member=ada, said=said, at=NOON)

        with django_assert_num_queries(QUERIES):
            browser.get("/me/consents/")
