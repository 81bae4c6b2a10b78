from datetime import timedelta

import pytest
from django.core import mail
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from loyalty.events.models import OutboxEvent
from members import enrolling, erasing, signing_in
from members.models import Member
from tests.conftest import NOON
from tests.portal.entering import deliver, last_code

DETAILS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "birth_day": "10",
    "birth_month": "12",
    "language": "fr",
}


# The session, the user, the member, the revision of the rules; the card.
QUERIES = 5


@pytest.fixture
def ada(shop: None) -> Member:
    return enrolling.enrol(at=NOON, first_name="Ada", last_name="Lovelace", email="ada@shop.test")


@pytest.fixture
def browser(ada: Member) -> Client:
    browser = Client(headers={"Accept-Language": "fr"})
    browser.force_login(signing_in.open_user(member=ada))
    return browser


def said(browser: Client, path: str) -> str:
    return browser.get(path).content.decode()


class TestProfile:
    def test_shows_who_somebody_is_and_where_they_go_from_here(self, browser: Client):
        page = said(browser, "/me/profile/")

        assert "<h1>" in page
        assert "Ada Lovelace" in page
        assert "ada@shop.test" in page
        for path in ("/me/consents/", "/me/privacy/", "/me/privacy/leave/", "/me/vouchers/"):
            assert f'href="{path}"' in page

    def test_writes_what_they_change(self, browser: Client, ada: Member):
        answer = browser.post("/me/profile/", DETAILS | {"first_name": "Augusta"}, follow=True)

        ada.refresh_from_db()
        assert (ada.first_name, ada.birth_month, ada.birth_day) == ("Augusta", 12, 10)
        assert ada.spending_locked_until is None
        assert "Vos informations sont enregistrées." in answer.content.decode()

    def test_says_beside_the_field_what_no_year_has(self, browser: Client, ada: Member):
        answer = browser.post("/me/profile/", DETAILS | {"birth_day": "31", "birth_month": "4"})

        page = answer.content.decode()
        assert 'id="id_birth_day_error"' in page
        assert 'aria-invalid="true"' in page
        ada.refresh_from_db()
        assert ada.birth_month is None

    def test_tells_a_birthday_once_and_leaves_changing_it_to_staff(
        self, browser: Client, ada: Member
    ):
        browser.post("/me/profile/", DETAILS)
        tomorrow = {"birth_day": "11", "birth_month": "3"}

        at_once = browser.post("/me/profile/", DETAILS | tomorrow)
        browser.post("/me/profile/", DETAILS | {"birth_day": "", "birth_month": ""})
        ada.refresh_from_db()
        assert ada.birth_month is None
        by_way_of_none = browser.post("/me/profile/", DETAILS | tomorrow)

        for answer in (at_once, by_way_of_none):
            assert 'id="id_birth_day_error"' in answer.content.decode()
        ada.refresh_from_db()
        assert ada.birth_month is None
        assert browser.post("/me/profile/", DETAILS).status_code == 302
        ada.refresh_from_db()
        assert (ada.birth_month, ada.birth_day) == (12, 10)

    def test_speaks_the_language_they_chose_at_once(self, browser: Client):
        answer = browser.post("/me/profile/", DETAILS | {"language": "en"}, follow=True)

        assert "Your details are saved." in answer.content.decode()
        assert '<html lang="en">' in answer.content.decode()

    def test_is_shut_to_strangers(self, db: None):
        assert Client().get("/me/profile/").headers["Location"] == "/login/?next=/me/profile/"

    def test_states_its_queries(
        self, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        browser.get("/me/profile/")

        with django_assert_num_queries(QUERIES):
            browser.get("/me/profile/")


class TestContact:
    def test_changes_the_e_mail_once_its_code_is_typed(self, browser: Client, ada: Member):
        answer = browser.post("/me/profile/email/", {"value": "ada@new.test"})
        assert answer.headers["Location"] == "/me/profile/code/"
        assert "ada@new.test" in said(browser, "/me/profile/code/")

        answer = browser.post("/me/profile/code/", {"code": last_code("ada@new.test")})

        assert answer.headers["Location"] == "/me/profile/"
        ada.refresh_from_db()
        assert ada.email == "ada@new.test"
        page = said(browser, "/me/profile/")
        assert "Votre adresse e-mail est modifiée." in page
        assert "Vos points ne peuvent pas être utilisés jusqu’au" in page

    def test_signs_out_every_other_browser(self, browser: Client, ada: Member):
        elsewhere = Client()
        elsewhere.force_login(signing_in.open_user(member=ada))
        browser.post("/me/profile/email/", {"value": "ada@new.test"})

        browser.post("/me/profile/code/", {"code": last_code("ada@new.test")})

        assert browser.get("/me/profile/").status_code == 200
        assert elsewhere.get("/me/profile/").headers["Location"].startswith("/login/")

    def test_adds_a_phone_by_a_code_to_the_e_mail(self, browser: Client, ada: Member):
        browser.post("/me/profile/phone/", {"value": "06 12 34 56 78"})

        browser.post("/me/profile/code/", {"code": last_code("ada@shop.test")})

        ada.refresh_from_db()
        assert str(ada.phone) == "+33612345678"

    def test_answers_the_same_for_an_address_that_is_taken(self, browser: Client, ada: Member):
        enrolling.enrol(at=NOON, email="grace@shop.test")

        pages = []
        for address in ("free@shop.test", "grace@shop.test"):
            answer = browser.post("/me/profile/email/", {"value": address})
            page = said(browser, "/me/profile/code/")
            pages.append((answer.status_code, answer.headers["Location"],
                          _without_tokens(page.replace(address, "…"))))  # fmt: skip

        assert pages[0] == pages[1]
        browser.post("/me/profile/code/", {"code": last_code("grace@shop.test")})
        ada.refresh_from_db()
        assert (ada.email, ada.spending_locked_until) == ("ada@shop.test", None)

    def test_answers_the_same_for_a_phone_that_is_taken(self, browser: Client, ada: Member):
        enrolling.enrol(at=NOON, phone="06 12 34 56 78")

        pages = []
        for number in ("06 12 34 56 77", "06 12 34 56 79", "06 12 34 56 78"):
            browser.post("/me/profile/phone/", {"value": number})
            browser.post("/me/profile/code/", {"code": last_code("ada@shop.test")})
            page = said(browser, "/me/profile/").replace(number, "…")
            pages.append(_without_tokens(page))

        # The first time there was no number to replace, and nothing to lock for.
        assert pages[1] == pages[2]
        assert "…" in "".join(pages[2])

    def test_counts_wrong_codes_and_says_how_many_are_left(self, browser: Client, ada: Member):
        browser.post("/me/profile/email/", {"value": "ada@new.test"})
        right = last_code("ada@new.test")
        wrong = {"code": f"{(int(right) + 1) % 1_000_000:06d}"}

        pages = [browser.post("/me/profile/code/", wrong).content.decode() for _ in range(5)]

        assert "Ce code n’est pas le bon. Il vous reste 4\u00a0essais sur 5." in pages[0]
        assert "Ce code n’est plus valable. Demandez-en un autre." in pages[4]
        browser.post("/me/profile/code/", {"code": right})
        ada.refresh_from_db()
        assert ada.email == "ada@shop.test"

    def test_takes_the_code_in_the_browser_that_asked_alone(self, browser: Client, ada: Member):
        elsewhere = Client()
        elsewhere.force_login(signing_in.open_user(member=ada))
        browser.post("/me/profile/email/", {"value": "ada@new.test"})

        answer = elsewhere.post("/me/profile/code/", {"code": last_code("ada@new.test")})

        assert answer.headers["Location"] == "/me/profile/"
        ada.refresh_from_db()
        assert ada.email == "ada@shop.test"

    @pytest.mark.parametrize("value", ["ada@", "ada@shop.test", ""])
    def test_says_beside_the_field_what_cannot_be(self, browser: Client, value: str):
        page = browser.post("/me/profile/email/", {"value": value}).content.decode()

        assert 'id="id_value_error"' in page
        deliver()
        assert mail.outbox == []

    def test_warns_nobody_before_the_code(self, browser: Client):
        browser.post("/me/profile/email/", {"value": "ada@new.test"})

        assert not OutboxEvent.objects.filter(name="member.contact-changed").exists()


class TestWarnings:
    def test_stand_on_every_page_and_cost_no_query(
        self, browser: Client, ada: Member, django_assert_num_queries: DjangoAssertNumQueries
    ):
        erasing.ask(member=ada, at=NOON, actor=ada.public_id)
        ada.refresh_from_db()
        ada.spending_locked_until = NOON + timedelta(days=36_500)
        ada.save()

        with django_assert_num_queries(QUERIES):
            page = said(browser, "/me/profile/")

        assert "Vos données seront effacées le 13 mars 2026 à 12:00." in page
        assert 'action="/me/privacy/undo/"' in page
        assert "Vos points ne peuvent pas être utilisés jusqu’au" in page


def _without_tokens(page: str) -> list[str]:
    marks = ("csrfmiddlewaretoken", "nonce", "hx-headers")
    return [line for line in page.splitlines() if not any(mark in line for mark in marks)]
