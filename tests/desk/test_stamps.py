"""The stamp cards of a member, as staff see them on their page."""

import pytest
from django.test import Client
from time_machine import travel

from members.models import Member
from tests.conftest import NOON
from tests.desk.reading import queries_of, words_of
from tests.desk.test_member import buy, page_of
from tests.members.builders import print_card
from tests.members.conftest import ada, programme

__all__ = ["ada", "programme"]


@pytest.fixture(autouse=True)
def _noon() -> object:
    with travel(NOON, tick=False):
        yield


class TestAStampCard:
    def test_is_told_with_what_a_full_one_gives(self, ada: Member, desk: Client):
        print_card(full_at=10)
        buy(ada, "12.00")
        buy(ada, "13.00")

        assert "2 of 10 on the stamp card; at 10: A coffee" in words_of(desk, page_of(ada))
        told = words_of(desk, page_of(ada), "fr")
        assert "Tampons : 2 sur 10 ; à 10 : Un café" in told

    def test_is_told_before_the_first_stamp_for_no_statement_more(self, ada: Member, desk: Client):
        buy(ada, "12.00")
        desk.get(page_of(ada))
        before = queries_of(desk, page_of(ada))
        print_card()
        desk.get(page_of(ada))

        assert queries_of(desk, page_of(ada)) == before
        assert "0 of 5 on the stamp card; at 5: A coffee" in words_of(desk, page_of(ada))
