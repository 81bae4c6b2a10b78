"""Purchases from a file are points by hand: within one's limits, else another agrees."""

import io
from datetime import timedelta

import pytest
from django.db import connection

from loyalty.filing import asking, keeping, working
from loyalty.identity import approving, permitting
from loyalty.identity.models import Approval, ApprovalState, User
from loyalty.identity.roles import Role
from loyalty.ledger.models import Entry
from loyalty.programmes.models import Programme
from members import adjusting, correcting, enrolling
from members.models import FileState, ImportFile, Member, Purchase
from tests.conftest import NOON
from tests.members.builders import points_of
from tests.members.staff import appoint
from tests.racing import at_once

DAY = timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def care(programme: Programme) -> User:
    """Whoever may give 500 points at once, 1,500 in a day."""
    return appoint(Role.CUSTOMER_CARE, "clara")


@pytest.fixture
def chief(programme: Programme) -> User:
    return appoint(Role.ADMINISTRATOR, "chief")


def sales(*euros: int, member: str = "m1", first: int = 1) -> str:
    lines = (f"{member},2026-01-05,{euro}.00,R{first + n}" for n, euro in enumerate(euros))
    return "member,date,amount,receipt\n" + "".join(f"{line}\n" for line in lines)


def looked_at(text: str, by: User, *, kind: str = "purchases") -> ImportFile:
    raw = text.encode()
    file = keeping.keep(
        source=io.BytesIO(raw), size=len(raw), title="sales.csv", kind=kind, options={},
        uploaded_by=by, address=None, at=NOON,
    )  # fmt: skip
    working.look(file=file, clock=lambda: NOON)
    file.refresh_from_db()
    return file


def bring_in(file: ImportFile) -> ImportFile:
    working.bring_in(file=ImportFile.objects.get(pk=file.pk), clock=lambda: NOON)
    file.refresh_from_db()
    return file


def asked(file: ImportFile, by: User) -> Approval:
    assert asking.start(file=file, by=by, at=NOON) is False
    file.refresh_from_db()
    assert file.approval is not None
    return file.approval


def nothing_moved() -> bool:
    return not Purchase.objects.exists() and not Entry.objects.exists()


class TestStart:
    def test_is_free_within_ones_limits(self, care: User):
        file = looked_at(sales(500), care)

        assert asking.start(file=file, by=care, at=NOON) is True

        assert bring_in(file).state == FileState.DONE
        assert points_of(Member.objects.get(), at=NOON) == 500

    def test_waits_for_another_person_above_them_and_moves_nothing(self, care: User):
        file = looked_at(sales(501), care)

        approval = asked(file, care)

        assert (file.state, file.points, file.started_by) == (FileState.ASKED, 501, care)
        said = {"file": file.public_id, "points": 501, "lines": 1}
        assert (approval.kind, approval.subject, approval.payload) == (
            "IMPORT", file.public_id, said,
        )  # fmt: skip
        assert bring_in(file).state == FileState.ASKED
        assert nothing_moved()

    def test_counts_ten_splits_and_adjustments_as_one(self, care: User):
        ada = enrolling.enrol(at=NOON, email="ada@example.org")
        adjusting.adjust(
            member=ada, wallet="points", points=300, reason="goodwill", requested_by=care,
            key="k", at=NOON,
        )  # fmt: skip
        files = [looked_at(sales(150, first=n), care) for n in range(10)]

        free = [asking.start(file=file, by=care, at=NOON) for file in files]

        assert free == [True] * 8 + [False] * 2

    def test_lets_an_adjustment_wait_after_files_took_the_day(self, care: User):
        for n in range(3):
            file = looked_at(sales(500, first=n), care)
            assert asking.start(file=file, by=care, at=NOON) is True
        ada = enrolling.enrol(at=NOON, email="ada@example.org")

        done = adjusting.adjust(
            member=ada, wallet="points", points=1, reason="goodwill", requested_by=care,
            key="k", at=NOON,
        )  # fmt: skip

        assert done.entry is None

    def test_is_no_way_round_by_starting_a_colleague_s_file(self, care: User, chief: User):
        file = looked_at(sales(5_001), care)

        approval = asked(file, chief)

        with pytest.raises(approving.OwnRequest):
            asking.approve(approval=approval, decided_by=care, at=NOON)

    def test_asks_nobody_about_sales_that_give_nothing(self, care: User):
        file = looked_at(sales(9_000, member=""), care)

        assert file.points == 0
        assert asking.start(file=file, by=care, at=NOON) is True

    def test_is_refused_to_who_may_no_more(self, care: User):
        file = looked_at(sales(5), care)
        care.groups.clear()

        with pytest.raises(permitting.NotPermitted):
            asking.start(file=file, by=care, at=NOON)

        assert nothing_moved()

    def test_is_refused_to_a_file_that_nobody_weighed(self, care: User):
        file = looked_at(sales(5_000), care)
        ImportFile.objects.update(points=0, report={"added": 1})

        with pytest.raises(working.NotReady):
            asking.start(file=file, by=care, at=NOON)

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_meets_its_limits_by_ten_at_once(self, care: User):
        files = [looked_at(sales(300, first=n), care) for n in range(10)]

        free = at_once(lambda number: asking.start(file=files[number], by=care, at=NOON), calls=10)

        assert sorted(free) == [False] * 5 + [True] * 5
        connection.close()


class TestApprove:
    def test_lets_the_file_be_brought_in(self, care: User, chief: User):
        file = looked_at(sales(600), care)

        asking.approve(approval=asked(file, care), decided_by=chief, at=NOON)

        assert bring_in(file).state == FileState.DONE
        assert points_of(Member.objects.get(), at=NOON) == 600
        approval = Approval.objects.get()
        assert (approval.state, approval.decided_by) == (ApprovalState.APPROVED, chief)

    def test_is_refused_to_who_asked(self, care: User):
        file = looked_at(sales(600), care)
        approval = asked(file, care)

        with pytest.raises(approving.OwnRequest):
            asking.approve(approval=approval, decided_by=care, at=NOON)

        assert bring_in(file).state == FileState.ASKED
        assert nothing_moved()

    def test_is_refused_above_the_approver_s_limits(self, care: User):
        approval = asked(looked_at(sales(600), care), care)

        with pytest.raises(adjusting.AboveLimit):
            asking.approve(approval=approval, decided_by=appoint(Role.CUSTOMER_CARE), at=NOON)

        assert Approval.objects.get().state == ApprovalState.WAITING

    def test_is_refused_to_who_may_not_bring_files_in(self, care: User):
        approval = asked(looked_at(sales(600), care), care)
        manager = appoint(Role.STORE_MANAGER)

        with pytest.raises(permitting.NotPermitted):
            asking.approve(approval=approval, decided_by=manager, at=NOON)

    def test_happens_once(self, care: User, chief: User):
        file = looked_at(sales(600), care)
        approval = asked(file, care)
        asking.approve(approval=approval, decided_by=chief, at=NOON)

        with pytest.raises(approving.DecidedAlready):
            asking.approve(approval=approval, decided_by=chief, at=NOON)

    def test_comes_too_late_after_three_days(self, care: User, chief: User):
        file = looked_at(sales(600), care)
        approval = asked(file, care)
        assert keeping.purge(at=NOON + 3 * DAY - timedelta(minutes=1)) == 0

        with pytest.raises(approving.ApprovalLapsed):
            asking.approve(approval=approval, decided_by=chief, at=NOON + 3 * DAY)

        assert keeping.purge(at=NOON + 3 * DAY) == 1
        assert keeping.path_of(file).exists() is False

    def test_goes_on_without_asking_again_where_no_queue_answered(self, care: User, chief: User):
        file = looked_at(sales(600), care)
        approved = asking.approve(approval=asked(file, care), decided_by=chief, at=NOON)

        asking.give_back(file=approved)

        file.refresh_from_db()
        assert file.state == FileState.STOPPED
        assert asking.start(file=file, by=care, at=NOON) is True


class TestRefuse:
    @pytest.mark.django_db(transaction=True)
    def test_throws_the_file_away(self, care: User, chief: User):
        file = looked_at(sales(600), care)

        asking.refuse(approval=asked(file, care), decided_by=chief, at=NOON)

        file.refresh_from_db()
        assert (file.state, file.refusal) == (FileState.REFUSED, "import-refused")
        assert keeping.path_of(file).exists() is False
        assert nothing_moved()
        connection.close()


class TestWithdraw:
    def test_counts_no_more_and_can_be_asked_again(self, care: User):
        file = looked_at(sales(600), care)

        asking.withdraw(approval=asked(file, care), by=care, at=NOON)

        assert asking.start(file=looked_at(sales(500), care), by=care, at=NOON) is True
        file.refresh_from_db()
        assert asking.start(file=file, by=care, at=NOON) is False


class TestOnesOwnCard:
    def test_is_refused_line_by_line_and_the_others_go_on(self, care: User):
        own = enrolling.enrol(at=NOON, external_id="m1", email="Clara+shop@staff.example")

        text = sales(10) + "m2,2026-01-05,20.00,R9\n"
        file = looked_at(text, care)
        assert asking.start(file=file, by=care, at=NOON) is True
        done = bring_in(file)

        assert [(e["line"], e["code"]) for e in file.report["errors"]] == [(2, "own-card")]
        assert [(e["line"], e["code"]) for e in done.result["errors"]] == [(2, "own-card")]
        assert file.points == 20
        assert points_of(own, at=NOON) == 0
        assert points_of(Member.objects.get(external_id="m2"), at=NOON) == 20

    def test_is_refused_after_its_address_was_corrected(self, care: User):
        own = enrolling.enrol(at=NOON, external_id="m1", email="clara@staff.example")
        correcting.correct(
            member=own, identity=correcting.Identity(external_id="m1"), at=NOON, actor="user:1"
        )

        assert looked_at(sales(10), care).report["refused"] == 1

    def test_is_refused_to_who_approves_too(self, care: User, chief: User):
        own = enrolling.enrol(at=NOON, external_id="m1", email="chief@staff.example")
        file = looked_at(sales(600), care)

        asking.approve(approval=asked(file, care), decided_by=chief, at=NOON)

        assert bring_in(file).result["refused"] == 1
        assert points_of(own, at=NOON) == 0


class TestMembers:
    def test_wait_for_nobody(self, care: User):
        file = looked_at("mail\nada@shop.test\n", care, kind="members")

        assert asking.start(file=file, by=care, at=NOON) is True
