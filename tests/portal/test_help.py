"""Questions and complaints on a member's own pages: written, answered, reopened."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from time_machine import travel

from loyalty.identity.roles import Role
from members import answering, enrolling, resolving
from members.models import Case, CaseMessage, CaseState, Member
from tests.conftest import NOON
from tests.members.staff import appoint
from tests.portal.test_household import browser_of

DAY = timedelta(days=1)
KEY = "a-key-of-the-form"
# The session, the user, the member, the revision of the rules; the requests.
LISTED = 5
# The same, with what was said in place of the others.
TALK = LISTED + 1


@pytest.fixture(autouse=True)
def _noon(shop: None) -> object:
    with travel(NOON, tick=False):
        yield


@pytest.fixture
def ada() -> Member:
    return enrolling.enrol(at=NOON, first_name="Ada", last_name="Lovelace", email="ada@shop.test")


@pytest.fixture
def browser(ada: Member) -> Client:
    return browser_of(ada)


def ask(browser: Client, **said: str):
    told = {"kind": "COMPLAINT", "subject": "Cold <b>", "body": "Cold & <i>wet</i>", "key": KEY}
    return browser.post("/me/help/", told | said)


def page_of(browser: Client, path: str) -> str:
    return " ".join(browser.get(path).content.decode().split())


class TestWriting:
    def test_opens_a_request_once_and_shows_it_as_plain_text(self, browser: Client):
        first = ask(browser)
        again = ask(browser)

        case = Case.objects.get()
        assert first.headers["Location"] == again.headers["Location"]
        assert first.headers["Location"] == f"/me/help/{case.public_id}/"
        page = page_of(browser, f"/me/help/{case.public_id}/")
        assert "Cold &lt;b&gt;" in page
        assert "Cold &amp; &lt;i&gt;wet&lt;/i&gt;" in page
        assert "We are looking at it" in page_of(browser, "/me/help/")

    @pytest.mark.parametrize(
        "said",
        [
            {"kind": "CLAIM"}, {"kind": ""}, {"subject": ""}, {"subject": "x" * 121},
            {"body": ""}, {"body": "x" * 4_001}, {"key": ""}, {"key": "short"},
        ],
    )  # fmt: skip
    def test_shows_the_form_again_with_what_is_wrong(self, browser: Client, said: dict[str, str]):
        answer = ask(browser, **said)

        assert answer.status_code == 200
        assert Case.objects.exists() is False

    @pytest.mark.parametrize("key", ["", "short"])
    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("en", "Nothing was sent: the page had not loaded whole. Send it again."),
            ("fr", "Rien n’a été envoyé\xa0: la page n’était pas chargée en entier. Recommencez."),
        ],
    )
    def test_says_so_where_the_page_had_no_key(
        self, ada: Member, *, key: str, language: str, words: str
    ):
        answer = ask(browser_of(ada, language=language), key=key)

        assert words in answer.content.decode()
        assert "wet" in answer.content.decode()

    def test_says_when_it_is_enough_for_today(self, browser: Client):
        for number in range(5):
            ask(browser, key=f"{KEY}-{number}")

        answer = ask(browser)

        assert "You have sent several requests today." in answer.content.decode()
        assert Case.objects.count() == 5


class TestOneRequest:
    @pytest.fixture
    def case(self, browser: Client) -> Case:
        ask(browser)
        return Case.objects.get()

    def test_shows_what_we_answered_and_nothing_that_is_ours(self, browser: Client, case: Case):
        carer = appoint(Role.CUSTOMER_CARE)
        answering.note(case=case, text="Secret note", by=carer, at=NOON)
        answering.answer(case=case, text="So sorry.", by=carer, seen=1, at=NOON)

        page = page_of(browser, f"/me/help/{case.public_id}/")

        assert "So sorry." in page
        assert "Answered" in page
        assert [hidden for hidden in ("Secret note", carer.first_name) if hidden in page] == []

    def test_is_reopened_by_a_reply(self, browser: Client, case: Case):
        carer = appoint(Role.CUSTOMER_CARE)
        answering.answer(case=case, text="Done.", by=carer, seen=1, at=NOON, resolves=True)
        where = f"/me/help/{case.public_id}/"
        assert "Not settled? Reopen it" in page_of(browser, where)

        for _twice in range(2):
            browser.post(where, {"body": "Still cold.", "key": KEY})

        case.refresh_from_db()
        assert (case.state, case.reopened) == (CaseState.OPEN, 1)
        assert CaseMessage.objects.count() == 3

    def test_says_so_where_the_page_had_no_key(self, browser: Client, case: Case):
        answer = browser.post(f"/me/help/{case.public_id}/", {"body": "Still cold.", "key": "x"})

        assert "Nothing was sent: the page had not loaded whole." in answer.content.decode()
        assert case.messages.count() == 1

    def test_says_that_it_is_no_longer_kept_and_takes_nothing(self, browser: Client, case: Case):
        carer = appoint(Role.CUSTOMER_CARE)
        resolving.resolve(case=case, by=carer, seen=1, at=NOON - resolving.KEPT - DAY)
        assert resolving.purge(at=NOON) == 1
        where = f"/me/help/{case.public_id}/"

        browser.post(where, {"body": "Still cold.", "key": KEY})

        page = page_of(browser, where)
        assert "What was said in this request is no longer kept. Open a new one." in page
        assert "<textarea" not in page
        assert case.messages.exists() is False

    def test_is_nobody_else_s(self, case: Case):
        ben = browser_of(enrolling.enrol(at=NOON, email="ben@shop.test"))

        answer = ben.post(f"/me/help/{case.public_id}/", {"body": "Mine!", "key": KEY})

        assert answer.status_code == 404
        assert case.messages.count() == 1


class TestThePages:
    @pytest.mark.parametrize("count", [1, 4])
    def test_ask_the_same_for_one_request_as_for_several(
        self, browser: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
    ):
        for number in range(count):
            ask(browser, key=f"{KEY}-{number}")
        public_id = Case.objects.latest("pk").public_id

        with django_assert_num_queries(LISTED):
            browser.get("/me/help/")
        with django_assert_num_queries(TALK):
            browser.get(f"/me/help/{public_id}/")

    def test_are_reached_from_ones_details_in_french(self, ada: Member):
        page = page_of(browser_of(ada, language="fr"), "/me/profile/")

        assert 'href="/me/help/"' in page
        assert "Une question, une réclamation, des points manquants" in page
