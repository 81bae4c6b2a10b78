"""The code on a member's phone: it names a card, for 30 seconds, once."""

from datetime import timedelta

import pytest
from django.test import override_settings

from loyalty.programmes.models import Programme
from members import blocking, enrolling, finding, showing
from members.finding import CardBlocked, MemberNotFound
from members.models import Card, Member
from tests.conftest import NOON
from tests.racing import at_once

SECOND = timedelta(seconds=1)


@pytest.fixture
def code(ada: Member) -> str:
    return showing.issue(card=Card.objects.get(), at=NOON)


class TestIssue:
    def test_makes_a_short_code_that_says_nothing_and_writes_nothing(
        self, ada: Member, django_assert_num_queries
    ):
        card = Card.objects.get()

        with django_assert_num_queries(0):
            codes = {showing.issue(card=card, at=NOON + n * SECOND) for n in range(50)}

        assert {len(code) for code in codes} == {30}
        assert {code[0] for code in codes} == {"R"}
        assert len({code[1:6] for code in codes}) == 50

    def test_is_for_the_last_card_that_is_in_use(self, ada: Member):
        newer = Card.objects.create(number="2000000000139", member=ada, issued_at=NOON)
        assert showing.get_card(member=ada) == newer

        blocking.block_card(card=newer, at=NOON, actor="usr_1")

        assert showing.get_card(member=ada) == Card.objects.get(number="2000000000121")


class TestTake:
    def test_finds_the_member_once(self, ada: Member, code: str):
        assert finding.get_member(code=code, at=NOON + SECOND) == ada

        with pytest.raises(MemberNotFound):
            finding.get_member(code=code, at=NOON + SECOND)

    def test_of_a_later_code_ends_the_earlier_ones(self, ada: Member, code: str):
        later = showing.issue(card=Card.objects.get(), at=NOON + SECOND)

        assert finding.get_member(code=later, at=NOON + SECOND) == ada

        with pytest.raises(MemberNotFound):
            finding.get_member(code=code, at=NOON + SECOND)
        newest = showing.issue(card=Card.objects.get(), at=NOON + 2 * SECOND)
        assert finding.get_member(code=newest, at=NOON + 2 * SECOND) == ada

    @pytest.mark.parametrize(("seconds", "is_good"), [(-3, False), (-2, True), (29, True)])
    def test_is_good_for_thirty_seconds(self, ada: Member, code: str, seconds: int, is_good: bool):
        at = NOON + seconds * SECOND

        assert (showing.read(code=code, at=at) is not None) is is_good
        assert showing.read(code=code, at=NOON + 30 * SECOND) is None

    def test_needs_the_moment_to_be_told(self, ada: Member, code: str):
        with pytest.raises(MemberNotFound):
            finding.get_member(code=code)

        assert finding.get_member(code=code, at=NOON) == ada

    def test_leaves_it_where_it_is_only_read(self, ada: Member, code: str):
        for _again in range(2):
            assert finding.get_member(code=code, at=NOON, takes_code=False) == ada

        assert Card.objects.get().code_taken_at is None

    def test_refuses_a_code_that_anybody_made_up(self, ada: Member, code: str):
        altered = code[:-1] + ("0" if code[-1] != "0" else "1")

        for wrong in (
            altered,
            "R" + "0" * 29,
            "R" + "Z" * 29,
            code[:-1],
            code + "0",
            "R",
            "É" * 30,
        ):
            assert showing.read(code=wrong, at=NOON) is None
        with override_settings(SECRET_KEY="of another installation"):
            assert showing.read(code=code, at=NOON) is None

    def test_reads_what_a_scanner_typed_in_small_letters(self, ada: Member, code: str):
        assert finding.get_member(code=f" {code.lower()}\n", at=NOON) == ada

    def test_says_so_when_the_card_was_blocked_meanwhile(self, ada: Member, code: str):
        blocking.block_card(card=Card.objects.get(), at=NOON, actor="usr_1")

        with pytest.raises(CardBlocked):
            finding.get_member(code=code, at=NOON)

    def test_still_takes_the_plain_number_in_one_query(
        self, ada: Member, django_assert_num_queries
    ):
        with django_assert_num_queries(1):
            assert finding.get_member(code="2000 0000 0012 1", at=NOON) == ada

    def test_costs_one_more_statement_than_a_number(
        self, ada: Member, code: str, django_assert_num_queries
    ):
        with django_assert_num_queries(2):
            finding.get_member(code=code, at=NOON)

    @pytest.mark.postgresql
    @pytest.mark.django_db(transaction=True)
    def test_by_ten_at_once_finds_the_member_for_one(self, programme: Programme):
        enrolling.enrol(at=NOON, email="ada@example.org")
        code = showing.issue(card=Card.objects.get(), at=NOON)

        taken = at_once(lambda _number: showing.take(code=code, at=NOON), calls=10)

        assert len([card for card in taken if card is not None]) == 1
