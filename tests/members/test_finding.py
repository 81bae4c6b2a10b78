import pytest
from django.db import connection

from loyalty.core.refusals import ValidationFailed
from loyalty.programmes.models import Programme
from members import blocking, enrolling, finding
from members.finding import CardBlocked, MemberNotFound
from members.models import Card, Member
from tests.conftest import NOON


@pytest.fixture
def grace(programme: Programme) -> Member:
    return enrolling.enrol(
        at=NOON,
        last_name="Hopper",
        email="grace@example.org",
        phone="0612345678",
        card="2000000000138",
        external_id="crm-7",
    )


class TestGetMember:
    @pytest.mark.parametrize(
        "given",
        [
            {"card": "2000 0000 0013 8"},
            {"code": "2000000000138"},
            {"email": " Grace@Example.org"},
            {"phone": "+33 6 12 34 56 78"},
            {"external_id": "crm-7"},
        ],
    )
    def test_finds_by_any_identifier_in_one_query(
        self, grace: Member, given: dict[str, str], django_assert_num_queries
    ):
        with django_assert_num_queries(1):
            found = finding.get_member(**given)
            tier = found.tier

        assert found == grace
        assert tier is not None

    def test_finds_by_public_id(self, grace: Member):
        assert finding.get_member(public_id=grace.public_id) == grace

    @pytest.mark.parametrize(
        "given",
        [
            {"card": "2000000000145"},
            {"email": "nobody@example.org"},
            {"phone": "0687654321"},
            {"external_id": "crm-8"},
            {"public_id": "mem_nobody"},
            {"public_id": "mem\0"},
        ],
    )
    def test_refuses_whom_it_does_not_know(self, grace: Member, given: dict[str, str]):
        with pytest.raises(MemberNotFound) as refused:
            finding.get_member(**given)

        assert (refused.value.code, refused.value.status) == ("member-not-found", 404)

    def test_refuses_a_lost_card(self, grace: Member):
        blocking.block_card(card=Card.objects.get(), at=NOON, actor="usr_1")

        with pytest.raises(CardBlocked):
            finding.get_member(card="2000000000138")

        assert finding.get_member(email="grace@example.org") == grace

    @pytest.mark.parametrize("given", [{}, {"card": "2000000000138", "email": "a@example.org"}])
    def test_wants_exactly_one_identifier(self, grace: Member, given: dict[str, str]):
        with pytest.raises(ValidationFailed):
            finding.get_member(**given)


class TestSearch:
    @pytest.mark.parametrize(
        "text",
        ["hop", "HOPPER", "Grace@example.org", "06 12 34 56 78", "2000 0000 0013 8", "crm-7"],
    )
    def test_finds_by_identifier_or_by_how_the_last_name_begins(self, grace: Member, text: str):
        assert list(finding.search(text=text)) == [grace]

    @pytest.mark.parametrize("text", ["", "opper", "grace", "2000", "hop%", "h_pper", "\0"])
    def test_finds_nothing_in_the_middle_of_things(self, grace: Member, text: str):
        assert list(finding.search(text=text)) == []

    @pytest.mark.parametrize("text", ["hop", "2000000000138", "grace@example.org"])
    def test_never_reads_the_whole_table(self, grace: Member, text: str):
        _make_many(3_000)

        plan = finding.search(text=text).explain()

        assert "Seq Scan" not in plan
        assert "SCAN members_member" not in plan


def _make_many(count: int) -> None:
    """Enough members that reading all of them would be the worse plan."""
    people = [
        enrolling.Newcomer(external_id=f"p{n}", last_name=f"Name{n}", enrolled_at=NOON)
        for n in range(count)
    ]
    enrolling.enrol_many(newcomers=people, recorded_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
