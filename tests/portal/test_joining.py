"""People join: their address is proved before anybody is a member, and nothing is given away."""

import threading
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from loyalty.events.models import OutboxEvent
from loyalty.identity import codes
from loyalty.identity.models import EmailedCode, User
from loyalty.programmes.models import Programme
from members import closing, enrolling
from members.models import Card, Consent, Member
from tests import racing
from tests.conftest import NOON
from tests.pages.conftest import _catalogues_are_compiled, set_up
from tests.portal import entering

__all__ = ["_catalogues_are_compiled"]

GRACE = "grace@example.org"
ANSWERS = {"first_name": "Grace", "email": GRACE, "language": "en", "is_old_enough": "on"}


@pytest.fixture
def programme(db: None) -> Programme:
    return set_up()


@pytest.fixture
def browser(programme: Programme) -> Client:
    return Client()


def join(browser: Client, **more: str) -> Any:
    """Fill in the form, and then the code that was sent."""
    answer = browser.post("/join/", ANSWERS | more)
    if answer.status_code != 302:
        return answer
    digits = codes.digits_of(EmailedCode.objects.latest("pk"))
    return browser.post("/login/code/", {"code": digits})


class TestJoining:
    def test_makes_a_member_of_whoever_proves_their_address(self, browser: Client):
        answer = browser.post("/join/", ANSWERS | {"last_name": "Hopper"})

        assert answer.headers["Location"] == "/login/code/"
        assert Member.objects.exists() is False
        digits = entering.last_code(GRACE)
        done = browser.post("/login/code/", {"code": digits})
        assert done.headers["Location"] == "/me/"
        grace = Member.objects.get()
        assert (grace.first_name, grace.last_name, grace.email) == ("Grace", "Hopper", GRACE)
        assert (grace.source, grace.language, grace.birth_month) == ("web", "en", None)
        assert browser.session["_auth_user_id"] == str(grace.user_id)
        assert grace.cards.count() == 1

    def test_says_welcome_to_who_is_new_alone(self, browser: Client):
        new = join(browser, language="en")
        again = join(Client())

        said = [str(message) for message in get_messages(new.wsgi_request)]
        assert said == ["Welcome. Your card is ready: show it with your next purchase."]
        assert list(get_messages(again.wsgi_request)) == []

    def test_keeps_birthday_phone_and_printed_card(self, browser: Client):
        join(browser, birth_day="29", birth_month="2", phone="06 12 34 56 78", card="maison 0042")

        grace = Member.objects.get()
        assert (grace.birth_month, grace.birth_day) == (2, 29)
        assert str(grace.phone) == "+33612345678"
        assert Card.objects.get().number == "MAISON0042"

    def test_depends_on_no_consent_and_keeps_those_given(self, browser: Client):
        join(browser)
        assert Consent.objects.exists() is False

        join(Client(), email="ada@example.org", **{"consent_email-marketing-1": "on"})
        given = Consent.objects.get()
        assert (given.channel, given.purpose, given.is_given) == ("EMAIL", "MARKETING", True)
        assert (given.text_version, given.said_where) == ("email-marketing-1", "join")

    def test_ticks_no_box_beforehand(self, browser: Client):
        page = browser.get("/join/").content.decode()

        assert page.count("checkbox") == 5
        assert "checked" not in page

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"first_name": " "}, "first_name"),
            ({"email": "nobody"}, "email"),
            ({"phone": "12"}, "phone"),
            ({"birth_day": "30", "birth_month": "2"}, "birth_day"),
            ({"birth_day": "30"}, "birth_day"),
            ({"card": "!"}, "card"),
            ({"is_old_enough": ""}, "is_old_enough"),
            ({"language": "de"}, "language"),
            ({"first_name": "Gr\0ace"}, "first_name"),
        ],
    )
    def test_says_what_is_wrong_beside_it(self, browser: Client, more: dict[str, str], field: str):
        answer = browser.post("/join/", ANSWERS | more)

        assert answer.status_code == 422
        assert list(answer.context["form"].errors) == [field]
        assert EmailedCode.objects.exists() is False

    def test_keeps_answers_out_of_events(self, browser: Client):
        browser.post("/join/", ANSWERS)

        event = OutboxEvent.objects.get(name="code.asked")
        assert event.payload == {"code": EmailedCode.objects.get().public_id}

    def test_asks_no_question_to_show_the_form(self, browser: Client, django_assert_num_queries):
        with django_assert_num_queries(2):  # the demo's member, the programme's name
            browser.get("/join/")


class TestAnAddressThatIsAMember:
    def test_gets_the_same_answer_and_a_code_to_sign_in(self, browser: Client):
        ada = enrolling.enrol(at=NOON, first_name="Ada", email="ada@example.org")
        seen = []
        for address in ("ada@example.org", GRACE):
            fresh = Client()
            with CaptureQueriesContext(connection) as asked:
                answer = fresh.post("/join/", ANSWERS | {"email": address})
            page = fresh.get("/login/code/").content.decode().replace(address, "…")
            seen.append((answer["Location"], len(asked), page.split("csrfmiddleware")[0]))
            entering.deliver()

        assert seen[0] == seen[1]
        assert [message.to for message in mail.outbox] == [["ada@example.org"], [GRACE]]
        assert join(Client(), email="ada@example.org").headers["Location"] == "/me/"
        ada.refresh_from_db()
        assert (ada.first_name, Member.objects.count()) == ("Ada", 1)
        assert ada.user is not None

    def test_whose_member_left_leads_its_owner_alone_to_their_data(self, browser: Client):
        ada = enrolling.enrol(at=NOON, email="ada@example.org")
        closing.close(member=ada, key="leave", at=NOON)

        answer = join(browser, email="ada@example.org")

        assert answer.headers["Location"] == "/me/privacy/"
        assert browser.get("/me/").status_code == 403
        assert Member.objects.get().state == "CLOSED"


class TestWhatSomebodyElseHas:
    @pytest.fixture
    def ada(self, programme: Programme) -> Member:
        return enrolling.enrol(at=NOON, phone="0612345678", card="MAISON1")

    def test_is_refused_on_its_field_after_the_address_is_proved(
        self, browser: Client, ada: Member
    ):
        refused = join(browser, card="Maison 1")

        assert refused.headers["Location"] == "/join/"
        form = browser.get("/join/").context["form"]
        assert list(form.errors) == ["card"]
        assert form.data["first_name"] == "Grace"
        assert Member.objects.count() == 1

    def test_is_not_told_of_a_phone_which_is_kept_as_theirs(self, browser: Client, ada: Member):
        done = join(browser, phone="06 12 34 56 78")

        assert done.headers["Location"] == "/me/"
        grace = Member.objects.get(email=GRACE)
        assert (grace.phone, str(grace.phone_claimed)) == (None, "+33612345678")
        assert str(Member.objects.get(pk=ada.pk).phone) == "+33612345678"
        assert "06 12 34 56 78" in browser.get("/me/profile/").content.decode()

    def test_can_be_mended_without_another_code(self, browser: Client, ada: Member):
        join(browser, card="MAISON1")

        done = browser.post("/join/", ANSWERS | {"card": "MAISON2"})

        assert done.headers["Location"] == "/me/"
        assert Member.objects.get(email=GRACE).cards.get().number == "MAISON2"
        assert EmailedCode.objects.count() == 1

    def test_cannot_be_looked_for(self, browser: Client, ada: Member):
        join(browser, card="MAISON1")

        answers = [browser.post("/join/", ANSWERS | {"card": "MAISON1"}) for _ in range(6)]

        assert [answer.status_code for answer in answers] == [302] * 5 + [422]
        assert Member.objects.count() == 1


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
class TestTwoAtOnce:
    def test_with_one_address_become_one_member(self):
        set_up()
        browsers = [Client() for _ in range(4)]
        digits = []
        for browser in browsers:
            browser.post("/join/", ANSWERS)
            digits.append(codes.digits_of(EmailedCode.objects.latest("pk")))

        def enter(number: int) -> str:
            answer = browsers[number].post("/login/code/", {"code": digits[number]})
            return answer.headers["Location"]

        assert racing.at_once(enter, calls=4) == ["/me/"] * 4
        assert (Member.objects.count(), User.objects.count()) == (1, 1)

    def test_guessing_in_parallel_have_five_tries_together(self):
        set_up()
        enrolling.enrol(at=NOON, email="ada@example.org")
        code = codes.ask(address="ada@example.org", origin="", language="fr", at=NOON)
        lock = threading.Lock()
        seen: list[codes.Verdict] = []

        def guess(number: int) -> None:
            tried = codes.enter(public_id=code.public_id, digits=f"x{number}", at=NOON)
            with lock:
                seen.append(tried.verdict)

        racing.at_once(guess, calls=10)

        assert sorted(verdict.value for verdict in seen) == ["spent"] * 5 + ["wrong"] * 5
