"""Ten adjustments and two approvers at the same moment: real threads, on PostgreSQL."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest

from loyalty.core.refusals import Refusal
from loyalty.identity import permitting
from loyalty.identity.models import Approval, User
from loyalty.identity.roles import Role
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry
from loyalty.programmes import setting_up
from members import adjusting, allowing, enrolling
from members.models import Adjustment, Member
from tests.conftest import NOON
from tests.members.builders import points_of
from tests.members.staff import appoint
from tests.racing import at_once, read_together

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def members() -> list[Member]:
    """Ten members, so that no lock on one of them makes the others wait."""
    setting_up.set_up(
        name="Café",
        currency="EUR",
        time_zone="Europe/Paris",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        tiers=[],
        at=NOON - timedelta(days=30),
    )
    return [
        enrolling.enrol(at=NOON - timedelta(days=10), email=f"ada{n}@example.org")
        for n in range(10)
    ]


def ended(action: Callable[[int], object], *, calls: int) -> Counter[str]:
    def run(number: int) -> str:
        try:
            action(number)
        except Refusal as refusal:
            return refusal.code
        return "done"

    return Counter(at_once(run, calls=calls))


def split(members: list[Member], by: User) -> Callable[[int], object]:
    """Return the adjusting of 300 points of a member each: a tenth of 3,000."""
    return lambda n: adjusting.adjust(
        member=members[n],
        wallet="points",
        points=300,
        reason="goodwill",
        requested_by=by,
        key=f"part {n}",
        at=NOON,
    )


def posted() -> int:
    return sum(Entry.objects.filter(kind="ADJUST").values_list("points", flat=True))


class TestTenSplitsAtOnce:
    def test_meet_the_wall_that_one_meets(self, members: list[Member]):
        care = appoint(Role.CUSTOMER_CARE)

        assert ended(split(members, care), calls=10) == {"done": 10}

        assert posted() == 1_500
        assert Approval.objects.count() == 5
        assert verifying.verify().first_fault is None

    def test_would_pass_it_without_the_lock_on_who_asks(
        self, members: list[Member], monkeypatch: pytest.MonkeyPatch
    ):
        """The control: ten who have all counted before any has posted find it all free."""
        care = appoint(Role.CUSTOMER_CARE)
        together = read_together(allowing.get_allowance, threads=10)
        monkeypatch.setattr(permitting, "lock", lambda *, user: User.objects.get(pk=user.pk))
        monkeypatch.setattr(allowing, "get_allowance", together)

        assert ended(split(members, care), calls=10) == {"done": 10}

        assert posted() == 3_000
        assert Approval.objects.exists() is False


class TestTheSameRequestAtOnce:
    def test_is_done_once(self, members: list[Member]):
        care = appoint(Role.CUSTOMER_CARE)
        once = split([members[0]] * 10, care)

        assert ended(lambda _n: once(0), calls=10) == {"done": 10}

        assert (Adjustment.objects.count(), posted()) == (1, 300)


class TestTwoApproversAtOnce:
    def test_have_one_effect(self, members: list[Member]):
        care = appoint(Role.CUSTOMER_CARE)
        chiefs = [appoint(Role.ADMINISTRATOR, f"chief{n}") for n in range(2)]
        for round_, member in enumerate(members):
            asked = adjusting.adjust(
                member=member,
                wallet="points",
                points=2_000,
                reason="goodwill",
                requested_by=care,
                key=str(round_),
                at=NOON,
            )
            approval = asked.approval
            assert approval is not None

            done = ended(
                lambda n: adjusting.approve(
                    approval=approval,  # noqa: B023 (run within the round)
                    decided_by=chiefs[n],
                    at=NOON,
                ),
                calls=2,
            )

            assert done == {"done": 1, "decided-already": 1}
            assert points_of(member, at=NOON) == 2_000

    def test_one_approving_and_one_refusing_agree_afterwards(self, members: list[Member]):
        care = appoint(Role.CUSTOMER_CARE)
        chiefs = [appoint(Role.ADMINISTRATOR, f"chief{n}") for n in range(2)]
        verbs = [adjusting.approve, adjusting.refuse]
        for round_, member in enumerate(members):
            asked = adjusting.adjust(
                member=member,
                wallet="points",
                points=2_000,
                reason="goodwill",
                requested_by=care,
                key=str(round_),
                at=NOON,
            )
            approval = asked.approval
            assert approval is not None

            ended(
                lambda n: verbs[n](approval=approval, decided_by=chiefs[n], at=NOON),  # noqa: B023
                calls=2,
            )

            approval.refresh_from_db()
            given = {"APPROVED": 2_000, "REFUSED": 0}[approval.state]
            assert points_of(member, at=NOON) == given
