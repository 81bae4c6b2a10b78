import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from loyalty.events import dispatching
from loyalty.events.dispatching import Notice
from loyalty.events.models import Message, MessageKind
from loyalty.identity.roles import Role
from loyalty.mailing import samples
from tests.conftest import NOON
from tests.desk.conftest import SignIn

pytestmark = pytest.mark.django_db

LIST = "/desk/emails/"
TEMPLATES = [one.template for one in samples.get_samples()]


class TestTheList:
    def test_shows_every_subject_in_both_languages(self, shop, sign_in: SignIn):
        page = sign_in(Role.MARKETING).get(LIST).content.decode()

        assert "Welcome to Maison Lise" in page
        assert "Bienvenue dans le programme Maison Lise" in page
        assert page.count('class="rows__line"') == 2 * len(TEMPLATES)
        assert page.count("Only with consent") == 1

    def test_sends_nothing(self, shop, sign_in: SignIn):
        sign_in(Role.MARKETING).get(LIST)

        assert mail.outbox == []
        assert Message.objects.count() == 0

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.CUSTOMER_CARE, Role.ANALYST])
    def test_is_refused_to_who_does_not_write_to_members(self, shop, sign_in: SignIn, role):
        client = sign_in(role)

        assert client.get(LIST).status_code == 403
        assert client.get("/desk/emails/welcome/fr/").status_code == 403


class TestAnEmail:
    @pytest.mark.parametrize("language", ["fr", "en"])
    @pytest.mark.parametrize("template", TEMPLATES)
    def test_is_shown_within_the_rules_of_our_pages(self, shop, desk: Client, template, language):
        answer = desk.get(reverse("admin:email", args=[template, language]))

        page = answer.content.decode()
        nonce = page.partition('nonce="')[2].partition('"')[0]
        assert nonce
        assert f"'nonce-{nonce}'" in answer["Content-Security-Policy"]
        assert "style=" not in page
        assert f'<html lang="{language}">' in page

    def test_is_shown_as_text(self, shop, desk: Client):
        answer = desk.get("/desk/emails/expiry_30/en/?as=text")

        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert answer.content.decode().startswith("Maison Lise\n\nHello Camille,\n\n40 points")

    @pytest.mark.parametrize("path", ["base/fr/", "welcome/de/", "unheard-of/fr/"])
    def test_that_does_not_exist_is_not_found(self, shop, desk: Client, path: str):
        assert desk.get(LIST + path).status_code == 404


class TestTheMessages:
    @pytest.fixture
    def message(self, db) -> Message:
        notice = Notice(recipient="mem_ada", kind=MessageKind.WELCOME, key="1", at=NOON)
        dispatching.put(notices=[notice])
        Message.objects.update(state="FAILED", reason="TOO_LATE")
        return Message.objects.get()

    def resend(self, client: Client, message: Message) -> None:
        asked = {"action": "resend", "_selected_action": [message.pk]}
        client.post("/desk/events/message/", asked)

    def test_are_found_by_the_members_id(self, message: Message, desk: Client):
        assert "mem_ada" in desk.get("/desk/events/message/?q=mem_ada").content.decode()
        assert "mem_ada" not in desk.get("/desk/events/message/?q=mem_bob").content.decode()

    def test_are_sent_again_by_customer_care(self, message: Message, shop, sign_in: SignIn):
        self.resend(sign_in(Role.CUSTOMER_CARE), message)

        message.refresh_from_db()
        assert (message.state, message.reason) == ("WAITING", "")

    def test_are_only_looked_at_by_others(self, message: Message, shop, sign_in: SignIn):
        client = sign_in(Role.AUDITOR)
        self.resend(client, message)

        message.refresh_from_db()
        assert message.state == "FAILED"
        assert client.get(f"/desk/events/message/{message.pk}/change/").status_code == 200
