import pytest
from django.test import Client
from django.urls import reverse

from loyalty.events.models import OutboxEvent
from loyalty.mailing import unsubscribing
from members import closing, consenting
from members.models import Consent, Member
from tests.conftest import NOON
from tests.mailing.conftest import ada, agree, make_member, programme  # noqa: F401

pytestmark = pytest.mark.django_db

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def member(ada: Member) -> Member:  # noqa: F811
    agree(ada)
    return ada


def page_of(member: Member) -> str:
    token = unsubscribing.make_token(recipient=member.public_id)
    return reverse("portal:unsubscribe", args=[token])


def is_subscribed(member: Member) -> bool:
    return consenting.is_allowed(member=member, channel="EMAIL", purpose="MARKETING")


class TestLooking:
    def test_changes_nothing_and_shows_a_button(self, member: Member, client: Client):
        before = Consent.objects.count(), OutboxEvent.objects.count()

        for _ in range(3):
            answer = client.get(page_of(member), headers={"accept-language": "fr"})

        assert answer.status_code == 200
        assert "Vous désabonner de nos e-mails" in answer.content.decode()
        assert '<form method="post">' in answer.content.decode()
        assert is_subscribed(member)
        assert (Consent.objects.count(), OutboxEvent.objects.count()) == before

    def test_is_kept_by_no_cache(self, member: Member, client: Client):
        assert "no-store" in client.get(page_of(member))["Cache-Control"]

    def test_says_nothing_of_who_it_is(self, member: Member, client: Client):
        text = client.get(page_of(member)).content.decode()

        assert "Ada" not in text
        assert "ada@example.org" not in page_of(member) + text


class TestTheButton:
    def test_withdraws_at_once(self, member: Member, client: Client):
        answer = client.post(page_of(member), headers={"accept-language": "en"})

        assert answer.status_code == 200
        assert "You are unsubscribed" in answer.content.decode()
        assert not is_subscribed(member)
        last = Consent.objects.latest("pk")
        assert (last.is_given, last.said_where) == (False, "unsubscribe")
        assert last.recorded_by == member.public_id

    def test_is_pressed_by_post_offices_without_a_cookie(self, member: Member):
        answer = Client(enforce_csrf_checks=True).post(page_of(member), ONE_CLICK)

        assert answer.status_code == 200
        assert not is_subscribed(member)

    def test_pressed_twice_withdraws_once(self, member: Member, client: Client):
        client.post(page_of(member))
        client.post(page_of(member))

        assert Consent.objects.count() == 2

    def test_leaves_every_other_answer(self, member: Member, client: Client):
        said = consenting.Said(channel="SMS", purpose="MARKETING", is_given=True, text_version="1")
        consenting.say(member=member, said=said, at=NOON)

        client.post(page_of(member))

        assert consenting.is_allowed(member=member, channel="SMS", purpose="MARKETING")


class TestTheLink:
    def test_works_for_ever(self, member: Member, client: Client, time_machine):
        path = page_of(member)
        time_machine.move_to("2056-03-10T11:00:00Z", tick=False)

        assert client.post(path).status_code == 200
        assert not is_subscribed(member)

    def test_outlives_the_key_that_signed_it(self, member: Member, client: Client, settings):
        path = page_of(member)
        settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
        settings.SECRET_KEY = "another-0123456789-abcdefghijklmnopqrstuvwxyz"

        assert client.get(path).status_code == 200

    def test_is_nobody_elses(self, member: Member, client: Client):
        bob = make_member("bob@example.org")
        agree(bob)
        signature = page_of(member).rpartition(".")[2]

        answer = client.post(f"/unsubscribe/{bob.public_id}.{signature}")

        assert answer.status_code == 404
        assert is_subscribed(bob)

    @pytest.mark.parametrize("token", ["x", "mem_ada.x", "..", "é"])
    def test_that_is_made_up_is_not_found(self, programme, client: Client, token: str):  # noqa: F811
        assert client.get(f"/unsubscribe/{token}/").status_code == 404

    def test_of_who_has_left_says_that_it_is_done(self, member: Member, client: Client):
        consenting.withdraw(member=member, channel="EMAIL", purpose="MARKETING", at=NOON)
        closing.close(member=member, key="k", at=NOON)

        assert client.get(page_of(member)).status_code == 200
        assert client.post(page_of(member)).status_code == 200

    def test_of_who_left_while_subscribed_does_not_fail(self, member: Member, client: Client):
        closing.close(member=member, key="k", at=NOON)

        answer = client.post(page_of(member), headers={"accept-language": "en"})

        assert "You are unsubscribed" in answer.content.decode()


class TestWhatItCosts:
    def test_a_few_statements(self, member: Member, client: Client, django_assert_num_queries):
        client.get(page_of(member))

        with django_assert_num_queries(3):
            client.get(page_of(member))
