"""The demo's story: two years of a small shop, as its rules, nights and people made them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from analytics import facts, points
from analytics.measures.registry import get_measure
from analytics.periods import DAY, Period
from analytics.points import Flow
from analytics.scopes import get_scope
from loyalty.core import zones
from loyalty.demo import seeding
from loyalty.ledger import balances
from loyalty.ledger.models import Entry
from tests.analytics.builders import PARIS

pytestmark = pytest.mark.django_db

AT = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


class TestTheFlowOfPoints:
    def test_ties_to_the_ledger_on_every_day(self, settings: Settings, tmp_path: Path) -> None:
        settings.VAR_DIR = tmp_path
        seeding.seed(number=1, members=3, at=AT, progress=lambda _done, _total: None)
        facts.refresh(at=AT)
        first = Entry.objects.order_by("occurred_at").values_list("occurred_at", flat=True)[0]
        day = zones.business_day(moment=first, zone=PARIS) - DAY
        closed, redeemed = 0, 0

        while day < AT.date():
            scope = get_scope(period=Period(day, day), at=AT)
            totals = balances.get_totals(at=scope.end_at)
            flow = points.get_roll_forward(scope)
            assert (flow.opening, flow.closing) == (closed, totals.outstanding), day
            closed, redeemed = flow.closing, redeemed + flow.lines[Flow.REDEEMED]
            day += timedelta(1)

        assert min(closed, redeemed) > 0
        assert get_measure(code="points_flow").drill(scope).get_total() == closed
