"""Cuts: which receipts and whose, as members were when the period ended."""

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest

from analytics import facts, keeping, reporting
from analytics.figures import Figure
from analytics.keeping import Asked
from analytics.measures.registry import get_measure
from analytics.measuring import CutImpossible
from analytics.models import SegmentDefinition
from analytics.periods import day
from analytics.scopes import Cut, ValueGroup
from loyalty.programmes.models import Segment, Tier, TierLadder
from members import segmenting
from members.models import Member, MemberKind, TierChange
from tests.analytics.builders import (
    NOW,
    Sold,
    make_members,
    make_programme,
    make_stores,
    scope,
    sell,
)

pytestmark = pytest.mark.django_db
MARCH = ("2026-03-01", "2026-03-31")


@pytest.fixture
def people() -> dict[str, Member]:
    """Five who bought in March, ada for as much as all others; dee bought nothing ever."""
    make_programme()
    found = make_members(["ada", "bea", "cid", "eve", "flo"])
    found |= make_members(["dee"], enrolled_at=datetime(2026, 3, 3, tzinfo=UTC))
    spent = {"ada": 4_000, "bea": 1_000, "cid": 1_000, "eve": 1_000, "flo": 1_000}
    sell(Sold(found[name], day("2026-03-10"), cents) for name, cents in spent.items())
    return found


def buyers(cut: Cut, period: tuple[str, str] = MARCH) -> Figure:
    """Receipts over buyers: whose receipts a cut leaves."""
    facts.refresh(at=NOW)
    return get_measure(code="purchase_frequency").compute(scope(*period, cut=cut))


def counted(cut: Cut, period: tuple[str, str] = MARCH) -> int | None:
    """How many buyers a cut leaves; their receipts are listed one by one."""
    found = buyers(cut, period)
    asked = scope(*period, cut=cut)
    assert get_measure(code="purchase_frequency").drill(asked).get_total() == found.numerator
    return found.denominator


def move(members: Iterable[Member], to: Tier | None, at: datetime) -> None:
    for member in members:
        TierChange.objects.create(member=member, to_tier=to, reason="RISE", changed_at=at)


class TestTiers:
    def test_are_those_at_the_end_of_the_period(self, people: dict[str, Member]) -> None:
        ladder = TierLadder.objects.create(code="ladder")
        gold, silver = (
            Tier.objects.create(ladder=ladder, code=code, rank=rank, name_fr=code, name_en=code)
            for rank, code in enumerate(("gold", "silver"), start=1)
        )
        move([people["ada"], people["bea"]], silver, datetime(2026, 3, 1, tzinfo=UTC))
        move([people["ada"]], gold, datetime(2026, 3, 31, 21, 59, tzinfo=UTC))
        move([people["bea"]], gold, datetime(2026, 3, 31, 22, tzinfo=UTC))
        move([people["cid"]], silver, datetime(2026, 3, 2, tzinfo=UTC))
        move([people["cid"]], None, datetime(2026, 3, 3, tzinfo=UTC))

        assert counted(Cut(tier="gold")) == 1
        assert counted(Cut(tier="silver")) == 1
        assert counted(Cut(tier="")) == 3
        assert counted(Cut(tier="gold"), ("2026-03-01", "2026-04-30")) == 2


class TestSegments:
    def test_hold_who_was_in_them_when_the_period_ended(self, people: dict[str, Member]) -> None:
        Segment.objects.create(code="vip", name_fr="VIP", name_en="VIP")
        both = [people["ada"].pk, people["bea"].pk]
        segmenting.assign(code="vip", member_ids=both, at=datetime(2026, 3, 5, tzinfo=UTC))
        segmenting.assign(code="vip", member_ids=both[:1], at=datetime(2026, 4, 1, tzinfo=UTC))

        assert counted(Cut(segment="vip")) == 2
        assert counted(Cut(segment="vip"), ("2026-03-01", "2026-04-30")) == 1


class TestMembers:
    def test_are_cut_by_what_they_are(self, people: dict[str, Member]) -> None:
        Member.objects.filter(pk=people["bea"].pk).update(kind=MemberKind.COMPANY, source="fair")

        assert counted(Cut(kind="COMPANY")) == 1
        assert counted(Cut(kind="PERSON")) == 4
        assert counted(Cut(source="fair")) == 1
        assert counted(Cut(source="fair", kind="PERSON")) == 0

    def test_are_cut_by_the_month_in_which_they_enrolled_by_the_shops_clock(
        self, people: dict[str, Member]
    ) -> None:
        Member.objects.filter(pk=people["bea"].pk).update(
            enrolled_at=datetime(2026, 1, 31, 23, tzinfo=UTC)
        )

        assert counted(Cut(enrolled=day("2026-02-01"))) == 1
        assert counted(Cut(enrolled=day("2026-01-01"))) == 0


class TestValueGroups:
    def test_the_best_fifth_is_rounded_up_and_the_rest_are_all_others(
        self, people: dict[str, Member]
    ) -> None:
        best = buyers(Cut(value=ValueGroup.BEST))
        rest = buyers(Cut(value=ValueGroup.REST))

        assert (best.numerator, best.denominator) == (1, 1)
        assert (rest.numerator, rest.denominator) == (4, 4)

    def test_go_by_what_was_bought_up_to_the_end_of_the_period(
        self, people: dict[str, Member]
    ) -> None:
        sell([Sold(people["bea"], day("2026-04-02"), 90_000)])
        best = Cut(value=ValueGroup.BEST)
        facts.refresh(at=NOW)
        ids = get_measure(code="repeat_purchase_rate")

        assert ids.compute(scope(*MARCH, cut=best)).numerator == 0
        assert ids.compute(scope("2026-03-01", "2026-04-30", cut=best)).numerator == 1

    def test_hold_in_the_rest_who_never_bought(self, people: dict[str, Member]) -> None:
        facts.refresh(at=NOW)
        rest = scope(*MARCH, cut=Cut(value=ValueGroup.REST))

        assert get_measure(code="enrolments").compute(rest).numerator == 1
        assert people["dee"].enrolled_at.month == 3


class TestASegment:
    def test_says_nothing_of_a_period_before_there_was_one(
        self, people: dict[str, Member]
    ) -> None:
        Segment.objects.create(code="vip", name_fr="VIP")
        since = datetime(2026, 4, 2, tzinfo=UTC)
        segmenting.assign(code="vip", member_ids=[people["ada"].pk], at=since)

        assert told_of_vip(MARCH) == Figure(None)
        assert told_of_vip(("2026-04-01", "2026-04-30")).numerator == 0
        assert told_of_vip(("2026-03-01", "2026-04-30")).numerator == 1

    def test_of_nobody_counts_nobody_once_it_is_defined(self, people: dict[str, Member]) -> None:
        segment = Segment.objects.create(code="vip", name_fr="VIP")
        SegmentDefinition.objects.create(segment=segment, terms={}, changed_at=NOW)
        SegmentDefinition.history.update(history_date=datetime(2026, 3, 31, 12, tzinfo=UTC))

        assert told_of_vip(("2026-02-01", "2026-02-28")) == Figure(None)
        assert told_of_vip(MARCH) == Figure(None, 0, 0)


def told_of_vip(period: tuple[str, str]) -> Figure:
    """What is kept and shown of the receipts of each of them."""
    facts.refresh(at=NOW)
    asked = scope(*period, cut=Cut(segment="vip"))
    one = Asked("purchase_frequency", asked.period, asked.cut)
    [line] = reporting.report(scope=asked, codes=[one.code])
    assert keeping.get(asked=[one], at=NOW)[one].figure == line.figure
    return line.figure


class TestWhatCannotBeCut:
    def test_is_refused_and_not_told_whole(self, people: dict[str, Member]) -> None:
        shop = make_stores("lyon")[0]

        with pytest.raises(CutImpossible) as refusal:
            reporting.report(scope=scope(*MARCH, cut=Cut(store_id=shop.pk)), codes=["points_flow"])

        assert refusal.value.figures == {"measure": "points_flow", "cut_by": ["store"]}

    def test_is_left_out_of_a_report_of_all(self, people: dict[str, Member]) -> None:
        shop = make_stores("lyon")[0]
        facts.refresh(at=NOW)

        lines = reporting.report(scope=scope(*MARCH, cut=Cut(store_id=shop.pk)))

        codes = {line.measure.code for line in lines}
        assert "retention_rate" in codes
        assert "points_flow" not in codes
