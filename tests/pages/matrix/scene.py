"""A shop with two stores, a member of each, and somebody of every role."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from analytics import inviting
from analytics.models import Action, Goal, Invitation, Survey
from loyalty.identity.models import Approval, User
from loyalty.identity.roles import Role
from loyalty.programmes.models import Campaign, Rule, Segment, Simulation, Store
from loyalty.webhooks import registering
from members import adjusting, closing, enrolling, noting, opening, purchasing, signing_in
from members.models import Case, CaseKind, Member, MemberNote
from rewards import redeeming
from rewards.models import Picture, Redemption, Reward, VoucherPool
from tests.members.builders import sale
from tests.members.staff import appoint
from tests.pages.conftest import fill_shop, set_up
from tests.pages.matrix.readers import FORMER, MEMBERS, Reader

OWN, OTHER, ABSENT = "own", "other", "absent"
_ROLES = {
    "K": Role.CASHIER,
    "S": Role.STORE_MANAGER,
    "M": Role.MARKETING,
    "C": Role.CUSTOMER_CARE,
    "Y": Role.ANALYST,
    "U": Role.AUDITOR,
    "A": Role.ADMINISTRATOR,
}


@dataclass(frozen=True)
class Belongings:
    """What there is of one member."""

    member: Member
    redemption: Redemption
    approval: Approval
    note: MemberNote
    survey_token: str
    case: Case


@dataclass(frozen=True)
class Scene:
    people: dict[str, User]
    ada: Belongings
    ben: Belongings
    stores: tuple[Store, Store]

    def readers(self) -> dict[str, Reader]:
        return {"x": Reader()} | {letter: Reader(user) for letter, user in self.people.items()}

    def theirs(self, reader: str, whose: str) -> Belongings | None:
        """Return what belongs to a reader, or to their store; or to somebody else; or nothing."""
        if whose == ABSENT:
            return None
        return self.ada if (reader == "a") is (whose == OWN) else self.ben


def build(*, at: datetime) -> Scene:
    """Write all of it, as of a moment."""
    set_up(at=at)
    fill_shop()
    lyon, nice = (Store.objects.create(code=code, name=code.title()) for code in ("lyon", "nice"))
    people = {
        letter: appoint(role, stores=(nice,) if letter == "S" else ())
        for letter, role in _ROLES.items()
    }
    ada, ben = (
        _live(name, store, people, at=at) for name, store in (("ada", lyon), ("ben", nice))
    )
    for letter, one in zip(MEMBERS, (ada, ben), strict=True):
        people[letter] = signing_in.open_user(member=one.member)
    lou = enrolling.enrol(at=at, first_name="Lou", email="lou@example.org")
    people[FORMER] = signing_in.open_user(member=lou)
    closing.close(member=lou, key="lou leaves", at=at)
    Reward.objects.filter(public_id="rew_3").update(is_active=False)
    Picture.objects.create(name="p1", width=1, height=1, content=b"p", made_at=at)
    VoucherPool.objects.create(name="Cinema")
    Campaign.objects.create(
        code="may",
        name_fr="Mai",
        name_en="May",
        starts_at=at,
        ends_at=at + timedelta(days=9),
        target=5,
        budget_points=9,
    )
    for_few = Segment.objects.create(code="few", name_fr="Quelques-uns", name_en="A few")
    Rule.objects.create(code="few", name_fr="Pour vous", name_en="For you", audience=for_few)
    registering.register(
        name="Mailer", url="https://hooks.example.org/", events=["tier.changed"], store=None, at=at
    )
    _plan(people["M"], at=at)
    Simulation.objects.create(asked_by=people["A"], asked_at=at)
    return Scene(people, ada, ben, (lyon, nice))


def _plan(owner: User, *, at: datetime) -> None:
    """Set a goal of the whole chain, with something to do for it."""
    goal = Goal.objects.create(
        code="retention_rate", rhythm="MONTH", target=1, from_on=at.date(),
        by_on=at.date() + timedelta(days=90), owner=owner, set_by=owner, set_at=at,
    )  # fmt: skip
    Action.objects.create(
        goal=goal, kind="CORRECTIVE", field="PRICE", title="Call", owner=owner,
        due_on=at.date(), planned_at=at,
    )  # fmt: skip


def _live(name: str, store: Store, people: dict[str, User], *, at: datetime) -> Belongings:
    """Enrol somebody who buys, redeems, and is written and asked about."""
    member = enrolling.enrol(
        at=at,
        first_name=name.title(),
        last_name="Person",
        email=f"{name}@example.org",
        store=store,
    )
    told = sale(member, "400.00", store=store, receipt=f"R-{name}", occurred_at=at)
    purchasing.record(sale=told, key=name, at=at)
    coffee = Reward.objects.get(public_id="rew_1")
    redemption = redeeming.redeem(member=member, reward=coffee, key=f"{name} redeems", at=at)
    note = noting.write(member=member, text="Rang twice.", author=people["A"], at=at)
    asked = adjusting.adjust(
        member=member, wallet="points", points=900, reason="complaint", note="Dry cake.",
        requested_by=people["C"], key=f"{name} complains", at=at,
    )  # fmt: skip
    assert asked.approval is not None
    case = opening.open_case(
        member=member, kind=CaseKind.COMPLAINT, subject="Dry cake", body="It was dry.", at=at,
        key=name,
    )  # fmt: skip
    token = _ask(member, at=at)
    return Belongings(member, redemption, asked.approval, note, token, case)


def _ask(member: Member, *, at: datetime) -> str:
    """Ask somebody how it was; return what the link in the e-mail ends with."""
    survey, _made = Survey.objects.get_or_create(
        public_id="svy_1",
        defaults={
            "name": "After a purchase", "kind": "NPS", "question_fr": "Oui ?", "trigger": "CASE",
            "is_active": True, "delay_hours": 0,
        },
    )  # fmt: skip
    about = inviting.Occasion(reference=f"cas_{member.pk}", member=member.public_id, at=at)
    inviting.invite(surveys=[survey], occasions=[about], at=at)
    # Whatever the hour of the test, the question is open.
    Invitation.objects.filter(member=member).update(opens_at=at)
    token = inviting.make_token(invitation=Invitation.objects.get(member=member))
    assert token is not None
    return token
