"""The worked examples of the ledger's design, as one would tell them over the counter."""

import re
from collections.abc import Callable

import pytest
from django.db import transaction

from loyalty.ledger import balances, posting, verifying
from loyalty.ledger.models import Account, Entry, Hold
from tests.conftest import NOON
from tests.ledger.doing import claw_back, days, earn, forgotten, hold, left_in_lots, redeem

EXAMPLES = {
    "what ends first is spent first": """
        Ada earns 50 points until day 10
        Ada earns 50 points until day 20
        Ada spends 70 points
        Ada's lots hold 0, 30
    """,
    "what ends first is spent first, whenever it was earned": """
        Ada earns 50 points until day 20
        Ada earns 50 points until day 10
        Ada spends 70 points
        Ada's lots hold 30, 0
    """,
    "what was spent and returned is owed, and the next points repay it": """
        Ada earns 50 points
        Ada spends 50 points
        sale 1 is returned with 30 points, which may be owed
        Ada has -30 points
        Ada earns 100 points
        Ada has 70 points
    """,
    "ninety days after the last purchase nothing is left": """
        Ada earns 575 points until day 90
        Ada spends 500 points
        Ada has 75 points
        Ada earns 805 points until day 90
        Ada spends 500 points
        Ada's lots hold 0, 380
        it is day 91
        Ada has 0 points
    """,
    "no more comes back than was spent": """
        Ada earns 1000 points
        Ada spends 300 points
        25 points of it come back
        Ada has 725 points
        280 points of it cannot come back: 275 are left
        275 points of it come back
        Ada has 1000 points
    """,
    "a sale returned after its points were spent leaves a debt": """
        Ada earns 150 points
        Ada spends 100 points
        sale 1 is returned with 150 points, which may be owed
        Ada has -100 points
        sale 1 cannot be returned with 1 points: 0 are left
    """,
    "where nobody may owe, the balance stops at nothing": """
        Ada earns 150 points
        Ada spends 100 points
        sale 1 is returned with 150 points, of what is there
        Ada has 0 points
        sale 1 cannot be returned with 1 points: 0 are left
        Ada earns 10 points
        Ada has 10 points
    """,
    "points that expired unused are not asked for again": """
        Ada earns 100 points until day 9
        Ada spends 60 points
        it is day 10
        sale 1 is returned with 100 points, which may be owed
        Ada has -60 points
    """,
    "a return in thirds takes 33, 33 and 34 of 100": """
        Ada earns 100 points
        sale 1 is returned with 33 points, of what is there
        sale 1 is returned with 33 points, of what is there
        sale 1 cannot be returned with 35 points: 34 are left
        sale 1 is returned with 34 points, of what is there
        Ada has 0 points
    """,
    "of 10 points set aside for a payment 9 are used": """
        Ada earns 10 points
        10 points of Ada are set aside
        Ada has 0 points
        20 points cannot be paid with them: hold has 10
        9 points are paid with them
        Ada has 1 points
        a second payment with them is refused
    """,
    "points set aside and forgotten are there again": """
        Ada earns 10 points until day 5
        10 points of Ada are set aside
        it is day 1
        Ada has 10 points
        it is day 5
        Ada has 0 points
    """,
    "points wait fourteen days": """
        Ada earns 100 points from day 14 until day 100
        it is day 13
        Ada cannot spend 1 points: 0 are there
        it is day 14
        Ada spends 100 points
        Ada has 0 points
    """,
    "two accounts become one, and each point keeps its date": """
        Ada earns 10 points until day 10
        Ada earns 20 points until day 20
        Ada earns 30 points until day 30
        Ada goes together with Bob
        Bob has 60 points
        it is day 10
        Bob has 50 points
        it is day 20
        Bob has 30 points
        it is day 30
        Bob has 0 points
    """,
    "apart again, each has what is left of their own": """
        Ada earns 30 points
        Bob earns 50 points until day 10
        Ada goes together with Bob
        Bob spends 60 points
        Ada stands alone again
        Ada has 20 points
        Bob has 0 points
    """,
    "a thousand points pay for 142 coffees of 7": """
        Ada earns 1000 points
        Ada spends 7 points, 142 times
        Ada cannot spend 7 points: 6 are there
    """,
}

POINTS = r"(-?\d+) points"
SENTENCES: list[tuple[re.Pattern[str], Callable[..., None]]] = []


def sentence(pattern: str):
    def learn(work: Callable[..., None]) -> Callable[..., None]:
        SENTENCES.append((re.compile(pattern), work))
        return work

    return learn


class Story:
    """What a sentence can speak of: two people, their sales, one spending, one hold, a day."""

    def __init__(self, people: dict[str, Account]) -> None:
        self.people = people
        self.day = 0
        self.sales: list[Entry] = []
        self.spent: Entry | None = None
        self.held: Hold | None = None
        self.keys = 0

    def tell(self, text: str) -> None:
        for line in filter(None, map(str.strip, text.splitlines())):
            found = [(p.fullmatch(line), work) for p, work in SENTENCES if p.fullmatch(line)]
            assert len(found) == 1, line
            match, work = found[0]
            assert match is not None
            self.keys += 1
            with transaction.atomic():
                work(self, *match.groups())

    @property
    def now(self) -> dict:
        return {"key": f"k{self.keys}", "at": NOON + days(self.day)}


@sentence(rf"(\w+) earns {POINTS}(?: from day (\d+))?(?: until day (\d+))?")
def earns(story, who, points, since, until):
    terms = {"since": NOON + days(int(since))} if since else {}
    terms |= {"until": NOON + days(int(until))} if until else {}
    story.sales.append(earn(story.people[who], int(points), **story.now, **terms))


@sentence(rf"(\w+) spends {POINTS}(?:, (\d+) times)?")
def spends(story, who, points, times):
    for turn in range(int(times or 1)):
        key = f"{story.keys}-{turn}"
        story.spent = redeem(story.people[who], int(points), **(story.now | {"key": key}))


@sentence(rf"(\w+) cannot spend {POINTS}: (\d+) are there")
def cannot_spend(story, who, points, there):
    with pytest.raises(posting.InsufficientPoints) as refusal:
        redeem(story.people[who], int(points), **story.now)
    assert refusal.value.figures == {"available": int(there), "required": int(points)}


@sentence(rf"{POINTS} of it come back")
def come_back(story, points):
    posting.refund(entry=story.spent, points=int(points), grace_days=30, **story.now)


@sentence(rf"{POINTS} of it cannot come back: (\d+) are left")
def cannot_come_back(story, points, left):
    with pytest.raises(posting.RefundExceedsSpent) as refusal:
        come_back(story, points)
    assert refusal.value.figures == {"left": int(left)}


@sentence(rf"sale (\d+) is returned with {POINTS}, (which may be owed|of what is there)")
def is_returned(story, number, points, policy):
    claw_back(
        story.sales[int(number) - 1],
        int(points),
        allow_debt=policy == "which may be owed",
        **story.now,
    )


@sentence(rf"sale (\d+) cannot be returned with {POINTS}: (\d+) are left")
def cannot_be_returned(story, number, points, left):
    with pytest.raises(posting.ClawbackExceedsEarned) as refusal:
        is_returned(story, number, points, "which may be owed")
    assert refusal.value.figures == {"left": int(left)}


@sentence(rf"{POINTS} of (\w+) are set aside")
def are_set_aside(story, points, who):
    story.held = hold(story.people[who], int(points), **story.now)


@sentence(rf"{POINTS} are paid with them")
def are_paid(story, points):
    posting.capture(hold=story.held, points=int(points), **story.now)


@sentence(rf"{POINTS} cannot be paid with them: hold has (\d+)")
def cannot_be_paid(story, points, held):
    with pytest.raises(posting.AmountExceedsHold) as refusal:
        are_paid(story, points)
    assert refusal.value.figures == {"held": int(held)}


@sentence(r"a second payment with them is refused")
def second_payment(story):
    with pytest.raises(posting.HoldAlreadyCaptured):
        are_paid(story, 1)


@sentence(r"(\w+) goes together with (\w+)")
def goes_together(story, who, whom):
    people = story.people
    posting.merge(source=people[who], target=people[whom], reason="merged", **story.now)


@sentence(r"(\w+) stands alone again")
def stands_alone(story, who):
    posting.unmerge(account=story.people[who], reason="apart", **story.now)


@sentence(r"it is day (\d+)")
def it_is(story, day):
    story.day = int(day)


@sentence(rf"(\w+) has {POINTS}")
def has(story, who, points):
    account = forgotten(story.people[who])
    assert balances.get_balance(account=account, at=story.now["at"]).shown == int(points)


@sentence(r"(\w+)'s lots hold ([\d, ]+)")
def lots_hold(story, who, lots):
    assert left_in_lots(story.people[who]) == [int(points) for points in lots.split(", ")]


@pytest.mark.django_db
@pytest.mark.parametrize("example", EXAMPLES)
def test_it_holds_that(example: str, accounts):
    ada, bob = accounts(2)

    Story({"Ada": ada, "Bob": bob}).tell(EXAMPLES[example])

    assert verifying.verify().first_fault is None
