from datetime import timedelta

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme, Store
from members import blocking, closing, finding, housing, inviting
from members.models import HouseholdInvitation, HouseholdStay, Member
from tests.conftest import NOON
from tests.members.homes import allow, enrol, settle
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _households(programme: Programme) -> None:
    allow()


@pytest.fixture
def bob(programme: Programme) -> Member:
    return enrol("Bob", card="2000000000138")


def invite(ada: Member, whom: str = "bob@example.org", *, at=NOON) -> HouseholdInvitation | None:
    return inviting.invite(member=ada, whom=whom, at=at)


class TestInvite:
    @pytest.mark.parametrize("whom", ["bob@example.org", "BOB@example.org", "2000 0000 0013 8"])
    def test_asks_who_has_the_card_or_the_address(self, ada: Member, bob: Member, whom: str):
        household = settle(ada)

        asked = invite(ada, whom)

        assert asked is not None
        assert (asked.member, asked.invited_by, asked.household) == (bob, ada, household)
        assert OutboxEvent.objects.get(name="household.invited").payload == {
            "household": household.public_id,
            "member": bob.public_id,
            "invitation": asked.public_id,
            "actor": ada.public_id,
        }
        assert housing.get_stay(member=bob) is None

    @pytest.mark.parametrize("whom", ["nobody@example.org", "2000000000999", "?", "@"])
    def test_asks_nobody_where_nobody_has_it(self, ada: Member, whom: str):
        settle(ada)

        assert invite(ada, whom) is None
        assert HouseholdInvitation.objects.exists() is False

    def test_asks_nobody_who_has_left(self, ada: Member, bob: Member):
        settle(ada)
        closing.close(member=bob, key="bye", at=NOON)

        assert invite(ada) is None

    def test_asks_once_while_it_waits(self, ada: Member, bob: Member):
        settle(ada)

        assert invite(ada) == invite(ada)
        assert OutboxEvent.objects.filter(name="household.invited").count() == 1

    def test_asks_again_once_it_has_lapsed(self, ada: Member, bob: Member):
        settle(ada)
        first = invite(ada)

        again = invite(ada, at=NOON + inviting.LASTS)

        assert again != first
        assert inviting.get_waiting(member=bob, at=NOON + inviting.LASTS) == [again]

    def test_is_refused_of_who_is_in_no_household(self, ada: Member, bob: Member):
        with pytest.raises(housing.NotInHousehold):
            invite(ada)

    def test_is_refused_of_oneself(self, ada: Member):
        settle(ada)

        with pytest.raises(inviting.InvitesOneself):
            invite(ada, "ada@example.org")

    def test_is_refused_of_who_lives_there(self, ada: Member, bob: Member):
        settle(ada, bob)

        with pytest.raises(housing.AlreadyInHousehold):
            invite(ada)

    def test_is_refused_when_it_is_full(self, ada: Member, bob: Member):
        allow(size=2)
        settle(ada, enrol("Cleo"))

        with pytest.raises(housing.HouseholdFull):
            invite(ada)

    def test_is_refused_of_who_is_blocked(self, ada: Member, bob: Member):
        settle(ada)
        blocking.block(member=ada, at=NOON, actor="user:1")

        with pytest.raises(blocking.MemberBlocked):
            invite(ada)

    def test_is_refused_after_ten_in_a_day(self, ada: Member, bob: Member):
        settle(ada)
        for number in range(inviting.MOST_A_DAY):
            invite(ada, enrol(f"Guest{number}").email)

        with pytest.raises(inviting.TooManyInvitations):
            invite(ada)
        assert invite(ada, at=NOON + timedelta(days=1)) is not None


class TestAccept:
    def test_lets_them_share(self, ada: Member, bob: Member):
        household = settle(ada)
        asked = invite(ada)

        stay = inviting.accept(public_id=asked.public_id, member=bob, at=NOON)

        assert (stay.household, stay.member) == (household, bob)
        asked.refresh_from_db()
        assert (asked.state, asked.answered_at) == ("ACCEPTED", NOON)

    def test_twice_is_refused(self, ada: Member, bob: Member):
        settle(ada)
        asked = invite(ada)
        inviting.accept(public_id=asked.public_id, member=bob, at=NOON)

        with pytest.raises(inviting.InvitationOver):
            inviting.accept(public_id=asked.public_id, member=bob, at=NOON)

    def test_of_somebody_elses_invitation_is_refused(self, ada: Member, bob: Member):
        settle(ada)
        asked = invite(ada)

        with pytest.raises(inviting.InvitationOver):
            inviting.accept(public_id=asked.public_id, member=enrol("Cleo"), at=NOON)
        assert HouseholdStay.objects.count() == 1

    def test_after_fourteen_days_is_refused(self, ada: Member, bob: Member):
        settle(ada)
        asked = invite(ada)

        with pytest.raises(inviting.InvitationOver):
            inviting.accept(public_id=asked.public_id, member=bob, at=NOON + inviting.LASTS)

    def test_that_is_refused_leaves_the_invitation_open(self, ada: Member, bob: Member):
        settle(ada)
        asked = invite(ada)
        settle(bob)

        with pytest.raises(housing.AlreadyInHousehold):
            inviting.accept(public_id=asked.public_id, member=bob, at=NOON)

        assert inviting.get_waiting(member=bob, at=NOON) == [asked]


class TestDecline:
    def test_changes_nothing_else(self, ada: Member, bob: Member):
        settle(ada)
        asked = invite(ada)

        inviting.decline(public_id=asked.public_id, member=bob, at=NOON)

        assert inviting.get_waiting(member=bob, at=NOON) == []
        assert housing.get_stay(member=bob) is None


class TestBringTogether:
    def test_founds_what_is_missing(self, ada: Member, bob: Member):
        carer = appoint(Role.CUSTOMER_CARE)

        inviting.bring_together(
            member=bob, other=ada, at=NOON, actor="user:1", by=carer, reason="member-asked"
        )

        stays = HouseholdStay.objects.order_by("pk").values_list("member", flat=True)
        assert list(stays) == [ada.pk, bob.pk]
        said = bob.history.latest().history_change_reason
        assert said == "household-joined:member-asked"

    def test_that_is_refused_founds_nothing(self, ada: Member, bob: Member):
        carer = appoint(Role.CUSTOMER_CARE)
        settle(bob)

        with pytest.raises(housing.AlreadyInHousehold):
            inviting.bring_together(
                member=bob, other=ada, at=NOON, actor="user:1", by=carer, reason="other"
            )
        assert housing.get_stay(member=ada) is None

    def test_finds_nobody_whom_they_may_not_see(self, ada: Member, bob: Member):
        lyon = Store.objects.create(code="lyon", name="Lyon")
        manager = appoint(Role.STORE_MANAGER, stores=(lyon,))

        with pytest.raises(finding.MemberNotFound):
            inviting.bring_together(
                member=bob, other=ada, at=NOON, actor="user:1", by=manager, reason="other"
            )
