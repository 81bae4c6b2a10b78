"""A second opinion on what the tills did: plain figures by member, and no Django.

Nobody but one till touches a member of its own, so what it is answered there is foretold to the
point. The member whom both share has enough of everything, so that their order does not matter.
"""

import threading
from collections import Counter
from dataclasses import dataclass, field

from tests.tillday.plan import COST, RARE_STOCK, SHARED, Operation


@dataclass
class Member:
    """Points of one member: below zero, some are owed."""

    available: int = 0
    held: int = 0


@dataclass
class Done:
    """What came of an operation that was carried out: whose it is, how much, what became of it."""

    member: str
    amount: int = 0
    returned: int = 0
    captured: int = 0
    state: str = ""


class Refused(Exception):
    """It must be refused, for good, with this code."""


class Unknown(Exception):
    """What it refers to has not arrived: it must be asked to come again."""


@dataclass
class Oracle:
    """The books as they must be, and what each operation must be answered."""

    members: dict[str, Member] = field(default_factory=dict)
    sales: dict[str, Done] = field(default_factory=dict)
    returns: dict[str, Done] = field(default_factory=dict)
    redemptions: dict[str, Done] = field(default_factory=dict)
    holds: dict[str, Done] = field(default_factory=dict)
    events: Counter[str] = field(default_factory=Counter)
    given_of_rare: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def act(self, one: Operation, *, code: str) -> dict[str, int]:
        """Do it and return figures that its answer must say. Raises Refused or Unknown.

        `code` is how it was answered, which is read only where both tills race for the last.
        """
        with self.lock:
            if one.kind == "redeem-rare":
                return self._redeem_rare(one, code)
            act = getattr(self, "_" + one.kind.replace("-", "_"))
            return dict(act(one) or {})

    def knows(self, one: Operation) -> bool:
        """Say whether what an operation refers to was carried out, so that it has an id."""
        books = (self.members, self.sales, self.redemptions, self.holds)
        return any(one.after in book for book in books)

    def _enrol(self, one: Operation) -> None:
        self.members[one.name] = Member()
        self.events["member.enrolled"] += 1

    def _enrol_first(self, one: Operation) -> None:
        self.members[one.member] = Member()
        self.events["member.enrolled"] += 1

    def _sell(self, one: Operation) -> dict[str, int]:
        self.sales[one.name] = Done(one.member, one.amount)
        self.events["purchase.recorded"] += 1
        return {"award": one.amount, **self._earn(one.member, one.amount)}

    def _sell_nobody(self, one: Operation) -> None:
        self.sales[one.name] = Done("", one.amount)
        self.events["purchase.recorded"] += 1

    def _sell_newcomer(self, one: Operation) -> dict[str, int]:
        if one.after not in self.members:
            raise Unknown
        self.sales[one.name] = Done(one.after, one.amount)
        self.events["purchase.recorded"] += 1
        return {"award": one.amount, **self._earn(one.after, one.amount)}

    def _attach(self, one: Operation) -> dict[str, int]:
        sale = self.sales[one.after]
        if sale.member:
            raise Refused("purchase-already-attached")
        sale.member = one.member
        self.events["purchase.attached"] += 1
        return {"award": sale.amount, **self._earn(one.member, sale.amount)}

    def _return(self, one: Operation) -> dict[str, int]:
        sale = self.sales.get(one.after)
        if sale is None:
            raise Unknown
        if sale.returned + one.amount > sale.amount:
            raise Refused("return-exceeds-sale")
        sale.returned += one.amount
        self.returns[one.name] = Done(sale.member, one.amount)
        self.events["purchase.returned"] += 1
        return self._earn(sale.member, -one.amount)

    def _redeem(self, one: Operation) -> dict[str, int]:
        if self.members[one.member].available < COST:
            raise Refused("insufficient-points")
        return self._redeemed(one)

    def _redeem_rare(self, one: Operation, code: str) -> dict[str, int]:
        if code == "reward-exhausted":
            # Whoever was given the last may not have heard it yet: it is counted in the end.
            raise Refused("reward-exhausted")
        self.given_of_rare += 1
        assert self.given_of_rare <= RARE_STOCK
        return self._redeemed(one)

    def _redeemed(self, one: Operation) -> dict[str, int]:
        self.redemptions[one.name] = Done(one.member, COST)
        self.events["reward.redeemed"] += 1
        return self._earn(one.member, -COST)

    def _cancel(self, one: Operation) -> dict[str, int]:
        redemption = self.redemptions[one.after]
        if redemption.state:
            raise Refused("redemption-already-cancelled")
        redemption.state = "cancelled"
        self.events["reward.cancelled"] += 1
        return self._earn(redemption.member, COST)

    def _hold(self, one: Operation) -> dict[str, int]:
        member = self.members[one.member]
        points = min(one.amount, member.available)
        if points <= 0:
            raise Refused("insufficient-points")
        self.holds[one.name] = Done(one.member, points, state="open")
        member.held += points
        return {"points": points, **self._earn(one.member, -points)}

    def _capture(self, one: Operation) -> dict[str, int]:
        hold = self._end(one, "captured")
        # One point is spent, the others are let go.
        hold.captured = 1
        return {"captured": 1, **self._earn(hold.member, hold.amount - 1)}

    def _void(self, one: Operation) -> dict[str, int]:
        hold = self._end(one, "voided")
        return {"captured": 0, **self._earn(hold.member, hold.amount)}

    def _end(self, one: Operation, state: str) -> Done:
        hold = self.holds[one.after]
        if hold.state != "open":
            raise Refused(f"hold-already-{hold.state}")
        hold.state = state
        self.members[hold.member].held -= hold.amount
        return hold

    def _reuse(self, _one: Operation) -> None:
        raise Refused("idempotency-key-reused")

    def _same_receipt(self, _one: Operation) -> None:
        raise Refused("duplicate-receipt")

    def _earn(self, name: str, points: int) -> dict[str, int]:
        """Give or take points; what is then left, where nobody else may have moved some."""
        self.members[name].available += points
        return {} if name == SHARED else {"available": self.members[name].available}
