from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from loyalty.events.models import OutboxEvent
from loyalty.identity import approving, limiting, tasks
from loyalty.identity.limiting import Allowance, Limits
from loyalty.identity.models import Approval, ApprovalKind, ApprovalState, User
from loyalty.identity.roles import Role
from tests.conftest import NOON
from tests.members.staff import appoint

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker(db: None) -> User:
    return appoint(Role.MARKETING)


def ask(by: User, key: str = "k") -> Approval:
    return approving.request(
        kind=ApprovalKind.PUBLICATION,
        subject="rul_1",
        payload={"version": 3},
        requested_by=by,
        reason="season",
        key=key,
        at=NOON,
    )


class TestRequesting:
    def test_waits_fourteen_days_and_says_so_in_ids(self, asker: User):
        approval = ask(asker)

        assert approval.lapses_at == NOON + timedelta(days=14)
        event = OutboxEvent.objects.get()
        assert event.name == "approval.requested"
        assert event.payload == {
            "approval": approval.public_id,
            "kind": "PUBLICATION",
            "subject": "rul_1",
            "reason": "season",
            "actor": f"user:{asker.pk}",
            "version": 3,
        }


class TestLapsing:
    def test_closes_what_nobody_decided_in_time_once(self, asker: User):
        approval = ask(asker)

        assert approving.lapse_due(at=NOON + timedelta(days=13)) == 0
        assert approving.lapse_due(at=NOON + timedelta(days=14)) == 1
        assert approving.lapse_due(at=NOON + timedelta(days=15)) == 0

        approval.refresh_from_db()
        assert (approval.state, approval.decided_by) == (ApprovalState.LAPSED, None)
        assert OutboxEvent.objects.filter(name="approval.lapsed").count() == 1

    def test_closes_more_than_one_batch(self, asker: User, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(approving, "_BATCH", 2)
        for n in range(5):
            ask(asker, key=str(n))
        Approval.objects.update(lapses_at=NOON - timedelta(days=900))

        assert tasks.lapse_approvals() == 5

    def test_keeps_a_late_decision_from_having_an_effect(self, asker: User):
        approval, chief = ask(asker), appoint(Role.ADMINISTRATOR)
        late = NOON + timedelta(days=14)

        for decide in (approving.approve, approving.refuse):
            with pytest.raises(approving.ApprovalLapsed):
                decide(approval=approval, decided_by=chief, at=late)
        approving.lapse_due(at=late)
        with pytest.raises(approving.ApprovalLapsed):
            approving.withdraw(approval=approval, by=asker, at=late)


class TestTheTable:
    @pytest.mark.parametrize("state", ["APPROVED", "REFUSED"])
    def test_takes_no_decision_of_who_asked(self, asker: User, state: str):
        approval = ask(asker)

        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.filter(pk=approval.pk).update(
                state=state, decided_by=asker, decided_at=NOON
            )
        with pytest.raises(IntegrityError), transaction.atomic():
            Approval.objects.filter(pk=approval.pk).update(state=state, decided_at=NOON)


class TestLimits:
    def test_are_those_of_the_best_role_and_none_without(self, asker: User):
        assert limiting.get_limits(asker) == Limits()
        assert limiting.get_limits(appoint(Role.ADMINISTRATOR)) == Limits(5_000, 10_000, 50_000)
        assert limiting.get_limits(User.objects.create_user("x@y.example")) == Limits()

    @pytest.mark.parametrize(
        ("of_day", "of_month", "left"),
        [(0, 0, 500), (1_200, 1_200, 300), (0, 4_900, 100), (2_000, 2_000, 0)],
    )
    def test_leave_the_least_of_what_is_left(self, of_day: int, of_month: int, left: int):
        allowance = Allowance(Limits(500, 1_500, 5_000), of_day, of_month)

        assert allowance.left == left
        assert allowance.covers(left) is (left > 0)
        assert not allowance.covers(left + 1)
