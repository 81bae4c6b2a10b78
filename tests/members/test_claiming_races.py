"""Claims at the same moment as each other, and as staff give or merge: a sale goes to one."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import connection, transaction

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.ledger import posting, verifying
from members import claiming, enrolling, merging, purchasing
from members.claiming import Receipt
from members.models import Case, CaseMessage, Claim, Member, Purchase
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.racing import at_once, wait_for_waiters

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]
THREADS = 8
LATER = NOON + timedelta(days=1)
TRUE = Receipt(number="R-7", bought_on=date(2026, 3, 10), total_cents=2_000)
# What somebody copied wrong: staff find the sale.
NEARLY = replace(TRUE, bought_on=date(2026, 3, 9))


@pytest.fixture
def nobodys(ada: Member) -> Purchase:
    return purchasing.record(sale=sale(None, "20.00", receipt="R-7"), key="sale", at=NOON)


@pytest.fixture
def twin(ada: Member) -> Member:
    return enrolling.enrol(at=NOON - timedelta(days=300), email="ada.l@example.org")


@pytest.fixture
def carer(ada: Member) -> User:
    return User.objects.create_superuser("care@example.test", "x", language="en")


def claim(member: Member, receipt: Receipt = TRUE, *, key: str = "k") -> Claim:
    return claiming.claim(member=member, receipt=receipt, key=key, at=LATER)


def opened_by(member: Member) -> Case:
    case = claim(member, NEARLY).case
    assert case is not None
    return case


def give(case: Case, sold: Purchase, by: User) -> str:
    return ended(lambda: claiming.give(case=case, purchase=sold.pk, by=by, at=LATER))


def merge(source: Member, target: Member, by: User) -> str:
    return ended(
        lambda: merging.merge(
            source=source, target=target, reason="duplicate", merged_by=by, key="m", at=LATER
        )
    )


def ended(work: Callable[[], object]) -> str:
    try:
        work()
    except Refusal as refusal:
        return refusal.code
    return "done"


class TestOneMember:
    def test_is_given_a_receipt_once_however_often_they_press(
        self, ada: Member, nobodys: Purchase
    ):
        claims = at_once(lambda n: claim(ada, key=f"k{n % 2}").pk, calls=THREADS)

        said = Claim.objects.get()
        assert Counter(claims) == {said.pk: THREADS}
        assert (said.purchase, said.case, points_of(ada, at=LATER)) == (nobodys, None, 20)
        assert verifying.verify().first_fault is None

    def test_opens_one_request_however_often_they_press(self, ada: Member):
        claims = at_once(lambda n: claim(ada, key=f"k{n % 2}").pk, calls=THREADS)

        said = Claim.objects.get()
        assert Counter(claims) == {said.pk: THREADS}
        assert (said.case, CaseMessage.objects.count()) == (Case.objects.get(), 1)


class TestTwoMembers:
    def test_who_claim_one_receipt_share_no_sale(
        self, ada: Member, twin: Member, nobodys: Purchase
    ):
        both = (ada, twin)

        at_once(lambda n: claim(both[n % 2], key=f"k{n}").pk, calls=THREADS)

        nobodys.refresh_from_db()
        given, asked = Claim.objects.exclude(purchase=None).get(), Claim.objects.exclude(case=None)
        assert (given.purchase, given.member) == (nobodys, nobodys.member)
        assert [one.member for one in asked] == [one for one in both if one != given.member]
        assert sorted(points_of(one, at=LATER) for one in both) == [0, 20]
        assert verifying.verify().first_fault is None


class TestGuessers:
    def test_who_try_amounts_all_at_once_find_nothing(self, ada: Member, nobodys: Purchase):
        Claim.objects.bulk_create(
            Claim(
                member=enrolling.enrol(at=NOON, email=f"m{n}@example.org"), receipt="R-7",
                bought_on=TRUE.bought_on, total_cents=n, key=f"at-once-{n}", claimed_at=LATER,
            )
            for n in range(claiming.MOST_WRONG)
        )  # fmt: skip

        said = claim(ada)

        nobodys.refresh_from_db()
        assert (said.purchase, nobodys.member, points_of(ada, at=LATER)) == (None, None, 0)


class TestWhatStaffGive:
    def test_goes_to_one_while_another_claims_it(
        self, ada: Member, twin: Member, nobodys: Purchase, carer: User
    ):
        case = opened_by(ada)

        def act(number: int) -> str:
            return ended(lambda: claim(twin)) if number % 2 else give(case, nobodys, carer)

        at_once(act, calls=THREADS)

        nobodys.refresh_from_db()
        assert Claim.objects.get(purchase=nobodys).member == nobodys.member
        assert Claim.objects.filter(purchase=None).count() == 1
        assert sorted(points_of(one, at=LATER) for one in (ada, twin)) == [0, 20]
        assert verifying.verify().first_fault is None

    def test_waits_for_a_merge_and_goes_to_the_survivor(
        self, ada: Member, twin: Member, nobodys: Purchase, carer: User
    ):
        case = opened_by(twin)

        def act() -> str:
            try:
                return give(case, nobodys, carer)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as thread:
            with transaction.atomic():
                posting.lock_many([ada.holder_id, twin.holder_id])
                giving = thread.submit(act)
                wait_for_waiters(1)
                assert merge(twin, ada, carer) == "done"
            assert giving.result() == "done"

        said = Claim.objects.get()
        assert (said.purchase, said.member, points_of(ada, at=LATER)) == (nobodys, ada, 20)
        assert verifying.verify().first_fault is None

    def test_is_lost_in_no_order_beside_a_merge(
        self, ada: Member, twin: Member, nobodys: Purchase, carer: User
    ):
        case = opened_by(twin)

        def act(number: int) -> str:
            return merge(twin, ada, carer) if number == 1 else give(case, nobodys, carer)

        assert Counter(at_once(act, calls=4)) == {"done": 2, "claim-settled": 2}
        nobodys.refresh_from_db()
        assert (nobodys.member, points_of(ada, at=LATER)) == (ada, 20)
        assert verifying.verify().first_fault is None
