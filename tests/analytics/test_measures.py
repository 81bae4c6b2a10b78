"""What holds of every measure, those that come later included."""

from datetime import datetime, time

import pytest
from django.utils.functional import Promise

from analytics import facts
from analytics.figures import Figure
from analytics.measures.registry import MeasureUnknown, get_measure, get_measures
from analytics.measuring import Measure
from analytics.models import SurveyKind
from analytics.periods import Period, day
from analytics.scopes import get_scope
from tests.analytics import opinions
from tests.analytics.builders import (
    NOW,
    PARIS,
    Sold,
    climb,
    enter_costs,
    foresee,
    give_back,
    hand_out,
    hear,
    lose,
    make_members,
    make_programme,
    move,
    plan_budgets,
    refer,
    scope,
    sell,
)

MEASURES = list(get_measures().values())
BY_CODE = [measure.code for measure in MEASURES]
OF_THIS_RELEASE = {
    "acquisition_cost",
    "active_members",
    "average_basket",
    "basket_growth",
    "breakage",
    "budget",
    "buyers_ratio",
    "campaign_uplift",
    "ces",
    "churn_rate",
    "clv_historic",
    "clv_predicted",
    "cohort_retention",
    "complaints",
    "cross_sell_pairs",
    "csat",
    "declining_members",
    "engagement_rate",
    "enrolments",
    "first_redemption_rate",
    "first_response_hours",
    "loss_reasons",
    "lost_members",
    "loyalty_funnel",
    "median_gap_days",
    "nps",
    "pareto_share",
    "participation_rate",
    "points_flow",
    "points_liability",
    "programme_cost",
    "programme_roi",
    "purchase_frequency",
    "reactivated",
    "redemption_frequency",
    "redemption_rate",
    "referral_rate",
    "reopened_rate",
    "repeat_purchase_rate",
    "repeat_purchase_rate_days",
    "resolution_hours",
    "retention_cost",
    "retention_rate",
    "retention_rate_net",
    "reward_cost",
    "rfm",
    "tier_distribution",
    "tier_moves",
}


class TestRegistry:
    def test_finds_the_measures_of_this_release(self) -> None:
        assert set(BY_CODE) == OF_THIS_RELEASE

    def test_refuses_a_code_that_is_none(self) -> None:
        with pytest.raises(MeasureUnknown):
            get_measure(code="retention")

    @pytest.mark.parametrize("measure", MEASURES, ids=BY_CODE)
    def test_each_is_said_in_words_that_can_be_translated(self, measure: Measure) -> None:
        assert isinstance(measure.name, Promise)
        assert isinstance(measure.definition, Promise)
        assert isinstance(measure.numerator_name, Promise)
        assert (measure.denominator_name is None) is (measure.example.expected.denominator is None)


@pytest.mark.django_db
class TestExamples:
    @pytest.mark.parametrize("measure", MEASURES, ids=BY_CODE)
    def test_each_comes_out_as_it_was_worked_by_hand(self, measure: Measure) -> None:
        at = datetime.combine(day("2026-04-15"), time(12), tzinfo=PARIS)
        tell(measure)
        facts.refresh(at=at)

        found = measure.compute(get_scope(period=measure.example.period, at=at))

        assert found == measure.example.expected


@pytest.mark.django_db
class TestUnfinishedPeriods:
    def test_compare_with_as_many_days_of_the_period_before(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        sell(
            [
                Sold(ada, day("2026-02-10"), 1000),
                Sold(bea, day("2026-02-11"), 1000),
                Sold(ada, day("2026-03-02"), 1000),
            ]
        )
        at = datetime.combine(day("2026-03-10"), time(12), tzinfo=PARIS)
        facts.refresh(at=at)
        march = get_scope(period=Period(day("2026-03-01"), day("2026-03-31")), at=at)

        assert march.is_finished is False
        assert get_measure(code="retention_rate").compute(march) == Figure(1, 1, 1)


@pytest.mark.django_db
class TestPublishedExamples:
    def test_net_retention_of_500_then_550_with_100_new_is_90_per_cent(self) -> None:
        figure = compute("retention_rate_net", before=range(500), now=range(50, 600))

        assert (figure.numerator, figure.denominator) == (450, 500)
        assert figure.value == pytest.approx(0.9)

    def test_churn_of_5_in_100_is_5_per_cent(self) -> None:
        figure = compute("churn_rate", before=range(100), now=range(95))

        assert (figure.numerator, figure.denominator) == (5, 100)

    def test_repeat_of_300_in_1000_is_30_per_cent(self) -> None:
        figure = compute("repeat_purchase_rate", before=(), now=[*range(1000), *range(300)])

        assert (figure.numerator, figure.denominator) == (300, 1000)


def compute(code: str, *, before: object, now: object) -> Figure:
    """The figure of February for members, by number, who bought in January and in February."""
    make_programme()
    numbers = sorted({*before, *now})  # type: ignore[misc]
    members = make_members([str(number) for number in numbers])
    sell(Sold(members[str(n)], day("2026-01-15"), 1000) for n in before)  # type: ignore[attr-defined]
    sell(Sold(members[str(n)], day("2026-02-15"), 1000) for n in now)  # type: ignore[attr-defined]
    facts.refresh(at=NOW)
    return get_measure(code=code).compute(scope("2026-02-01", "2026-02-28"))


def tell(measure: Measure) -> None:
    """Let an example happen."""
    make_programme()
    example = measure.example
    told_of = (*example.receipts, *example.points, *example.outlooks, *example.vouchers)
    told_of += example.cases
    names = [told[0] for told in (*told_of, *example.categories, *example.answers)]
    enrolled = dict(example.enrolments)
    members = make_members(
        [name for name in dict.fromkeys(names) if name and name not in enrolled]
    )
    for name, on in example.enrolments:
        members |= make_members([name], enrolled_at=noon_of(on))
    for name, on, tier in example.tiers:
        climb(members[name], tier, noon_of(on))
    for referrer, friend, on in example.referrals:
        refer(members[referrer], members[friend], noon_of(on))
    sold = sell(Sold(members.get(name), day(on), cents) for name, on, cents in example.receipts)
    for name, on, back_on, cents in example.returns:
        mine = [one for one in sold if (one.member, one.business_on) == (members[name], day(on))]
        give_back(mine[0], cents, day(back_on))
    sell(
        Sold(members[name], day(on), 100, lines=((what, 100),))
        for name, on, what in example.categories
    )
    for name, on, points in example.points:
        move(members[name], points, noon_of(on))
    for name, on, cents in example.vouchers:
        hand_out(members[name], cents, noon_of(on))
    for name, *case in example.cases:
        hear(members[name], tuple(case))
    enter_costs(example.costs)
    plan_budgets(example.budgets)
    lose([(members[name], *told) for name, *told in example.losses])
    if example.answers:
        told = [(members[name], day(on), score) for name, on, score in example.answers]
        kind = measure.code.upper()
        opinions.tell(told, kind=kind if kind in SurveyKind.values else SurveyKind.NPS)
    foresee([(members[name], cents) for name, cents in example.outlooks], on=example.period.last)


def noon_of(on: str) -> datetime:
    return datetime.combine(day(on), time(12), tzinfo=PARIS)
