"""Real purchases, figures that others published or that follow from them by hand."""

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from loyalty.events.models import OutboxEvent
from loyalty.ledger import verifying
from loyalty.ledger.models import Entry
from loyalty.programmes import setting_up
from members.models import ImportRow, Member, Purchase, TierChange
from tests.conftest import NOON

SAMPLE = Path(__file__).parents[2] / "data" / "cdnow_sample.csv.gz"
MAP = "member=customer_id,at=date,amount=amount"


def run() -> dict[str, object]:
    out = StringIO()
    call_command("import_purchases", str(SAMPLE), map=MAP, json=True, stdout=out)
    return json.loads(out.getvalue())


def points() -> dict[str, object]:
    out = StringIO()
    call_command("points", "--at", "1998-06-30", "--json", stdout=out)
    return json.loads(out.getvalue())


@pytest.fixture
def programme(db: None) -> None:
    setting_up.set_up(
        name="CDNOW",
        currency="USD",
        time_zone="America/New_York",
        points_per=Decimal("1.00"),
        expire_after_days=365,
        at=NOON,
    )


class TestTheSample:
    def test_gives_the_published_figures_and_nothing_the_second_time(self, programme: None):
        first = run()

        assert first == {"lines": 6919, "added": 6919, "known": 0, "refused": 0, "errors": []}
        assert points() == {
            "at": "1998-06-30",
            "issued": 239_444,
            "redeemed": 0,
            "expired": 143_361,
            "removed": 0,
            "outstanding": 96_083,
        }
        assert verifying.verify().first_fault is None
        assert (Member.objects.count(), Purchase.objects.count()) == (2_357, 6_919)
        assert ImportRow.objects.exists() is False
        assert OutboxEvent.objects.filter(is_historic=False).exists() is False
        before = _rows()

        second = run()

        assert second == {"lines": 6919, "added": 0, "known": 6919, "refused": 0, "errors": []}
        assert _rows() == before

    def test_enrols_everybody_on_their_first_day(self, programme: None):
        run()

        third = Member.objects.get(external_id="3")
        first = third.purchases.order_by("occurred_at").first()
        assert first is not None
        assert third.enrolled_at == first.occurred_at
        assert first.occurred_at.isoformat() == "1997-01-01T17:00:00+00:00"
        assert first.is_historic is True


def _rows() -> tuple[int, ...]:
    tables = (Member, Purchase, Entry, OutboxEvent, TierChange)
    return tuple(table.objects.count() for table in tables)
