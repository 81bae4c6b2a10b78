"""A statement is walked page by page while points go on moving: nothing missing, nothing twice.

What is expected is kept beside: each entry as its verb answered it.
"""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from django.db import transaction

from loyalty.ledger import posting
from loyalty.ledger.models import Account
from loyalty.programmes import books
from members import statements
from members.models import Member
from members.statements import Flow
from tests.conftest import NOON
from tests.ledger.doing import earn, hold, redeem

EARNED, USED = {"EARN"}, {"REDEEM", "REFUND", "HOLD", "VOID"}
FLOWS = {Flow.ALL: EARNED | USED, Flow.BOOK: EARNED | USED, Flow.EARNED: EARNED, Flow.USED: USED}


@dataclass
class Life:
    """One account, and all that was done with it."""

    account: Account
    chance: random.Random
    done: list[tuple[str, datetime]] = field(default_factory=list)

    def act(self) -> None:
        """Do something; the entry's number is its place in what was done."""
        key, at = f"k{len(self.done)}", NOON + timedelta(hours=len(self.done))
        verb = self.chance.choice(["earn", "earn late", "redeem", "hold", "refund"])
        if verb.startswith("earn"):
            effect = at - timedelta(hours=self.chance.randrange(60)) if verb != "earn" else at
            earn(self.account, 20, key, at=at, occurred_at=effect)
            self.done.append(("EARN", effect))
        elif verb == "redeem" and self.can_spend:
            spent = redeem(self.account, 3, key, at=at)
            self.done.append(("REDEEM", at))
            if self.chance.random() < 0.5:
                posting.refund(entry=spent, points=2, key=f"{key}r", at=at, grace_days=None)
                self.done.append(("REFUND", at))
        elif verb == "hold" and self.can_spend:
            held = hold(self.account, 4, key, at=at)
            posting.void(hold=held, key=f"{key}v", at=at)
            self.done += [("HOLD", at), ("VOID", at)]

    @property
    def can_spend(self) -> bool:
        return Account.objects.get(pk=self.account.pk).available > 10

    def expected(self, flow: Flow, since: datetime | None, until: datetime | None) -> list[int]:
        """The numbers that a filter lets through, newest first."""
        found = [
            number
            for number, (kind, effect) in enumerate(self.done, 1)
            if kind in FLOWS[flow]
            and (since is None or effect >= since)
            and (until is None or effect < until)
        ]
        return found[::-1]


@pytest.mark.parametrize("seed", range(12))
@transaction.atomic
def test_a_walk_shows_what_was_there_when_it_began_once(ada: Member, seed: int):
    chance = random.Random(seed)
    life = Life(posting.lock(ada.holder)["points"], chance)
    book = books.get_book()
    for _ in range(25):
        life.act()

    for _walk in range(4):
        flow, size = chance.choice(list(FLOWS)), chance.randrange(1, 9)
        moments = [None, *(effect for _kind, effect in life.done)]
        asked = {"flow": flow, "since": chance.choice(moments), "until": chance.choice(moments)}
        expected, shown, cursor = life.expected(*asked.values()), [], None
        while True:
            page = statements.get_statement(
                member=ada, account=life.account, at=NOON, book=book, cursor=cursor, limit=size,
                **asked,
            )  # fmt: skip
            shown += [movement.number for movement in page.movements]
            cursor = page.next_cursor
            if cursor is None:
                break
            for _ in range(chance.randrange(3)):
                life.act()
        assert shown == expected, asked
