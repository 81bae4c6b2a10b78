"""From a definition to who is in the segment, and to the points that a rule gives them."""

from datetime import timedelta
from typing import Any

import pytest

from analytics import facts
from analytics.models import SegmentDefinition
from analytics.segments import defining
from loyalty.programmes.models import Category, Programme, Segment
from loyalty.programmes.shapes import Malformed
from members import enrolling, purchasing, segmenting
from members.models import Member, MemberState, SegmentStay
from tests.conftest import NOON
from tests.members.builders import publish, sale

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
LATE = NOON + timedelta(hours=1)
BUYERS = {"match": "all", "conditions": [{"fact": "receipts", "from": 1}]}


@pytest.fixture
def ada(programme: Programme) -> Member:
    return enrolling.enrol(at=NOON - 100 * DAY, email="ada@example.org")


@pytest.fixture
def grace(ada: Member) -> Member:
    return enrolling.enrol(at=NOON - 100 * DAY, email="grace@example.org")


def define(said: dict[str, Any] = BUYERS) -> SegmentDefinition:
    return defining.make(code="buyers", name_fr="Acheteurs", name_en="Buyers", said=said, at=NOON)


def buy(member: Member, *, key: str, at: Any = NOON) -> Any:
    sold = purchasing.record(sale=sale(member, occurred_at=at), key=key, at=at)
    facts.refresh(at=at)
    return sold


def stays() -> list[tuple[Any, ...]]:
    return list(SegmentStay.objects.order_by("pk").values_list("member", "since_at", "until_at"))


class TestADefinition:
    def test_leads_to_the_points_of_a_rule_for_its_segment(self, ada, grace):
        publish("buyers-bonus", {"when": {"segments": ["buyers"]},
                                 "then": {"give": "fixed", "points": 50}})  # fmt: skip
        definition = define()
        buy(ada, key="a", at=NOON - DAY)

        defining.assign(definition=definition, at=NOON)

        known, new = buy(ada, key="b", at=LATE), buy(grace, key="c", at=LATE)
        assert (known.points, new.points) == (70, 20)

    def test_refuses_what_is_wrong_and_keeps_what_was_said(self, ada):
        definition = define()

        with pytest.raises(Malformed) as refusal:
            defining.define(
                segment=definition.segment, at=LATE,
                said={"conditions": [{"fact": "tier", "in": ["diamond"]}]},
            )  # fmt: skip

        [fault] = refusal.value.faults
        assert (fault.pointer, fault.code) == ("/conditions/0/in", "unknown-code")
        definition.refresh_from_db()
        assert (definition.terms, definition.changed_at) == (BUYERS, NOON)

    def test_refuses_a_code_that_is_taken(self, ada):
        define()

        with pytest.raises(defining.CodeTaken):
            define()

        assert Segment.objects.count() == SegmentDefinition.objects.count() == 1

    def test_keeps_a_trail_of_what_was_said_and_none_of_counts(self, ada):
        definition = define()
        defining.assign(definition=definition, at=NOON)
        defining.define(segment=definition.segment, said=BUYERS, at=LATE)

        said = {"match": "any", "conditions": [{"fact": "points", "from": 1}]}
        defining.define(segment=definition.segment, said=said, at=LATE)

        assert [row.terms for row in SegmentDefinition.history.order_by("pk")] == [BUYERS, said]

    def test_counts_whom_it_holds_of_how_many(self, ada, grace):
        enrolling.enrol(at=NOON, email="left@example.org")
        gone = Member.objects.filter(email="left@example.org")
        gone.update(state=MemberState.CLOSED, closed_at=NOON)
        buy(ada, key="a")

        counted = defining.get_count(definition=defining.check(BUYERS), at=LATE)

        assert (counted.members, counted.of) == (1, 2)

    def test_opens_a_category_to_those_inside_it(self, ada):
        drinks = Category.objects.create(code="drinks", name="Drinks")
        hot = Category.objects.create(code="hot", name="Hot drinks", parent=drinks)
        Category.objects.create(code="tea", name="Tea", parent=hot)

        assert list(defining._opened(["drinks"])) == ["drinks", "hot", "tea"]


class TestAssign:
    def test_moves_whom_it_must_and_leaves_who_stays(self, ada, grace):
        definition = define()
        buy(ada, key="a")
        defining.assign(definition=definition, at=NOON)
        buy(grace, key="b", at=LATE)
        Member.objects.filter(pk=ada.pk).update(state=MemberState.CLOSED, closed_at=LATE)

        moved = defining.assign(definition=definition, at=LATE)

        assert (moved.joined, moved.left) == (1, 1)
        assert stays() == [(ada.pk, NOON, LATE), (grace.pk, LATE, None)]
        definition.refresh_from_db()
        assert (definition.assigned_at, definition.members) == (LATE, 1)

    def test_again_changes_nothing_in_as_many_statements(
        self, ada, grace, django_assert_num_queries
    ):
        definition = define()
        buy(ada, key="a")
        buy(grace, key="b")
        defining.assign(definition=definition, at=NOON)

        with django_assert_num_queries(9):
            moved = defining.assign(definition=definition, at=LATE)

        assert (moved.joined, moved.left) == (0, 0)
        assert [row[1:] for row in stays()] == [(NOON, None)] * 2

    def test_leaves_segments_that_are_kept_by_hand(self, ada):
        Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)
        definition = define()

        assert defining.assign_all(at=LATE) == 0
        defining.keep_by_hand(segment=definition.segment)

        assert stays() == [(ada.pk, NOON, None)]
        assert SegmentDefinition.objects.exists() is False


class TestTheStandardSegments:
    def test_hold_everybody_who_ever_bought_in_one_of_them(self, ada, grace):
        buy(ada, key="a")

        made = defining.add_standard(at=NOON)

        assert len(made) == 11
        held = SegmentStay.objects.filter(until_at=None).values_list("segment__code", "member")
        assert list(held) == [("rfm-lost", ada.pk)]

    def test_are_added_once(self, ada):
        defining.add_standard(at=NOON)

        assert list(defining.add_standard(at=LATE)) == []
        assert Segment.objects.count() == 11
