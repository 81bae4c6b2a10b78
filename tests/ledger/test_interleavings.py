"""Whatever order two verbs take their steps in, they end as one after the other would."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from loyalty.core.refusals import Refusal
from loyalty.ledger import posting, verifying
from loyalty.ledger.models import Account, Entry, Hold
from tests.conftest import NOON
from tests.ledger.doing import (
    claw_back,
    days,
    earn,
    grant,
    hold,
    left_in_lots,
    read,
    redeem,
    stands,
)
from tests.ledger.stepping import Stage, every_order

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]

LATER = NOON + timedelta(hours=2)
AWAKE, AWAKE_LONGER = posting.Idle(NOON + days(30)), posting.Idle(NOON + days(40))
# Whoever starts clocks settles nothing: what they held is left to the next sweep. Two who start
# the same ones have few steps.
APART = {("start-clocks", "sweep"), ("start-clocks", "start-clocks")}
KEYLESS = {"settle", "sweep", "stir", "start-clocks"}


class Scene:
    """15 points can be used, 10 are held, 15 were spent, and 7 have died that nobody settled.

    Six more came with a third account that was merged into this one.
    """

    def __init__(self) -> None:
        with transaction.atomic():
            holders = posting.open_holders(count=3, at=NOON)
            locked = posting.lock_many([holder.pk for holder in holders])
            self.one, self.two, self.three = (locked[holder.pk]["points"] for holder in holders)
            self.sale = earn(self.one, 40, "sale", until=NOON + days(20))
            self.spent = redeem(self.one, 15, "spent")
            self.held = hold(self.one, 10, "held", lasts=days(1))
            earn(self.three, 6, "came", until=NOON + days(30))
            posting.merge(source=self.three, target=self.one, key="merged", at=NOON)
            earn(self.one, 7, "dead", until=NOON + timedelta(hours=1))

    def stands(self) -> list[Any]:
        all_three = (self.one, self.two, self.three)
        return [
            (stands(account), left_in_lots(account), read(account).inactive_at)
            for account in all_three
        ]


def start_clocks() -> None:
    """Until none is left: points may go, while it waits, to an account that it has passed."""
    while posting.start_clocks(wallet="points", until=NOON + days(35), at=LATER):
        pass


VERBS: dict[str, Callable[[Scene, Account, str], Any]] = {
    "earn": lambda scene, one, key: earn(one, 9, key, at=LATER, idle=AWAKE),
    "redeem": lambda scene, one, key: redeem(one, 12, key, at=LATER),
    "stir": lambda scene, one, key: posting.stir(account=one, idle=AWAKE_LONGER, at=LATER),
    "start-clocks": lambda scene, one, key: start_clocks(),
    "hold": lambda scene, one, key: hold(one, 12, key, at=LATER),
    "capture": lambda scene, one, key: posting.capture(
        hold=scene.held, points=8, key=key, at=LATER
    ),
    "void": lambda scene, one, key: posting.void(hold=scene.held, key=key, at=LATER),
    "refund": lambda scene, one, key: posting.refund(
        entry=scene.spent, points=10, key=key, at=LATER, grace_days=30
    ),
    "clawback": lambda scene, one, key: claw_back(scene.sale, 25, key, at=LATER),
    "adjust": lambda scene, one, key: posting.adjust(
        account=one, points=-12, expires_at=None, reason="error", actor="s", key=key, at=LATER
    ),
    "transfer": lambda scene, one, key: posting.transfer(
        source=one, target=scene.two, points=12, key=key, at=LATER
    ),
    "merge": lambda scene, one, key: posting.merge(
        source=one, target=scene.two, key=key, at=LATER
    ),
    "close": lambda scene, one, key: posting.close(
        account=one, key=key, at=LATER, reason="closed", actor="usr_1"
    ),
    "settle": lambda scene, one, key: posting.settle(account=one, at=LATER),
    "sweep": lambda scene, one, key: posting.settle_due(at=LATER),
    "unmerge": lambda scene, one, key: posting.unmerge(account=scene.three, key=key, at=LATER),
    "import": lambda scene, one, key: posting.earn_many(
        earnings=[posting.Earning(one.pk, [grant(9, since=LATER)], key, key, LATER)],
        recorded_at=LATER,
    ),
}


@pytest.fixture
def stage() -> Iterator[Stage]:
    stage = Stage()
    yield stage
    stage.close()


def told(answer: Any) -> Any:
    """What a verb answered, without ids."""
    if isinstance(answer, Entry):
        return (answer.kind, answer.points)
    if isinstance(answer, Hold):
        return ("hold", answer.points)
    if isinstance(answer, tuple | list):
        return sorted(told(part) for part in answer)
    return answer


def one_after_the_other(names: tuple[str, str], keys: tuple[str, str], order: list[int]) -> Any:
    scene, answers = Scene(), ["", ""]
    for n in order:
        try:
            with transaction.atomic():
                answers[n] = told(VERBS[names[n]](scene, read(scene.one), keys[n]))
        except Refusal as refusal:
            answers[n] = refusal.code
    return answers, scene.stands()


def check(stage: Stage, names: tuple[str, str], keys: tuple[str, str]) -> int:
    """Play a pair in every order; return how many there were."""
    serial = [one_after_the_other(names, keys, order) for order in ([0, 1], [1, 0])]
    scenes: list[Scene] = []

    def new_jobs() -> list[Callable[[], Any]]:
        scene = Scene()
        scenes.append(scene)
        return [
            lambda name=name, key=key: told(VERBS[name](scene, read(scene.one), key))
            for name, key in zip(names, keys, strict=True)
        ]

    for order, answers in every_order(stage, new_jobs):
        ended = (answers, scenes[-1].stands())
        assert ended in serial, (names, order, ended, serial)
    return len(scenes)


@pytest.mark.parametrize("first", VERBS)
def test_beside_any_other_verb(first: str, stage: Stage):
    others = list(VERBS)[list(VERBS).index(first) :]
    pairs = [(first, other) for other in others if (first, other) not in APART]

    orders = {pair: check(stage, pair, ("x", "y")) for pair in pairs}

    # Those that look their key up before they lock have more steps to take.
    assert min(orders.values()) >= 6, orders
    assert verifying.verify().first_fault is None


def test_asked_twice_with_one_key_it_is_done_once(stage: Stage):
    for verb in VERBS:
        if verb not in KEYLESS:
            check(stage, (verb, verb), ("same", "same"))

    assert verifying.verify().first_fault is None
