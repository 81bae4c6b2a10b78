"""A till: it writes down what it will send before it sends it, and sends it until it is final."""

import json
import os
import random
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.tillday import wires
from tests.tillday.documented import is_documented
from tests.tillday.oracle import Oracle, Refused, Unknown
from tests.tillday.plan import BY_ID, Day, Operation
from tests.tillday.wires import CUTS, Answer

# The documented rule: send these again with the same key, and whatever was not heard.
AGAIN = frozenset({408, 409, 429, 502, 503, 504})
NOT_KNOWN_YET = "not-known-yet"
# How many of the answers are lost.
CUT = 0.1
# No key may stay stuck: seconds, for a machine that others use too.
PATIENCE = 120
NOTHING: Mapping[str, str] = MappingProxyType({})
_ROUTES = {
    "enrol": ("enrolMember", "/members"),
    "enrol-first": ("enrolMember", "/members"),
    "sell": ("recordPurchase", "/purchases"),
    "sell-nobody": ("recordPurchase", "/purchases"),
    "sell-newcomer": ("recordPurchase", "/purchases"),
    "same-receipt": ("recordPurchase", "/purchases"),
    "reuse": ("recordPurchase", "/purchases"),
    "attach": ("attachMember", "/purchases/{}/member"),
    "return": ("recordReturn", "/purchases/-/returns"),
    "redeem": ("redeemReward", "/redemptions"),
    "redeem-rare": ("redeemReward", "/redemptions"),
    "cancel": ("cancelRedemption", "/redemptions/{}/cancel"),
    "hold": ("createHold", "/holds"),
    "capture": ("captureHold", "/holds/{}/capture"),
    "void": ("voidHold", "/holds/{}/void"),
}


@dataclass
class Shop:
    """What the tills share: where to call, what they were answered, and the second opinion."""

    port: int
    folder: Path
    seed: int
    occurred_at: str
    oracle: Oracle = field(default_factory=Oracle)
    ids: dict[str, str] = field(default_factory=dict)
    deaths: Mapping[str, str] = field(default_factory=dict)
    seen: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    is_over: bool = False


class Till:
    """One client with its key. `answers` are the final ones, as first heard."""

    def __init__(self, shop: Shop, secret: str, *, name: str) -> None:
        self.shop, self.secret, self.name = shop, secret, name
        self.answers: dict[str, Answer] = {}
        self.turns: Counter[str] = Counter()

    def work(self, day: Day, *, at_turn: Callable[[int], None] = lambda _turn: None) -> None:
        """Do the whole day; what refers to something that has not arrived waits its turn."""
        waiting = deque(day.sends)
        turn = 0
        while waiting and not self.shop.is_over:
            at_turn(turn)
            turn += 1
            one = day.operations[waiting.popleft()]
            if one.kind in BY_ID and one.after not in self.answers and self.is_to_come(one, day):
                waiting.append(one.name)
            elif one.kind in BY_ID and not self.shop.oracle.knows(one):
                continue
            elif not self.settle(one):
                waiting.append(one.name)

    def is_to_come(self, one: Operation, day: Day) -> bool:
        """Say whether what an operation refers to will be, and has only not been yet."""
        parent = day.operations[one.after]
        return parent.kind not in BY_ID or self.shop.oracle.knows(parent)

    def settle(self, one: Operation, *, is_calm: bool = False) -> bool:
        """Send it until the answer is final, and compare that with the second opinion.

        Once it has been answered, every answer must be the first one again. False: what it
        refers to has not arrived.
        """
        answer = self._ask(one, is_calm=is_calm)
        if answer.code == NOT_KNOWN_YET:
            self._expect_unknown(one)
            return False
        first = self.answers.get(one.name)
        if first is None:
            self._agree(one, answer)
            self.answers[one.name] = answer
        elif one.kind != "reuse":
            assert (answer.status, answer.body) == (first.status, first.body), one
            assert answer.headers["Idempotent-Replayed"] == "true", one
        return True

    def _ask(self, one: Operation, *, is_calm: bool) -> Answer:
        """Send it until the answer is final, or says that it cannot be answered yet."""
        self.turns[one.name] += 1
        begun, tries = time.monotonic(), 0
        while True:
            headers, cut = (NOTHING, "") if is_calm else self._fate(one, tries)
            answer = self.send(one, headers, cut)
            seconds = time.monotonic() - begun
            if answer and (answer.status not in AGAIN or answer.code == NOT_KNOWN_YET):
                self.shop.slowest = max(self.shop.slowest, seconds)
                return answer
            assert seconds < PATIENCE, f"{one} is stuck at {answer}"
            tries += 1
            time.sleep(min(0.05 * tries, 0.5))

    def _fate(self, one: Operation, tries: int) -> tuple[Mapping[str, str], str]:
        """Draw what happens to a call: its process is killed, or its line is cut, or nothing."""
        turn = self.turns[one.name]
        if (turn, tries) == (1, 0) and one.name in self.shop.deaths:
            return {"X-Dies-At": self.shop.deaths[one.name]}, ""
        chance = random.Random(f"{self.shop.seed}/{one.name}/{turn}/{tries}")
        return NOTHING, chance.choice(CUTS) if chance.random() < CUT else ""

    def send(
        self, one: Operation, headers: Mapping[str, str] = NOTHING, cut: str = ""
    ) -> Answer | None:
        """Send it once, and return what was heard, which is documented; None for nothing whole."""
        operation, path = _ROUTES[one.kind]
        key = one.after if one.kind == "reuse" else one.name
        self._write(one.name, "asks")
        answer = wires.post(
            self.shop.port,
            path.format(self.shop.ids.get(one.after)),
            self._body(one),
            {"Authorization": f"Api-Key {self.secret}", "Idempotency-Key": key, **headers},
            cut=cut,
        )
        self._write(one.name, "hears", answer.status if answer else None)
        heard = f"{answer.status} {answer.code}".strip() if answer else f"nothing {cut}".strip()
        self.shop.seen[f"{heard} (killed)" if headers else heard] += 1
        assert answer is None or is_documented(operation, answer), (one, answer)
        return answer

    def _write(self, *line: Any) -> None:
        """Journal a line: it is on the disk before anything else happens."""
        with (self.shop.folder / f"journal-{self.name}").open("a", encoding="utf-8") as journal:
            journal.write(json.dumps(line) + "\n")
            journal.flush()
            os.fsync(journal.fileno())

    def _expect_unknown(self, one: Operation) -> None:
        try:
            self.shop.oracle.act(one, code=NOT_KNOWN_YET)
        except Unknown:
            return
        raise AssertionError(f"{one} refers to what has arrived")

    def _agree(self, one: Operation, answer: Answer) -> None:
        foretold = self._foretell(one, answer.code)
        if isinstance(foretold, str):
            assert (answer.status, answer.code) == (422, foretold), (one, answer)
            return
        assert answer.status in {200, 201}, (one, answer)
        said = answer.said
        self.shop.ids[one.member if one.kind == "enrol-first" else one.name] = said["id"]
        told = {
            "award": said.get("award", {}).get("points"),
            "available": (said.get("balance") or {}).get("available"),
            "points": said.get("points"),
            "captured": said.get("captured"),
        }
        assert {name: told[name] for name in foretold} == foretold, (one, answer)

    def _foretell(self, one: Operation, code: str) -> dict[str, int] | str:
        """Return the figures that an answer must say, or the code with which it must refuse."""
        try:
            return self.shop.oracle.act(one, code=code)
        except Refused as refused:
            return str(refused)

    def _body(self, one: Operation) -> dict[str, Any]:
        return dict(_BODIES[one.kind](self.shop, one))


def _whose(shop: Shop, one: Operation) -> dict[str, str]:
    return {"id": shop.ids[one.member]}


def _sale(shop: Shop, one: Operation, member: Any) -> dict[str, Any]:
    total = f"{one.amount}.00"
    return {
        "member": member,
        "receipt": one.name,
        "occurred_at": shop.occurred_at,
        "total": total,
        "lines": [{"sku": "ESP250", "amount": total}],
        "payments": [{"means": "card", "amount": total}],
    }


def _same_receipt(shop: Shop, one: Operation) -> dict[str, Any]:
    return _sale(shop, one, _whose(shop, one)) | {"receipt": one.after}


def _return(shop: Shop, one: Operation) -> dict[str, Any]:
    return {"sale": {"key": one.after}, "amount": f"{one.amount}.00"}


_BODIES: Mapping[str, Callable[[Shop, Operation], Mapping[str, Any]]] = {
    "enrol": lambda shop, one: {"email": f"{one.name}@example.test"},
    "enrol-first": lambda shop, one: {"email": f"{one.name}@example.test"},
    "sell": lambda shop, one: _sale(shop, one, _whose(shop, one)),
    "sell-nobody": lambda shop, one: _sale(shop, one, None),
    "sell-newcomer": lambda shop, one: _sale(shop, one, {"key": one.after}),
    "same-receipt": _same_receipt,
    "reuse": lambda shop, one: _sale(shop, one, _whose(shop, one)),
    "attach": lambda shop, one: {"member": _whose(shop, one)},
    "return": _return,
    "redeem": lambda shop, one: {"member": _whose(shop, one), "reward": "rew_plenty"},
    "redeem-rare": lambda shop, one: {"member": _whose(shop, one), "reward": "rew_rare"},
    "cancel": lambda shop, one: {},
    "hold": lambda shop, one: {
        "member": _whose(shop, one),
        "points": one.amount,
        "minutes": 1440,
    },
    "capture": lambda shop, one: {"points": 1},
    "void": lambda shop, one: {},
}
