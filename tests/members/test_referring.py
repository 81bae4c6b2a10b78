"""Joining with a member's code, and who may not."""

import re
from datetime import timedelta

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.identity.models import User
from members import blocking, closing, codes, enrolling, erasing, referring
from members.identifying import IdentifierTaken
from members.models import Member, MemberState, Referral, ReferralCode, ReferralState
from members.referring import (
    AlreadyReferred,
    CircularReferral,
    OwnReferral,
    ReferralCodeUnknown,
    ReferralRefused,
    ReferralsOff,
    ReferrerInactive,
    SameHousehold,
)
from tests.conftest import NOON
from tests.members.builders import moved
from tests.members.friends import allow, became, bring, code_of, of
from tests.members.homes import allow as allow_households
from tests.members.homes import settle
from tests.members.twins import carer, merge, twin
from tests.racing import at_once

__all__ = ["carer", "twin"]


@pytest.fixture
def ada(ada: Member) -> Member:
    allow()
    return ada


def join(code: str, name: str = "Bob", **told) -> Member:
    told.setdefault("email", f"{name.lower()}@friends.example")
    return enrolling.enrol(at=NOON, first_name=name, referral_code=code, **told)


def refused(code: str, refusal: type[ReferralRefused], **told) -> bool:
    """Say whether joining is refused by its code, and leaves nothing behind."""
    before = (moved(), Member.objects.count(), Referral.objects.count())
    with pytest.raises(refusal) as said:
        join(code, **told)
    (error,) = said.value.errors
    return (error.pointer, error.code) == ("/referral_code", refusal.code) and (
        moved(),
        Member.objects.count(),
        Referral.objects.count(),
    ) == before


class TestCode:
    def test_is_nine_characters_that_say_nothing_of_the_member(self, ada: Member):
        code = code_of(ada)

        assert re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{9}", code)
        assert codes.spell_to_say(code) == f"{code[:3]}-{code[3:6]}-{code[6:]}"

    def test_stays_the_same(self, ada: Member):
        assert code_of(ada) == code_of(ada)
        assert ReferralCode.objects.count() == 1

    def test_is_read_however_it_is_typed(self, ada: Member):
        spelled = codes.spell_to_say(code_of(ada))

        assert referring.get_referrer(code=f" {spelled.lower()} ".replace("0", "o")) == ada

    def test_of_a_merged_member_leads_to_the_survivor(
        self, ada: Member, twin: Member, carer: User
    ):
        code = code_of(twin)

        merge(twin, ada, carer)

        assert referring.get_referrer(code=code) == ada


class TestJoiningWithACode:
    def test_waits_for_what_the_friend_buys(self, ada: Member):
        bob = bring(ada)

        referral = of(bob)
        assert (referral.referrer, referral.state) == (ada, ReferralState.PENDING)
        assert (referral.code, referral.joined_at) == (code_of(ada), NOON)
        told = OutboxEvent.objects.get(name="referral.made")
        assert told.payload == {
            "referral": referral.public_id,
            "member": ada.public_id,
            "friend": bob.public_id,
        }

    def test_again_by_the_same_key_is_the_first_even_once_the_referrer_has_left(self, ada: Member):
        code = code_of(ada)
        bob = join(code, key="k")
        closing.close(member=ada, key="left", at=NOON)

        assert join(code, key="k") == bob
        assert Referral.objects.count() == 1


class TestIsRefused:
    def test_for_a_code_that_nobody_has_and_one_that_is_none(self, ada: Member):
        assert refused(codes.new_to_say(), ReferralCodeUnknown)
        assert refused("x", ReferralCodeUnknown)
        assert ReferralCodeUnknown.is_miss is True

    def test_where_members_refer_nobody(self, ada: Member):
        code = code_of(ada)
        allow(None)

        assert refused(code, ReferralsOff)

    def test_for_the_code_of_who_is_blocked_or_has_left(self, ada: Member):
        code = code_of(ada)

        blocking.block(member=ada, at=NOON, actor="user:1")
        assert refused(code, ReferrerInactive)
        blocking.unblock(member=ada, at=NOON, actor="user:1")
        closing.close(member=ada, key="left", at=NOON)
        assert refused(code, ReferrerInactive)

    def test_for_the_code_of_who_was_erased(self, ada: Member):
        code = code_of(ada)
        erasing.ask(member=ada, at=NOON, actor=ada.public_id)

        assert erasing.erase_due(at=NOON + timedelta(hours=72)) == 1

        assert refused(code, ReferralCodeUnknown)

    @pytest.mark.parametrize(
        ("own", "other"),
        [
            ("ada@example.org", "ada+shop@example.org"),
            ("a.lovelace@gmail.com", "alovelace+2@googlemail.com"),
        ],
    )
    def test_for_another_spelling_of_the_referrers_own_mailbox(
        self, ada: Member, own: str, other: str
    ):
        Member.objects.filter(pk=ada.pk).update(email=own)

        assert refused(code_of(ada), OwnReferral, email=other)

    @pytest.mark.parametrize(
        "own",
        [
            {"email": "ada@example.org"},
            {"phone": "+33612345678"},
            {"card": "2000000000121"},
        ],
    )
    def test_for_what_is_the_referrers_as_for_anybody_who_has_it(self, ada: Member, own):
        Member.objects.filter(pk=ada.pk).update(phone="+33612345678")
        before = moved()

        with pytest.raises(IdentifierTaken):
            join(code_of(ada), **{"email": None, **own})

        assert (moved(), Referral.objects.exists()) == (before, False)

    def test_for_who_had_brought_the_referrer_however_far_up(self, ada: Member):
        bob = bring(ada)
        cleo = bring(bob, "Cleo")

        assert refused(code_of(bob), CircularReferral, email="ada+2@example.org")
        assert refused(code_of(cleo), CircularReferral, email="ada+2@example.org")

    def test_for_who_was_brought_already_and_who_lives_there(self, ada: Member):
        allow_households()
        bob, told = bring(ada), {"code": code_of(ada), "at": NOON}
        dan = enrolling.enrol(at=NOON, first_name="Dan", email="dan@friends.example")
        settle(ada, dan, at=NOON - timedelta(hours=1))

        with pytest.raises(AlreadyReferred):
            referring.refer(referrer=ada, friend=bob, **told)
        with pytest.raises(SameHousehold):
            referring.refer(referrer=ada, friend=dan, **told)
        with pytest.raises(OwnReferral):
            referring.refer(referrer=ada, friend=ada, **told)

        assert Referral.objects.count() == 1


class TestWhoeverLeaves:
    def test_takes_what_waited_for_them_along(self, ada: Member):
        bob = bring(ada)

        closing.close(member=bob, key="left", at=NOON)

        assert became(bob) == (ReferralState.CANCELLED, "FRIEND_LEFT")
        told = OutboxEvent.objects.get(name="referral.cancelled")
        assert told.payload["why"] == "friend-left"

    def test_leaves_what_waits_for_their_friends(self, ada: Member):
        bob = bring(ada)

        closing.close(member=ada, key="left", at=NOON)

        assert became(bob) == (ReferralState.PENDING, "")

    def test_leaves_no_code_behind_once_they_are_forgotten(self, ada: Member):
        bob = bring(ada)
        erasing.ask(member=ada, at=NOON, actor=ada.public_id)

        erasing.erase_due(at=NOON + timedelta(hours=72))

        assert (of(bob).code, ReferralCode.objects.exists()) == ("", False)


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTenAtOnce:
    def test_make_one_code(self, ada: Member):
        made = at_once(lambda _number: code_of(ada), calls=10)

        assert len(set(made)) == 1
        assert ReferralCode.objects.count() == 1

    def test_join_once_by_one_key(self, ada: Member):
        code = code_of(ada)

        joined = at_once(lambda _number: join(code, key="k").pk, calls=10)

        assert len(set(joined)) == 1
        assert Referral.objects.get().friend.state == MemberState.ACTIVE
