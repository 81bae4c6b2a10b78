from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import transaction

from loyalty.core.refusals import KeyReused, ValidationFailed
from loyalty.events.models import OutboxEvent
from loyalty.identity import approving, permitting
from loyalty.identity.models import Approval, ApprovalState, Limit, User
from loyalty.identity.roles import Role
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme, Store
from members import adjusting, allowing, blocking, closing, enrolling, owning
from members.finding import MemberNotFound
from members.models import Adjustment, AdjustmentNote, Member
from tests.conftest import NOON
from tests.members.builders import points_of
from tests.members.staff import appoint


@pytest.fixture
def care(programme: Programme) -> User:
    """Customer care: 500 at once, 1,500 in a day, 5,000 in a month."""
    return appoint(Role.CUSTOMER_CARE, "clara")


@pytest.fixture
def colleague(programme: Programme) -> User:
    return appoint(Role.CUSTOMER_CARE, "denis")


@pytest.fixture
def chief(programme: Programme) -> User:
    return appoint(Role.ADMINISTRATOR, "chief")


def adjust(member: Member, points: int, by: User, key: str = "k", **told: Any) -> Adjustment:
    """Adjust points as a goodwill gesture of now, unless told otherwise."""
    said = {"wallet": "points", "reason": "goodwill", "at": NOON, **told}
    return adjusting.adjust(member=member, points=points, requested_by=by, key=key, **said)


def waiting(asked: Adjustment) -> Approval:
    assert asked.approval is not None
    return asked.approval


def names() -> list[str]:
    """Return the events that are no enrolment's."""
    recorded = OutboxEvent.objects.order_by("pk").values_list("name", flat=True)
    return [name for name in recorded if not name.startswith("member.")]


class TestWithinTheLimits:
    def test_posts_at_once_and_says_who_and_why(self, ada: Member, care: User):
        asked = adjust(ada, 500, care, note="A cold coffee.")

        entry = Entry.objects.get()
        assert (asked.entry, asked.approval) == (entry, None)
        assert (entry.kind, entry.points, entry.reason) == ("ADJUST", 500, "goodwill")
        assert (entry.actor, entry.reference) == (f"user:{care.pk}", asked.public_id)
        assert points_of(ada, at=NOON) == 500
        assert AdjustmentNote.objects.get().text == "A cold coffee."
        assert "coffee" not in str(Entry.objects.values())
        assert names() == ["points.adjusted"]
        assert verifying.verify().first_fault is None

    def test_gives_points_the_life_of_their_wallet(self, ada: Member, care: User):
        adjust(ada, 100, care)

        assert points_of(ada, at=NOON + timedelta(days=365)) == 100
        assert points_of(ada, at=NOON + timedelta(days=367)) == 0

    def test_takes_away_what_there_is_and_no_more(self, ada: Member, care: User):
        adjust(ada, 300, care)

        adjust(ada, -200, care, key="minus", reason="correction")
        with pytest.raises(posting.InsufficientPoints):
            adjust(ada, -101, care, key="more", reason="correction")

        assert points_of(ada, at=NOON) == 100
        assert Adjustment.objects.count() == 2

    def test_does_it_once_for_a_key(self, ada: Member, care: User):
        first = adjust(ada, 100, care)

        assert adjust(ada, 100, care) == first
        with pytest.raises(KeyReused):
            adjust(ada, 101, care)
        assert points_of(ada, at=NOON) == 100

    def test_keeps_the_keys_of_two_people_apart(self, ada: Member, care: User, colleague: User):
        adjust(ada, 100, care)
        adjust(ada, 100, colleague)

        assert points_of(ada, at=NOON) == 200

    def test_adjusts_a_blocked_member_and_none_who_left(self, ada: Member, care: User):
        blocking.block(member=ada, at=NOON, actor="test")
        adjust(ada, 100, care)
        closing.close(member=ada, key="leave", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            adjust(ada, 100, care, key="late")

        assert points_of(ada, at=NOON) == 0

    @pytest.mark.parametrize(
        ("told", "field"),
        [
            ({"points": 0}, "/points"),
            ({"points": 10**10}, "/points"),
            ({"reason": "because"}, "/reason"),
            ({"reason": "other"}, "/note"),
            ({"note": "x" * 501}, "/note"),
            ({"wallet": "gold"}, "/wallet"),
        ],
    )
    def test_refuses_what_cannot_be(
        self, ada: Member, care: User, told: dict[str, Any], field: str
    ):
        with pytest.raises(ValidationFailed) as refusal:
            adjust(ada, **{"points": 10, "by": care, **told})

        assert [error.pointer for error in refusal.value.errors] == [field]
        assert Adjustment.objects.count() == 0


class TestAboveTheLimits:
    def test_waits_and_moves_nothing(self, ada: Member, care: User):
        asked = adjust(ada, 501, care, note="Her birthday was forgotten.")

        approval = waiting(asked)
        assert (approval.state, approval.subject) == ("WAITING", ada.public_id)
        assert approval.payload == {
            "adjustment": asked.public_id,
            "wallet": "points",
            "points": 501,
        }
        assert approval.lapses_at == NOON + timedelta(days=14)
        assert Entry.objects.count() == 0
        assert names() == ["approval.requested"]
        assert "birthday" not in str(OutboxEvent.objects.values())

    def test_stops_ten_splits_at_the_same_wall(self, ada: Member, care: User):
        asked = [adjust(ada, 300, care, key=f"part {n}") for n in range(10)]

        assert [one.approval is None for one in asked] == [True] * 5 + [False] * 5
        assert points_of(ada, at=NOON) == 1_500

    def test_counts_both_signs_and_every_member(self, ada: Member, care: User):
        grace = enrolling.enrol(at=NOON, email="grace@example.org")
        adjust(ada, 500, care, key="1")
        adjust(ada, -500, care, key="2")
        adjust(grace, 500, care, key="3")

        assert adjust(grace, 1, care, key="4").approval is not None
        assert allowing.get_allowance(user=care, at=NOON).of_day == 1_501

    def test_counts_every_wallet(self, ada: Member, care: User):
        posting_wallet(ada, "stamps")
        for n in range(3):
            adjust(ada, 500, care, key=str(n), wallet="stamps")

        assert adjust(ada, 1, care).approval is not None

    def test_counts_twenty_four_hours_and_thirty_days(self, ada: Member, care: User):
        for day in range(3):
            for n in range(3):
                at = NOON + timedelta(days=day, minutes=n)
                assert adjust(ada, 500, care, key=f"{day}.{n}", at=at).approval is None
        later = NOON + timedelta(days=4)

        assert adjust(ada, 500, care, key="a", at=later).approval is None
        # 5,000 of 5,000 in thirty days.
        assert adjust(ada, 1, care, key="b", at=later).approval is not None
        # Four have grown too old by then, and the one that waited has lapsed.
        month = NOON + timedelta(days=31)
        assert allowing.get_allowance(user=care, at=month).of_month == 3_000

    def test_a_refused_request_counts_no_more(self, ada: Member, care: User, colleague: User):
        big = waiting(adjust(ada, 1_400, care, key="big"))
        assert adjust(ada, 101, care, key="small").approval is not None

        adjusting.refuse(approval=big, decided_by=colleague, at=NOON)

        assert adjust(ada, 102, care, key="next").approval is None

    def test_is_as_generous_as_the_best_of_several_roles(self, ada: Member, care: User):
        care.groups.add(Group.objects.get(name="administrator"))

        assert adjust(ada, 5_000, care).approval is None
        assert adjust(ada, 5_001, care, key="more").approval is not None

    def test_follows_what_administrators_decided(self, ada: Member, care: User):
        Limit.objects.filter(role=Role.CUSTOMER_CARE).update(at_once=10)

        assert adjust(ada, 11, care).approval is not None

    def test_holds_for_a_superuser_in_a_shell(self, ada: Member, programme: Programme):
        root = User.objects.create_superuser("root@staff.example")

        asked = adjust(ada, 5_001, root)

        with pytest.raises(approving.OwnRequest):
            adjusting.approve(approval=waiting(asked), decided_by=root, at=NOON)
        assert points_of(ada, at=NOON) == 0


def posting_wallet(member: Member, code: str) -> None:
    with transaction.atomic():
        posting.lock(member.holder_id, wallets=[code])


class TestWhoMayNot:
    @pytest.mark.parametrize("role", [Role.CASHIER, Role.MARKETING, Role.ANALYST, Role.AUDITOR])
    def test_a_role_that_does_not_adjust(self, ada: Member, role: Role):
        with pytest.raises(permitting.NotPermitted):
            adjust(ada, 1, appoint(role))

        assert Adjustment.objects.count() == Entry.objects.count() == 0

    def test_somebody_dismissed_whatever_the_object_remembers(self, ada: Member, care: User):
        User.objects.filter(pk=care.pk).update(is_active=False)

        with pytest.raises(permitting.NotPermitted):
            adjust(ada, 1, care)

    def test_somebody_who_is_no_staff(self, ada: Member, care: User):
        User.objects.filter(pk=care.pk).update(is_staff=False)

        with pytest.raises(permitting.NotPermitted):
            adjust(ada, 1, care)

    @pytest.mark.parametrize("way", ["user", "email", "tagged", "phone"])
    def test_the_member_themselves(self, ada: Member, chief: User, way: str):
        own = {"user": chief} if way == "user" else {}
        own |= {"email": "chief@staff.example"} if way == "email" else {}
        own |= {"email": "Chief+shop@staff.example"} if way == "tagged" else {}
        own |= {"phone": "+33612345678"} if way == "phone" else {}
        Member.objects.filter(pk=ada.pk).update(**own)
        User.objects.filter(pk=chief.pk).update(phone="+33612345678" if way == "phone" else "")

        with pytest.raises(owning.OwnCard):
            adjust(ada, 1, chief)

        assert Adjustment.objects.count() == 0

    def test_a_manager_of_another_store_who_sees_nobody_there(self, programme: Programme):
        lyon, nice = (Store.objects.create(code=code, name=code) for code in ("lyon", "nice"))
        ada = enrolling.enrol(at=NOON, store=lyon)
        there, elsewhere = (
            appoint(Role.STORE_MANAGER, store.code, stores=(store,)) for store in (lyon, nice)
        )

        with pytest.raises(MemberNotFound):
            adjust(ada, 1, elsewhere)
        assert adjust(ada, 200, there).approval is None


class TestDeciding:
    @pytest.fixture
    def big(self, ada: Member, care: User) -> Approval:
        return waiting(adjust(ada, 600, care))

    @pytest.fixture
    def own_day(self, ada: Member, care: User) -> Approval:
        """500 that wait only because the day is full."""
        for n in range(3):
            adjust(ada, 500, care, key=str(n))
        return waiting(adjust(ada, 500, care, key="fourth"))

    def test_approving_posts_once_under_the_requester(
        self, ada: Member, care: User, chief: User, big: Approval
    ):
        asked = adjusting.approve(approval=big, decided_by=chief, at=NOON, word="Of course.")

        big.refresh_from_db()
        assert (big.state, big.decided_by, big.decided_at) == ("APPROVED", chief, NOON)
        assert asked.entry is not None
        assert asked.entry.actor == f"user:{care.pk}"
        assert points_of(ada, at=NOON) == 600
        assert AdjustmentNote.objects.get().written_by == chief
        assert names() == ["approval.requested", "approval.approved", "points.adjusted"]
        with pytest.raises(approving.DecidedAlready):
            adjusting.approve(approval=big, decided_by=chief, at=NOON)
        assert points_of(ada, at=NOON) == 600

    def test_refusing_moves_nothing(self, ada: Member, chief: User, big: Approval):
        adjusting.refuse(approval=big, decided_by=chief, at=NOON, word="No.")

        assert Approval.objects.get().state == ApprovalState.REFUSED
        assert Entry.objects.count() == 0
        assert names() == ["approval.requested", "approval.refused"]

    def test_nobody_decides_on_their_own(self, care: User, big: Approval):
        for decide in (adjusting.approve, adjusting.refuse):
            with pytest.raises(approving.OwnRequest):
                decide(approval=big, decided_by=care, at=NOON)

        assert Approval.objects.get().state == ApprovalState.WAITING

    def test_but_takes_it_back_and_nobody_else_does(
        self, care: User, colleague: User, big: Approval
    ):
        with pytest.raises(approving.NotOwnRequest):
            adjusting.withdraw(approval=big, by=colleague, at=NOON)

        adjusting.withdraw(approval=big, by=care, at=NOON)

        assert Approval.objects.get().state == ApprovalState.WITHDRAWN
        assert names() == ["approval.requested", "approval.withdrawn"]

    def test_nobody_approves_above_their_own_limit(
        self, ada: Member, colleague: User, big: Approval
    ):
        with pytest.raises(adjusting.AboveLimit) as refusal:
            adjusting.approve(approval=big, decided_by=colleague, at=NOON)

        assert refusal.value.figures == {"left": 500}
        assert Approval.objects.get().state == ApprovalState.WAITING
        assert points_of(ada, at=NOON) == 0

    def test_what_one_approves_adds_up_too(
        self, ada: Member, care: User, colleague: User, own_day: Approval
    ):
        more = [waiting(adjust(ada, 500, care, key=f"more {n}")) for n in range(3)]

        for approval in (own_day, *more[:2]):
            adjusting.approve(approval=approval, decided_by=colleague, at=NOON)
        with pytest.raises(adjusting.AboveLimit):
            adjusting.approve(approval=more[2], decided_by=colleague, at=NOON)

        assert points_of(ada, at=NOON) == 3_000

    def test_nobody_decides_on_their_own_card(self, ada: Member, chief: User, big: Approval):
        Member.objects.filter(pk=ada.pk).update(email="chief@staff.example")

        for decide in (adjusting.approve, adjusting.refuse):
            with pytest.raises(owning.OwnCard):
                decide(approval=big, decided_by=chief, at=NOON)

        assert Approval.objects.get().state == ApprovalState.WAITING

    def test_nor_does_the_requester_whose_card_it_became(
        self, ada: Member, care: User, chief: User, big: Approval
    ):
        Member.objects.filter(pk=ada.pk).update(user=care)

        with pytest.raises(owning.OwnCard):
            adjusting.approve(approval=big, decided_by=chief, at=NOON)

        assert points_of(ada, at=NOON) == 0

    @pytest.mark.parametrize("role", [Role.CASHIER, Role.AUDITOR, Role.MARKETING])
    def test_without_the_permission_nobody_decides(self, role: Role, big: Approval):
        with pytest.raises(permitting.NotPermitted):
            adjusting.approve(approval=big, decided_by=appoint(role), at=NOON)

    def test_the_world_is_looked_at_again(self, ada: Member, chief: User, care: User):
        adjust(ada, 500, care, key="some")
        adjust(ada, 499, care, key="more")
        taken = waiting(adjust(ada, -900, care, key="minus", reason="fraud"))
        adjust(ada, -200, chief, key="meanwhile")

        with pytest.raises(posting.InsufficientPoints):
            adjusting.approve(approval=taken, decided_by=chief, at=NOON)

        assert Approval.objects.get().state == ApprovalState.WAITING
        assert points_of(ada, at=NOON) == 799

    def test_who_has_left_gets_nothing(self, ada: Member, chief: User, big: Approval):
        closing.close(member=ada, key="leave", at=NOON)

        with pytest.raises(blocking.MemberClosed):
            adjusting.approve(approval=big, decided_by=chief, at=NOON)

        assert Entry.objects.count() == 0

    def test_what_nobody_could_approve_is_not_asked_for(self, ada: Member, care: User):
        with pytest.raises(posting.InsufficientPoints):
            adjust(ada, -501, care, reason="fraud")

        assert Approval.objects.count() == 0
