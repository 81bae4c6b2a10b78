"""The desk outside the demo: two factors, a quarter of an hour, and no way around them."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.contrib import admin
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver
from pytest_django import Settings

from loyalty.identity import second_factors
from loyalty.identity.models import Guesses, User
from members import enrolling, signing_in
from members.models import Member
from tests.conftest import NOON
from tests.desk import entering
from tests.pages.conftest import set_up
from tests.portal import entering as members_entering

_OPEN = {
    "login",
    "logout",
    "jsi18n",
    "again",
    "mfa",
    "mfa_enter",
    "mfa_totp",
    "mfa_key",
    "mfa_codes",
}


@pytest.fixture(autouse=True)
def _for_real(settings: Settings, db: None) -> Iterator[None]:
    settings.DEMO = False
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as coordinates:
        yield coordinates


@pytest.fixture
def grace() -> User:
    return entering.appoint()


@pytest.fixture
def browser() -> Client:
    return Client()


def desk_paths(
    patterns: list[URLPattern | URLResolver] | None = None, prefix: str = "/desk/"
) -> Iterator[tuple[str | None, str]]:
    """Return every page of the desk by name, its rows being number 1."""
    for pattern in admin.site.get_urls() if patterns is None else patterns:
        path = prefix + re.sub(r"<[^>]*>", "1", str(pattern.pattern)).lstrip("^").rstrip("$")
        if isinstance(pattern, URLResolver):
            yield from desk_paths(pattern.url_patterns, path)
        else:
            yield pattern.name, re.sub(r"\(.*?\)", "members", path).replace(".*)", "x")


def is_at_the_desk(browser: Client) -> bool:
    return browser.get("/desk/password_change/").status_code == 200


class TestAPasswordAlone:
    def test_opens_nothing_but_the_setting_up(self, browser: Client, grace: User):
        assert entering.show_password(browser) == "/desk/"

        assert browser.get("/desk/").headers["Location"] == "/desk/mfa/"
        assert browser.get("/desk/mfa/").status_code == 200
        walked = 0
        for name, path in desk_paths():
            for answer in (browser.get(path), browser.post(path)):
                if name in _OPEN:
                    continue
                assert answer.headers.get("Location") == "/desk/mfa/", (name, path)
                walked += 1
            if name == "logout":
                entering.show_password(browser)
        assert walked > 100

    def test_opens_the_desk_once_an_authenticator_is_set_up(self, browser: Client, grace: User):
        entering.show_password(browser)
        page = browser.get("/desk/mfa/authenticator/")
        secret = page.context["secret"].replace(" ", "")
        assert "<svg" in page.content.decode()
        code = second_factors.totp.format_hotp_value(
            second_factors.totp.hotp_value(secret, int(NOON.timestamp()) // 30)
        )

        wrong = browser.post("/desk/mfa/authenticator/", {"code": "000000"})
        assert wrong.status_code == 422
        assert second_factors.has_one(user=grace) is False
        done = browser.post("/desk/mfa/authenticator/", {"code": code})

        assert done.headers["Location"] == "/desk/mfa/codes/"
        assert len(browser.get("/desk/mfa/codes/").context["codes"]) == 10
        assert browser.get("/desk/mfa/codes/").headers["Location"] == "/desk/mfa/"
        assert is_at_the_desk(browser) is True

    def test_adds_no_factor_to_those_there_are(self, browser: Client, grace: User):
        entering.show_password(browser)
        entering.set_up(grace, at=NOON)

        for path in ("/desk/mfa/", "/desk/mfa/authenticator/", "/desk/mfa/passkey/"):
            assert browser.get(path).headers["Location"] == "/desk/mfa/enter/"
        assert is_at_the_desk(browser) is False

    def test_is_kept_secret_in_the_database(self, grace: User):
        entering.set_up(grace, at=NOON)

        for row in Authenticator.objects.all():
            assert entering.SECRET not in str(row.data)


class TestASecondFactor:
    @pytest.fixture(autouse=True)
    def _set_up(self, grace: User) -> None:
        self.recovery = entering.set_up(grace, at=NOON - timedelta(minutes=5))

    def enter(self, browser: Client, code: str) -> int:
        return browser.post("/desk/mfa/enter/", {"code": code}).status_code

    def test_is_asked_after_the_password(self, browser: Client):
        assert entering.show_password(browser, next="/desk/jobs/") == "/desk/mfa/enter/"
        assert "_auth_user_id" not in browser.session

        done = browser.post("/desk/mfa/enter/", {"code": entering.code_at(NOON)})

        assert done.headers["Location"] == "/desk/jobs/"
        assert is_at_the_desk(browser) is True

    def test_is_good_once(self, browser: Client):
        code = entering.code_at(NOON)
        entering.show_password(browser)
        assert self.enter(browser, code) == 302

        entering.show_password(other := Client())
        assert self.enter(other, code) == 422
        assert is_at_the_desk(other) is False

    def test_may_be_a_recovery_code_once(self, browser: Client):
        entering.show_password(browser)
        assert self.enter(browser, self.recovery[3]) == 302

        entering.show_password(other := Client())
        assert self.enter(other, self.recovery[3]) == 422
        assert self.enter(other, self.recovery[4]) == 302

    def test_is_guessed_five_times_in_whatever_browsers(
        self, grace: User, clock: time_machine.Traveller
    ):
        for number in range(5):
            entering.show_password(each := Client())
            assert self.enter(each, f"00000{number}") == 422

        entering.show_password(last := Client())
        assert self.enter(last, entering.code_at(NOON)) == 429
        assert Guesses.objects.get().wrong == 5

        clock.shift(timedelta(minutes=15))
        entering.show_password(last)
        assert self.enter(last, entering.code_at(NOON + timedelta(minutes=15))) == 302

    def test_is_waited_for_five_minutes(self, browser: Client, clock: time_machine.Traveller):
        entering.show_password(browser)
        clock.shift(timedelta(minutes=5))

        answer = browser.post("/desk/mfa/enter/", {"code": entering.code_at(NOON)})

        assert answer.headers["Location"] == "/desk/login/"

    def test_draws_a_new_key_for_the_session(self, browser: Client):
        entering.show_password(browser)
        before = browser.session.session_key

        self.enter(browser, entering.code_at(NOON))

        assert browser.session.session_key != before

    def test_can_be_forgotten_by_an_administrator(self, grace: User, browser: Client):
        call_command("reset_mfa", grace.email)

        assert second_factors.has_one(user=grace) is False
        entering.show_password(browser)
        assert browser.get("/desk/").headers["Location"] == "/desk/mfa/"

    def test_survives_garbage_for_a_passkey(self, browser: Client):
        entering.show_password(browser)

        for garbage in ("{}", "[]", '{"id": 1}', "null", '"x"', "{"):
            answer = browser.post("/desk/mfa/enter/", {"credential": garbage})
            assert answer.status_code in (200, 422), garbage
        assert is_at_the_desk(browser) is False


class TestACodeByEmail:
    @pytest.fixture
    def member(self) -> Member:
        set_up()
        return enrolling.enrol(at=NOON, email="grace@example.test")

    @pytest.mark.parametrize("is_demo", [True, False])
    def test_never_opens_the_desk(
        self, browser: Client, grace: User, member: Member, settings: Settings, is_demo: bool
    ):
        settings.DEMO = is_demo
        members_entering.sign_in(browser, "grace@example.test")

        assert browser.session["_auth_user_id"] != str(grace.pk)
        for name, path in desk_paths():
            if name not in {"login", "logout"}:
                assert browser.get(path).status_code in (302, 403), path

    def test_not_even_for_a_member_whose_user_is_staff(
        self, browser: Client, grace: User, member: Member
    ):
        member.user = grace
        member.save(update_fields=["user"])
        assert signing_in.open_user(member=member) == grace

        members_entering.sign_in(browser, "grace@example.test")

        assert browser.session["_auth_user_id"] == str(grace.pk)
        assert is_at_the_desk(browser) is False
        assert browser.get("/desk/mfa/").headers["Location"].startswith("/desk/login/")


class TestIdleness:
    def test_ends_after_a_quarter_of_an_hour(
        self, browser: Client, grace: User, clock: time_machine.Traveller
    ):
        entering.set_up(grace, at=NOON - timedelta(minutes=5))
        entering.show_password(browser)
        browser.post("/desk/mfa/enter/", {"code": entering.code_at(NOON)})
        for _ in range(3):
            clock.shift(timedelta(minutes=14, seconds=59))
            assert is_at_the_desk(browser) is True

        clock.shift(timedelta(minutes=15))

        answer = browser.get("/desk/password_change/")
        assert answer.headers["Location"] == "/desk/login/?next=/desk/password_change/"
        assert "_auth_user_id" not in browser.session


class TestWrongPasswords:
    def test_close_the_desk_to_one_address_from_one_place(
        self, grace: User, browser: Client, clock: time_machine.Traveller
    ):
        data = {"username": "Grace@example.test", "password": "wrong"}
        answers = [browser.post("/desk/login/", data).status_code for _ in range(5)]

        assert answers == [200, 200, 200, 200, 429]
        right = {"username": "grace@example.test", "password": entering.PASSWORD}
        assert Client().post("/desk/login/", right).status_code == 429
        elsewhere = Client(REMOTE_ADDR="192.0.2.7")
        assert elsewhere.post("/desk/login/", right).status_code == 302

        clock.shift(timedelta(minutes=15, seconds=1))
        assert browser.post("/desk/login/", right).status_code == 302

    def test_say_the_same_of_unknown_addresses(self, grace: User):
        def said(address: str) -> str:
            page = Client().post("/desk/login/", {"username": address, "password": "wrong"})
            return page.content.decode().replace(address, "…").split("csrfmiddleware")[0]

        assert said("grace@example.test") == said("nobody@example.test")


class TestBeingAskedAgain:
    def again(self, browser: Client, **data: str) -> int:
        return browser.post("/desk/again/", {"next": "/desk/mfa/", **data}).status_code

    @pytest.fixture
    def signed_in(self, browser: Client, grace: User) -> Client:
        entering.set_up(grace, at=NOON - timedelta(minutes=5))
        entering.show_password(browser)
        browser.post("/desk/mfa/enter/", {"code": entering.code_at(NOON)})
        return browser

    def test_comes_five_minutes_after_the_last_proof(
        self, signed_in: Client, grace: User, clock: time_machine.Traveller
    ):
        assert signed_in.get("/desk/mfa/authenticator/").status_code == 200
        clock.shift(timedelta(minutes=5))

        asked = signed_in.post("/desk/mfa/remove/")

        assert asked.headers["Location"] == "/desk/again/?next=%2Fdesk%2Fmfa%2Fremove%2F"
        assert second_factors.has_one(user=grace) is True
        assert self.again(signed_in, password="wrong") == 422
        assert self.again(signed_in, code="000000") == 422
        assert self.again(signed_in) == 200
        assert signed_in.get("/desk/mfa/authenticator/").status_code == 302
        assert self.again(signed_in, password=entering.PASSWORD) == 302
        assert signed_in.get("/desk/mfa/authenticator/").status_code == 200

    @pytest.mark.parametrize("key", ["0", "one", "²", pytest.param("9" * 5_000, id="thousands")])
    def test_lets_nothing_be_forgotten_by_a_key_that_is_none(
        self, signed_in: Client, grace: User, key: str
    ):
        answer = signed_in.post("/desk/mfa/remove/", {"key": key})

        assert answer.status_code == (302 if key == "0" else 400)
        assert second_factors.has_one(user=grace) is True

    def test_is_answered_by_a_code_too(self, signed_in: Client, clock: time_machine.Traveller):
        clock.shift(timedelta(minutes=5))

        assert self.again(signed_in, code=entering.code_at(NOON + timedelta(minutes=5))) == 302

    def test_leads_nowhere_else(self, signed_in: Client):
        data = {"next": "https://evil.example/", "password": entering.PASSWORD}

        assert signed_in.post("/desk/again/", data).headers["Location"] == "/desk/"

    def test_is_for_who_is_signed_in(self, browser: Client):
        assert browser.get("/desk/again/").headers["Location"].startswith("/desk/login/")


class TestTheDemo:
    def test_offers_a_second_factor_and_asks_for_it_once_set_up(
        self, browser: Client, grace: User, settings: Settings
    ):
        settings.DEMO = True
        entering.show_password(browser)
        assert is_at_the_desk(browser) is True
        assert browser.get("/desk/mfa/").status_code == 200

        entering.set_up(grace, at=NOON - timedelta(minutes=5))
        assert entering.show_password(Client()) == "/desk/mfa/enter/"


class TestTheLog:
    def test_names_people_by_id_alone(
        self, browser: Client, grace: User, caplog: pytest.LogCaptureFixture
    ):
        entering.set_up(grace, at=NOON - timedelta(minutes=5))
        browser.post("/desk/login/", {"username": grace.email, "password": "wrong"})
        entering.show_password(browser)
        browser.post("/desk/mfa/enter/", {"code": "000000"})
        browser.post("/desk/mfa/enter/", {"code": entering.code_at(NOON)})

        said = [str(record.msg) for record in caplog.records]
        assert any("staff.sign_in_refused" in line for line in said)
        assert any("second_factor.refused" in line for line in said)
        assert grace.email not in caplog.text
        assert entering.code_at(NOON) not in caplog.text
