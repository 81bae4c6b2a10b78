"""People join with a friend's referral code: a wrong one is told once their address is proved."""

from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from loyalty.identity.models import EmailedCode
from loyalty.portal import welcome
from members import closing, codes, enrolling
from members.models import Member, Referral
from tests.conftest import NOON
from tests.members.friends import allow, code_of, reward
from tests.pages.conftest import _catalogues_are_compiled, set_up
from tests.portal.test_joining import ANSWERS, GRACE, join

__all__ = ["_catalogues_are_compiled"]

PHONE = "+33612345678"


@pytest.fixture
def ada(db: None) -> Member:
    set_up()
    allow()
    return enrolling.enrol(
        at=NOON, first_name="Ada", email="ada@example.org", phone=PHONE, language="en"
    )


@pytest.fixture
def browser() -> Client:
    return reading()


def reading() -> Client:
    return Client(headers={"accept-language": "en"})


def refused(answer: Any, browser: Client) -> str:
    """Return what the form says beside the code, once the address is proved."""
    assert answer.headers["Location"] == "/join/"
    page = browser.get("/join/")
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["referral_code"])
    return str(page.context["form"].errors["referral_code"][0])


class TestTheForm:
    def test_takes_the_code_of_a_link(self, ada: Member, browser: Client):
        page = browser.get("/join/?code=7KQ-2M9-1XT").content.decode()

        assert 'name="referral_code" value="7KQ-2M9-1XT"' in page

    def test_writes_nothing_of_a_link_into_the_page(self, ada: Member, browser: Client):
        page = browser.get('/join/?code="><script>').content.decode()

        assert 'value="&quot;&gt;&lt;script&gt;"' in page

    def test_says_what_a_friends_link_gives(self, ada: Member, browser: Client):
        reward()

        page = browser.get("/join/?code=7KQ-2M9-1XT")

        assert [gift.gives for gift in page.context["gifts"]] == ["+ 50 points"]
        assert "A friend sent you." in page.content.decode()
        assert browser.get("/join/").context["gifts"] == []

    def test_promises_nothing_where_members_refer_nobody(self, ada: Member, browser: Client):
        reward()
        allow(None)

        page = browser.get("/join/?code=7KQ-2M9-1XT")

        assert page.context["gifts"] == []
        assert [one.gives for one in welcome.get_welcome(at=NOON).earnings] == [
            "1 point for each €1.00"
        ]

    def test_asks_for_no_code_where_members_refer_nobody(self, ada: Member, browser: Client):
        allow(None)

        assert "referral_code" not in browser.get("/join/?code=7KQ-2M9-1XT").content.decode()

    def test_says_at_once_that_a_slip_of_the_finger_is_no_code(self, ada: Member, browser: Client):
        code = code_of(ada)
        wrong = code[:-1] + ("0" if code[-1] != "0" else "1")

        answer = browser.post("/join/", ANSWERS | {"referral_code": wrong})

        assert (answer.status_code, list(answer.context["form"].errors)) == (
            422,
            ["referral_code"],
        )
        assert EmailedCode.objects.exists() is False


class TestJoining:
    def test_with_a_code_waits_for_the_first_purchase(self, ada: Member, browser: Client):
        join(browser, referral_code=codes.spell_to_say(code_of(ada)).lower())

        referral = Referral.objects.get()
        assert (referral.referrer, referral.friend.email) == (ada, GRACE)

    def test_says_of_no_code_whether_somebody_has_it_before_an_address_is_proved(
        self, ada: Member
    ):
        asked = [code_of(ada), codes.new_to_say()]

        answers = [Client().post("/join/", ANSWERS | {"referral_code": code}) for code in asked]

        assert {answer.headers["Location"] for answer in answers} == {"/login/code/"}

    def test_is_refused_for_a_code_that_nobody_has_and_mended_without_another_e_mail(
        self, ada: Member, browser: Client
    ):
        answer = join(browser, referral_code=codes.new_to_say())

        assert refused(answer, browser) == "Nobody has this referral code."
        assert Member.objects.count() == 1
        mended = browser.post("/join/", ANSWERS | {"referral_code": code_of(ada)})
        assert mended.headers["Location"] == "/me/"
        assert Referral.objects.get().referrer == ada

    def test_can_be_tried_with_five_codes_and_no_more(self, ada: Member, browser: Client):
        join(browser, referral_code=codes.new_to_say())

        tried = [
            browser.post("/join/", ANSWERS | {"referral_code": codes.new_to_say()}).status_code
            for _try in range(6)
        ]

        assert (tried[:5], Member.objects.count()) == ([302] * 5, 1)
        assert EmailedCode.objects.filter(tries__gt=5).exists() is False

    def test_is_refused_for_ones_own_code_and_one_of_who_left(self, ada: Member, browser: Client):
        own = join(browser, email="ada+1@example.org", referral_code=code_of(ada))
        assert refused(own, browser) == "This referral code is your own: it is for your friends."

        closing.close(member=ada, key="left", at=NOON)
        other = reading()
        left = join(other, referral_code=code_of(ada))
        said = "Whoever had this referral code refers nobody any more."
        assert refused(left, other) == said
        assert Referral.objects.exists() is False

    def test_says_nothing_of_a_phone_that_is_the_referrers(self, ada: Member, browser: Client):
        answer = join(browser, phone=PHONE, referral_code=code_of(ada))

        assert answer.headers["Location"] == "/me/"
        friend = Referral.objects.get().friend
        assert (friend.phone, str(friend.phone_claimed)) == (None, PHONE)

    def test_brings_nobody_who_is_a_member_already(self, ada: Member, browser: Client):
        answer = join(browser, email="ada@example.org", referral_code=code_of(ada))

        said = [str(message) for message in get_messages(answer.wsgi_request)]
        assert said == [
            "You are a member already: a friend’s referral code is for those who join."
        ]
        assert Referral.objects.exists() is False
