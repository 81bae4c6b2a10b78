"""enrolMember with a member's referral code."""

from typing import Any

import pytest

from loyalty.clients.models import Client
from members import blocking, codes
from members.models import Member, Referral
from tests.conftest import NOON
from tests.members.api.conftest import Caller
from tests.members.api.test_members import NEWCOMER, facts
from tests.members.friends import allow, code_of


@pytest.fixture
def ada(ada: Member) -> Member:
    allow()
    return ada


def enrol(till: Caller, code: str, **told: Any) -> Any:
    return till.post("/members", NEWCOMER | {"referral_code": code, **told})


def refusal_of(response: Any) -> tuple[int, str, str]:
    problem = response.json()
    (error,) = problem["errors"]
    assert error["code"] == problem["code"]
    return (response.status_code, problem["code"], error["pointer"])


class TestAReferralCode:
    def test_is_kept_with_the_newcomer(self, till: Caller, ada: Member):
        response = enrol(till, codes.spell_to_say(code_of(ada)))

        assert response.status_code == 201
        referral = Referral.objects.get()
        assert (referral.referrer, referral.friend.public_id) == (ada, response.json()["id"])

    def test_of_nobody_enrols_nobody(self, till: Caller, ada: Member):
        before = facts()

        response = enrol(till, codes.new_to_say())

        assert refusal_of(response) == (422, "referral-code-unknown", "/referral_code")
        assert facts() == before

    def test_of_ones_own_or_of_who_is_blocked_enrols_nobody(self, till: Caller, ada: Member):
        code = code_of(ada)
        before = facts()

        own = enrol(till, code, email="ada+till@example.org")
        assert refusal_of(own) == (422, "own-referral", "/referral_code")
        assert facts() == before
        blocking.block(member=ada, at=NOON, actor="user:1")
        before = facts()
        blocked = enrol(till, code)
        assert refusal_of(blocked) == (422, "referrer-inactive", "/referral_code")
        assert facts() == before

    def test_is_refused_where_members_refer_nobody(self, till: Caller, ada: Member):
        code = code_of(ada)
        allow(None)

        assert refusal_of(enrol(till, code)) == (422, "referrals-off", "/referral_code")

    def test_cannot_be_guessed_for_long(self, till: Caller, ada: Member):
        Client.objects.update(misses_allowed=2)

        answers = [enrol(till, codes.new_to_say()) for _try in range(4)]

        assert [answer.status_code for answer in answers] == [422, 422, 429, 429]
        assert enrol(till, code_of(ada)).status_code == 429
        assert Referral.objects.exists() is False
