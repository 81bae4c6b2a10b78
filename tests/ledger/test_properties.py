"""Any sequence of verbs leaves the ledger as a plain second opinion says, and sound.

2,000 steps on SQLite and 600 on PostgreSQL, unless LEDGER_STEPS says how many. A failure prints
the LEDGER_SEED that replays it, and then also looks for the shortest sequence that fails.
"""

import os
from copy import deepcopy
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from loyalty.ledger import balances, posting, verifying
from loyalty.ledger.models import NEVER, Account, Entry, Lot
from loyalty.ledger.planning import Grant
from tests.ledger.oracle import Oracle

START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(hours=12)
PARTS = 4
STEPS = int(os.environ.get("LEDGER_STEPS", "0"))
SEED = int(os.environ.get("LEDGER_SEED", "1"))

who = st.integers(0, 1)
behind = st.sampled_from([0, 0, 0, 0, 1, 5])
halfdays = st.integers(0, 12)
some_points = st.integers(1, 20)
grant = st.tuples(
    some_points, halfdays, st.sampled_from([1, 2, 4, 9, 16, None]), st.sampled_from([None, 1])
)
grants = st.lists(grant, min_size=1, max_size=3)

taken_steps = 0


class Ledger(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.savepoint = transaction.atomic()
        self.savepoint.__enter__()
        self.clock = START
        self.requests = {}
        self.keys = 0

    @initialize()
    def open(self) -> None:
        holders = posting.open_holders(count=2, at=START)
        self.accounts = [Account.objects.get(holder=holder) for holder in holders]
        self.oracles = [Oracle(), Oracle()]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.savepoint.__exit__(None, None, None)

    def ask(self, verb, **request):
        """Run a verb with a new key, and remember the request for a repeat."""
        self.keys += 1
        request["key"] = f"key-{self.keys}"
        with transaction.atomic():
            if self.keys % 2 and "account" in request:
                request["account"] = posting.lock(request["account"].holder_id)["points"]
            entry = verb(**request)
        self.requests[request["key"]] = (verb, request, entry)
        return entry

    def lot_terms(self, since, terms):
        result = []
        for count, wait, life, version in terms:
            start = since + wait * STEP
            result.append((count, start, NEVER if life is None else start + life * STEP, version))
        return result

    @rule(steps=st.integers(1, 14))
    def time_passes(self, steps):
        self.clock += steps * STEP

    @rule(n=who, terms=grants, behind=behind, past=st.sampled_from([None, None, 0, 1, 7, 40]))
    def earn(self, n, terms, behind, past):
        at = self.clock - behind * STEP
        occurred_at = None if past is None else at - past * STEP
        lots = self.lot_terms(occurred_at or at, terms)
        entry = self.ask(
            posting.earn,
            account=self.accounts[n],
            grants=[Grant("points", *lot) for lot in lots],
            reference=f"sale-{self.keys}",
            at=at,
            occurred_at=occurred_at,
        )
        self.oracles[n].earn(lots, at=at, occurred_at=occurred_at)
        assert entry.points == sum(lot[0] for lot in lots)
        self.check_rows(n)

    @rule(batch=st.lists(st.tuples(who, grants, halfdays), min_size=1, max_size=4))
    def import_earnings(self, batch):
        batch = sorted(batch, key=lambda item: -item[2])
        earnings = []
        for n, terms, past in batch:
            self.keys += 1
            at = self.clock - past * STEP
            lots = self.lot_terms(at, terms)
            granted = [Grant("points", *lot) for lot in lots]
            name = f"import-{self.keys}"
            earnings.append(
                posting.Earning(self.accounts[n].pk, granted, name, name, at, occurred_at=at)
            )
            self.oracles[n].earn(lots, at=at, occurred_at=at)
        with transaction.atomic():
            entries = posting.earn_many(earnings=earnings, recorded_at=self.clock)
        assert [entry.key for entry in entries] == [earning.key for earning in earnings]
        assert posting.earn_many(earnings=earnings, recorded_at=self.clock) == entries
        for n in {n for n, _terms, _past in batch}:
            self.check_rows(n)

    @rule(n=who, count=st.integers(1, 45), behind=behind)
    def redeem(self, n, count, behind):
        self.take(
            n,
            count,
            self.clock - behind * STEP,
            posting.redeem,
            "redeemed",
            points=count,
            reference="r",
        )

    @rule(n=who, count=some_points, behind=behind)
    def take_away(self, n, count, behind):
        at = self.clock - behind * STEP
        self.take(
            n,
            count,
            at,
            posting.adjust,
            "removed",
            points=-count,
            expires_at=None,
            reason="error",
            actor="staff:1",
        )

    def take(self, n, count, at, verb, into, **request):
        before = Entry.objects.count()
        if self.oracles[n].redeem(f"key-{self.keys + 1}", count, at=at, into=into):
            assert self.ask(verb, account=self.accounts[n], at=at, **request).points == -count
            self.check_rows(n)
            return
        with pytest.raises(posting.InsufficientPoints) as refusal:
            self.ask(verb, account=self.accounts[n], at=at, **request)
        assert refusal.value.figures["required"] == count
        assert Entry.objects.count() == before

    @rule(n=who, count=some_points, life=st.sampled_from([1, 6, None]))
    def add(self, n, count, life):
        now = self.oracles[n].now(self.clock)
        end = NEVER if life is None else now + life * STEP
        self.ask(
            posting.adjust,
            account=self.accounts[n],
            points=count,
            expires_at=end,
            reason="gift",
            actor="staff:1",
            at=self.clock,
        )
        self.oracles[n].earn([(count, now, end, None)], at=self.clock)
        self.check_rows(n)

    @precondition(lambda self: any(oracle.spendings for oracle in self.oracles))
    @rule(data=st.data(), count=some_points, grace=st.sampled_from([None, 0, 3]))
    def refund(self, data, count, grace):
        names = [
            (n, name)
            for n, oracle in enumerate(self.oracles)
            for name in oracle.spendings
            if self.requests[name][2].kind == "REDEEM"
        ]
        if not names:
            return
        n, name = data.draw(st.sampled_from(names))
        request = {
            "entry": self.requests[name][2],
            "points": count,
            "at": self.clock,
            "grace_days": grace,
        }
        if self.oracles[n].refund(name, count, at=self.clock, grace_days=grace):
            assert self.ask(posting.refund, **request).points == count
            self.check_rows(n)
            return
        with pytest.raises(posting.RefundExceedsSpent):
            self.ask(posting.refund, **request)

    @rule(n=who)
    def settle(self, n):
        with transaction.atomic():
            posting.settle(account=self.accounts[n], at=self.clock)
            assert posting.settle(account=self.accounts[n], at=self.clock) == []
        self.oracles[n].live_until(self.oracles[n].now(self.clock))
        self.check_rows(n)

    @rule(limit=st.integers(1, 3))
    def sweep(self, limit):
        with transaction.atomic():
            while posting.settle_due(at=self.clock, limit=limit):
                pass
        for n, oracle in enumerate(self.oracles):
            oracle.live_until(self.clock)
            self.check_rows(n)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def repeat(self, data):
        verb, request, entry = self.requests[data.draw(st.sampled_from(sorted(self.requests)))]
        rows = Entry.objects.count()
        with transaction.atomic():
            assert verb(**{**request, "at": self.clock}) == entry
        changed = {"reason": "other"} if "reason" in request else {"actor": "other"}
        with pytest.raises(posting.KeyReused), transaction.atomic():
            verb(**{**request, **changed})
        assert Entry.objects.count() == rows

    def check_rows(self, n):
        account = Account.objects.get(pk=self.accounts[n].pk)
        oracle = self.oracles[n]
        for bucket in ("pending", "available", "redeemed", "expired", "removed"):
            assert getattr(account, bucket) == oracle.count(bucket), bucket
        assert account.issued == len(oracle.points)
        left = Lot.objects.filter(account=account, remaining__gt=0)
        assert dict(left.values_list("number", "remaining")) == oracle.left_by_lot()

    @invariant()
    def balances_are_those_of_the_second_opinion(self):
        for row, oracle in zip(self.rows(), self.oracles, strict=True):
            now = oracle.now(self.clock)
            foreseen = deepcopy(oracle)
            foreseen.live_until(now)
            told = balances.get_balance(account=row, at=now)
            assert told.available == foreseen.count("available")
            assert told.pending == foreseen.count("pending")
            assert (told.held, told.debt) == (0, 0)
            ends = [p.expires_at for p in foreseen.in_bucket("available") if p.expires_at != NEVER]
            expected = balances.NextExpiry(ends.count(min(ends)), min(ends)) if ends else None
            assert told.next_expiry == expected

    @rule(data=st.data())
    def close_of_some_day(self, data):
        points = [point for oracle in self.oracles for point in oracle.points]
        moments = {self.clock - back * STEP for back in (-20, -3, 0, 1, 9)}
        moments |= {step[0] for point in points for step in point.history}
        moments |= {point.expires_at for point in points} - {NEVER}
        moment = data.draw(st.sampled_from(sorted(moments)))
        told = balances.get_totals(at=moment)
        closed = [oracle.at_close(moment) for oracle in self.oracles]
        for name in ("issued", "redeemed", "expired", "removed"):
            assert getattr(told, name) == sum(figures[name] for figures in closed), name
        outstanding = balances.get_outstanding(at=moment)
        for row, figures in zip(self.rows(), closed, strict=True):
            gone = figures["redeemed"] + figures["expired"] + figures["removed"]
            assert outstanding[row.holder_id] == figures["issued"] - gone

    @invariant()
    def the_books_are_sound_and_sealed(self):
        global taken_steps  # noqa: PLW0603 (hypothesis makes a new machine for every example)
        taken_steps += 1
        assert verifying.verify().first_fault is None
        if Entry.objects.exists():
            with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
                Entry.objects.update(points=1)

    def rows(self):
        return [Account.objects.get(pk=account.pk) for account in self.accounts]


@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_the_ledger_agrees_with_a_second_opinion(part: int):
    global taken_steps  # noqa: PLW0603
    taken_steps = 0
    profile = settings(
        max_examples=5,
        stateful_step_count=50,
        deadline=None,
        database=None,
        print_blob=True,
        phases=[Phase.explicit, Phase.generate] if SEED == 1 else list(Phase),
        suppress_health_check=list(HealthCheck),
    )
    wanted = STEPS or (2_000 if connection.vendor == "sqlite" else 600)
    seed = SEED + 1_000 * part
    while taken_steps * PARTS < wanted:
        print(f"LEDGER_SEED={seed}")  # noqa: T201 (shown with a failure)
        run_state_machine_as_test(hypothesis.seed(seed)(Ledger), settings=profile)
        seed += 1
