"""Points that wait for an event, asked at random, beside the second opinion."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from loyalty.ledger import planning, posting
from loyalty.ledger.models import Entry
from loyalty.ledger.planning import AWAY, NEVER, Grant
from tests.ledger.machine import STEP, Verbs, behind, some_points, who
from tests.ledger.point import Wait

events = st.sampled_from(["delivered", "answered"])
# Until when it is waited for, how long points live then, and how late they are booked.
terms = st.tuples(
    st.sampled_from([1, 6, 30, 90]), st.sampled_from([None, 1, 5]), st.sampled_from([0, 0, 0, 8])
)


def until(life, now):
    return NEVER if not life else now + int(life) * STEP


class Waits(Verbs):
    @rule(n=who, count=some_points, event=events, terms=terms)
    def earn_for_an_event(self, n, count, event, terms):
        patience, life, past = terms
        oracle, name, at = self.oracles[n], self.next_key, self.clock - past * STEP
        wait = Wait(event, at + patience * STEP, life)
        said = planning.Wait(event, wait.cancels_at, "" if life is None else str(life))
        granted = [Grant("points", count, AWAY, NEVER, None, said)]
        request = {"account": self.accounts[n], "grants": granted, "reference": f"w-{self.keys}"}
        request |= {"at": self.clock, "occurred_at": at}
        if oracle.refuses:
            self.is_refused(oracle.refuses, posting.earn, **request)
            return
        self.entries[n, name] = self.ask(posting.earn, **request)
        lots = [(count, AWAY, NEVER, None)]
        oracle.earn(name, lots, at=self.clock, occurred_at=at, wait=wait)
        self.check_rows(oracle)

    @property
    def waiting(self):
        """Whose points wait, and for which event."""
        pending = [(n, point) for n, one in enumerate(self.oracles) for point in one.points]
        return sorted({(n, p.wait.event) for n, p in pending if p.wait and p.bucket == "pending"})

    @rule(data=st.data(), nowhere=st.tuples(who, events), late=behind)
    def the_event_comes(self, data, nowhere, late):
        n, event = data.draw(st.sampled_from([*self.waiting * 3, nowhere]))
        request = {"until": until, "reference": event}
        self.end_wait(n, event, posting.activate, STEP, self.clock - late * STEP, **request)

    @rule(data=st.data(), nowhere=st.tuples(who, events), is_meant=st.integers(0, 2))
    def the_event_will_not_come(self, data, nowhere, is_meant):
        n, event = data.draw(st.sampled_from([*self.waiting * 3, nowhere]))
        if not is_meant:
            request = {"actor": "usr_1", "reason": "returned"}
            self.end_wait(n, event, posting.cancel, None, self.clock, **request)

    def end_wait(self, n, event, verb, steps, at, **request):
        oracle = self.oracles[n]
        waiting = [point for point in oracle.in_bucket("pending") if point.wait]
        lots = {point.lot for point in waiting if point.wait.event == event}
        request |= {"account": self.accounts[n], "lots": lots, "at": at}
        if oracle.refuses:
            self.is_refused(oracle.refuses, verb, **request)
        elif oracle.end_wait(lots, at=at, steps=steps):
            entry = self.ask(verb, **request)
            assert entry.kind == ("CANCEL" if steps is None else "ACTIVATE")
            self.check_rows(oracle)
        else:
            before = Entry.objects.count()
            assert self.ask(verb, **request) is None
            assert Entry.objects.count() == before
