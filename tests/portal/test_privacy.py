import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from members import closing, enrolling, erasing, purchasing, signing_in
from members.models import ErasureRequest, Member
from tests.conftest import NOON
from tests.members.builders import give_voucher, points_of, sale

DUE = NOON + timedelta(hours=72)
# The session, the user, the member, the revision of the rules.
QUERIES = 4
# And the household, the wallets, their lots that end, the vouchers.
STAKE = QUERIES + 4

PAGES = [("/me/privacy/", QUERIES), ("/me/privacy/leave/", STAKE), ("/me/privacy/erase/", STAKE)]


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def ada(shop: None) -> Member:
    member = enrolling.enrol(at=NOON, first_name="Ada", email="ada@shop.test")
    purchasing.record(sale=sale(member, "80.00"), key="a", at=NOON)
    return member


@pytest.fixture
def browser(ada: Member) -> Client:
    browser = Client(headers={"Accept-Language": "fr"})
    browser.force_login(signing_in.open_user(member=ada))
    return browser


def said(browser: Client, path: str) -> str:
    return browser.get(path).content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def links(page: str) -> set[str]:
    return set(re.findall(r'<a [^>]*href="(/me/[^"#?]*)"', page))


class TestDownload:
    def test_is_one_file_of_all_that_is_held(self, browser: Client, ada: Member):
        answer = browser.get("/me/privacy/download/")

        content = b"".join(answer.streaming_content)
        assert answer.headers["Content-Type"] == "application/zip"
        assert answer.headers["Content-Disposition"] == (
            'attachment; filename="mes-donnees-2026-03-10.zip"'
        )
        assert answer.headers["Cache-Control"] == "no-store, private"
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            assert {"mes-donnees.html", "mes-donnees.json"} <= set(archive.namelist())
            told = json.loads(archive.read("mes-donnees.json"))
        assert told["identity"][0]["id"] == ada.public_id
        assert told["movements"][0]["balance"] == 80


class TestLeaving:
    def test_takes_three_clicks_from_any_page(self, browser: Client):
        pages = ["/me/", "/me/history/", "/me/rewards/", "/me/vouchers/", "/me/profile/",
                 "/me/consents/", "/me/privacy/"]  # fmt: skip

        for start in pages:
            there = browser.get(start)
            if there.status_code != 200:
                continue
            clicks = [start]
            while "/me/privacy/leave/" not in links(said(browser, clicks[-1])):
                assert "/me/profile/" in links(said(browser, clicks[-1])), start
                clicks.append("/me/profile/")
            clicks += ["/me/privacy/leave/", "the button"]
            assert len(list(pairwise(clicks))) <= 3, clicks

    def test_says_in_figures_what_it_costs(self, browser: Client, ada: Member):
        voucher = give_voucher(ada)

        page = said(browser, "/me/privacy/leave/")

        assert "Vous perdez 80 points." in page
        assert f"Un café offert : code {voucher.spelled}" in page
        assert "Il reste valable jusqu’au 8 juin 2026 inclus." in page
        ada.refresh_from_db()
        assert ada.state == "ACTIVE"

    def test_closes_the_membership_and_says_that_it_is_done(self, browser: Client, ada: Member):
        answer = browser.post("/me/privacy/leave/")

        assert answer.headers["Location"] == "/left/"
        ada.refresh_from_db()
        assert (ada.state, ada.closed_at) == ("CLOSED", NOON)
        assert points_of(ada, at=NOON) == 0
        assert "Vous avez quitté le programme" in said(browser, "/left/")
        assert browser.get("/me/profile/").headers["Location"].startswith("/login/")

    def test_shows_the_last_page_to_anybody(self, db: None):
        assert Client().get("/left/").status_code == 200


class TestErasing:
    def test_says_first_what_is_erased_and_when(self, browser: Client, ada: Member):
        page = said(browser, "/me/privacy/erase/")

        assert "Ce qui se passera le 13 mars 2026 à 12:00" in page
        assert "Vous perdez 80 points." in page
        assert ErasureRequest.objects.exists() is False

    def test_is_asked_for_once_and_told_on_each_page(self, browser: Client, ada: Member):
        browser.post("/me/privacy/erase/")
        browser.post("/me/privacy/erase/")

        assert ErasureRequest.objects.get().due_at == DUE
        for path in ("/me/privacy/", "/me/profile/", "/me/consents/"):
            page = said(browser, path)
            assert "Vos données seront effacées le 13 mars 2026 à 12:00." in page
            assert "Annuler l’effacement" in page
        assert browser.get("/me/privacy/erase/").headers["Location"] == "/me/privacy/"

    def test_is_undone_by_one_button(self, browser: Client, ada: Member):
        browser.post("/me/privacy/erase/")

        answer = browser.post("/me/privacy/undo/", follow=True)

        assert "Rien ne sera effacé. Votre adhésion continue." in answer.content.decode()
        ada.refresh_from_db()
        assert ada.erasure_due_at is None

    def test_is_not_undone_when_the_three_days_are_over(
        self, browser: Client, ada: Member, clock: time_machine.Traveller
    ):
        browser.post("/me/privacy/erase/")
        clock.move_to(DUE)

        answer = browser.post("/me/privacy/undo/", follow=True)

        page = answer.content.decode()
        assert "Les trois jours sont passés : l’effacement ne peut plus être annulé." in (
            page.replace("\u00a0", " ")
        )
        ada.refresh_from_db()
        assert ada.erasure_due_at == DUE

    def test_says_so_where_there_is_nothing_to_undo(self, browser: Client):
        answer = browser.post("/me/privacy/undo/", follow=True)

        assert "Il n’y a pas d’effacement à annuler." in answer.content.decode()


class TestWhoHasLeft:
    """They sign in to what is held of them, and to nothing else."""

    @pytest.fixture
    def ada(self, ada: Member) -> Member:
        return closing.close(member=ada, key="leave", at=NOON)

    @pytest.mark.parametrize(
        "path",
        ["/me/", "/me/code/", "/me/history/", "/me/rewards/", "/me/vouchers/", "/me/profile/",
         "/me/profile/email/", "/me/consents/", "/me/privacy/leave/"],
    )  # fmt: skip
    def test_is_told_so_everywhere_else(self, browser: Client, path: str):
        answer = browser.get(path)

        page = " ".join(answer.content.decode().split())
        assert answer.status_code == 403
        assert "<h1>Votre adhésion est close</h1>" in page
        assert 'href="/me/privacy/"' in page
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert browser.post(path).status_code in {403, 405}

    def test_sees_a_page_without_the_way_out_and_without_the_card(self, browser: Client):
        page = said(browser, "/me/privacy/")

        assert links(page) == {"/me/privacy/download/", "/me/privacy/erase/"}

    def test_downloads_what_is_held(self, browser: Client, ada: Member):
        answer = browser.get("/me/privacy/download/")

        with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
            told = json.loads(archive.read("mes-donnees.json"))
        assert told["identity"][0]["id"] == ada.public_id

    def test_asks_to_be_erased_and_undoes_it(self, browser: Client, ada: Member):
        browser.post("/me/privacy/erase/")
        assert ErasureRequest.objects.get().state == "ASKED"
        assert "Vous pouvez l’annuler jusque-là." in said(browser, "/me/privacy/")

        answer = browser.post("/me/privacy/undo/", follow=True)

        assert "Rien ne sera effacé. Votre adhésion reste close." in answer.content.decode()
        assert ErasureRequest.objects.get().state == "UNDONE"
        ada.refresh_from_db()
        assert (ada.state, ada.erasure_due_at) == ("CLOSED", None)

    def test_undoes_what_they_asked_for_before_they_left(self, ada: Member, browser: Client):
        erasing.ask(member=ada, at=NOON, actor=ada.public_id)

        browser.post("/me/privacy/undo/")

        assert ErasureRequest.objects.get().state == "UNDONE"


class TestQueries:
    @pytest.mark.parametrize("vouchers", [2, 20])
    @pytest.mark.parametrize("page", PAGES)
    def test_are_as_many_for_two_vouchers_as_for_twenty(
        self,
        browser: Client,
        ada: Member,
        django_assert_num_queries: DjangoAssertNumQueries,
        page: tuple[str, int],
        vouchers: int,
    ):
        path, queries = page
        for _number in range(vouchers):
            give_voucher(ada)
        browser.get(path)

        with django_assert_num_queries(queries):
            browser.get(path)
