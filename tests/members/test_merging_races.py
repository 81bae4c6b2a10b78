"""Merges at the same moment as each other, and as what they merge is used."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction

from loyalty.core.refusals import Refusal
from loyalty.identity.models import User
from loyalty.ledger import posting, verifying
from members import enrolling, finding, merging, purchasing
from members.models import Member, MemberState, Merge, Purchase
from tests.conftest import NOON
from tests.members.builders import points_of, sale
from tests.racing import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgresql]


@pytest.fixture
def twin(ada: Member) -> Member:
    return enrolling.enrol(at=NOON - timedelta(days=300), email="ada.l@example.org")


@pytest.fixture
def carer(ada: Member) -> User:
    return User.objects.create_superuser("care@example.test", "x", language="en")


def ended(work) -> str:
    try:
        work()
    except Refusal as refusal:
        return refusal.code
    return "done"


def merge(source: Member, target: Member, carer: User, key: str) -> Merge:
    return merging.merge(
        source=source, target=target, reason="duplicate", merged_by=carer, key=key, at=NOON
    )


class TestTwoMergesThatCross:
    def test_let_one_of_the_two_stay(self, ada: Member, twin: Member, carer: User):
        other = User.objects.create_superuser("care2@example.test", "x")
        purchasing.record(sale=sale(ada, "20.00"), key="a", at=NOON)
        purchasing.record(sale=sale(twin, "30.00"), key="b", at=NOON)

        def act(number: int) -> str:
            pair = (ada, twin) if number % 2 else (twin, ada)
            who = carer if number % 2 else other
            return ended(lambda: merge(*pair, who, f"k{number}"))

        assert Counter(at_once(act, calls=8)) == {"done": 1, "already-merged": 7}
        survivor = Member.objects.get(state=MemberState.ACTIVE)
        assert points_of(survivor, at=NOON) == 50
        assert verifying.verify().first_fault is None


class TestAPurchaseDuringAMerge:
    def test_is_lost_in_no_order(self, ada: Member, twin: Member, carer: User):
        def act(number: int) -> str:
            if number == 4:
                return ended(lambda: merge(twin, ada, carer, "m"))
            key = f"k{number}"
            code = ended(lambda: purchasing.record(sale=sale(twin), key=key, at=NOON))
            if code == "concurrent-update":
                # As a till does: the same again, the member looked up anew.
                found = finding.get_member(email="ada.l@example.org")
                return ended(lambda: purchasing.record(sale=sale(found), key=key, at=NOON))
            return code

        assert Counter(at_once(act, calls=10)) == {"done": 10}
        assert points_of(ada, at=NOON) == 180
        assert Purchase.objects.filter(member=ada).count() == 9
        assert verifying.verify().first_fault is None


class TestASpendingDuringAMergeAndItsUndoing:
    def test_takes_no_point_twice(self, ada: Member, twin: Member, carer: User):
        purchasing.record(sale=sale(twin, "100.00"), key="a", at=NOON)

        @posting.retried
        @transaction.atomic
        def spend(number: int) -> None:
            accounts = posting.lock_many([ada.holder_id, twin.holder_id])
            now = Member.objects.get(pk=twin.pk)
            whose = ada if now.merged_into_id else now
            posting.redeem(
                account=accounts[whose.holder_id]["points"], points=7, reference="rwd_1",
                key=f"k{number}", at=NOON,
            )  # fmt: skip

        def act(number: int) -> str:
            if number == 3:
                return ended(
                    lambda: merging.unmerge(
                        merge=merge(twin, ada, carer, "m"), reason="mistake",
                        undone_by=carer, at=NOON,
                    )
                )  # fmt: skip
            return ended(lambda: spend(number))

        assert Counter(at_once(act, calls=10)) == {"done": 10}
        assert points_of(twin, at=NOON) + points_of(ada, at=NOON) == 100 - 9 * 7
        assert verifying.verify().first_fault is None
