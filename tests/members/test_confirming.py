"""What a referral comes to in the night, once the friend has bought."""

from datetime import timedelta

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.events.models import OutboxEvent
from loyalty.identity.models import User
from loyalty.identity.permitting import NotPermitted
from loyalty.identity.roles import Role
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry, LotState
from loyalty.programmes import revising
from loyalty.programmes.models import RuleVersion
from members import blocking, closing, confirming, enrolling, hearing, housing
from members.hearing import Told
from members.models import Member, MemberEvent, ReferralState
from tests.conftest import NOON
from tests.members.builders import moved, points_of, publish
from tests.members.friends import (
    DAY,
    DUE_ON,
    allow,
    became,
    bring,
    buy,
    night,
    of,
)
from tests.members.friends import reward as publish_rules
from tests.members.homes import allow as allow_households
from tests.members.homes import bring_back, settle
from tests.members.staff import appoint
from tests.members.twins import carer, merge, twin
from tests.racing import at_once

__all__ = ["carer", "twin"]

PENDING, CONFIRMED = (ReferralState.PENDING, ""), (ReferralState.CONFIRMED, "")
REFUSED, CANCELLED = ReferralState.REFUSED, ReferralState.CANCELLED
# Midnight in Paris after Tuesday 24 March 2026, and noon of a day long after.
MIDNIGHT = NOON.replace(day=24, hour=23)
AFTER = NOON + timedelta(days=60)
# A purchase of 20.00 gives 20 itself.
BOUGHT = 20


@pytest.fixture
def ada(ada: Member) -> Member:
    allow()
    publish_rules()
    return ada


@pytest.fixture
def bob(ada: Member) -> Member:
    return bring(ada)


def has(*members: Member) -> list[int]:
    return [points_of(member, at=AFTER) for member in members]


class TestAFriendWhoBought:
    def test_gives_both_sides_what_the_rules_say_after_so_many_full_days(
        self, ada: Member, bob: Member
    ):
        purchase = buy(bob)

        assert night(DUE_ON - DAY) == 0
        assert (has(ada, bob), became(bob)) == ([0, BOUGHT], PENDING)
        assert night(DUE_ON) == 1

        assert (has(ada, bob), became(bob)) == ([100, BOUGHT + 50], CONFIRMED)
        referral = of(bob)
        assert (referral.purchase, referral.ended_on) == (purchase, DUE_ON)
        assert (referral.ended_by, referral.is_rewarded) == ("job:referrals", True)
        assert verifying.verify().first_fault is None

    def test_is_known_to_each_side_by_an_event_of_its_own(self, ada: Member, bob: Member):
        buy(bob)

        night()

        rows = MemberEvent.objects.order_by("pk").values_list("member", "name", "reference")
        name = of(bob).public_id
        assert list(rows) == [(ada.pk, "referral-confirmed", name), (bob.pk, "referred", name)]
        entries = Entry.objects.filter(reason__in=["referral-confirmed", "referred"])
        assert set(entries.values_list("occurred_at", flat=True)) == {MIDNIGHT}
        told = OutboxEvent.objects.get(name="referral.confirmed")
        assert (told.payload["member"], told.payload["friend"]) == (ada.public_id, bob.public_id)

    def test_again_gives_nothing_more(self, ada: Member, bob: Member):
        buy(bob)
        night()
        before = moved()

        assert (night(), night(DUE_ON + DAY)) == (0, 0)
        assert moved() == before

    def test_counts_by_the_rules_of_its_midnight_however_late_the_night_is(
        self, ada: Member, bob: Member
    ):
        buy(bob)
        RuleVersion.objects.filter(rule__code="comes").update(ends_at=MIDNIGHT + DAY)
        revising.touch()

        assert night(late=20 * DAY) == 1

        assert has(ada, bob) == [100, BOUGHT + 50]

    def test_lets_be_used_what_waited_for_a_friend(self, ada: Member, bob: Member):
        waits = {"give": "fixed", "points": 7, "pending_event": "referral-confirmed"}
        publish("welcome", {"when": {"event": "enrolment"}, "then": waits | {"cancel_days": 90}})
        cleo = enrolling.enrol(at=NOON, first_name="Cleo", email="cleo@friends.example")
        dan = bring(cleo, "Dan")
        buy(dan)

        assert has(cleo) == [0]
        night()

        assert has(cleo) == [107]
        assert cleo.holder.accounts.get(wallet__code="points").lots.filter(
            state=LotState.PENDING
        ).exists() is False  # fmt: skip

    def test_is_told_by_no_client_where_members_refer_friends(self, ada: Member):
        told = [Told(name=name, occurred_at=NOON) for name in ("referral-confirmed", "referred")]
        before = moved()

        for one in told:
            with pytest.raises(ValidationFailed):
                hearing.record(member=ada, told=one, key=one.name, at=NOON)

        assert moved() == before

    def test_counts_nothing_while_members_refer_nobody(self, ada: Member, bob: Member):
        buy(bob)
        allow(None)

        assert (night(), became(bob)) == (0, PENDING)


class TestAPurchase:
    def test_below_the_least_does_not_count(self, ada: Member, bob: Member):
        allow(least_cents=25_00)
        buy(bob, "24.99")
        second = buy(bob, "25.00", at=NOON + DAY)

        assert (night(), night(DUE_ON + DAY)) == (0, 1)
        assert of(bob).purchase == second

    def test_that_came_back_does_not_count_and_the_next_one_waits_its_own_days(
        self, ada: Member, bob: Member
    ):
        bring_back(buy(bob), at=NOON + 5 * DAY)
        second = buy(bob, at=NOON + 8 * DAY)

        assert [night(DUE_ON + n * DAY) for n in range(9)] == [0] * 8 + [1]
        assert of(bob).purchase == second

    def test_counts_by_what_is_left_of_it(self, ada: Member, bob: Member):
        allow(least_cents=15_00)
        purchase = buy(bob)
        bring_back(purchase, cents=5_00, at=NOON + DAY)

        assert night(DUE_ON - DAY) == 0
        bring_back(purchase, cents=1, at=NOON + 2 * DAY, key="more")
        assert (night(), became(bob)) == (0, PENDING)

    def test_that_came_back_later_counts_in_a_night_caught_up_as_it_would_have(
        self, ada: Member, bob: Member
    ):
        bring_back(buy(bob), at=NOON + 15 * DAY)

        assert night(late=3 * DAY) == 1
        assert has(ada)[0] == 100

    def test_for_nothing_does_not_count(self, ada: Member, bob: Member):
        buy(bob, "0.00")

        assert (night(), became(bob)) == (0, PENDING)


class TestWhoIsBlocked:
    @pytest.mark.parametrize("side", ["ada", "bob"])
    def test_waits_until_they_are_not(self, ada: Member, bob: Member, side: str):
        buy(bob)
        who = {"ada": ada, "bob": bob}[side]
        blocking.block(member=who, at=NOON, actor="user:1")

        assert (night(), became(bob)) == (0, PENDING)
        blocking.unblock(member=who, at=NOON, actor="user:1")

        assert (night(DUE_ON + DAY), has(ada)) == (1, [100])


class TestWhoLeft:
    def test_gets_nothing_and_their_friend_does(self, ada: Member, bob: Member):
        buy(bob)
        closing.close(member=ada, key="left", at=NOON)

        night()

        assert became(bob) == (ReferralState.CONFIRMED, "REFERRER_LEFT")
        assert (has(bob), of(bob).is_rewarded) == ([BOUGHT + 50], False)
        assert MemberEvent.objects.filter(member=ada).exists() is False

    def test_takes_a_friend_s_share_along(self, ada: Member, bob: Member):
        buy(bob)
        closing.close(member=bob, key="left", at=NOON)

        assert night() == 0
        assert (became(bob), has(ada)) == ((CANCELLED, "FRIEND_LEFT"), [0])


class TestTheMostOfAYear:
    def test_bounds_what_a_referrer_gets_and_not_their_friends(self, ada: Member):
        allow(most=1)
        friends = [bring(ada, name) for name in ("Bob", "Cleo")]
        for friend in friends:
            buy(friend)

        assert night() == 2

        assert [became(friend) for friend in friends] == [
            CONFIRMED,
            (ReferralState.CONFIRMED, "LIMIT"),
        ]
        assert has(ada, *friends) == [100, BOUGHT + 50, BOUGHT + 50]


class TestIsRefused:
    def test_for_who_share_a_household_by_then(self, ada: Member, bob: Member):
        allow_households()
        buy(bob)
        settle(ada, bob, at=NOON + DAY)
        housing.leave(member=bob, at=NOON + 2 * DAY)

        assert night() == 1

        assert (became(bob), has(ada)) == ((REFUSED, "HOUSEHOLD"), [0])
        told = OutboxEvent.objects.get(name="referral.refused")
        assert told.payload["why"] == "household"

    @pytest.mark.parametrize(("side", "why"), [("ada", "OWN"), ("bob", "CIRCULAR")])
    def test_for_a_phone_that_is_the_referrers_or_of_who_brought_them(
        self, ada: Member, bob: Member, side: str, why: str
    ):
        cleo, phone = bring(bob, "Cleo"), "+33612345678"
        dan = bring(ada, "Dan")
        who = {"ada": ada, "bob": bob}[side]
        friend = {"ada": dan, "bob": bring(cleo, "Eve")}[side]
        Member.objects.filter(pk=who.pk).update(phone=phone)
        Member.objects.filter(pk=friend.pk).update(phone_claimed=phone)
        buy(friend)

        assert night() == 1

        assert (became(friend), has(friend)) == ((REFUSED, why), [BOUGHT])

    def test_once_both_are_one_member(self, ada: Member, bob: Member, carer: User):
        buy(bob)
        merge(bob, ada, carer)

        assert (night(), became(bob)) == (1, (REFUSED, "MEMBER_BEFORE"))
        assert has(ada) == [BOUGHT]

    def test_for_a_friend_who_was_a_member_before(self, ada: Member, twin: Member, carer: User):
        cleo = enrolling.enrol(at=NOON, first_name="Cleo", email="cleo@friends.example")
        bob = bring(cleo)
        buy(bob)
        merge(twin, bob, carer)

        assert (night(), became(bob)) == (1, (REFUSED, "MEMBER_BEFORE"))

    def test_for_the_second_of_two_who_turn_out_to_be_one(
        self, ada: Member, bob: Member, carer: User
    ):
        cleo = enrolling.enrol(at=NOON, first_name="Cleo", email="cleo@friends.example")
        again = bring(cleo, "Bobby")
        buy(bob)
        merge(bob, again, carer)

        assert night() == 2

        assert [became(bob), became(again)] == [CONFIRMED, (REFUSED, "REFERRED_BEFORE")]
        assert has(ada, cleo, again) == [100, 0, BOUGHT + 50]


class TestMergedSides:
    def test_lead_to_the_survivors(self, ada: Member, twin: Member, carer: User):
        bob = bring(twin)
        buy(bob)
        late = enrolling.enrol(at=NOON + DAY, first_name="Bob", email="bob@late.example")
        merge(twin, ada, carer)
        merge(bob, late, carer, key="b")

        assert (night(), became(bob)) == (1, CONFIRMED)
        assert has(ada, late) == [100, BOUGHT + 50]


class TestCancel:
    def test_ends_what_waits_and_says_who_and_why(self, ada: Member, bob: Member):
        care = appoint(Role.CUSTOMER_CARE)
        buy(bob)

        confirming.cancel(referral=of(bob), reason="misuse", by=care, at=NOON)

        assert became(bob) == (CANCELLED, "STAFF")
        assert of(bob).ended_by == f"user:{care.pk}"
        last = Member.history.filter(id=bob.pk).order_by("-history_id")[0]
        assert last.history_change_reason == "referral-cancelled:misuse"
        assert (night(), has(ada)) == (0, [0])

    def test_is_refused_once_it_has_ended(self, ada: Member, bob: Member):
        care = appoint(Role.CUSTOMER_CARE)
        buy(bob)
        night()

        with pytest.raises(confirming.ReferralEnded):
            confirming.cancel(referral=of(bob), reason="misuse", by=care, at=NOON)

        assert (became(bob), has(ada)) == (CONFIRMED, [100])

    def test_is_refused_to_who_may_not(self, ada: Member, bob: Member):
        with pytest.raises(NotPermitted):
            confirming.cancel(
                referral=of(bob), reason="misuse", by=appoint(Role.MARKETING), at=NOON
            )

        assert became(bob) == PENDING


@pytest.mark.django_db(transaction=True)
@pytest.mark.postgresql
class TestTenNightsAtOnce:
    def test_give_once(self, ada: Member):
        friends = [bring(ada, name) for name in ("Bob", "Cleo", "Dan")]
        for friend in friends:
            buy(friend)

        decided = at_once(lambda _number: night(), calls=10)

        assert sum(decided) == 3
        assert has(ada, *friends) == [300, *[BOUGHT + 50] * 3]
        assert verifying.verify().first_fault is None

    def test_and_a_cancellation_do_one_or_the_other(self, ada: Member):
        bob, care = bring(ada), appoint(Role.CUSTOMER_CARE)
        buy(bob)

        def act(number: int) -> None:
            if number:
                night()
                return
            try:
                confirming.cancel(referral=of(bob), reason="misuse", by=care, at=NOON)
            except confirming.ReferralEnded:
                return

        at_once(act, calls=2)

        paid = became(bob) == CONFIRMED
        assert has(ada, bob) == ([100, BOUGHT + 50] if paid else [0, BOUGHT])
