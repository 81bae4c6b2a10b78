"""The flow of points, day by day, is the ledger's to the point."""

from datetime import date, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics import facts, points
from analytics.measures.registry import get_measure
from analytics.models import PointsDay
from analytics.periods import Period, day
from analytics.points import Flow
from analytics.scopes import get_scope
from loyalty.core import zones
from loyalty.ledger import balances, posting
from loyalty.ledger.models import Lot
from loyalty.ledger.planning import AWAY, NEVER, Wait
from loyalty.programmes.models import Programme
from members.models import Member
from tests.analytics.builders import PARIS, make_members, make_programme, move
from tests.analytics.test_facts import all_facts, undone

pytestmark = pytest.mark.django_db

START = date(2026, 3, 20)


def moment(on: date, hour: int = 12) -> datetime:
    return zones.start_of_day(day=on, zone=PARIS) + timedelta(hours=hour)


def close_of(on: str) -> datetime:
    return zones.end_of_day(day=day(on), zone=PARIS)


def flow(first: str, last: str, *, at: datetime) -> points.RollForward:
    return points.get_roll_forward(get_scope(period=Period(day(first), day(last)), at=at))


class TestRollForward:
    def test_points_expire_on_the_last_day_they_can_be_used(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment(day("2026-03-01")), expires_at=close_of("2026-03-31"))
        move(ada, -40, moment(day("2026-03-31"), 23))
        # The next thing to happen settles what fell due at midnight.
        move(ada, 7, close_of("2026-03-31"))
        at = moment(day("2026-04-10"))
        facts.refresh(at=at)

        march = flow("2026-03-01", "2026-03-31", at=at)
        april = flow("2026-04-01", "2026-04-30", at=at)

        assert (march.lines[Flow.ISSUED], march.lines[Flow.REDEEMED]) == (100, 40)
        assert (march.lines[Flow.EXPIRED], march.closing) == (60, 0)
        assert (april.opening, april.lines[Flow.ISSUED], april.closing) == (0, 7, 7)

    def test_counts_what_fell_due_and_nobody_settled(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment(day("2026-03-01")), expires_at=close_of("2026-03-31"))
        at = moment(day("2026-05-10"))
        facts.refresh(at=at)

        assert Lot.objects.get().remaining == 100
        assert flow("2026-03-01", "2026-03-31", at=at).lines[Flow.EXPIRED] == 100
        assert flow("2026-04-01", "2026-04-30", at=at).opening == 0
        assert flow("2026-03-01", "2026-03-30", at=at).closing == 100

    def test_keeps_what_has_not_fallen_due_yet(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        move(ada, 100, moment(day("2026-03-01")), expires_at=close_of("2026-03-31"))
        at = moment(day("2026-03-31"))
        facts.refresh(at=at)

        assert flow("2026-03-01", "2026-03-31", at=at).closing == 100

    def test_loses_what_waits_for_an_event_with_all_else_where_nothing_happens(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        at = moment(day("2026-03-01"))
        wait = Wait("delivered", close_of("2026-04-10"), "")
        with transaction.atomic():
            posting.earn(
                account=posting.lock(ada.holder)["points"], reference="w", key="w", at=at,
                grants=[posting.Grant("points", 30, AWAY, NEVER, wait=wait)],
                idle=posting.Idle(close_of("2026-03-31")),
            )  # fmt: skip
        late = moment(day("2026-05-10"))
        facts.refresh(at=late)

        assert flow("2026-03-31", "2026-03-31", at=late).lines[Flow.EXPIRED] == 30
        assert flow("2026-04-01", "2026-04-30", at=late).lines[Flow.EXPIRED] == 0
        assert balances.get_totals(at=close_of("2026-03-31")).expired == 30

    def test_parts_adjustments_and_refunds_from_what_was_issued(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        at = moment(day("2026-03-05"))
        move(ada, 100, at)
        spent = move(ada, -30, at)
        with transaction.atomic():
            account = posting.lock(ada.holder)["points"]
            given = {"reason": "GOODWILL", "actor": "user:1", "at": at}
            posting.refund(entry=spent, points=10, key="a", at=at, grace_days=None)
            posting.adjust(account=account, points=50, expires_at=None, key="b", **given)
        with transaction.atomic():
            account = posting.lock(ada.holder)["points"]
            posting.adjust(account=account, points=-5, expires_at=None, key="c", **given)
        facts.refresh(at=at)

        march = flow("2026-03-01", "2026-03-31", at=at)

        assert {line: moved for line, moved in march.lines.items() if moved} == {
            Flow.ISSUED: 100,
            Flow.REFUNDED: 10,
            Flow.REDEEMED: 30,
            Flow.ADJUSTED: 45,
        }
        assert march.closing == 125
        rate = get_measure(code="redemption_rate").compute(
            get_scope(period=Period(day("2026-03-01"), day("2026-03-31")), at=at)
        )
        assert (rate.numerator, rate.denominator) == (20, 100)

    def test_a_late_entry_is_counted_on_the_day_it_took_effect(self) -> None:
        make_programme()
        ada = make_members(["ada"])["ada"]
        facts.refresh(at=moment(day("2026-03-05")))
        move(ada, 30, moment(day("2026-03-06"), 0))

        facts.refresh(at=moment(day("2026-03-07")))

        assert PointsDay.objects.get().day == day("2026-03-06")


happenings = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.integers(0, 30).map(lambda quarter_days: quarter_days * 6),
        st.integers(-40, 60).filter(bool),
        st.integers(1, 6),
        st.sampled_from([None, None, 1, 3, 8]),
        st.booleans(),
    ),
    max_size=14,
)


@settings(max_examples=20, deadline=None)
@given(told=happenings, zone=st.sampled_from(["Europe/Paris", "Pacific/Auckland", "America/Lima"]))
def test_every_day_ties_to_the_ledger_and_to_a_rebuild(
    told: list[tuple[int, int, int, int, int | None, bool]], zone: str
) -> None:
    with undone():
        programme = make_programme(time_zone=zone)
        members = list(make_members(list("abc")).values())
        at = zones.start_of_day(day=START + timedelta(10), zone=programme.zone)
        facts.refresh(at=at)
        for who, hours, moved, days, awake, is_counted in sorted(told, key=lambda one: one[1]):
            happen(members[who], hours, moved, days, awake, programme=programme)
            if is_counted:
                facts.refresh(at=at, changes_at_once=2)
        facts.refresh(at=at)

        for shift in range(-1, 10):
            must_tie(START + timedelta(shift), at, programme)
        incremental = all_facts()
        facts.rebuild(at=at)
        assert incremental == all_facts()


def happen(
    member: Member, hours: int, moved: int, days: int, awake: int | None, *, programme: Programme
) -> None:
    """Points are earned, to end with a business day, or redeemed as far as there are any.

    All end so many days later unless something more happens, if `awake` says so.
    """
    occurs_at = zones.start_of_day(day=START, zone=programme.zone) + timedelta(hours=hours)
    ends_on = zones.business_day(moment=occurs_at, zone=programme.zone) + timedelta(days)
    sleeps_on = ends_on + timedelta((awake or 0) - days)
    try:
        with transaction.atomic():
            move(
                member,
                moved,
                occurs_at,
                expires_at=zones.end_of_day(day=ends_on, zone=programme.zone),
                idle=awake and posting.Idle(zones.end_of_day(day=sleeps_on, zone=programme.zone)),
            )
    except posting.InsufficientPoints:
        return


def must_tie(on: date, at: datetime, programme: Programme) -> None:
    scope = get_scope(period=Period(on, on), at=at)
    close = zones.end_of_day(day=on, zone=programme.zone)
    totals, before = balances.get_totals(at=close), balances.get_totals(at=scope.start_at)
    found = points.get_roll_forward(scope)
    assert (found.opening, found.closing) == (before.outstanding, totals.outstanding)
    assert found.lines[Flow.ISSUED] == totals.issued - before.issued
    assert found.lines[Flow.EXPIRED] == totals.expired - before.expired
    drilled = get_measure(code="points_flow").drill(scope)
    assert drilled.get_total() == totals.outstanding
