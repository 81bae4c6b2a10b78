"""Every page in Debian's Chromium: no axe violation, no word on the console, no stranger."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, expect, sync_playwright
from pytest_django.live_server_helper import LiveServer

from rewards.models import Reward
from tests import chromium
from tests.pages import rows
from tests.pages.browsing import COVERING, LOOKS, leave_by, visiting
from tests.pages.conftest import fill_shop, set_up

_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
]

# What only a browser sees does not depend on the engine; what a page says is tested on both.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.sqlite]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    path = chromium.get_or_skip()
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's loop runs in this thread, where Django would refuse to be asked.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        launched = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        yield launched
        launched.close()


def sign_in() -> str:
    """Return the session of an administrator."""
    client = Client()
    client.force_login(get_user_model().objects.create_superuser("admin@example.test"))
    return client.cookies["session"].value


class TestTheFrontPage:
    @pytest.mark.parametrize(("language", "scheme", "width"), COVERING)
    def test_is_without_fault_in_every_state(
        self, browser: Browser, live_server: LiveServer, language: str, scheme: str, width: int
    ):
        with visiting(
            browser, live_server.url, language=language, scheme=scheme, width=width
        ) as visit:
            assert visit.faults_of("/") == ""  # nobody has set the programme up
            set_up()
            assert visit.faults_of("/") == ""  # no rewards, no stores
            fill_shop()
            Reward.objects.filter(public_id="rew_1").update(
                name_fr="Anticonstitutionnellement" * 3, name_en="Antidisestablishment" * 4
            )
            assert visit.faults_of("/") == ""
            assert visit.faults_of("/nowhere/") == ""

    def test_changes_language_without_a_script(self, browser: Browser, live_server: LiveServer):
        set_up()
        context = browser.new_context(locale="fr-FR", java_script_enabled=False)
        page = context.new_page()
        page.goto(live_server.url)
        assert page.locator("h1").inner_text() == "Revenir, ça compte"

        leave_by(page.get_by_role("button", name="English"))

        assert page.locator("h1").inner_text() == "Coming back counts"
        page.goto(live_server.url + "/nowhere/")
        assert page.locator("h1").inner_text() == "This page does not exist, or no longer"
        context.close()

    def test_is_walked_by_keyboard_with_the_content_first(
        self, browser: Browser, live_server: LiveServer
    ):
        set_up()
        with visiting(browser, live_server.url, language="en") as visit:
            visit.page.goto(live_server.url)
            visit.page.keyboard.press("Tab")
            expect(visit.page.locator(":focus")).to_have_text("Skip to the content")
            visit.page.keyboard.press("Enter")
            visit.page.wait_for_url("**/#*")
            visit.page.keyboard.press("Tab")
            expect(visit.page.locator("main :focus")).to_have_text("Join")


class TestTheDesk:
    @pytest.mark.parametrize(("scheme", "width"), LOOKS)
    def test_is_without_fault(
        self, browser: Browser, live_server: LiveServer, scheme: str, width: int
    ):
        set_up()
        fill_shop()
        reward = Reward.objects.get(public_id="rew_1")
        pages = [
            reverse("admin:index"),
            reverse("admin:rewards_reward_changelist"),
            reverse("admin:rewards_reward_changelist") + "?q=nothing-like-it",
            reverse("admin:rewards_reward_change", args=[reward.pk]),
            reverse("admin:rewards_reward_history", args=[reward.pk]),
            reverse("admin:rewards_reward_delete", args=[reward.pk]),
        ]

        with visiting(browser, live_server.url, scheme=scheme, width=width) as visit:
            assert visit.faults_of(reverse("admin:login")) == ""
        with visiting(
            browser, live_server.url, scheme=scheme, width=width, session=sign_in()
        ) as visit:
            assert "".join(visit.faults_of(page) for page in pages) == ""

    @pytest.mark.parametrize(("scheme", "width"), LOOKS)
    def test_shows_every_component_without_fault(
        self, browser: Browser, live_server: LiveServer, scheme: str, width: int
    ):
        with visiting(
            browser, live_server.url, scheme=scheme, width=width, session=sign_in()
        ) as visit:
            look = reverse("admin:look")
            assert visit.faults_of(look) == ""
            assert visit.faults_of(f"{look}?at=members") == ""
            other = {"light": "dark", "dark": "light"}[scheme]
            assert visit.faults_of(f"{look}?at=members&scheme={other}") == ""

    def test_lists_every_table_without_fault(self, browser: Browser, live_server: LiveServer):
        set_up()
        for model in admin.site._registry:
            if model._meta.app_label not in ("auth", "identity"):
                rows.fill(model, 2)

        with visiting(browser, live_server.url, session=sign_in()) as visit:
            faults = [visit.faults_of(page) for page in _changelists()]

        assert "\n".join(filter(None, faults)) == ""


def _changelists() -> list[str]:
    return [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
    ]
