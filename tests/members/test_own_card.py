"""Nobody of the staff touches their own card, whichever door they take."""

from collections.abc import Callable

import pytest

from loyalty.events.models import OutboxEvent
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme
from members import adjusting, blocking, carding, closing, correcting, enrolling, owning
from members.models import Adjustment, Card, CardState, Member, MemberState
from tests.conftest import NOON
from tests.members import homes
from tests.members.builders import points_of
from tests.members.staff import appoint


def adjust(member: Member, *, by: User) -> Adjustment:
    return adjusting.adjust(
        member=member,
        wallet="points",
        points=1,
        reason="goodwill",
        requested_by=by,
        key="k",
        at=NOON,
    )


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ({"email": "Clara+shop@staff.example"}, {"email": "friend@elsewhere.example"}),
        ({"phone": "+33612345678"}, {}),
    ],
)
def test_nobody_adjusts_a_card_whose_address_was_theirs_before_it_was_corrected(
    programme: Programme, was: dict[str, str], now: dict[str, str]
):
    care, colleague = (appoint(Role.CUSTOMER_CARE, name) for name in ("clara", "denis"))
    User.objects.filter(pk=care.pk).update(phone="+33612345678")
    own = enrolling.enrol(at=NOON, **was)
    correcting.correct(
        member=own, identity=correcting.Identity(**now), at=NOON, actor=f"user:{care.pk}"
    )

    with pytest.raises(owning.OwnCard):
        adjust(own, by=care)

    assert Adjustment.objects.count() == 0
    assert points_of(own, at=NOON) == 0
    assert adjust(own, by=colleague).entry is not None


@pytest.mark.parametrize("spelling", ["claraverne@gmail.com", "clara.verne+1@googlemail.com"])
def test_nobody_adjusts_a_card_of_another_spelling_of_their_mailbox(
    programme: Programme, spelling: str
):
    care = appoint(Role.CUSTOMER_CARE, "clara")
    User.objects.filter(pk=care.pk).update(email="clara.verne@gmail.com")
    care.refresh_from_db()
    own = enrolling.enrol(at=NOON, email=spelling)

    with pytest.raises(owning.OwnCard):
        adjust(own, by=care)

    assert points_of(own, at=NOON) == 0


ACTS: dict[str, Callable[[Member, User], object]] = {
    "block": lambda own, by: blocking.block(member=own, at=NOON, actor="", by=by),
    "unblock": lambda own, by: blocking.unblock(member=own, at=NOON, actor="", by=by),
    "block the card": lambda own, by: blocking.block_card(
        card=Card.objects.get(member=own), at=NOON, actor="", by=by
    ),
    "replace the card": lambda own, by: carding.replace(
        card=Card.objects.get(member=own), at=NOON, key="r", actor="", by=by
    ),
    "close": lambda own, by: closing.close(member=own, key="c", at=NOON, by=by),
}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS)
@pytest.mark.parametrize("state", [MemberState.ACTIVE, MemberState.BLOCKED])
def test_nobody_of_the_staff_does_it_to_their_own_card(
    programme: Programme, act: Callable[[Member, User], object], state: MemberState
):
    care, colleague = (appoint(Role.CUSTOMER_CARE, name) for name in ("clara", "denis"))
    own = enrolling.enrol(at=NOON, email="clara+shop@staff.example")
    Member.objects.update(state=state)

    with pytest.raises(owning.OwnCard):
        act(own, care)

    own.refresh_from_db()
    assert own.state == state
    assert [card.state for card in Card.objects.all()] == [CardState.ACTIVE]
    assert Member.history.count() == 1
    act(own, colleague)
    done = OutboxEvent.objects.filter(name__in=("member.updated", "member.closed")).count()
    assert done == (0 if (act, state) in NOTHING_TO_DO else 1)


# Whoever is blocked, or not, is so already.
NOTHING_TO_DO = [
    (ACTS["block"], MemberState.BLOCKED),
    (ACTS["unblock"], MemberState.ACTIVE),
]


def test_asking_whether_it_is_anybodys_of_the_staff_costs_one_statement_for_each_who_shares(
    programme: Programme, django_assert_num_queries
):
    appoint(Role.CUSTOMER_CARE)
    homes.allow()
    ada, bob, cid, dee, eve, fay = (homes.enrol(name) for name in NAMES)
    homes.settle(bob, cid)
    homes.settle(dee, eve, fay)

    for member, statements in ((ada, 3), (bob, 4), (dee, 5)):
        with django_assert_num_queries(statements):
            assert owning.is_of_staff(member=member) is False


NAMES = ("ada", "bob", "cid", "dee", "eve", "fay")
