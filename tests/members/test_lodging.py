"""Staff open a case for a member: in their words, under the name of who wrote them down."""

import pytest

from loyalty.core.refusals import ValidationFailed
from loyalty.events.models import OutboxEvent
from loyalty.identity import permitting
from loyalty.identity.models import User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Programme, Store
from members import answering, closing, enrolling, lodging, opening, owning
from members.blocking import MemberClosed
from members.models import Case, CaseKind, CaseMessage, Member, Side
from tests.conftest import NOON
from tests.members.staff import appoint


@pytest.fixture
def stores(programme: Programme) -> dict[str, Store]:
    return {code: Store.objects.create(code=code, name=code) for code in ("lyon", "nice")}


@pytest.fixture
def lya(stores: dict[str, Store]) -> Member:
    return enrolling.enrol(at=NOON, email="lya@example.org", store=stores["lyon"])


@pytest.fixture
def carer(programme: Programme) -> User:
    return appoint(Role.CUSTOMER_CARE)


def lodge(member: Member, by: User, **said: object) -> Case:
    told = {
        "kind": CaseKind.COMPLAINT, "subject": "Cold coffee", "body": "It was cold.",
        "store": None, "at": NOON, "key": "k1",
    }  # fmt: skip
    return lodging.lodge(member=member, by=by, **(told | said))  # type: ignore[arg-type]


class TestLodge:
    def test_opens_what_the_member_would_have(self, lya: Member, carer: User, stores):
        case = lodge(lya, carer, store=stores["nice"])

        assert (case.member, case.kind, case.subject) == (lya, "COMPLAINT", "Cold coffee")
        assert (case.source, case.store, case.due_at) == (
            "staff", stores["nice"], opening.get_due(at=NOON),
        )  # fmt: skip
        said = CaseMessage.objects.get()
        assert (said.side, said.text, said.author) == (Side.MEMBER, "It was cold.", carer)
        event = OutboxEvent.objects.get(name="case.opened")
        assert event.payload == {
            **case.facts(), "source": "staff", "actor": f"user:{carer.pk}",
        }  # fmt: skip

    def test_opens_once_for_one_key(self, lya: Member, carer: User):
        first = lodge(lya, carer)

        assert lodge(lya, carer, subject="Cold tea") == first
        assert Case.objects.count() == 1

    def test_leaves_members_their_five_a_day(self, lya: Member, carer: User):
        for number in range(opening.MOST_A_DAY + 1):
            lodge(lya, carer, key=f"k{number}")

        told = {"subject": "Me", "body": "Too.", "at": NOON, "key": "own"}
        assert opening.ask(member=lya, kind=CaseKind.QUESTION, **told).source == "member"

    def test_leaves_members_their_twenty_messages_a_day(self, lya: Member, carer: User):
        cases = [
            lodge(lya, carer, key=f"k{number}")
            for number in range(answering.MOST_MESSAGES_A_DAY + 1)
        ]

        answering.reply(case=cases[0], member=lya, text="Cold again.", key="own", at=NOON)

        assert cases[0].messages.count() == 2


class TestIsRefused:
    def test_to_who_may_not_answer(self, lya: Member):
        for role in (Role.AUDITOR, Role.MARKETING, Role.CASHIER):
            with pytest.raises(permitting.NotPermitted):
                lodge(lya, appoint(role))

        assert Case.objects.exists() is False

    def test_to_a_manager_but_for_their_members_and_stores(self, lya: Member, stores):
        manager = appoint(Role.STORE_MANAGER, stores=(stores["lyon"],))
        nico = enrolling.enrol(at=NOON, email="nico@example.org", store=stores["nice"])

        for member, store in ((nico, stores["lyon"]), (lya, stores["nice"]), (lya, None)):
            with pytest.raises(permitting.NotPermitted):
                lodge(member, manager, store=store)

        assert Case.objects.exists() is False
        assert lodge(lya, manager, store=stores["lyon"]).store == stores["lyon"]

    def test_about_ones_own_card(self, programme: Programme, carer: User):
        own = enrolling.enrol(at=NOON, email=carer.email)

        with pytest.raises(owning.OwnCard):
            lodge(own, carer)

        assert Case.objects.exists() is False

    def test_of_whoever_left_and_without_words(self, lya: Member, carer: User):
        with pytest.raises(ValidationFailed):
            lodge(lya, carer, body="  ")
        closing.close(member=lya, key="c", at=NOON, actor="user:1")
        with pytest.raises(MemberClosed):
            lodge(Member.objects.get(pk=lya.pk), carer)

        assert Case.objects.exists() is False
