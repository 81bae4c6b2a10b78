"""Personal offers at the desk: made from a list, in a rule that is then written and published."""

from collections.abc import Iterator

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from loyalty.identity.roles import Role
from loyalty.programmes.models import Rule, Segment
from members import enrolling
from members.models import Member, SegmentStay
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.reading import queries_of, words_of

PAGE = "/desk/offers/"
FIELDS = {"code": "five", "name_fr": "5 × pour vous", "name_en": "5 × for you"}

pytestmark = pytest.mark.usefixtures("shop")


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def marketing(sign_in: SignIn) -> Client:
    return sign_in(Role.MARKETING)


@pytest.fixture
def people(shop: None) -> list[Member]:
    return [
        enrolling.enrol(at=NOON, email=f"m{n}@shop.test", last_name=f"Person {n}")
        for n in range(3)
    ]


def offered_to() -> set[int]:
    return set(SegmentStay.objects.filter(until_at=None).values_list("member_id", flat=True))


class TestANewOne:
    def test_is_the_draft_of_a_rule_for_who_is_pasted_and_in_the_file(self, people, marketing):
        file = SimpleUploadedFile("list.csv", b"\xef\xbb\xbfm1@shop.test\r\nnobody@shop.test\r\n")

        answer = marketing.post(PAGE, FIELDS | {"members": "m0@shop.test", "file": file})

        rule = Rule.objects.get(code="five")
        assert answer["Location"] == f"/desk/programmes/ruleversion/add/?rule={rule.pk}"
        assert offered_to() == {people[0].pk, people[1].pk}
        page = words_of(marketing, answer["Location"])
        assert "The offer is for 2 members." in page
        assert "1 name is nobody’s: nobody@shop.test" in page

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"members": "nobody@shop.test"}, "The list names no member."),
            ({"members": "m0@shop.test", "code": "base"}, "A rule or a segment has this code"),
            ({"members": "m0@shop.test", "name_en": ""}, "This field is required."),
        ],
    )
    def test_says_what_is_wrong_and_makes_nothing(self, people, marketing, fields, words):
        page = marketing.post(PAGE, FIELDS | fields)

        assert words in page.content.decode()
        assert Segment.objects.exists() is False

    def test_is_not_for_who_makes_no_rules(self, sign_in):
        for role in (Role.CUSTOMER_CARE, Role.STORE_MANAGER, Role.ANALYST):
            assert sign_in(role).post(PAGE, FIELDS).status_code == 403


class TestThePages:
    def test_tell_for_how_many_each_is_and_for_whom(self, people, marketing):
        marketing.post(PAGE, FIELDS | {"members": "m0@shop.test m1@shop.test".replace(" ", ",")})
        rule = Rule.objects.get(code="five")

        assert "5 × for you five draft 2" in words_of(marketing, PAGE)
        page = words_of(marketing, f"{PAGE}{rule.pk}/")
        assert "2 members draft What it gives Person 0 Person 1" in page
        assert marketing.get(f"{PAGE}999/").status_code == 404

    def test_let_it_be_for_another_list(self, people, marketing):
        marketing.post(PAGE, FIELDS | {"members": "m0@shop.test"})
        rule = Rule.objects.get(code="five")

        marketing.post(f"{PAGE}{rule.pk}/", {"members": "m2@shop.test"})

        assert offered_to() == {people[2].pk}

    def test_cost_as_many_statements_for_one_as_for_many(self, people, marketing):
        marketing.post(PAGE, FIELDS | {"members": "m0@shop.test"})
        one = f"{PAGE}{Rule.objects.get(code='five').pk}/"
        marketing.get(PAGE)
        few = queries_of(marketing, PAGE), queries_of(marketing, one)
        marketing.post(one, {"members": "m0@shop.test,m1@shop.test,m2@shop.test"})
        marketing.post(PAGE, FIELDS | {"members": "m0@shop.test", "code": "six"})
        marketing.get(PAGE), marketing.get(one)

        assert (queries_of(marketing, PAGE), queries_of(marketing, one)) == few
