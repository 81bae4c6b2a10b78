"""Every verb of the ledger, asked at random, beside the second opinion."""

import re
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from loyalty.core.refusals import Refusal
from loyalty.ledger import posting
from loyalty.ledger.models import NEVER, Account, Entry, Hold, Lot
from loyalty.ledger.planning import Grant
from tests.ledger.oracle import Oracle
from tests.ledger.sleeper import STEP, idle, naps

START = datetime(2026, 1, 1, tzinfo=UTC)
WRITES = re.compile(r'INSERT INTO|DELETE FROM|UPDATE "?ledger_')

who = st.integers(0, 2)
behind = st.sampled_from([0, 0, 0, 0, 1, 5])
halfdays = st.integers(0, 12)
some_points = st.integers(1, 20)
grant = st.tuples(
    some_points,
    st.sampled_from([0, 0, 0, 1, 3, 12]),
    st.sampled_from([1, 2, 4, 9, 16, 40, None, None]),
    st.sampled_from([None, 1]),
)
grants = st.lists(grant, min_size=1, max_size=3)
pasts = st.sampled_from([None, None, 0, 1, 7, 40])


class Verbs(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.around = ExitStack()
        self.around.enter_context(transaction.atomic())
        self.around.enter_context(connection.execute_wrapper(self.notice))
        self.has_written = False
        self.clock = START
        self.requests = {}
        # What a later verb can be about: entries by the name that the oracles know, and holds.
        self.entries = {}
        self.holds = {}
        self.keys = 0

    @initialize()
    def open(self) -> None:
        holders = posting.open_holders(count=3, at=START)
        self.accounts = [Account.objects.get(holder=holder) for holder in holders]
        self.oracles = []
        for _ in holders:
            Oracle(self.oracles)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.around.close()

    def notice(self, execute, sql, params, many, context):
        self.has_written = self.has_written or WRITES.search(sql) is not None
        return execute(sql, params, many, context)

    # Asking, and comparing

    def ask(self, verb, **request):
        """Run a verb with a new key, and remember the request for a repeat."""
        self.keys += 1
        request["key"] = f"key-{self.keys}"
        with transaction.atomic():
            if self.keys % 2 and "account" in request:
                request["account"] = self.locked(request["account"])
            answer = verb(**request)
        if answer is not None:
            self.requests[request["key"]] = (verb, request, answer)
        return answer

    def locked(self, account: Account) -> Account:
        """Return an account under its lock; of one that was merged the lock is where it went."""
        end = posting.lock(account.holder_id)["points"]
        return end if end.pk == account.pk else account

    @property
    def next_key(self) -> str:
        return f"key-{self.keys + 1}"

    def is_refused(self, code, verb, **request) -> None:
        before = Entry.objects.count()
        with pytest.raises(Refusal) as refusal:
            self.ask(verb, **request)
        assert refusal.value.code == code
        assert Entry.objects.count() == before

    def rows(self) -> list[Account]:
        """All accounts as they are written now."""
        return list(Account.objects.order_by("pk"))

    def check_rows(self, *oracles: Oracle) -> None:
        rows, left = self.rows(), Lot.objects.filter(remaining__gt=0)
        by_account = {row.pk: {} for row in rows}
        for account, number, remaining in left.values_list("account", "number", "remaining"):
            by_account[account][number] = remaining
        for oracle in oracles:
            account = rows[self.oracles.index(oracle)]
            for bucket in (
                "issued", "pending", "available", "held", "redeemed", "expired", "removed",
            ):  # fmt: skip
                assert getattr(account, bucket) == oracle.count(bucket), bucket
            assert account.debt == oracle.debt
            assert by_account[account.pk] == oracle.left_by_lot()
            parent = oracle.merged_into
            home = None if parent is None else self.accounts[self.oracles.index(parent)].pk
            assert account.merged_into_id == home
            sleeping = (account.inactive_at, oracle.sleeps_at)
            assert len({at if at and at > self.clock else None for at in sleeping}) == 1, sleeping

    def find(self, data, names):
        """Choose something that was done before: whose account it is in, and its name."""
        n, name = data.draw(st.sampled_from(sorted(names)))
        return self.oracles[n], name

    def lot_terms(self, since, terms):
        result = []
        for count, wait, life, version in terms:
            start = since + wait * STEP
            result.append((count, start, NEVER if life is None else start + life * STEP, version))
        return result

    # Verbs

    @rule(steps=st.sampled_from([1, 1, 1, 2, 3, 14]))
    def time_passes(self, steps):
        self.clock += steps * STEP

    @rule(
        n=who,
        terms=grants,
        behind=behind,
        past=st.sampled_from([None, None, 0, 1, 7, 40]),
        nap=naps,
    )
    def earn(self, n, terms, behind, past, nap):
        oracle, at, name = self.oracles[n], self.clock - behind * STEP, self.next_key
        occurred_at = None if past is None else at - past * STEP
        lots = self.lot_terms(occurred_at or at, terms)
        request = {
            "account": self.accounts[n],
            "grants": [Grant("points", *lot) for lot in lots],
            "reference": f"sale-{self.keys}",
            "at": at,
            "occurred_at": occurred_at,
            "idle": idle(nap, occurred_at or at),
        }
        if oracle.refuses:
            self.is_refused(oracle.refuses, posting.earn, **request)
            return
        entry = self.ask(posting.earn, **request)
        self.entries[n, name] = entry
        oracle.earn(name, lots, at=at, occurred_at=occurred_at, idle=request["idle"])
        assert entry.points == sum(lot[0] for lot in lots)
        self.check_rows(oracle)

    @rule(batch=st.lists(st.tuples(who, grants, halfdays, naps), min_size=1, max_size=4))
    def import_earnings(self, batch):
        batch = [item for item in batch if not self.oracles[item[0]].refuses]
        batch = sorted(batch, key=lambda item: -item[2])
        earnings, places = [], []
        for n, terms, past, nap in batch:
            self.keys += 1
            at = self.clock - past * STEP
            lots = self.lot_terms(at, terms)
            granted = [Grant("points", *lot) for lot in lots]
            name = f"import-{self.keys}"
            earnings.append(
                posting.Earning(
                    self.accounts[n].pk, granted, name, name, at, at, idle=idle(nap, at)
                )
            )
            places.append((n, name))
            self.oracles[n].earn(name, lots, at=at, occurred_at=at, idle=idle(nap, at))
        with transaction.atomic():
            entries = posting.earn_many(earnings=earnings, recorded_at=self.clock)
        assert [entry.key for entry in entries] == [earning.key for earning in earnings]
        assert posting.earn_many(earnings=earnings, recorded_at=self.clock) == entries
        self.entries |= dict(zip(places, entries, strict=True))
        self.check_rows(*{self.oracles[n] for n, _name in places})

    @rule(n=who, count=st.integers(0, 25), behind=behind, nap=naps)
    def redeem(self, n, count, behind, nap):
        at = self.clock - behind * STEP
        # So that there are debts: a clawback of what was spent to the last point.
        count = count if count % 3 else max(self.all_of(n, at), 1)
        request = {"points": count, "reference": "r", "idle": idle(nap, at)}
        self.take(n, count, at, posting.redeem, "redeemed", **request)

    @rule(n=who, count=some_points, behind=behind)
    def take_away(self, n, count, behind):
        at = self.clock - behind * STEP
        request = {"points": -count, "expires_at": None, "reference": "e", "actor": "staff:1"}
        self.take(n, count, at, posting.adjust, "removed", reason="error", **request)

    def all_of(self, n, at) -> int:
        foreseen = self.oracles[n].foresee()
        foreseen.live_until(foreseen.now(at))
        return foreseen.count("available")

    def take(self, n, count, at, verb, into, **request):
        oracle, name = self.oracles[n], self.next_key
        request |= {"account": self.accounts[n], "at": at}
        if oracle.refuses:
            self.is_refused(oracle.refuses, verb, **request)
        elif oracle.redeem(name, count, at=at, into=into, idle=request.get("idle")):
            entry = self.ask(verb, **request)
            assert entry.points == -count
            if into == "redeemed":
                self.entries[n, name] = entry
            self.check_rows(oracle)
        else:
            self.is_refused("insufficient-points", verb, **request)

    @rule(n=who, count=some_points, life=st.sampled_from([1, 6, None]), nap=naps)
    def add(self, n, count, life, nap):
        oracle, name = self.oracles[n], self.next_key
        now = oracle.now(self.clock)
        end = NEVER if life is None else now + life * STEP
        request = {"points": count, "expires_at": end, "reason": "gift", "actor": "staff:1"}
        request |= {"account": self.accounts[n], "at": self.clock, "idle": idle(nap, self.clock)}
        if oracle.refuses:
            self.is_refused(oracle.refuses, posting.adjust, **request)
            return
        self.entries[n, name] = self.ask(posting.adjust, **request)
        oracle.earn(name, [(count, now, end, None)], at=self.clock, idle=request["idle"])
        self.check_rows(oracle)

    @rule(n=who, count=some_points, lasts=st.sampled_from([1, 2, 5, 20]))
    def hold(self, n, count, lasts):
        oracle, name = self.oracles[n], self.next_key
        request = {"account": self.accounts[n], "points": count, "reference": "h"}
        request |= {"lasts": lasts * STEP, "at": self.clock}
        if oracle.refuses:
            self.is_refused(oracle.refuses, posting.hold, **request)
        elif oracle.hold(name, count, at=self.clock, lasts=lasts * STEP):
            self.holds[n, name] = self.ask(posting.hold, **request)
            self.check_rows(oracle)
        else:
            self.is_refused("insufficient-points", posting.hold, **request)

    @precondition(lambda self: self.holds)
    @rule(data=st.data(), count=st.integers(0, 8), nap=naps)
    def end_hold(self, data, count, nap):
        still_open = [
            (n, name)
            for n, name in self.holds
            if self.oracles[n].holds[name].state == "open" and data.draw(st.integers(0, 4))
        ]
        oracle, hold = self.find(data, still_open or self.holds)
        place = (self.oracles.index(oracle), hold)
        verb = posting.capture if count else posting.void
        request = {"hold": self.holds[place], "at": self.clock, "idle": idle(nap, self.clock)}
        if count:
            request["points"] = count
        name = self.next_key
        code = oracle.end_hold(hold, name, count, at=self.clock, idle=request["idle"])
        if code:
            self.is_refused(code, verb, **request)
            return
        entry = self.ask(verb, **request)
        assert entry.points == -count or (not count and entry.kind == "VOID")
        if count:
            self.entries[place[0], name] = entry
        assert Hold.objects.get(pk=request["hold"].pk).captured == count
        self.check_rows(oracle, oracle.survivor)

    @precondition(lambda self: any(oracle.spendings for oracle in self.oracles))
    @rule(data=st.data(), count=some_points, grace=st.sampled_from([None, 0, 3]), nap=naps)
    def refund(self, data, count, grace, nap):
        names = [(n, name) for n, name in self.entries if name in self.oracles[n].spendings]
        oracle, name = self.find(data, names)
        entry = self.entries[self.oracles.index(oracle), name]
        terms = {"at": self.clock, "grace_days": grace, "idle": idle(nap, self.clock)}
        request = {"entry": entry, "points": count, **terms}
        if oracle.refund(name, count, **terms):
            answer = self.ask(posting.refund, **request)
            assert answer.points + (answer.waived or 0) == count
            self.check_rows(oracle, oracle.survivor)
        else:
            self.is_refused("refund-exceeds-spent", posting.refund, **request)

    @precondition(lambda self: any(oracle.earnings for oracle in self.oracles))
    @rule(data=st.data(), count=st.integers(1, 40), allow_debt=st.booleans())
    def claw_back(self, data, count, allow_debt):
        names = [(n, name) for n, name in self.entries if name in self.oracles[n].earnings]
        oracle, name = self.find(data, names)
        entry = self.entries[self.oracles.index(oracle), name]
        request = {"entry": entry, "points": count, "at": self.clock, "allow_debt": allow_debt}
        if oracle.claw_back(name, count, at=self.clock, allow_debt=allow_debt):
            answer = self.ask(posting.clawback, **request)
            assert (answer.forgiven or 0) + (answer.waived or 0) - answer.points == count
            self.check_rows(oracle, oracle.survivor)
        else:
            self.is_refused("clawback-exceeds-earned", posting.clawback, **request)

    # Two accounts

    @rule(n=who, to=st.integers(1, 2), count=st.sampled_from([None, 1, 5, 12, 30]))
    def transfer(self, n, to, count):
        source, target = self.oracles[n], self.oracles[(n + to) % 3]
        request = {"source": self.accounts[n], "target": self.accounts[(n + to) % 3]}
        request |= {"points": count, "at": self.clock}
        if refused := source.refuses or target.refuses:
            self.is_refused(refused, posting.transfer, **request)
        elif source.transfer(target, count, at=self.clock):
            left, arrived = self.ask(posting.transfer, **request)
            assert left.points == -arrived.points
            assert left.transfer == arrived.transfer is not None
            self.check_rows(source, target)
        else:
            self.is_refused("insufficient-points", posting.transfer, **request)

    @rule(n=who, to=st.integers(1, 2), is_meant=st.integers(0, 4))
    def merge(self, n, to, is_meant):
        source, target = self.oracles[n], self.oracles[(n + to) % 3]
        request = {"source": self.accounts[n], "target": self.accounts[(n + to) % 3]}
        request["at"] = self.clock
        if refused := source.refuses or target.refuses:
            self.is_refused(refused, posting.merge, **request)
        elif not is_meant:
            source.merge_into(target, at=self.clock)
            self.ask(posting.merge, **request)
            self.check_rows(source, target)

    @rule(n=who)
    def unmerge(self, n):
        oracle, request = self.oracles[n], {"account": self.accounts[n], "at": self.clock}
        if oracle.merged_into is None:
            self.is_refused("not-merged", posting.unmerge, **request)
            return
        heir = oracle.survivor
        oracle.unmerge(at=self.clock)
        self.ask(posting.unmerge, **request)
        self.check_rows(oracle, heir)

    @rule(n=who, is_meant=st.integers(0, 19))
    def close(self, n, is_meant):
        oracle = self.oracles[n]
        request = {"account": self.accounts[n], "at": self.clock, "actor": "usr_1"}
        if oracle.merged_into is not None:
            self.is_refused("account-merged", posting.close, reason="closed", **request)
        elif not is_meant:
            oracle.close(at=self.clock)
            self.ask(posting.close, reason="closed", **request)
            self.check_rows(oracle)

    # What happens by itself

    @rule(n=who)
    def settle(self, n):
        oracle = self.oracles[n]
        is_due = min(oracle.next_events(), default=(NEVER, 0))[0] <= oracle.now(self.clock)
        with transaction.atomic():
            posting.settle(account=self.accounts[n], at=self.clock)
            assert posting.settle(account=self.accounts[n], at=self.clock) == []
        if is_due:
            self.live(oracle)
        self.check_rows(oracle)

    def live(self, oracle: Oracle) -> None:
        now = oracle.now(self.clock)
        oracle.live_until(now)
        if oracle.merged_into is not None and oracle.open_points():
            oracle.begin(now)
            oracle.hand_on(now)

    @rule(limit=st.integers(1, 3))
    def sweep(self, limit):
        with transaction.atomic():
            while posting.settle_due(at=self.clock, limit=limit):
                pass
        # What was merged is settled last, and what it lets go on goes to one that is settled.
        for oracle in sorted(self.oracles, key=lambda oracle: oracle.merged_into is not None):
            if min(oracle.next_events(), default=(NEVER, 0))[0] <= self.clock:
                self.live(oracle)
        self.check_rows(*self.oracles)

    @precondition(lambda self: self.requests)
    @rule(data=st.data())
    def repeat(self, data):
        verb, request, answer = self.requests[data.draw(st.sampled_from(sorted(self.requests)))]
        rows = Entry.objects.count()
        with transaction.atomic():
            assert verb(**{**request, "at": self.clock}) == answer
        changed = {"reason": "other"} if "reason" in request else {"actor": "other"}
        with pytest.raises(posting.KeyReused), transaction.atomic():
            verb(**{**request, **changed})
        assert Entry.objects.count() == rows
