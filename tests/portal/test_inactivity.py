"""Members and the desk see when all points are lost without activity, and what keeps them."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from loyalty.identity.models import User
from loyalty.programmes import revising
from loyalty.programmes.models import WalletPolicy
from members.models import Member
from tests.conftest import NOON
from tests.desk.reading import words_of
from tests.portal import shelf
from tests.portal.ledgering import DAY, buy
from tests.portal.test_card import said


@pytest.fixture(autouse=True)
def clock(time_machine) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    """She bought for 40 euros half a year ago; her points last for ever while she is active."""
    ada = shelf.enrol_ada(points=0)
    WalletPolicy.objects.update(
        expiry_kind="NEVER", expiry_count=None, idle_months=12, idle_since=NOON - 800 * DAY
    )
    revising.touch()
    buy(ada, "40.00", "1", at=NOON - 180 * DAY)
    return ada


@pytest.fixture
def browser(ada: Member) -> Client:
    return shelf.browser_of(ada)


class TestTheCard:
    def test_says_when_they_expire_and_what_keeps_them(self, ada: Member, browser: Client):
        told = said(browser)

        assert "40 points expire after 11 September" in told
        assert "Kept by one thing before: a purchase or using points" in told

    def test_says_it_in_french(self, ada: Member, browser: Client):
        User.objects.filter(pk=ada.user_id).update(language="fr")

        told = said(browser)

        assert "40 points expirent le 11 septembre" in told
        assert "Pour les garder d’ici là, une seule chose suffit : un achat ou" in told

    def test_says_of_what_ends_anyway_only_when(self, ada: Member, browser: Client):
        WalletPolicy.objects.update(expiry_kind="DAYS", expiry_count=10)
        revising.touch()
        buy(ada, "5.00", "2")

        told = said(browser)

        assert "5 points expire after 20 March" in told
        assert "Kept by" not in told

    def test_shows_the_later_day_after_a_purchase(self, ada: Member, browser: Client):
        buy(ada, "0.50", "2")

        assert "40 points expire after 10 March 2027" in said(browser)


class TestTheFrontPage:
    def test_says_the_rule(self, ada: Member, client: Client):
        told = said(client, "/", **{"Accept-Language": "en"})

        assert "Your points never expire." in told
        assert "All of them are lost after 12 months without a purchase or points used." in told


class TestTheDesk:
    @pytest.fixture
    def desk(self, ada: Member, client: Client) -> Client:
        client.force_login(User.objects.create_superuser("marie@example.org", language="en"))
        client.cookies["django_language"] = "en"
        return client

    def page(self, desk: Client, member: Member) -> str:
        return words_of(desk, reverse("admin:members_member_change", args=[member.pk]))

    def test_shows_the_day_on_a_members_page(self, ada: Member, desk: Client):
        assert (
            "Without activity, all of them are lost after 11 September 2026. "
            "Kept by one thing before: a purchase or using points."
        ) in self.page(desk, ada)

    def test_shows_a_day_that_was_promised_before_the_policy_was_ended(
        self, ada: Member, desk: Client
    ):
        WalletPolicy.objects.update(idle_months=None, idle_since=None)
        revising.touch()

        told = self.page(desk, ada)

        assert "Without activity, all of them are lost after 11 September 2026." in told
        assert "Kept by" not in told

    def test_shows_nothing_once_they_are_lost(self, ada: Member, desk: Client, time_machine):
        time_machine.move_to(NOON + timedelta(days=190), tick=False)
        desk.force_login(User.objects.get(email="marie@example.org"))

        told = self.page(desk, ada)

        assert "available 0" in told
        assert "Without activity" not in told
