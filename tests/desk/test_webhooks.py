"""Webhooks at the desk: registered, tested, looked at, sent again, and given a new secret."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer
from time_machine import travel

from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.webhooks import delivering, registering, signing
from loyalty.webhooks.calling import Outcome
from loyalty.webhooks.models import Delivery, Endpoint, Trouble
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import queries_of, words_of
from tests.pages.browsing import COVERING, visiting
from tests.pages.conftest import set_up
from tests.pages.test_accessibility import browser

__all__ = ["browser"]

LIST, ADD, LOG = "/desk/webhooks/", "/desk/webhooks/endpoint/add/", "/desk/webhooks/delivery/"
DAY = timedelta(days=1)
FORM = {
    "name": "Mailer",
    "url": "https://hooks.example.org/loyalty",
    "events": ["tier.changed", "voucher.used"],
    "is_active": "on",
}
BROKEN, GONE = Outcome(812, 500, Trouble.STATUS), Outcome(30, 410, Trouble.STATUS)


def register(name: str = "Mailer", **told: object) -> Endpoint:
    said = {"url": FORM["url"], "events": FORM["events"], "store": None, "at": NOON}
    return registering.register(name=name, **{**said, **told})[0]


def fail(endpoint: Endpoint, *, outcome: Outcome = BROKEN) -> None:
    registering.note(endpoint=endpoint, outcome=outcome, at=NOON)


def deliver(endpoint: Endpoint, state: str, *, days_ago: int = 0, **told: object) -> Delivery:
    delivery = delivering.ping(endpoint=endpoint, at=NOON - days_ago * DAY)
    Delivery.objects.filter(pk=delivery.pk).update(state=state, tried_at=NOON, **told)
    return delivery


def page_of(endpoint: Endpoint) -> str:
    return f"{LIST}{endpoint.pk}/"


def secret_on(answer: HttpResponse) -> str:
    return re.findall(r"whsec_[A-Za-z0-9+/=]+", answer.content.decode())[0]


@pytest.mark.usefixtures("shop")
class TestTheDesk:
    @pytest.fixture(autouse=True)
    def _noon(self) -> Iterator[None]:
        with travel(NOON, tick=False):
            yield

    def test_registers_one_and_shows_its_secret_once(self, desk: Client):
        answer = desk.post(ADD, FORM)

        endpoint = Endpoint.objects.get()
        assert (endpoint.name, endpoint.events) == ("Mailer", ["tier.changed", "voucher.used"])
        secret = secret_on(answer)
        assert signing.unseal(endpoint.secret) == secret
        for url in (LIST, page_of(endpoint), f"{LIST}endpoint/{endpoint.pk}/change/"):
            assert "whsec_" not in desk.get(url).content.decode()

    @pytest.mark.parametrize(
        ("told", "why"),
        [
            ({"url": "https://127.0.0.1/"}, "It must lead to a public name"),
            ({"url": "https://me:word@hooks.example.org/"}, "no user name and no password"),
            ({"url": "https://hooks.example.org:22/"}, "ports 443 and 8443 alone"),
            ({"events": []}, "This field is required"),
            ({"events": ["member.erased"]}, "Select a valid choice"),
        ],
    )
    def test_says_beside_the_field_what_is_refused(self, told: dict, why: str, desk: Client):
        User.objects.update(language="en")

        answer = desk.post(ADD, FORM | told)

        assert why in answer.content.decode()
        assert Endpoint.objects.count() == 0

    def test_refuses_for_a_store_what_has_no_store(self, desk: Client):
        User.objects.update(language="en")

        answer = desk.post(ADD, FORM | {"store": "1"})

        assert "hears of purchases and returns alone" in answer.content.decode()
        assert Endpoint.objects.count() == 0

    def test_switches_one_off_and_on_again(self, desk: Client):
        endpoint = register()
        fail(endpoint, outcome=GONE)
        change = f"{LIST}endpoint/{endpoint.pk}/change/"

        desk.post(change, FORM)
        endpoint.refresh_from_db()
        assert (endpoint.is_active, endpoint.off_reason) == (True, "")

        desk.post(change, {name: told for name, told in FORM.items() if name != "is_active"})
        endpoint.refresh_from_db()
        assert (endpoint.is_active, endpoint.off_reason) == (False, "")
        history = endpoint.history.order_by("history_id")
        assert [row.is_active for row in history] == [True, False, True, False]

    def test_deletes_none(self, desk: Client):
        endpoint = register()

        assert desk.post(f"{LIST}endpoint/{endpoint.pk}/delete/").status_code == 403


@pytest.mark.usefixtures("shop")
class TestTheList:
    def test_shows_those_in_trouble_first(self, desk: Client):
        register("Analytics")
        fail(register("Till"))
        fail(register("Zoo"), outcome=GONE)

        told = words_of(desk, LIST)

        assert "Till https://hooks.example.org/loyalty fails whole programme 2" in told
        assert "Zoo https://hooks.example.org/loyalty switched off" in told
        assert "Analytics https://hooks.example.org/loyalty on whole programme 2 –" in told
        assert told.index("Till") < told.index("Zoo") < told.index("Analytics")

    def test_costs_as_many_statements_for_ten_as_for_one(self, desk: Client):
        register("0")
        desk.get(LIST)
        one = queries_of(desk, LIST)
        for number in range(1, 10):
            register(str(number))

        assert queries_of(desk, LIST) == one

    def test_is_told_in_french(self, desk: Client):
        fail(register(), outcome=GONE)

        assert "désactivé par sécurité tout le programme" in words_of(desk, LIST, "fr")


@pytest.mark.usefixtures("shop")
class TestOne:
    def test_shows_what_it_was_sent_and_how_that_went(self, desk: Client):
        endpoint = register()
        deliver(endpoint, "DELIVERED", attempts=1, status=204, took_ms=87)
        deliver(endpoint, "FAILED", attempts=10, status=500, took_ms=1_812, trouble="STATUS")
        deliver(endpoint, "WAITING", attempts=2, trouble="TIMEOUT")

        told = words_of(desk, page_of(endpoint))

        assert "It hears of tier changed · voucher used" in told
        assert "Waiting to be sent 1" in told
        assert "delivered 1 204 87 ms" in told
        assert "failed 10 500 it did not accept it 1,812 ms" in told
        assert "waiting next try 10/03/2026 12:00 2 no answer within 15 seconds" in told

    def test_costs_as_many_statements_for_twenty_deliveries_as_for_one(self, desk: Client):
        endpoint = register()
        deliver(endpoint, "FAILED")
        desk.get(page_of(endpoint))
        one = queries_of(desk, page_of(endpoint))
        for _ in range(20):
            deliver(endpoint, "FAILED")

        assert queries_of(desk, page_of(endpoint)) == one

    def test_sends_a_test(self, desk: Client):
        endpoint = register()

        answer = desk.post(page_of(endpoint), {"ping": ""})

        assert answer.headers["Location"] == page_of(endpoint)
        (ping,) = Delivery.objects.values("name", "state", "endpoint")
        assert ping == {"name": "ping", "state": "WAITING", "endpoint": endpoint.pk}

    def test_sends_one_again(self, desk: Client):
        endpoint = register()
        failed = deliver(endpoint, "FAILED", attempts=10)
        deliver(endpoint, "FAILED", attempts=10)

        desk.post(page_of(endpoint), {"again": failed.event})

        assert list(Delivery.objects.order_by("pk").values_list("state", "attempts")) == [
            ("WAITING", 0),
            ("FAILED", 10),
        ]

    def test_sends_some_days_again(self, desk: Client, monkeypatch: pytest.MonkeyPatch):
        from loyalty.celery import app

        monkeypatch.setattr(app.conf, "task_always_eager", True)
        endpoint = register()
        for days_ago in (3, 2, 1, 0):
            deliver(endpoint, "FAILED", days_ago=days_ago)
        arrived = deliver(endpoint, "DELIVERED", days_ago=1)

        desk.post(page_of(endpoint), {"first": "2026-03-08", "last": "2026-03-09"})
        states = Delivery.objects.order_by("pk").values_list("state", flat=True)
        assert list(states) == ["FAILED", "WAITING", "WAITING", "FAILED", "DELIVERED"]

        desk.post(page_of(endpoint), {"first": "2026-03-09", "last": "2026-03-09", "is_all": "on"})
        arrived.refresh_from_db()
        assert arrived.state == "WAITING"

    def test_asks_for_days_in_their_order(self, desk: Client):
        endpoint = register()
        deliver(endpoint, "FAILED", days_ago=1)
        User.objects.update(language="en")

        answer = desk.post(page_of(endpoint), {"first": "2026-03-10", "last": "2026-03-09"})

        assert "The last day is before the first." in answer.content.decode()
        assert Delivery.objects.get().state == "FAILED"

    @pytest.mark.parametrize("act", ["ping", "again"])
    def test_sends_nothing_to_one_that_is_off(self, act: str, desk: Client):
        endpoint = register()
        failed = deliver(endpoint, "FAILED")
        fail(endpoint, outcome=GONE)

        desk.post(page_of(endpoint), {act: failed.event})

        assert list(Delivery.objects.values_list("state", flat=True)) == ["FAILED"]

    def test_gives_a_new_secret_to_who_says_again_who_they_are(self, desk: Client):
        endpoint = register()
        before = signing.unseal(endpoint.secret)
        path = f"{page_of(endpoint)}secret/"
        assert desk.post(path).headers["Location"].startswith("/desk/again/")
        prove(desk)

        secret = secret_on(desk.post(path))

        endpoint.refresh_from_db()
        assert signing.unseal(endpoint.secret) == secret != before
        assert signing.unseal(endpoint.old_secret) == before

    def test_is_only_looked_at_by_an_auditor(self, sign_in: SignIn):
        endpoint = register()
        auditor = sign_in(Role.AUDITOR)

        assert "Send a test" not in words_of(auditor, page_of(endpoint))
        assert auditor.post(page_of(endpoint), {"ping": ""}).status_code == 403
        assert Delivery.objects.count() == 0


@pytest.mark.usefixtures("shop")
class TestTheLog:
    def test_sends_again_what_was_chosen(self, desk: Client):
        endpoint = register()
        failed, left = deliver(endpoint, "FAILED"), deliver(endpoint, "FAILED")

        desk.post(LOG, {"action": "send_again", "_selected_action": [failed.pk]})

        states = dict(Delivery.objects.values_list("pk", "state"))
        assert states == {failed.pk: "WAITING", left.pk: "FAILED"}


@pytest.mark.usefixtures("shop")
class TestTheHomePage:
    def test_tells_of_those_that_fail_and_were_switched_off(self, desk: Client):
        fail(register("Till"))
        fail(register("Zoo"), outcome=GONE)
        register("Fine")

        told = words_of(desk, "/desk/").partition("Needs you")[2]

        assert "Zoo was switched off: it answered that it is gone for good (410)." in told
        assert "Till fails." in told
        assert "Fine" not in told

    def test_tells_nobody_who_cannot_act(self, sign_in: SignIn):
        fail(register("Till"))

        assert "Till fails." not in words_of(sign_in(Role.AUDITOR), "/desk/")


@pytest.mark.sqlite
@pytest.mark.django_db(transaction=True)
class TestInABrowser:
    @pytest.mark.parametrize(("language", "scheme", "width"), COVERING)
    def test_pages_are_without_fault(
        self, browser: Browser, live_server: LiveServer, language: str, scheme: str, width: int
    ):
        set_up()
        client = Client()
        client.force_login(User.objects.create_superuser("a@example.test", language=language))
        prove(client)
        endpoint = register("Anticonstitutionnellement" * 3, url=f"https://{'x' * 60}.example.org")
        for number, state in enumerate(("DELIVERED", "FAILED", "WAITING")):
            deliver(endpoint, state, attempts=9, status=500, took_ms=15_003, trouble="TIMEOUT")
            fail(register(f"Other {number}"), outcome=GONE if number else BROKEN)
        off = Endpoint.objects.exclude(off_reason="").first()
        with visiting(
            browser, live_server.url, language=language, scheme=scheme, width=width,
            session=client.cookies["session"].value,
        ) as visit:  # fmt: skip
            for path in (LIST, page_of(endpoint), page_of(off), f"{page_of(off)}secret/", ADD):
                assert visit.faults_of(path) == "", path
