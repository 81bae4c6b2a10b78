"""Accounts that fall asleep, asked at random, beside the second opinion."""

import pytest
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import rule

from loyalty.core.refusals import Refusal
from loyalty.ledger import posting
from loyalty.ledger.models import NEVER
from tests.ledger.machine import STEP, behind, who
from tests.ledger.waits import Waits

lasting = st.sampled_from([0, 2, 9, 25])


class Naps(Waits):
    @rule(n=who, steps=lasting, resets=st.booleans(), behind=behind)
    def stir(self, n, steps, resets, behind):
        oracle, at = self.oracles[n], self.clock - behind * STEP
        idle = posting.Idle(at + steps * STEP, resets=resets)
        request = {"account": self.accounts[n], "idle": idle, "at": at}
        if oracle.refuses:
            with pytest.raises(Refusal) as refusal, transaction.atomic():
                posting.stir(**request)
            assert refusal.value.code == oracle.refuses
            return
        with transaction.atomic():
            posting.stir(**request)
        oracle.stir(idle, now=oracle.now(at))
        self.check_rows(oracle)

    @rule(steps=st.sampled_from([2, 9, 25]), limit=st.integers(1, 3))
    def start_clocks(self, steps, limit):
        until = self.clock + steps * STEP
        self.for_all(posting.start_clocks, until=until, limit=limit)
        for oracle in self.oracles:
            oracle.start_clock(until, at=self.clock)
        self.check_rows(*self.oracles)

    @rule(limit=st.integers(1, 3), is_meant=st.integers(0, 3))
    def stop_clocks(self, limit, is_meant):
        if is_meant:
            return
        self.for_all(posting.stop_clocks, limit=limit)
        for oracle in self.oracles:
            oracle.stop_clock(at=self.clock)
        self.check_rows(*self.oracles)

    def for_all(self, verb, **request):
        for row, oracle in zip(self.rows(), self.oracles, strict=True):
            # One that has slept, with nothing to lose, may have been looked at by the sweep.
            if row.inactive_at is None and oracle.has_slept_before(NEVER, now=self.clock):
                oracle.sleeps_at = None
        after = 0
        with transaction.atomic():
            while after := verb(wallet="points", at=self.clock, after=after, **request):
                pass
