"""What a till was told of a code that it scanned: for one member, at one client, for a while."""

from datetime import timedelta

import pytest
from django.test import override_settings

from members import enrolling, proving
from members.models import Member
from members.proving import SpendProofRequired
from tests.conftest import NOON

TILL = "cli_1"
SECOND = timedelta(seconds=1)


@pytest.fixture
def proof(ada: Member) -> str:
    return proving.give(member=ada, client=TILL, at=NOON)


class TestCheck:
    def test_takes_a_proof_for_fifteen_minutes_and_asks_no_database(
        self, ada: Member, proof: str, django_assert_num_queries
    ):
        last = NOON + timedelta(minutes=15) - SECOND

        with django_assert_num_queries(0):
            proving.check(member=ada, client=TILL, proof=proof, at=NOON)
            proving.check(member=ada, client=TILL, proof=proof, at=last)

        with pytest.raises(SpendProofRequired):
            proving.check(member=ada, client=TILL, proof=proof, at=last + SECOND)

    def test_refuses_the_proof_of_another_till(self, ada: Member, proof: str):
        with pytest.raises(SpendProofRequired):
            proving.check(member=ada, client="cli_2", proof=proof, at=NOON)

    def test_refuses_the_proof_of_another_member(self, ada: Member, proof: str):
        bea = enrolling.enrol(at=NOON, email="bea@example.org")

        with pytest.raises(SpendProofRequired):
            proving.check(member=bea, client=TILL, proof=proof, at=NOON)

    @pytest.mark.parametrize("change", ["", "x", "é", "{}:{}", "{0}x", "x{0}"])
    def test_refuses_what_was_never_given(self, ada: Member, proof: str, change: str):
        with pytest.raises(SpendProofRequired):
            proving.check(member=ada, client=TILL, proof=change.format(proof, proof), at=NOON)

    def test_refuses_what_another_installation_gave(self, ada: Member, proof: str):
        with override_settings(SECRET_KEY="another"), pytest.raises(SpendProofRequired):
            proving.check(member=ada, client=TILL, proof=proof, at=NOON)
