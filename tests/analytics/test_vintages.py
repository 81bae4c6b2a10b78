"""Points by month of issue: they add up to what is owed, to the point, on any day."""

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from django.db import transaction
from hypothesis import example, given, settings
from hypothesis import strategies as st

from analytics import facts, liabilities, points, vintages
from analytics.measures.registry import get_measure
from analytics.models import PointsVintage
from analytics.periods import Period, day
from analytics.scopes import Scope, get_scope
from analytics.vintages import Change
from loyalty.core import zones
from loyalty.ledger import balances, posting
from loyalty.programmes.models import Programme
from tests.analytics.builders import PARIS, make_members, make_programme, move
from tests.analytics.stories import Story, steps
from tests.analytics.test_facts import undone

pytestmark = pytest.mark.django_db

START = date(2026, 1, 20)


def scope_of(on: date, at: datetime) -> Scope:
    return get_scope(period=Period(on.replace(day=1), on), at=at)


def moment(on: str, hour: int = 12) -> datetime:
    return zones.start_of_day(day=day(on), zone=PARIS) + timedelta(hours=hour)


@settings(max_examples=10, deadline=None)
@example(told=[("earn", 0, 0, 1, 2)], zone="Europe/Paris")
@given(told=steps, zone=st.sampled_from(["Europe/Paris", "Pacific/Auckland"]))
def test_months_of_issue_add_up_to_what_the_ledger_owes(
    told: list[tuple[str, int, int, int, int]], zone: str
) -> None:
    with undone():
        programme = make_programme(time_zone=zone)
        facts.refresh(at=moment("2026-01-01"))
        story = Story(list(make_members(["a", "b"]).values()), START, programme.zone)
        middle = len(told) // 2
        story.play(told[:middle])
        facts.refresh(at=story.now, changes_at_once=3)
        story.play([(*one[:2], one[2] + 24 * 3, *one[3:]) for one in told[middle:]])
        at = story.now + timedelta(days=2)
        with transaction.atomic():
            while posting.settle_due(at=at):
                pass
        facts.refresh(at=at)

        last = zones.business_day(moment=at, zone=programme.zone)
        for on in (last, last - timedelta(days=31), START):
            must_add_up(scope_of(on, at))


def must_add_up(scope: Scope) -> None:
    found = liabilities.get_liability(scope)
    debt = liabilities.get_debt(scope)
    # Of a day that lasts, what is there so far: what ends at its close has not ended.
    assert found.total - debt == balances.get_totals(at=scope.end_at).outstanding
    assert found.total - debt == points.get_roll_forward(scope).closing
    measure = get_measure(code="points_liability")
    figure = measure.compute(scope)
    assert measure.drill(scope).get_total() == figure.numerator == found.total
    months = [one.value for name, one in figure.columns.items() if name[0].isdigit()]
    assert sum(months) == found.total
    assert all(one >= 0 for one in months)
    for code in ("breakage", "redemption_rate"):
        measure = get_measure(code=code)
        assert measure.drill(scope).get_total() == measure.compute(scope).numerator


class TestVintages:
    def test_follow_a_lot_through_transfers_and_late_refunds(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        move(ada, 100, moment("2026-01-10"), expires_at=moment("2026-03-10"))
        with transaction.atomic():
            source, target = (posting.lock(one.holder)["points"] for one in (ada, bea))
            posting.transfer(
                source=source, target=target, points=60, key="t", at=moment("2026-02-10")
            )
        spent = move(bea, -50, moment("2026-02-20"))
        with transaction.atomic():
            posting.lock(bea.holder)
            posting.refund(entry=spent, points=20, key="r", at=moment("2026-03-20"), grace_days=30)
        at = moment("2026-03-31", 23)
        facts.refresh(at=at)

        (january,) = vintages.get_vintages(scope_of(day("2026-03-31"), at))

        assert january.month == day("2026-01-01")
        assert january.until(day("2026-02-01")) == Change(100, 0, 50, 0)
        # Of the forty and the ten that were not spent, all ended in March; 20 came back.
        assert january.until(day("2026-03-01")) == Change(100, 0, 30, 50)
        assert january.until(day("2026-03-01")).left == 20

    def test_keep_when_it_was_written_down(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2026-01-10"), expires_at=moment("2026-02-01", 0))
        at = moment("2026-03-15")
        with transaction.atomic():
            posting.settle_due(at=at, recorded_at=at)
        facts.refresh(at=at)

        expired = PointsVintage.objects.get(destination="expired")

        assert (expired.day, expired.recorded_month) == (day("2026-01-31"), day("2026-03-01"))


class TestLiability:
    def test_keeps_what_members_owe_apart(self) -> None:
        make_programme()
        ada, bea = make_members(["ada", "bea"]).values()
        earned = move(ada, 100, moment("2026-01-10"))
        move(ada, -80, moment("2026-01-11"))
        move(bea, 30, moment("2026-01-12"))
        with transaction.atomic():
            posting.lock(ada.holder)
            posting.clawback(
                entry=earned, points=100, allow_debt=True, key="c", at=moment("2026-01-13")
            )
        at = moment("2026-02-15")
        facts.refresh(at=at)

        figure = get_measure(code="points_liability").compute(scope_of(day("2026-01-31"), at))

        assert (figure.value, figure.numerator) == (30, 30)
        assert figure.columns["debt"].value == 80

    def test_takes_off_the_breakage_at_the_value_of_a_point_then(self) -> None:
        programme = make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2025-01-10"))
        move(ada, -40, moment("2025-02-10"))
        move(ada, 100, moment("2026-01-10"))
        at = moment("2026-02-15")
        facts.refresh(at=at)
        Programme.history.update(history_date=moment("2024-01-01"))
        programme.value_of_point = "0.0225"
        programme.save()
        Programme.history.filter(value_of_point="0.0225").update(
            history_date=moment("2026-02-01", 1)
        )

        before = liabilities.get_liability(scope_of(day("2026-01-31"), at))
        after = liabilities.get_liability(scope_of(day("2026-02-14"), at))

        assert (before.total, before.cents_each, before.breakage) == (160, 1, Fraction(3, 5))
        assert (before.gross_cents, before.cents) == (160, 64)
        assert (after.cents_each, after.gross_cents, after.cents) == (Fraction(9, 4), 360, 144)

    def test_says_nothing_of_breakage_within_the_first_year(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment("2025-03-10"))
        move(ada, -40, moment("2025-04-10"))
        at = moment("2026-03-31")
        facts.refresh(at=at)

        early = get_measure(code="breakage").compute(scope_of(day("2026-02-28"), at))
        unfinished = get_measure(code="breakage").compute(scope_of(day("2026-03-31"), at))

        assert (early.value, early.numerator) == (None, 40)
        assert unfinished.value is None
        assert liabilities.get_liability(scope_of(day("2026-02-28"), at)).cents == 60
