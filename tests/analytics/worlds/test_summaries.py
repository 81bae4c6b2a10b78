"""Standard periods are answered from summaries: nobody needs to read a purchase for them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import time_machine
from django.db import DatabaseError, transaction
from django.test import Client as Browser
from django.urls import reverse

from analytics import facts, keeping
from analytics.figures import Figure
from analytics.measures.registry import get_measures
from analytics.measuring import Measure
from analytics.periods import Period, PeriodKind, day
from analytics.scopes import FIELDS, WHOLE, Cut, Dimension, Scope, ValueGroup, get_scope
from loyalty.desk.measures import chapters
from loyalty.identity.models import User
from loyalty.programmes.models import Campaign
from members.models import Purchase
from tests.analytics.unreadable import unreadable
from tests.analytics.worlds.happening import World

pytestmark = pytest.mark.django_db

PERIODS = {
    PeriodKind.MONTH: Period(day("2025-11-01"), day("2025-11-30")),
    PeriodKind.QUARTER: Period(day("2025-10-01"), day("2025-12-31")),
    PeriodKind.HALF: Period(day("2025-07-01"), day("2025-12-31")),
    PeriodKind.YEAR: Period(day("2025-01-01"), day("2025-12-31")),
}
# Held against the first days of the period before, whose baskets are read for part of a month.
AGAINST_DAYS = {"basket_growth"}


@pytest.fixture
def world() -> World:
    """Purchases, returns, points, tiers and segments of a year and a bit."""
    world = World(3)
    world.live(70)
    facts.refresh(at=world.at)
    return world


def cuts(world: World) -> list[Cut]:
    """The whole, and a cut by each dimension."""
    told = {
        Dimension.STORE: world.stores[0].pk,
        Dimension.CHANNEL: "web",
        Dimension.TIER: "silver",
        Dimension.SEGMENT: world.segment.code,
        Dimension.KIND: "PERSON",
        Dimension.ENROLLED: day("2025-03-01"),
        Dimension.SOURCE: "web",
        Dimension.VALUE_GROUP: ValueGroup.BEST,
    }
    return [WHOLE, *(Cut(**{FIELDS[name]: told[name]}) for name in Dimension)]


def questions(world: World) -> Iterator[tuple[Measure, Scope]]:
    """Every measure of every kind of period, and of that which lasts, whole and by each cut."""
    whole = get_scope(period=PERIODS[PeriodKind.YEAR], at=world.at)
    lasting = Period(day("2026-01-01"), day("2026-12-31"))
    for period in [*PERIODS.values(), lasting]:
        for cut in cuts(world):
            for code, measure in get_measures().items():
                if measure.allows(cut) and (period != lasting or code not in AGAINST_DAYS):
                    yield measure, replace(whole, period=period, cut=cut)


def answer(measure: Measure, scope: Scope) -> Figure | str:
    try:
        with transaction.atomic():
            return measure.compute(scope)
    except DatabaseError as error:
        return str(error)


class TestStandardPeriods:
    def test_are_those_that_are_asked_for(self, world: World) -> None:
        assert {kind: period.kind for kind, period in PERIODS.items()} == {
            kind: kind for kind in PERIODS
        }
        assert world.today.year == 2026

    def test_are_answered_whole_and_by_every_cut_when_no_purchase_can_be_read(
        self, world: World
    ) -> None:
        asked = list(questions(world))
        expected = [answer(measure, scope) for measure, scope in asked]

        with unreadable():
            with pytest.raises(DatabaseError), transaction.atomic():
                Purchase.objects.count()
            found = [answer(measure, scope) for measure, scope in asked]

        wrong = {
            (measure.code, scope.period.kind, keeping.name_of(scope.cut)): one
            for (measure, scope), one, good in zip(asked, found, expected, strict=True)
            if one != good
        }
        assert wrong == {}

    def test_are_shown_when_no_purchase_can_be_read(self, world: World) -> None:
        browser = Browser()
        browser.force_login(User.objects.get())
        pages = [reverse("admin:measures")] + [
            reverse("admin:measures_chapter", args=[chapters.slug_of(family)])
            for family in chapters.get_families()
        ]

        with unreadable(), time_machine.travel(world.at, tick=False):
            statuses = {
                f"{page}?period={key}": browser.get(page, {"period": key}).status_code
                for page in pages
                for key in ("2025-11", "2025")
            }

        assert set(statuses.values()) == {200}


class TestCampaigns:
    def test_of_part_of_a_month_are_read_as_they_were_kept(self, world: World) -> None:
        month = PERIODS[PeriodKind.MONTH]
        Campaign.objects.create(
            code="autumn", name_fr="Automne", name_en="Autumn", holdout_percent=50,
            starts_at=datetime(2025, 11, 10, tzinfo=UTC),
            ends_at=datetime(2025, 11, 20, tzinfo=UTC), target=1, budget_points=1,
        )  # fmt: skip
        scope = get_scope(period=month, at=world.at)
        asked = [keeping.Asked(code, month) for code in ("campaign_uplift", "programme_roi")]
        kept = keeping.get(asked=asked, at=world.at)

        with unreadable():
            anew = answer(get_measures()["campaign_uplift"], scope)
            found = keeping.get(asked=asked, at=world.at)

        assert kept[asked[0]].figure.value is not None
        assert isinstance(anew, str)
        assert found == kept
