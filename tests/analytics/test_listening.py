"""What members answered, as figures."""

from datetime import date
from fractions import Fraction

import pytest

from analytics import facts
from analytics.figures import Column, Figure, Unit
from analytics.measures.registry import get_measure
from analytics.measuring import Measure
from analytics.models import Answer, MeasureSettings
from analytics.scopes import Cut, ValueGroup
from loyalty.programmes.models import Segment
from members.models import Member, SegmentStay
from tests.analytics import opinions
from tests.analytics.builders import NOW, Sold, make_members, make_programme, make_stores, scope
from tests.analytics.builders import sell as sell_all

pytestmark = pytest.mark.django_db

DAY = date(2026, 2, 10)
FEBRUARY = ("2026-02-01", "2026-02-28")


def measure(code: str) -> Measure:
    return get_measure(code=code)


def compute(code: str, **cut: object) -> Figure:
    """Return February's figure; the rows behind it add up to its numerator."""
    asked = scope(*FEBRUARY, cut=Cut(**cut))  # type: ignore[arg-type]
    figure = measure(code).compute(asked)
    assert measure(code).drill(asked).get_total() == figure.numerator
    return figure


def answer(counts: dict[int, int], *, kind: str = "NPS", **terms: object) -> list[Member]:
    """Let as many members as there are answers give these scores."""
    scores = [score for score, count in counts.items() for _ in range(count)]
    prefix = f"{kind}{Member.objects.count()}"
    members = list(make_members([f"{prefix}-{place}" for place in range(len(scores))]).values())
    opinions.tell(
        [(who, DAY, score) for who, score in zip(members, scores, strict=True)],
        kind=kind,
        **terms,  # type: ignore[arg-type]
    )
    return members


class TestPublishedExamples:
    def test_100_promoters_30_passives_and_80_detractors_are_an_nps_of_9_52(self):
        make_programme()
        answer({10: 60, 9: 40, 8: 20, 7: 10, 6: 50, 0: 30})

        figure = compute("nps")

        assert figure.value == Fraction(2000, 210)
        assert round(float(figure.value), 4) == 9.5238
        assert (figure.numerator, figure.denominator) == (20, 210)
        assert figure.columns["low"] == Column(Fraction("-2.9427"), Unit.SCORE)
        assert figure.columns["high"] == Column(Fraction("21.7221"), Unit.SCORE)

    def test_160_satisfied_of_200_are_a_csat_of_80_per_cent(self):
        make_programme()
        answer({5: 100, 4: 60, 3: 30, 1: 10}, kind="CSAT")

        figure = compute("csat")

        assert figure.value == Fraction(8, 10)
        assert (figure.numerator, figure.denominator) == (160, 200)
        assert figure.columns["low"].value == Fraction("0.7391")
        assert figure.columns["high"].value == Fraction("0.8495")


class TestTooFewAnswers:
    def test_give_no_score_and_no_interval(self):
        make_programme()
        answer({10: 4})

        figure = compute("nps")

        assert (figure.value, figure.numerator, figure.denominator) == (None, 4, 4)
        assert figure.columns["low"].value is figure.columns["high"].value is None
        assert figure.columns["n"] == Column(4, Unit.ANSWERS)

    def test_are_as_many_as_the_merchant_says(self):
        make_programme()
        answer({10: 4})
        MeasureSettings.objects.create(pk=1, least_answers=4)

        assert compute("nps").value == 100

    @pytest.mark.parametrize("code", ["nps", "csat", "ces"])
    def test_none_at_all_are_not_available_even_where_one_would_do(self, code: str):
        make_programme()
        MeasureSettings.objects.create(pk=1, least_answers=0)

        figure = compute(code)

        assert (figure.value, figure.denominator) == (None, 0)
        assert figure.columns["response_rate"].value is None


class TestTheResponseRate:
    def test_counts_those_who_were_asked_in_the_period(self):
        make_programme()
        members = answer({9: 5})
        survey = opinions.make_survey("NPS")
        at = NOW.replace(year=2026, month=2, day=20)
        for member in members:
            opinions.ask(survey, member, at=at)
            opinions.ask(survey, member, at=at.replace(month=3))

        figure = compute("nps")

        assert figure.columns["asked"].value == 10
        assert figure.columns["response_rate"].value == Fraction(1, 2)

    def test_leaves_out_who_is_asked_on_opening_the_page(self):
        make_programme()
        opinions.make_survey("NPS", trigger="VISIT", is_emailed=False)
        answer({9: 5})

        assert compute("nps").columns["asked"].value == 0


class TestCuts:
    def test_by_store_and_channel_are_those_of_the_occasion(self):
        make_programme()
        lyon, paris = make_stores("lyon", "paris")
        answer({10: 5}, store=lyon, channel="store")
        answer({0: 5}, store=paris, channel="online")

        assert compute("nps", store_id=lyon.pk).value == 100
        assert compute("nps", channel="online").value == -100
        assert compute("nps").value == 0

    def test_by_member_are_those_of_the_periods_end(self):
        make_programme()
        happy = answer({5: 5}, kind="CSAT")
        sad = answer({1: 5}, kind="CSAT")
        vip = Segment.objects.create(code="vip", name_fr="VIP")
        SegmentStay.objects.bulk_create(
            SegmentStay(segment=vip, member=member, since_at=NOW.replace(month=1))
            for member in happy
        )
        Member.objects.filter(pk__in=[member.pk for member in sad]).update(source="web")
        sell_all([Sold(happy[0], date(2026, 2, 1), 90_000)])
        sell_all(Sold(member, date(2026, 2, 1), 100) for member in sad[:4])
        facts.refresh(at=NOW)

        assert compute("csat", segment="vip").value == 1
        assert compute("csat", source="web").value == 0
        assert compute("csat", tier="").denominator == 10
        # One of the five who bought is their best fifth.
        assert compute("csat", value=ValueGroup.BEST).numerator == 1
        assert compute("csat", value=ValueGroup.REST).denominator == 9


class TestTheBestFifth:
    @pytest.mark.parametrize(
        ("code", "scores", "value"), [("nps", (10, 0), 100), ("csat", (5, 1), 1)]
    )
    def test_stands_beside_the_score_of_all(self, code: str, scores: tuple[int, int], value: int):
        make_programme()
        best, *others = make_members(["best", "b", "c", "d", "e"]).values()
        sell_all([Sold(best, DAY, 9_000), *(Sold(member, DAY, 100) for member in others)])
        facts.refresh(at=NOW)
        opinions.tell([(best, DAY, scores[0])] * 5, kind=code.upper())
        opinions.tell([(member, DAY, scores[1]) for member in others] * 2, kind=code.upper())

        unit = Unit.SCORE if code == "nps" else Unit.SHARE
        assert compute(code).columns["of_best"] == Column(Fraction(value), unit)
        assert compute(code, value=ValueGroup.BEST).value == value
        assert "of_best" not in compute(code, value=ValueGroup.REST).columns

    def test_is_not_available_of_too_few(self):
        make_programme()
        members = answer({10: 9})
        sell_all([Sold(members[0], DAY, 9_000)])
        facts.refresh(at=NOW)

        assert compute("nps").columns["of_best"].value is None


class TestThePeriod:
    def test_holds_what_was_answered_in_it_whenever_it_was_asked(self):
        make_programme()
        members = answer({9: 5})
        Answer.objects.filter(invitation__member=members[0]).update(answered_on=date(2026, 3, 1))

        assert compute("nps").denominator == 4


class TestWhatItCosts:
    @pytest.mark.parametrize("code", ["nps", "csat", "ces"])
    def test_two_statements(self, code: str, django_assert_num_queries):
        make_programme()
        answer({5: 30}, kind=code.upper())
        asked = scope(*FEBRUARY)

        with django_assert_num_queries(2):
            measure(code).compute(asked)
