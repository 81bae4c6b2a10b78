"""Members sign in by a code: for them alone, in their browser, for ten minutes, in five tries."""

import logging
from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from loyalty.identity import codes
from loyalty.identity.models import EmailedCode, User
from members import blocking, closing, enrolling, erasing
from members.models import Member, SignInDay
from tests.conftest import NOON
from tests.pages.conftest import set_up
from tests.portal import entering

ADA = "ada@example.org"


@pytest.fixture
def ada(db: None) -> Member:
    set_up()
    return enrolling.enrol(at=NOON, first_name="Ada", email=ADA, language="en")


@pytest.fixture
def browser(ada: Member) -> Client:
    return Client()


def ask(browser: Client, address: str = ADA) -> str:
    """Ask for a code and return the digits, sent or not."""
    browser.post("/login/", {"email": address})
    return codes.digits_of(EmailedCode.objects.latest("pk"))


def wrong(digits: str) -> str:
    return f"{(int(digits) + 1) % 1_000_000:06d}"


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


class TestSigningIn:
    def test_sends_a_code_and_opens_the_card(self, browser: Client, ada: Member):
        answer = browser.post("/login/", {"email": " ADA@example.org "})

        assert answer.headers["Location"] == "/login/code/"
        digits = entering.last_code(ADA)
        assert len(mail.outbox) == 1
        assert mail.outbox[0].subject.startswith(digits)
        done = browser.post("/login/code/", {"code": f"{digits[:3]} {digits[3:]}"})
        assert done.headers["Location"] == "/me/"
        ada.refresh_from_db()
        assert browser.session["_auth_user_id"] == str(ada.user_id)

    def test_sends_each_code_as_an_e_mail_that_no_machine_answers(
        self, browser: Client, ada: Member, settings: Settings
    ):
        settings.SITE_URL = "https://club.example.org"
        settings.DEFAULT_FROM_EMAIL = "club@example.org"
        ask(browser)
        entering.deliver()
        browser.post("/login/code/", {"again": "1"})
        entering.deliver()

        first, second = mail.outbox
        code = EmailedCode.objects.get()
        assert [one.extra_headers["Message-ID"] for one in (first, second)] == [
            f"<{code.public_id}.1@club.example.org>",
            f"<{code.public_id}.2@club.example.org>",
        ]
        assert first.extra_headers["Auto-Submitted"] == "auto-generated"
        assert first.extra_headers["Content-Language"] == "fr"
        assert first.from_email.endswith("<club@example.org>")

    def test_opens_one_user_without_a_password_however_often(self, browser: Client, ada: Member):
        entering.sign_in(browser, ADA)
        entering.sign_in(Client(), ADA)

        user = User.objects.get()
        assert user.has_usable_password() is False
        assert (user.is_staff, user.language) == (False, "en")

    def test_goes_where_the_reader_wanted_to_go(self, browser: Client):
        assert entering.sign_in(browser, ADA, next="/me/history/") == "/me/history/"

    @pytest.mark.parametrize(
        "elsewhere",
        ["https://evil.example/", "//evil.example", "javascript:alert(1)", "/\\evil", "nowhere"],
    )
    def test_never_goes_to_another_site(self, browser: Client, elsewhere: str):
        assert entering.sign_in(browser, ADA, next=elsewhere) == "/me/"

    def test_draws_a_new_key_for_the_session(self, browser: Client):
        digits = ask(browser)
        before = browser.session.session_key

        browser.post("/login/code/", {"code": digits})

        assert browser.session.session_key != before
        assert Session.objects.filter(session_key=before).exists() is False

    def test_lets_a_blocked_member_in(self, browser: Client, ada: Member):
        blocking.block(member=ada, at=NOON, actor="user:1")

        assert entering.sign_in(browser, ADA) == "/me/"

    @pytest.mark.parametrize("wanted", ["", "/me/rewards/"])
    def test_leads_who_has_left_to_their_data(self, browser: Client, ada: Member, wanted: str):
        closing.close(member=ada, key="leave", at=NOON)

        assert entering.sign_in(browser, ADA, next=wanted) == "/me/privacy/"

    def test_sends_nothing_to_who_was_erased(self, browser: Client, ada: Member):
        erasing.ask(member=ada, at=NOON - timedelta(hours=73), actor="usr_1")
        erasing.erase_due(at=NOON)

        digits = ask(browser)
        mail.outbox.clear()
        entering.deliver()

        assert mail.outbox == []
        browser.post("/login/code/", {"code": digits})
        assert is_signed_in(browser) is False

    def test_signs_out_by_post_alone(self, browser: Client):
        entering.sign_in(browser, ADA)

        assert browser.get("/logout/").status_code == 405
        assert is_signed_in(browser) is True
        assert browser.post("/logout/").headers["Location"] == "/"
        assert is_signed_in(browser) is False

    def test_asks_so_many_questions(
        self, browser: Client, settings: Settings, django_assert_num_queries
    ):
        settings.DEMO = False
        with django_assert_num_queries(1):  # the programme's name
            browser.get("/login/")
        ask(browser)
        with django_assert_num_queries(3):  # the session, the code, the programme's name
            browser.get("/login/code/")


class TestACode:
    def test_is_good_for_ten_minutes(self, browser: Client):
        with time_machine.travel(NOON, tick=False) as clock:
            digits = ask(browser)
            clock.shift(timedelta(minutes=10))
            late = browser.post("/login/code/", {"code": digits})
            assert late.status_code == 422
            assert is_signed_in(browser) is False

            clock.shift(timedelta(seconds=-1))
            browser.post("/login/code/", {"code": digits})
            assert is_signed_in(browser) is True

    def test_gives_five_tries_across_resends_and_then_none(self, browser: Client):
        digits = ask(browser)
        for _ in range(4):
            assert browser.post("/login/code/", {"code": wrong(digits)}).status_code == 422
        browser.post("/login/code/", {"again": "1"})
        fresh = codes.digits_of(EmailedCode.objects.get())
        assert fresh != digits

        fifth = browser.post("/login/code/", {"code": wrong(fresh)})

        assert fifth.headers["Location"] == "/login/"
        browser.post("/login/code/", {"code": fresh})
        assert is_signed_in(browser) is False
        assert EmailedCode.objects.get().tries == 5

    def test_is_no_more_once_another_was_sent(self, browser: Client):
        first = ask(browser)
        browser.post("/login/code/", {"again": "1"})

        browser.post("/login/code/", {"code": first})

        assert is_signed_in(browser) is False

    def test_is_good_in_no_other_browser(self, browser: Client):
        digits = ask(browser)
        other = Client()

        assert other.post("/login/code/", {"code": digits}).headers["Location"] == "/login/"
        ask(other)
        other.post("/login/code/", {"code": digits})
        assert is_signed_in(other) is False

    def test_is_good_once(self, browser: Client):
        digits = ask(browser)
        browser.post("/login/code/", {"code": digits})
        browser.post("/logout/")

        assert browser.post("/login/code/", {"code": digits}).headers["Location"] == "/login/"
        assert is_signed_in(browser) is False

    def test_outlives_whoever_only_looks(self, browser: Client):
        digits = ask(browser)
        before = EmailedCode.objects.values().get()

        for _ in range(3):
            browser.get("/login/code/")
            browser.head("/login/code/")
            browser.get("/login/code/", {"code": digits})

        assert EmailedCode.objects.values().get() == before
        assert is_signed_in(browser) is False

    def test_is_sent_five_times_an_hour_to_one_address(self, browser: Client):
        with time_machine.travel(NOON, tick=False) as clock:
            for _ in range(5):
                ask(browser)
            refused = browser.post("/login/", {"email": ADA})
            assert (refused.status_code, EmailedCode.objects.count()) == (422, 5)

            clock.shift(timedelta(hours=1))
            assert browser.post("/login/", {"email": ADA}).status_code == 302

    def test_is_kept_nowhere(self, browser: Client):
        digits = ask(browser)

        row = EmailedCode.objects.values().get()
        assert digits not in str(row)
        assert digits not in str(Session.objects.get().get_decoded())

    def test_is_forgotten_after_two_hours(self, browser: Client):
        with time_machine.travel(NOON, tick=False):
            ask(browser)

        assert codes.purge(at=NOON + timedelta(hours=1)) == 0
        assert codes.purge(at=NOON + timedelta(hours=2, seconds=1)) == 1


class TestAnUnknownAddress:
    def test_gets_the_same_answer_for_the_same_work(self, browser: Client):
        answers = {}
        for address in (ADA, "nobody@example.org"):
            fresh = Client()
            with CaptureQueriesContext(connection) as asked:
                answer = fresh.post("/login/", {"email": address})
            page = fresh.get("/login/code/").content.decode().replace(address, "…")
            tokenless = page.split("csrfmiddlewaretoken")[0]
            verbs = [query["sql"].split()[0] for query in asked.captured_queries]
            answers[address] = (answer.status_code, answer["Location"], tokenless, verbs)

        assert answers[ADA] == answers["nobody@example.org"]

    def test_is_sent_nothing_and_wrong_codes_cost_the_same(self, browser: Client):
        digits = ask(browser, "nobody@example.org")
        entering.deliver()

        assert mail.outbox == []
        assert browser.post("/login/code/", {"code": wrong(digits)}).status_code == 422
        assert EmailedCode.objects.get().tries == 1

    def test_opens_nothing_even_to_who_guesses(self, browser: Client):
        digits = ask(browser, "nobody@example.org")

        browser.post("/login/code/", {"code": digits})

        assert is_signed_in(browser) is False
        assert User.objects.exists() is False


class TestTheLog:
    def test_names_nobody(self, browser: Client, caplog: pytest.LogCaptureFixture):
        with caplog.at_level(logging.DEBUG):
            digits = ask(browser)
            browser.post("/login/code/", {"code": wrong(digits)})
            entering.deliver()
            browser.post("/login/code/", {"code": digits})

        said = "\n".join([*map(str, (record.msg for record in caplog.records)), caplog.text])
        lines = [line for line in said.splitlines() if "SELECT" not in line]
        assert any("member.signed_in" in line for line in lines)
        assert not any(ADA in line or digits in line for line in lines if "django.db" not in line)


class TestTheDay:
    def test_of_a_sign_in_is_kept_once(self, browser: Client, ada: Member):
        with time_machine.travel(NOON, tick=False):
            for _again in range(2):
                browser.post("/login/code/", {"code": ask(browser)})
                browser.post("/logout/")

        days = SignInDay.objects.values_list("member", "signed_in_on")
        assert list(days) == [(ada.pk, NOON.date())]
