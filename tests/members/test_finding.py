import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

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

    @pytest.mark.parametrize("text", ["oppe", "GRAC", "grace hop", "gra hop", "ce Ho", "gr"])
    def test_finds_by_any_part_of_a_name(self, grace: Member, text: str):
        Member.objects.filter(pk=grace.pk).update(first_name="Grace")

        assert list(finding.search(text=text)) == [grace]

    def test_finds_letters_with_accents_in_either_case(self, grace: Member):
        member = enrolling.enrol(at=NOON, first_name="Élodie", last_name="Lefèvre")

        assert list(finding.search(text="élodie")) == [member]
        assert list(finding.search(text="ÉLODIE LEF")) == [member]

    @pytest.mark.parametrize("text", ["", "op", "2000", "hop%", "h_pper", "\0"])
    def test_finds_nothing_in_the_middle_of_other_things(self, grace: Member, text: str):
        assert list(finding.search(text=text)) == []

    @pytest.mark.parametrize("text", ["200000", "2000 0000 00", "grace@ex", "Grace@Example"])
    def test_finds_by_how_a_card_or_an_email_begins(self, grace: Member, text: str):
        assert list(finding.search(text=text)) == [grace]

    def test_takes_a_beginning_to_the_letter(self, grace: Member):
        for text in ("grace%", "%race@example.org", "grace_@", "20000_", "000013"):
            assert list(finding.search(text=text)) == []

    def test_finds_whom_several_ways_name_once(self, programme: Programme):
        people = [
            enrolling.enrol(
                at=NOON, first_name="Martin", last_name=name, email=f"martin.{name}@x.org"
            )
            for name in ("Martin", "Saint-Martin", "Durand")
        ]

        found = finding.search_keys(text="martin")

        # By the last name first; among those who share a way to be found, in any order.
        assert found[0] == people[0].pk
        assert sorted(found) == [person.pk for person in people]

    def test_finds_a_hundred_at_most_the_surest_first(self, programme: Programme):
        _make_many(120, "Xaintmartin")
        surest = enrolling.enrol(at=NOON, last_name="Martin")

        found = finding.search_keys(text="martin")

        assert len(found) == len(set(found)) == finding.MOST == 100
        assert found[0] == surest.pk

    def test_finds_among_those_it_is_given(self, grace: Member):
        _make_many(120, "Hop")

        bounded = Member.objects.filter(email__isnull=False)

        assert list(finding.search(text="hop", within=bounded)) == [grace]
        assert list(finding.search(text="hop", within=Member.objects.none())) == []

    @pytest.mark.parametrize(
        ("text", "statements"),
        [("", 0), ("grace@example.org", 1), ("hopper", 2), ("ho", 1), ("2000000000138", 2)],
    )
    def test_says_two_statements_at_most(
        self, grace: Member, text: str, statements: int, django_assert_num_queries
    ):
        finding.search_keys(text="anything")

        with django_assert_num_queries(statements):
            finding.search_keys(text=text)

    @pytest.mark.parametrize(
        ("text", "indexes"),
        [
            ("ho", {"members_member_name_begins", "members_member_first_name_begins"}),
            ("g h", {"name_begins"}),
            ("grace@example.org", {"members_member_email"}),
            ("grace@ex", {"members_member_email"}),
            ("200000", {"members_card_number"}),
        ],
    )
    def test_goes_through_an_index(self, grace: Member, text: str, indexes: set[str]):
        _make_many(3_000)

        plan = "\n".join(_plans_of(text))

        # SQLite names an index that makes a column unique by its number.
        if connection.vendor == "postgresql":
            assert "Seq Scan" not in plan
            assert all(index in plan for index in indexes)
        else:
            assert "SCAN members_member" not in plan
            assert "SCAN U0" not in plan
            assert "SEARCH " in plan

    @pytest.mark.postgresql
    def test_finds_a_part_of_a_name_by_its_trigrams(self, grace: Member):
        _make_many(3_000)
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")

        plan = _plans_of("oppe")[-1]

        assert "members_member_name_part" in plan
        assert "Seq Scan" not in plan

    @pytest.mark.postgresql
    @pytest.mark.parametrize("text", ["ho", "h o", "marie.m", "2000000000138", "mar_", "a b c"])
    def test_asks_no_trigrams_of_what_has_none(self, grace: Member, text: str):
        assert "members_member_name_part" not in "\n".join(_plans_of(text))


def _plans_of(text: str) -> list[str]:
    """Return how the database answers each statement of a search."""
    with CaptureQueriesContext(connection) as said:
        finding.search_keys(text=text)
    how = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
    with connection.cursor() as cursor:
        plans = []
        for query in said.captured_queries:
            if "members_member" in query["sql"]:
                cursor.execute(f"{how} {query['sql']}")
                plans.append("\n".join(str(row[-1]) for row in cursor.fetchall()))
    return plans


def _make_many(count: int, name: str = "Name") -> None:
    """Enough members that reading all of them would be the worse plan."""
    people = [
        enrolling.Newcomer(external_id=f"p{n}", last_name=f"{name}{n}", enrolled_at=NOON)
        for n in range(count)
    ]
    enrolling.enrol_many(newcomers=people, recorded_at=NOON)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
