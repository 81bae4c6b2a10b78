from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from loyalty.programmes.models import Segment
from members import enrolling, erasing, purchasing, segmenting
from members.models import Member, SegmentStay
from tests.conftest import NOON
from tests.members.builders import publish, sale

DAY = timedelta(days=1)
VIP = {"when": {"segments": ["vip"]}, "then": {"give": "fixed", "points": 50}}


@pytest.fixture
def vip(ada: Member) -> Segment:
    return Segment.objects.create(code="vip", name_fr="Habitués", name_en="Regulars")


@pytest.fixture
def grace(ada: Member) -> Member:
    return enrolling.enrol(at=NOON - 100 * DAY, email="grace@example.org", external_id="G-1")


def stays() -> list[tuple]:
    return list(SegmentStay.objects.order_by("pk").values_list("member", "since_at", "until_at"))


class TestAssign:
    def test_lets_a_segment_hold_exactly_these_members(self, ada, grace, vip):
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - DAY)

        done = segmenting.assign(code="vip", member_ids={grace.pk}, at=NOON)

        assert (done.joined, done.left) == (1, 1)
        assert stays() == [(ada.pk, NOON - DAY, NOON), (grace.pk, NOON, None)]

    def test_again_changes_nothing(self, ada, vip):
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - DAY)

        done = segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)

        assert (done.joined, done.left) == (0, 0)
        assert stays() == [(ada.pk, NOON - DAY, None)]

    def test_refuses_a_segment_that_nobody_named(self, ada):
        with pytest.raises(segmenting.UnknownSegment):
            segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)

        assert stays() == []

    def test_takes_the_same_statements_for_few_and_many(
        self, ada, grace, vip, django_assert_num_queries
    ):
        with django_assert_num_queries(6):
            segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)
        segmenting.assign(code="vip", member_ids=[], at=NOON)
        with django_assert_num_queries(6):
            segmenting.assign(code="vip", member_ids=[ada.pk, grace.pk], at=NOON)

    def test_is_forgotten_with_who_is_erased(self, ada, vip):
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON)

        erasing.ask(member=ada, at=NOON, actor="")
        erasing.erase_due(at=NOON + 4 * DAY, limit=10)

        assert stays() == []


class TestAdd:
    def test_lets_in_whom_a_query_finds_and_nobody_go(self, ada, grace, vip):
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - DAY)

        assert segmenting.add(code="vip", members=Member.objects.all(), at=NOON) == 1
        assert segmenting.add(code="vip", members=Member.objects.all(), at=NOON + DAY) == 0
        assert segmenting.add(code="vip", members=Member.objects.none(), at=NOON) == 0
        assert stays() == [(ada.pk, NOON - DAY, None), (grace.pk, NOON, None)]

    def test_lets_in_again_who_had_left(self, ada, vip):
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - 2 * DAY)
        segmenting.assign(code="vip", member_ids=[], at=NOON - DAY)

        assert segmenting.add(code="vip", members=Member.objects.filter(pk=ada.pk), at=NOON) == 1
        assert stays() == [(ada.pk, NOON - 2 * DAY, NOON - DAY), (ada.pk, NOON, None)]

    def test_takes_one_statement_under_the_lock_for_few_and_many(
        self, ada, grace, vip, django_assert_num_queries
    ):
        # Those of a savepoint, the lock, and the one.
        with django_assert_num_queries(4):
            segmenting.add(code="vip", members=Member.objects.filter(pk=ada.pk), at=NOON)
        with django_assert_num_queries(4):
            segmenting.add(code="vip", members=Member.objects.all(), at=NOON)

    def test_refuses_a_segment_that_nobody_named(self, ada):
        with pytest.raises(segmenting.UnknownSegment):
            segmenting.add(code="vip", members=Member.objects.all(), at=NOON)

        assert stays() == []


class TestARule:
    def test_gives_to_who_is_in_its_segment(self, ada, grace, vip):
        publish("vip-bonus", VIP)
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - DAY)

        inside = purchasing.record(sale=sale(ada), key="a", at=NOON)
        outside = purchasing.record(sale=sale(grace), key="b", at=NOON)

        assert (inside.points, outside.points) == (70, 20)
        assert inside.facts["segments"] == ["vip"]
        assert outside.award["refused"] == [{"rule": "vip-bonus", "why": "not-this-segment"}]

    def test_goes_by_who_was_in_it_at_the_moment_of_a_sale_told_late(self, ada, vip):
        publish("vip-bonus", VIP)
        segmenting.assign(code="vip", member_ids=[ada.pk], at=NOON - 3 * DAY)
        segmenting.assign(code="vip", member_ids=[], at=NOON - DAY)

        then = sale(ada, occurred_at=NOON - 2 * DAY)

        assert purchasing.record(sale=then, key="a", at=NOON).points == 70
        assert purchasing.record(sale=sale(ada), key="b", at=NOON).points == 20


class TestTheCommand:
    def test_takes_numbers_and_external_ids(self, ada, grace, vip, tmp_path: Path, capsys):
        file = tmp_path / "vip.txt"
        file.write_text(f"{ada.public_id}\nG-1\n\nG-1\nnobody\n")

        call_command("assign_segment", "vip", str(file))

        said = capsys.readouterr()
        assert said.out == "2 members: 2 joined, 0 left, 1 lines name nobody\n"
        assert said.err == "unknown member: nobody\n"
        assert {pk for pk, *_moments in stays()} == {ada.pk, grace.pk}

    def test_refuses_an_unknown_segment_and_a_missing_file(self, ada, vip, tmp_path: Path):
        file = tmp_path / "some.txt"
        file.write_text(f"{ada.public_id}\n")

        with pytest.raises(CommandError, match="unknown-segment"):
            call_command("assign_segment", "gold", str(file))
        with pytest.raises(CommandError, match="cannot be read"):
            call_command("assign_segment", "vip", str(tmp_path / "none.txt"))

        assert stays() == []
