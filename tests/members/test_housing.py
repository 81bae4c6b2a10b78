from collections.abc import Iterator

import pytest

from loyalty.core.refusals import Refusal
from loyalty.events.models import OutboxEvent
from loyalty.identity.models import User
from loyalty.identity.permitting import NotPermitted
from loyalty.identity.roles import Role
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry
from loyalty.programmes.models import HouseholdRule, Programme
from members import (
    adjusting,
    blocking,
    closing,
    housing,
    inviting,
    merging,
    owning,
)
from members.models import Household, HouseholdStay, Member
from tests.conftest import NOON
from tests.members.builders import moved
from tests.members.homes import (
    LATER,
    allow,
    bring_back,
    buy,
    enrol,
    own_of,
    settle,
    spendable,
    take,
)
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _sound_books(programme: Programme) -> Iterator[None]:
    allow()
    yield
    assert verifying.verify().first_fault is None


@pytest.fixture
def bob(programme: Programme) -> Member:
    return enrol("Bob")


@pytest.fixture
def carer(programme: Programme) -> User:
    return appoint(Role.CUSTOMER_CARE)


class TestFound:
    def test_lets_the_household_have_what_the_founder_had(self, ada: Member):
        buy(ada, "80.00")

        household = housing.found(member=ada, at=NOON)

        assert spendable(ada) == 80
        assert own_of(ada) == 0
        stay = HouseholdStay.objects.get()
        assert (stay.household, stay.member, stay.rule) == (household, ada, "SHARE")
        assert (stay.brought, stay.taken, stay.until_at) == (80, None, None)

    def test_brings_what_is_owed_too(self, ada: Member, bob: Member, carer: User):
        bought = buy(ada, "80.00", "a")
        take(ada, 50, carer)
        bring_back(bought, at=NOON)
        assert spendable(ada) == -50
        buy(bob, "70.00", "b")

        settle(bob, ada)

        assert (spendable(ada), spendable(bob)) == (20, 20)
        assert HouseholdStay.objects.get(member=ada).brought == -50

    def test_is_told_and_noted(self, ada: Member):
        household = housing.found(member=ada, at=NOON, actor="user:1", reason="asked")

        told = OutboxEvent.objects.get(name="household.joined").payload
        assert told == {
            "household": household.public_id,
            "member": ada.public_id,
            "points": 0,
            "actor": "user:1",
        }
        assert ada.history.latest().history_change_reason == "household-founded:asked"


class TestJoin:
    def test_adds_up_what_both_had(self, ada: Member, bob: Member):
        buy(ada, "80.00", "a")
        buy(bob, "30.00", "b")

        settle(ada, bob)

        assert spendable(ada) == spendable(bob) == 110
        assert own_of(ada) == own_of(bob) == 0

    def test_keeps_tiers_apart(self, ada: Member, bob: Member):
        settle(ada, bob)

        buy(bob, "120.00")

        stands = dict(Member.objects.values_list("pk", "tier__code"))
        assert stands[bob.pk] == "silver"
        assert stands[ada.pk] != "silver"


class TestWhoeverIsInOne:
    def test_earns_and_spends_with_the_others(self, ada: Member, bob: Member):
        settle(ada, bob)

        buy(ada, "80.00", "a")
        buy(bob, "30.00", "b")

        assert spendable(ada) == spendable(bob) == 110
        said = Entry.objects.filter(kind="EARN").values_list("on_behalf_of", flat=True)
        assert set(said) == {ada.public_id, bob.public_id}

    def test_returns_to_the_household(self, ada: Member, bob: Member):
        before = buy(ada, "80.00", "a")
        settle(ada, bob)
        buy(bob, "100.00", "b")

        bring_back(before)

        assert spendable(bob, at=LATER) == 100

    def test_is_given_points_by_hand_in_the_household(self, ada: Member, bob: Member, carer: User):
        settle(ada, bob)

        adjusting.adjust(
            member=bob, wallet="points", points=50, reason="goodwill", requested_by=carer,
            key="a", at=NOON,
        )  # fmt: skip

        assert spendable(ada) == 50
        assert Entry.objects.get(kind="ADJUST").on_behalf_of == bob.public_id

    def test_is_blocked_alone(self, ada: Member, bob: Member):
        settle(ada, bob)
        blocking.block(member=bob, at=NOON, actor="user:1")

        with pytest.raises(blocking.MemberBlocked):
            buy(bob, "10.00", "b")
        buy(ada, "80.00", "a")

        assert spendable(bob) == 80


class TestLeave:
    def test_takes_what_is_left_of_ones_own(self, ada: Member, bob: Member):
        buy(ada, "80.00", "a")
        household = settle(ada, bob)
        buy(bob, "30.00", "b")
        buy(ada, "20.00", "c")

        stay = housing.leave(member=ada, at=LATER)

        assert (stay.taken, stay.until_at) == (100, LATER)
        assert spendable(ada, at=LATER) == 100
        assert spendable(bob, at=LATER) == 30
        household.refresh_from_db()
        assert household.closed_at is None

    def test_takes_nothing_where_that_is_the_rule(self, ada: Member, bob: Member):
        allow(HouseholdRule.NOTHING)
        buy(ada, "80.00", "a")
        settle(ada, bob)

        stay = housing.leave(member=ada, at=LATER)

        assert stay.taken == 0
        assert spendable(ada, at=LATER) == 0
        assert spendable(bob, at=LATER) == 80

    def test_goes_by_the_rule_of_the_day_of_joining(self, ada: Member, bob: Member):
        buy(ada, "80.00", "a")
        settle(ada, bob)
        allow(HouseholdRule.NOTHING)

        assert housing.leave(member=ada, at=LATER).taken == 80

    def test_gives_all_to_the_last_one_out_and_ends_the_household(self, ada: Member, bob: Member):
        allow(HouseholdRule.NOTHING)
        buy(ada, "80.00", "a")
        household = settle(ada, bob)

        housing.leave(member=ada, at=LATER)
        stay = housing.leave(member=bob, at=LATER)

        assert (stay.taken, spendable(bob, at=LATER)) == (80, 80)
        household.refresh_from_db()
        assert household.closed_at == LATER

    def test_works_where_households_were_switched_off_since(self, ada: Member, bob: Member):
        settle(ada, bob)
        allow("")

        housing.leave(member=bob, at=LATER)

        assert housing.get_stay(member=bob) is None

    def test_lets_them_earn_on_their_own_again(self, ada: Member, bob: Member):
        settle(ada, bob)
        housing.leave(member=bob, at=NOON)

        buy(bob, "30.00", at=LATER)

        assert (spendable(ada, at=LATER), spendable(bob, at=LATER)) == (0, 30)
        assert own_of(bob) == 30

    def test_lets_them_come_back(self, ada: Member, bob: Member):
        household = settle(ada, bob)
        housing.leave(member=bob, at=NOON)
        buy(bob, "30.00")

        housing.join(household=household, member=bob, at=LATER)

        assert spendable(ada, at=LATER) == 30
        assert HouseholdStay.objects.filter(member=bob).count() == 2


class TestDissolve:
    def test_gives_everybody_their_own(self, ada: Member, bob: Member, carer: User):
        allow(HouseholdRule.NOTHING)
        buy(ada, "80.00", "a")
        household = settle(ada, bob)
        buy(bob, "30.00", "b")

        told = {"actor": f"user:{carer.pk}", "by": carer, "reason": "member-request"}
        ended = housing.dissolve(household=household, at=LATER, **told)

        assert ended.closed_at == LATER
        assert (spendable(ada, at=LATER), spendable(bob, at=LATER)) == (80, 30)

    def test_gives_what_others_left_to_who_was_there_for_longest(self, ada: Member, bob: Member):
        allow(HouseholdRule.NOTHING)
        cleo = enrol("Cleo")
        household = settle(ada, bob, cleo)
        buy(cleo, "30.00", "c")
        housing.leave(member=cleo, at=NOON)

        housing.dissolve(household=household, at=LATER, actor="user:1")

        assert (spendable(ada, at=LATER), spendable(bob, at=LATER)) == (30, 0)

    def test_is_refused_of_one_that_has_ended(self, ada: Member):
        household = settle(ada)
        housing.dissolve(household=household, at=NOON, actor="user:1")

        with pytest.raises(housing.HouseholdEnded):
            housing.dissolve(household=household, at=LATER, actor="user:1")


class TestLeavingTheProgramme:
    def test_leaves_the_household_first(self, ada: Member, bob: Member):
        settle(ada, bob)
        buy(ada, "80.00", "a")
        buy(bob, "30.00", "b")

        closing.close(member=ada, key="bye", at=LATER)

        told = OutboxEvent.objects.get(name="member.closed").payload
        assert told["points_removed"] == 80
        assert spendable(bob, at=LATER) == 30
        assert HouseholdStay.objects.get(member=ada).until_at == LATER

    def test_takes_nothing_from_the_others_where_nothing_is_taken(self, ada: Member, bob: Member):
        allow(HouseholdRule.NOTHING)
        settle(ada, bob)
        buy(ada, "80.00", "a")

        closing.close(member=ada, key="bye", at=LATER)

        assert spendable(bob, at=LATER) == 80


class TestARefusal:
    """Nothing moves, and nobody is in a household who was not."""

    def refused(self, work, kind: type[Refusal]) -> Refusal:
        before = (*moved(), Household.objects.count(), HouseholdStay.objects.count())
        with pytest.raises(kind) as refusal:
            work()
        assert (*moved(), Household.objects.count(), HouseholdStay.objects.count()) == before
        return refusal.value

    def test_meets_everybody_where_there_are_no_households(self, ada: Member):
        allow("")

        self.refused(lambda: housing.found(member=ada, at=NOON), housing.HouseholdsOff)

    def test_meets_who_is_in_one_already(self, ada: Member, bob: Member):
        settle(bob)
        other = settle(ada)

        self.refused(lambda: housing.found(member=bob, at=NOON), housing.AlreadyInHousehold)
        self.refused(
            lambda: housing.join(household=other, member=bob, at=NOON),
            housing.AlreadyInHousehold,
        )

    def test_meets_who_comes_when_it_is_full(self, ada: Member, bob: Member):
        allow(size=2)
        household = settle(ada, bob)
        cleo = enrol("Cleo")

        refusal = self.refused(
            lambda: housing.join(household=household, member=cleo, at=NOON),
            housing.HouseholdFull,
        )

        assert refusal.figures == {"size": 2}

    def test_meets_who_comes_when_it_has_ended(self, ada: Member, bob: Member):
        household = settle(ada)
        housing.leave(member=ada, at=NOON)

        self.refused(
            lambda: housing.join(household=household, member=bob, at=NOON),
            housing.HouseholdEnded,
        )

    def test_meets_who_is_blocked_or_has_left(self, ada: Member, bob: Member):
        blocking.block(member=ada, at=NOON, actor="user:1")
        closing.close(member=bob, key="bye", at=NOON)

        self.refused(lambda: housing.found(member=ada, at=NOON), blocking.MemberBlocked)
        self.refused(lambda: housing.found(member=bob, at=NOON), blocking.MemberClosed)

    def test_meets_who_will_be_erased(self, ada: Member):
        Member.objects.update(erasure_due_at=LATER)

        self.refused(lambda: housing.found(member=ada, at=NOON), housing.ErasurePending)

    def test_meets_whose_address_was_just_changed(self, ada: Member, bob: Member):
        """Whoever took an account over does not share its points out."""
        household = settle(ada)
        Member.objects.filter(pk=bob.pk).update(spending_locked_until=LATER)

        self.refused(lambda: housing.found(member=bob, at=NOON), blocking.SpendingLocked)
        self.refused(
            lambda: housing.join(household=household, member=bob, at=NOON),
            blocking.SpendingLocked,
        )

    def test_meets_staff_who_share_with_the_member(self, ada: Member, bob: Member, carer: User):
        """Points of who shares with them are their own: none by hand, nobody let in or out."""
        own = enrol("Carer", email=carer.email)
        settle(own, ada)

        self.refused(
            lambda: adjusting.adjust(
                member=ada, wallet="points", points=5, reason="goodwill", requested_by=carer,
                key="gift", at=NOON,
            ),
            owning.OwnCard,
        )  # fmt: skip
        self.refused(lambda: housing.leave(member=ada, at=NOON, by=carer), owning.OwnCard)
        self.refused(
            lambda: inviting.bring_together(
                member=bob, other=ada, at=NOON, actor="user:1", by=carer, reason="other"
            ),
            owning.OwnCard,
        )

    def test_meets_who_is_in_none_and_leaves(self, ada: Member):
        self.refused(lambda: housing.leave(member=ada, at=NOON), housing.NotInHousehold)

    def test_meets_staff_without_the_right(self, ada: Member):
        cashier = appoint(Role.CASHIER)

        self.refused(lambda: housing.found(member=ada, at=NOON, by=cashier), NotPermitted)

    def test_meets_staff_with_their_own_card(self, carer: User):
        own = enrol("Carer", email=carer.email)

        self.refused(lambda: housing.found(member=own, at=NOON, by=carer), owning.OwnCard)

    def test_meets_who_would_be_merged_while_they_share(self, ada: Member, bob: Member):
        admin = User.objects.create_superuser("admin@example.test", "x")
        settle(ada)

        self.refused(
            lambda: merging.merge(
                source=bob, target=ada, reason="duplicate", merged_by=admin, key="m", at=NOON
            ),
            merging.InHousehold,
        )
