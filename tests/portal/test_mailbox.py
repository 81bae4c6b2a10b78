"""The demo shows what it would send; outside the demo there is no such page."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from pytest_django import Settings

from loyalty.demo import mailbox
from loyalty.identity import ending
from loyalty.programmes.models import Programme

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _mailbox(settings: Settings, tmp_path: Path) -> None:
    settings.MAILBOX = tmp_path / "mail"


def send(subject: str, html: str = "<p>Voilà</p>", to: str = "ada@example.org") -> None:
    post = get_connection("loyalty.demo.mailbox.Backend")
    letter = EmailMultiAlternatives(subject, "Voilà", to=[to], connection=post)
    letter.attach_alternative(html, "text/html")
    letter.send()


class TestTheMailbox:
    def test_shows_the_newest_first(self):
        for number in range(30):
            send(f"No. {number}")

        letters = Client().get("/demo/mail/").context["letters"]

        assert [letter.subject for letter in letters] == [f"No. {n}" for n in reversed(range(30))]
        assert (letters[0].to, letters[0].text.strip()) == ("ada@example.org", "Voilà")

    def test_says_when_by_the_clock_of_the_shops(self, programme: Programme, tmp_path: Path):
        send("One")
        (letter,) = (tmp_path / "mail").iterdir()
        evening = datetime(2026, 7, 1, 22, 30, tzinfo=UTC).timestamp()
        os.utime(letter, (evening, evening))

        page = Client().get("/demo/mail/").content.decode()

        assert "02/07/2026 00:30" in page

    def test_says_so_when_it_is_empty(self):
        assert Client().get("/demo/mail/").context["letters"] == []

    def test_lets_a_letter_do_nothing(self):
        send("One", "<script>alert(1)</script>")
        name = mailbox.get_letters()[0].name

        answer = Client().get(f"/demo/mail/{name}/")

        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "sandbox" in policy
        assert "script-src" not in policy

    @pytest.mark.parametrize("name", ["eml_nothing", "..%2f..%2fsecret_key"])
    def test_holds_nothing_else(self, name: str):
        assert Client().get(f"/demo/mail/{name}/").status_code == 404

    def test_loses_the_letters_of_who_is_forgotten(
        self, settings: Settings, django_capture_on_commit_callbacks
    ):
        settings.EMAIL_BACKEND = "loyalty.demo.mailbox.Backend"
        send("One", to="ada@example.org")
        send("Two", to="Ada@Example.org")
        send("Three", to="grace@example.org")

        with django_capture_on_commit_callbacks(execute=True):
            ending.forget_addresses(addresses={"ada@example.org"})

        assert [letter.subject for letter in mailbox.get_letters()] == ["Three"]

    def test_is_absent_outside_the_demo(self, settings: Settings):
        send("One")
        name = mailbox.get_letters()[0].name
        settings.DEMO = False

        assert Client().get("/demo/mail/").status_code == 404
        assert Client().get(f"/demo/mail/{name}/").status_code == 404
