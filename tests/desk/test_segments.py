"""Segments at the desk: written without a script, counted, found, and who may see what."""

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client

from analytics import facts
from analytics.models import SegmentDefinition
from analytics.segments import defining
from loyalty.identity.roles import Role
from loyalty.programmes.models import Campaign, Rule, Segment
from members import enrolling, purchasing
from members.models import Consent, Member, SegmentStay
from tests.conftest import NOON
from tests.desk.conftest import SignIn
from tests.desk.entering import prove
from tests.desk.reading import queries_of, words_of
from tests.members.builders import sale

PAGE, NEW = "/desk/segments/", "/desk/segments/new/"
NAMES = {"code": "big", "name_fr": "Gros paniers", "name_en": "Big baskets"}
# Two conditions: from 1 receipt on, and no more than 30.00.
ROWS = {
    "match": "all", "row": ["0", "3"], "0-fact": "receipts", "0-least": "1", "0-months": "2",
    "3-fact": "revenue", "3-most": "30.00", "3-is_not": "on",
}  # fmt: skip
SAID = {
    "match": "all",
    "conditions": [
        {"fact": "receipts", "from": 1, "months": 2},
        {"fact": "revenue", "not": True, "to": 3000},
    ],
}

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
    """Three members, of whom the first bought for 20.00 and the second for 50.00."""
    told = [
        enrolling.enrol(at=NOON, email=f"m{n}@shop.test", last_name=f"Person {n}")
        for n in range(3)
    ]
    for number, euros in enumerate(("20.00", "50.00")):
        purchasing.record(sale=sale(told[number], euros), key=f"k{number}", at=NOON)
    facts.refresh(at=NOON)
    return told


def define(said: dict[str, Any] = SAID) -> SegmentDefinition:
    return defining.make(**NAMES, said=said, at=NOON)


class TestWriting:
    def test_keeps_a_new_segment_with_its_conditions(self, people, marketing):
        answer = marketing.post(NEW, NAMES | ROWS | {"act": "save"})

        made = SegmentDefinition.objects.select_related("segment").get()
        assert answer["Location"] == f"{PAGE}{made.segment.pk}/"
        assert (made.segment.code, made.terms) == ("big", SAID)
        page = words_of(marketing, answer["Location"])
        assert "Members of whom all of this holds:" in page
        assert "Receipts: 1 or more in the last 2 whole months and since" in page
        assert "Not revenue: €30.00 at most" in page

    def test_adds_and_takes_away_a_condition_and_keeps_what_is_typed(self, marketing):
        more = marketing.post(NEW, NAMES | ROWS | {"act": "add", "new": "tier"})
        less = marketing.post(NEW, NAMES | ROWS | {"act": "remove:0"})

        more, less = more.content.decode(), less.content.decode()
        assert 'name="4-fact" value="tier"' in more
        assert 'value="30.00"' in more
        assert 'name="0-fact"' not in less
        assert 'name="3-fact"' in less
        assert 'value="Big baskets"' in more
        assert "field__error" not in more
        assert Segment.objects.exists() is False

    @pytest.mark.parametrize(
        ("fields", "words"),
        [
            ({"row": []}, "A segment has at least one condition."),
            ({"0-least": ""}, "Say a least or a most."),
            ({"0-least": "9", "0-most": "3"}, "This is below what it starts from."),
            ({"0-least": "-1"}, "greater than or equal to 0"),
            ({"3-fact": "kind", "3-codes": ["PLANT"]}, "is not one of the available choices"),
            ({"code": ""}, "This field is required."),
        ],
    )
    def test_says_what_is_wrong_and_keeps_nothing(self, marketing, fields, words):
        page = marketing.post(NEW, NAMES | ROWS | {"act": "save"} | fields)

        assert words in page.content.decode()
        assert Segment.objects.exists() is False

    def test_counts_at_once_with_a_script_and_by_a_button_without(self, people, marketing):
        live = marketing.post(NEW, NAMES | ROWS, headers={"HX-Request": "true"})
        plain = marketing.post(NEW, NAMES | ROWS | {"act": "count"}).content.decode()

        assert "htmx-config" in plain
        assert " ".join(live.content.decode().split()).count("1 member") == 1
        assert "of 3 members now" in plain
        assert "(33" in plain
        unready = marketing.post(
            NEW, NAMES | ROWS | {"0-least": ""}, headers={"HX-Request": "true"}
        )
        assert "Counted once each condition is whole." in unready.content.decode()

    def test_is_for_who_defines_segments(self, people, sign_in):
        segment = define().segment
        for role in (Role.ANALYST, Role.STORE_MANAGER, Role.CUSTOMER_CARE):
            client = sign_in(role)
            for page in (PAGE, NEW, f"{PAGE}{segment.pk}/", f"{PAGE}{segment.pk}/assign/"):
                assert client.post(page, ROWS | {"act": "save"}).status_code == 403

        assert SegmentDefinition.objects.get().terms == SAID


class TestASegment:
    def test_finds_its_members_now_and_shows_some_to_who_sees_people(
        self, people, marketing, sign_in
    ):
        segment = define().segment

        marketing.post(f"{PAGE}{segment.pk}/assign/")

        page = f"{PAGE}{segment.pk}/"
        assert list(SegmentStay.objects.values_list("member", flat=True)) == [people[1].pk]
        assert "1 joined, 0 left." in words_of(marketing, page)
        assert "Some of its members Person 1" in words_of(marketing, page)
        assert "Person 1" not in words_of(sign_in(Role.ANALYST), page)

    def test_says_no_number_of_all_stores_to_who_sees_some(self, people, sign_in):
        segment = define().segment
        defining.assign(definition=SegmentDefinition.objects.get(), at=NOON)
        manager = sign_in(Role.STORE_MANAGER)
        shown = manager.get(f"{PAGE}{segment.pk}/")

        assert [one.members for one in manager.get(PAGE).context["segments"]] == [None]
        assert shown.context["shown"].members is None
        assert "Who is in it" in words_of(manager, f"{PAGE}{segment.pk}/")
        definitions = words_of(manager, "/desk/analytics/segmentdefinition/")
        assert "big" not in definitions.lower()
        told = sign_in(Role.ANALYST).get(PAGE).context["segments"]
        assert [one.members for one in told] == [1]

    def test_says_who_speaks_of_it(self, people, marketing):
        segment = define().segment
        Rule.objects.create(code="r", name_fr="R", name_en="For them", audience=segment)
        Campaign.objects.create(
            code="c", name_fr="C", name_en="Spring", starts_at=NOON, target=1, audience=segment,
            ends_at=NOON.replace(year=2027), budget_points=1,
        )  # fmt: skip

        page = words_of(marketing, f"{PAGE}{segment.pk}/")

        assert "Who speaks of it rule For them campaign Spring" in page

    def test_is_kept_by_hand_again(self, people, marketing):
        segment = define().segment
        marketing.post(f"{PAGE}{segment.pk}/assign/")

        marketing.post(f"{PAGE}{segment.pk}/assign/", {"by_hand": "1"})

        assert "Kept by hand" in words_of(marketing, f"{PAGE}{segment.pk}/")
        assert marketing.post(f"{PAGE}{segment.pk}/assign/").status_code == 404
        assert SegmentStay.objects.filter(until_at=None).count() == 1

    @pytest.mark.parametrize(
        "sent",
        [
            {"row": ["9" * 5_000]},
            {"row": "0", "0-fact": "revenue", "0-most": "1e999999"},
            {"row": "0", "0-fact": "enrolled", "0-since": "0001-01-01"},
            {"row": "0", "0-fact": "enrolled", "0-until": "9999-12-31"},
        ],
    )
    def test_is_not_kept_with_what_no_night_could_count(self, sent, people, marketing):
        for act in ("count", "save"):
            page = marketing.post(NEW, {**NAMES, **sent, "act": act})
            assert page.status_code == 200

        assert Segment.objects.exists() is False

    def test_leaves_as_a_list_of_those_who_agreed_alone(self, people, marketing):
        segment = define({"match": "all", "conditions": [{"fact": "receipts", "from": 1}]}).segment
        marketing.post(f"{PAGE}{segment.pk}/assign/")
        Consent.objects.create(
            member=people[0], channel="EMAIL", purpose="MARKETING", is_given=True,
            text_version="1", said_at=NOON,
        )  # fmt: skip
        prove(marketing)
        asked = {"segment": "big", "file_format": "csv", "has_codes": "on"}

        refused = marketing.post("/desk/exports/?what=members", asked)
        taken = marketing.post("/desk/exports/?what=members", asked | {"channel": "EMAIL"})

        assert "A segment leaves only with a channel" in refused.content.decode()
        body = b"".join(taken.streaming_content).decode()
        assert [f"m{n}@shop.test" in body for n in range(3)] == [True, False, False]


class TestTheList:
    def test_tells_each_and_adds_the_standard_ones(self, people, marketing):
        Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")

        marketing.post(PAGE)

        page = words_of(marketing, PAGE)
        assert "11 segments added." in page
        assert "Regulars vip kept by hand 0" in page
        assert "Champions rfm-champions RFM name: champions" in page

    def test_costs_as_many_statements_for_one_as_for_many(self, people, marketing):
        one = f"{PAGE}{define().segment.pk}/"
        marketing.get(PAGE), marketing.get(one)
        few = queries_of(marketing, PAGE), queries_of(marketing, one)
        defining.add_standard(at=NOON)
        marketing.get(PAGE), marketing.get(one)

        assert (queries_of(marketing, PAGE), queries_of(marketing, one)) == few
