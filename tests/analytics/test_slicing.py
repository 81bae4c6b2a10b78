"""The words of a cut, as an address, a command and a call say them."""

from datetime import UTC, date, datetime

import pytest

from analytics import facts, slicing
from analytics.periods import day
from analytics.scopes import WHOLE, Cut, Dimension, ValueGroup
from analytics.slicing import CutUnknown
from loyalty.programmes.models import Segment, Tier, TierLadder
from members.models import Member
from tests.analytics.builders import NOW, Sold, make_members, make_programme, make_stores, sell

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> None:
    make_programme()
    make_stores("lyon", "nice")
    ladder = TierLadder.objects.create(code="ladder")
    Tier.objects.create(ladder=ladder, code="gold", rank=1, name_fr="Or", name_en="Gold")
    Segment.objects.create(code="vip", name_fr="VIP", name_en="VIP")
    ada = make_members(["ada"], enrolled_at=datetime(2026, 1, 31, 23, 30, tzinfo=UTC))["ada"]
    make_members(["bea"], enrolled_at=datetime(2025, 12, 3, tzinfo=UTC))
    Member.objects.filter(pk=ada.pk).update(source="fair")
    sell([Sold(ada, day("2026-03-01"), 100, channel="web")])
    facts.refresh(at=NOW)


@pytest.mark.usefixtures("world")
class TestReading:
    def test_takes_every_dimension_and_gives_its_words_back(self) -> None:
        asked = {
            "store": "lyon",
            "channel": "web",
            "tier": "gold",
            "segment": "vip",
            "kind": "PERSON",
            "enrolled": "2026-02",
            "source": "fair",
            "value": "BEST",
        }

        cut = slicing.read_cut(asked=asked)

        assert cut.dimensions == frozenset(Dimension)
        assert (cut.enrolled, cut.value) == (date(2026, 2, 1), ValueGroup.BEST)
        assert slicing.write_cut(cut=cut) == asked

    def test_does_not_cut_by_what_is_empty(self) -> None:
        assert slicing.read_cut(asked={"store": "", "period": "2026-03"}) == WHOLE

    def test_knows_members_in_no_tier(self) -> None:
        assert slicing.read_cut(asked={"tier": "-"}) == Cut(tier="")
        assert slicing.write_cut(cut=Cut(tier="")) == {"tier": "-"}

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("store", "paris"),
            ("tier", "lead"),
            ("segment", "none"),
            ("kind", "CAT"),
            ("value", "MIDDLE"),
            ("enrolled", "2026-13"),
            ("enrolled", "0001-01"),
            ("enrolled", "9999-12"),
            ("enrolled", "٢٠٢٦-01"),
        ],
    )
    def test_refuses_what_there_is_not(self, name: str, value: str) -> None:
        with pytest.raises(CutUnknown) as refusal:
            slicing.read_cut(asked={name: value})

        assert refusal.value.figures == {"cut_by": name}


@pytest.mark.usefixtures("world")
class TestChoices:
    @pytest.mark.parametrize(
        ("dimension", "values"),
        [
            (Dimension.STORE, ["lyon", "nice"]),
            (Dimension.CHANNEL, ["web"]),
            (Dimension.TIER, ["gold", "-"]),
            (Dimension.SEGMENT, ["vip"]),
            (Dimension.KIND, ["PERSON", "COMPANY"]),
            (Dimension.ENROLLED, ["2026-02", "2026-01", "2025-12"]),
            (Dimension.SOURCE, ["fair"]),
            (Dimension.VALUE_GROUP, ["BEST", "REST"]),
        ],
    )
    def test_are_what_there_is(self, dimension: Dimension, values: list[str]) -> None:
        assert [choice.value for choice in slicing.get_choices(dimension=dimension)] == values


class TestAnEmptyProgramme:
    def test_has_no_months_and_no_sources(self) -> None:
        make_programme()

        assert slicing.get_choices(dimension=Dimension.ENROLLED) == []
        assert slicing.get_choices(dimension=Dimension.SOURCE) == []
