"""Members named in a list that somebody wrote."""

import pytest
from pytest_django import DjangoAssertNumQueries

from members import enrolling, listing
from members.models import Member
from tests.conftest import NOON


@pytest.fixture
def grace(ada: Member) -> Member:
    return enrolling.enrol(at=NOON, email="grace@example.org", external_id="G-1")


class TestNamesOf:
    def test_are_one_a_line_or_between_commas_and_each_once(self):
        said = '"a@b.fr";2000000000121\r\n\r\n a@b.fr ,G-1\tG-2\n'

        assert listing.names_of(said) == ["a@b.fr", "2000000000121", "G-1", "G-2"]

    def test_are_refused_above_twenty_thousand(self):
        names = "\n".join(str(number) for number in range(20_001))

        assert len(listing.names_of(names[: names.rindex("\n")])) == 20_000
        with pytest.raises(listing.ListTooLong):
            listing.names_of(names)


class TestFind:
    def test_finds_by_card_email_number_and_external_id(self, ada: Member, grace: Member):
        names = ["2000 0000 0012 1", "GRACE@example.org", "G-1", ada.public_id, "nobody", "x@y.fr"]

        found = listing.find(names=names)

        assert found.members == {ada.pk, grace.pk}
        assert found.unknown == ("nobody", "x@y.fr")

    def test_finds_the_survivor_of_who_was_merged(self, ada: Member, grace: Member):
        Member.objects.filter(pk=grace.pk).update(merged_into=ada, state="MERGED")

        assert listing.find(names=["G-1", "grace@example.org"]).members == {ada.pk}

    def test_finds_nobody_whom_the_reader_does_not_see(self, ada: Member, grace: Member):
        within = Member.objects.filter(pk=ada.pk)

        found = listing.find(names=[ada.public_id, "G-1"], within=within)

        assert (found.members, found.unknown) == ({ada.pk}, ("G-1",))

    def test_costs_three_statements_for_few_and_for_many(
        self, ada: Member, django_assert_num_queries: DjangoAssertNumQueries
    ):
        with django_assert_num_queries(3):
            listing.find(names=["2000000000121"])
        with django_assert_num_queries(3):
            listing.find(names=[f"card{number}" for number in range(499)] + [ada.public_id])
