"""Reading a standing at any moment gives what a night run every day would have written."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from loyalty.programmes.ladder import Falls, Ladder, Move, Reason, Rung, Standing, review, settle
from loyalty.programmes.merits import Measure, Merits, past_of
from loyalty.programmes.spans import Span, Validity, Window

START = date(2023, 11, 20)
DAYS = 900

rungs = tuple(
    Rung(
        pk=rank, code=code, rank=rank, name_fr=code, name_en=code,
        threshold_cents=cents, threshold_credits=cents // 10, threshold_visits=visits,
    )
    for rank, (code, cents, visits) in enumerate(
        [("bronze", 0, 0), ("silver", 100, 2), ("gold", 200, 4), ("platinum", 400, 7)]
    )
)  # fmt: skip
ladders = st.builds(
    Ladder,
    code=st.just("tiers"),
    rungs=st.sampled_from([rungs, rungs[1:]]),
    measures=st.lists(st.sampled_from(Measure), min_size=1, unique=True).map(tuple),
    needs_all=st.booleans(),
    span=st.builds(
        Span,
        window=st.sampled_from(Window),
        window_months=st.sampled_from([1, 3, 12]),
        validity=st.sampled_from(Validity),
        validity_months=st.sampled_from([1, 2, 12]),
        grace_days=st.sampled_from([0, 0, 10, 45]),
    ),
    falls=st.sampled_from(Falls),
)
merits = st.builds(
    Merits,
    spend=st.sampled_from([20, 60, 130, 250]),
    credits=st.sampled_from([0, 5, 15]),
    visits=st.just(1),
)
bought = st.dictionaries(st.integers(0, DAYS - 1), merits, max_size=12)
enrolments = st.sampled_from([START, date(2020, 2, 29), date(2022, 12, 31)])
floors = st.one_of(
    st.just(Standing()),
    st.builds(
        Standing,
        given=st.sampled_from(["silver", "gold"]),
        given_until=st.integers(0, DAYS).map(lambda days: START + timedelta(days=days)),
    ),
)


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    ladder=ladders, sales=bought, enrolled_on=enrolments, start=floors, every=st.integers(1, 200)
)
def test_reading_is_what_every_night_would_have_written(ladder, sales, enrolled_on, start, every):
    # Everybody begins on the tier that asks for nothing, if there is one.
    lowest = ladder.reached(Merits())
    nightly = seldom = replace(start, tier=lowest.code if lowest else None)
    rows: list[Move] = []
    for number in range(DAYS):
        day = START + timedelta(days=number)
        known = [(START + timedelta(days=n), sales[n]) for n in sales if n <= number]
        past = past_of(days=known, enrolled_on=enrolled_on)
        if number in sales:
            # A sale reviews its member at once, whatever the night has done.
            seldom = after(review(ladder=ladder, standing=seldom, past=past, day=day), seldom)
        elif number % every == 0:
            seldom, _moves = settle(ladder=ladder, standing=seldom, past=past, day=day)
        moves = review(ladder=ladder, standing=nightly, past=past, day=day)
        nightly = after(moves, nightly)
        rows += moves
        read, _moves = settle(ladder=ladder, standing=seldom, past=past, day=day)
        assert ladder.held(read) == ladder.held(nightly)
    check(rows, ladder)


def after(moves, standing: Standing) -> Standing:
    """Return what is written down: the last move, and nothing of what no move told."""
    return moves[-1].after if moves else standing


def check(rows, ladder: Ladder) -> None:
    """Hold what is true of every ladder against the moves of a life on it."""
    for move in rows:
        before, now = ladder.held(move.before), ladder.held(move.after)
        if move.reason is Reason.REACHED:
            assert now.rank > before.rank
        if move.reason is Reason.RENEWED:
            assert now.rank == before.rank
        if move.reason is Reason.NOT_KEPT and ladder.falls is Falls.ONE_DOWN:
            assert ladder.get(move.after.tier) is None or before.rank - now.rank <= 1
        assert now.until is None or now.until >= move.day
