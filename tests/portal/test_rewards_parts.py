"""What htmx fetches of the rewards' pages: the very part that the page draws, and no more."""

import pytest
from django.test import Client

from members.models import Member
from rewards.models import Redemption
from tests.conftest import NOON
from tests.portal import shelf

CATALOGUE = "/me/rewards/"
COFFEE = "/me/rewards/rew_1/"
PART = {"HX-Request": "true"}
BACK = {**PART, "HX-History-Restore-Request": "true"}


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    return shelf.enrol_ada()


@pytest.fixture
def browser(ada: Member) -> Client:
    shelf.fill_catalogue()
    return shelf.browser_of(ada)


def html(browser: Client, path: str, headers: dict[str, str] | None = None) -> str:
    answer = browser.get(path, headers=headers)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestTheCatalogue:
    def test_gives_a_category_as_the_part_that_the_page_holds(self, browser: Client):
        path = f"{CATALOGUE}?category=cafe"

        part = html(browser, path, PART)

        assert part.startswith('<div id="catalogue"')
        assert part in html(browser, path)
        assert "A coffee on the house" in part
        assert "A tin of shortbread" not in part

    def test_gives_the_whole_page_to_who_comes_back_to_it(self, browser: Client):
        page = html(browser, CATALOGUE, BACK)

        assert page.startswith("<!DOCTYPE html>")
        assert "<h1>Rewards</h1>" in page


class TestAsking:
    def test_opens_under_the_reward_and_takes_nothing(self, browser: Client):
        part = html(browser, f"{COFFEE}?ask=1", PART)

        assert part.startswith('<div id="deciding"')
        assert "Use 200 points?" in part
        assert "Keep my points" in part
        assert Redemption.objects.exists() is False

    def test_is_withdrawn_by_the_same_part_without_the_question(self, browser: Client):
        part = html(browser, COFFEE, PART)

        assert part.startswith('<div id="deciding"')
        assert part in html(browser, COFFEE)
        assert "Use 200 points?" not in part
