"""The catalogue as a member sees it, and a reward taken with one click, once."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from loyalty.ledger import balances
from members.models import Member, MemberState, Voucher
from rewards.models import Redemption, Reward, RewardPrice
from tests.conftest import NOON
from tests.pages.conftest import add_reward
from tests.portal import shelf
from tests.portal.shelf import DAY

CATALOGUE = "/me/rewards/"
COFFEE = "/me/rewards/rew_1/"


@pytest.fixture(autouse=True)
def clock(time_machine: object) -> None:
    time_machine.move_to(NOON, tick=False)


@pytest.fixture
def ada(db: None) -> Member:
    return shelf.enrol_ada()


@pytest.fixture
def full(ada: Member) -> None:
    shelf.fill_catalogue()


@pytest.fixture
def browser(ada: Member) -> Client:
    return shelf.browser_of(ada)


def page(browser: Client, path: str = CATALOGUE) -> str:
    """Return the words of a page, without its tags and with single spaces."""
    answer = browser.get(path)
    assert answer.status_code == 200
    text = re.sub(r"<script.*?</script>|<[^>]+>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", text.replace("&#x27;", "'").replace("\u00a0", " "))


def points_of(member: Member) -> int:
    held = balances.get_balances(holder_ids=[member.holder_id], at=NOON)
    return held[member.holder_id]["points"].available


def form(browser: Client, path: str = COFFEE) -> dict[str, str]:
    """Return what the form on the page carries when it asks."""
    html = browser.get(path, {"ask": "1"}).content.decode()
    return dict(re.findall(r'name="(key|agreed)"\s+value="([^"]+)"', html))


class TestTheCatalogue:
    def test_says_of_each_reward_how_far_it_is(self, browser: Client, full: None):
        said = page(browser)

        assert "You have 540 points." in said
        for words in (
            "A coffee on the house 200 points Only 3 left",
            "A tin of shortbread 800 points 260 points to go",
            "Brunch 5,000 points 4,460 points to go",
            "April tea 60 points From 1 April 2026",
            "Tea time 150 points + 4 stamps 4 stamps to go",
            "Workshop 300 points From Gold",
            "Hamper 100 points None left for now",
            "Finished 20 points Over",
        ):
            assert words in said
        assert "Hidden" not in said

    def test_puts_what_can_be_had_first(self, browser: Client, full: None):
        shown = browser.get(CATALOGUE).context["catalogue"]

        assert [one.name for one in shown.now][1:] == ["A coffee on the house"]
        assert [one.name for one in shown.ahead] == [
            "A tin of shortbread",
            "Tea time",
            "Brunch",
            "April tea",
        ]
        assert [one.name for one in shown.others] == ["Workshop", "Hamper", "Finished"]

    def test_narrows_to_a_category_in_the_address(self, browser: Client, full: None):
        shown = browser.get(CATALOGUE, {"category": "cafe"}).context["catalogue"]

        assert [one.name for one in shown.now] == ["A coffee on the house"]
        assert [one.name for one in shown.others] == ["Workshop"]
        chips = [(chip.name, chip.is_current) for chip in shown.chips]
        assert chips == [("", False), ("Home", False), ("Café", True)]

    def test_shows_all_for_a_category_that_is_not_there(self, browser: Client, full: None):
        shown = browser.get(CATALOGUE, {"category": "nowhere"}).context["catalogue"]

        assert len(shown.ahead) == 4
        assert shown.chips[0].is_current

    def test_says_what_will_be_here_while_it_is_empty(self, browser: Client):
        assert "The first rewards are being chosen." in page(browser)

    def test_asks_as_many_questions_for_200_rewards_as_for_5(
        self, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
    ):
        page(browser)
        counted = []
        for first, last in ((1, 6), (6, 201)):
            for number in range(first, last):
                add_reward(number, "Un café", "A coffee", 100 + number, limit_count=1)
            # Session, user, member, revision; balance (2), shelf, other prices, what was taken.
            with django_assert_num_queries(9):
                counted.append(page(browser).count("A coffee"))
        assert counted == [5, 200]

    def test_asks_whoever_is_not_signed_in_to_sign_in(self, full: None):
        assert Client().get(CATALOGUE).headers["location"].startswith("/login/")


class TestOneReward:
    def test_shows_one_button_that_says_the_price(self, browser: Client, full: None):
        Reward.objects.filter(public_id="rew_1").update(
            description_en="Any size.", where_en="In Paris.", ends_at=NOON + 9 * DAY
        )

        said = page(browser, COFFEE)

        assert "Use 200 points" in said
        assert "Any size." in said
        assert "Where In Paris." in said
        assert "to be used by 8 June 2026 if you take it today" in said
        assert "Offered until 19 March 2026" in said
        assert 'method="post" action="/me/rewards' not in browser.get(COFFEE).content.decode()

    def test_asks_once_what_will_happen(self, browser: Client, full: None):
        said = page(browser, f"{COFFEE}?ask=1")

        assert "Use 200 points?" in said
        assert "You will have 340 points left" in said
        assert "Keep my points" in said
        assert Redemption.objects.exists() is False

    @pytest.mark.parametrize(
        ("number", "words"),
        [
            (2, "260 points to go, and it is yours."),
            (3, "kept for members from tier Gold"),
            (4, "None is left for now."),
            (5, "It can be had from 1 April 2026."),
            (8, "4 stamps to go, and it is yours."),
            (9, "This offer is over."),
        ],
    )
    def test_says_why_it_cannot_be_had_and_offers_no_button(
        self, browser: Client, full: None, number: int, words: str
    ):
        said = page(browser, f"/me/rewards/rew_{number}/?ask=1")

        assert words in said
        assert "Use " not in said

    @pytest.mark.parametrize("wanted", ["rew_10", "rew_99"])
    def test_looks_the_same_hidden_or_absent(self, browser: Client, full: None, wanted: str):
        assert browser.get(f"/me/rewards/{wanted}/").status_code == 404
        key = {"key": "a" * 20, "agreed": "points:20"}
        assert browser.post("/me/rewards/rew_99/", key).status_code == 404

    def test_asks_as_many_questions_whatever_it_costs(
        self, browser: Client, full: None, django_assert_num_queries: DjangoAssertNumQueries
    ):
        page(browser, COFFEE)
        for number in (1, 8):
            with django_assert_num_queries(8):
                page(browser, f"/me/rewards/rew_{number}/")


class TestTaking:
    def test_pays_and_opens_the_voucher(self, browser: Client, ada: Member, full: None):
        answer = browser.post(COFFEE, form(browser))

        voucher = Voucher.objects.get()
        assert answer.headers["location"] == f"/me/vouchers/{voucher.pk}/"
        assert (points_of(ada), shelf.reward(1).stock) == (340, 2)
        redemption = Redemption.objects.get()
        assert redemption.actor == f"member:{ada.public_id}"
        assert "Your voucher is ready." in page(browser, f"/me/vouchers/{voucher.pk}/")

    def test_pays_once_however_often_the_form_is_sent(
        self, browser: Client, ada: Member, full: None
    ):
        asked = form(browser)

        answers = {browser.post(COFFEE, asked).headers["location"] for _ in range(3)}

        assert answers == {f"/me/vouchers/{Voucher.objects.get().pk}/"}
        assert points_of(ada) == 340

    def test_pays_twice_when_asked_twice(self, browser: Client, ada: Member, full: None):
        for _ in range(2):
            browser.post(COFFEE, form(browser))

        assert points_of(ada) == 140
        assert Voucher.objects.count() == 2

    def test_takes_another_price_only_after_asking_again(
        self, browser: Client, ada: Member, full: None
    ):
        asked = form(browser)
        Reward.objects.filter(public_id="rew_1").update(cost=250)

        answer = browser.post(COFFEE, asked)

        assert answer.status_code == 422
        assert "The price of this reward has changed." in answer.content.decode()
        assert "Use 250 points?" in answer.content.decode().replace("\u00a0", " ")
        assert points_of(ada) == 540
        browser.post(COFFEE, form(browser))
        assert points_of(ada) == 290

    def test_says_a_refusal_on_the_page_and_takes_nothing(
        self, browser: Client, ada: Member, full: None
    ):
        asked = form(browser)
        Reward.objects.filter(public_id="rew_1").update(stock=0)

        answer = browser.post(COFFEE, asked)

        assert answer.status_code == 422
        assert 'role="alert"' in answer.content.decode()
        assert "None of this reward is left." in answer.content.decode()
        assert "Nothing was taken: your points are still there." in answer.content.decode()
        assert points_of(ada) == 540

    @pytest.mark.parametrize("key", ["", "short", "a" * 65, "é" * 20, "a b" * 8])
    def test_ignores_a_form_that_is_not_ours(
        self, browser: Client, ada: Member, full: None, key: str
    ):
        answer = browser.post(COFFEE, {"key": key, "agreed": "points:200"})

        assert answer.status_code == 200
        assert points_of(ada) == 540

    @pytest.mark.parametrize("agreed", ["", "points:20", "points:²", "points", "x:" + "9" * 50])
    def test_takes_nothing_that_was_not_agreed_to(
        self, browser: Client, ada: Member, full: None, agreed: str
    ):
        answer = browser.post(COFFEE, {"key": "a" * 20, "agreed": agreed})

        assert answer.status_code == 422
        assert points_of(ada) == 540

    def test_takes_both_prices(self, browser: Client, ada: Member, full: None):
        shelf.give(ada, 5, wallet="stamps")
        path = "/me/rewards/rew_8/"
        assert "You will have 390 points + 1 stamps left" in page(browser, f"{path}?ask=1")

        browser.post(path, form(browser, path))

        assert points_of(ada) == 390
        assert RewardPrice.objects.get().cost == 4

    def test_is_not_offered_to_who_may_not_spend(self, browser: Client, ada: Member, full: None):
        Member.objects.update(spending_locked_until=NOON + timedelta(hours=3))

        said = page(browser, f"{COFFEE}?ask=1")
        answer = browser.post(COFFEE, {"key": "a" * 20, "agreed": "points:200"})

        assert "Your points cannot be used until" in said
        assert "Use 200 points" not in said
        assert (answer.status_code, points_of(ada)) == (422, 540)

    def test_needs_the_token_of_the_page(self, ada: Member, full: None):
        browser = Client(enforce_csrf_checks=True)
        browser.force_login(ada.user)

        answer = browser.post(COFFEE, {"key": "a" * 20, "agreed": "points:200"})

        assert answer.status_code == 403
        assert points_of(ada) == 540

    def test_is_closed_to_who_has_left(self, browser: Client, ada: Member, full: None):
        Member.objects.update(state=MemberState.CLOSED, closed_at=NOON)

        answer = browser.post(COFFEE, {"key": "a" * 20, "agreed": "points:200"})

        assert answer.status_code == 403
        assert points_of(ada) == 540
